"""What can be set of the scheduled job; `config.py` reads it from a file."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

from jobtagger.errors import ConfigError

_quoted = partial(quote, safe="")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_PARTS = re.compile(r"((?:\w[\w+.-]*://)?(?:[^/?#]*@)?)([^?]*)(.*)", re.DOTALL)  # user and password, place, parameters


@dataclass(frozen=True, slots=True)
class Transfer:
    """Limits of what is fetched over HTTP; `headers` and `params` may name variables of the environment."""

    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = 30.0
    max_bytes: int = 20_000_000
    retries: int = 2


@dataclass(frozen=True, slots=True)
class FolderSource:
    """Files of any format that `jobtagger tag` reads; `patterns` begin at the folder `base`, unless they are absolute."""

    name: str
    patterns: tuple[str, ...]
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    delimiter: str = ""
    base: Path = Path()


@dataclass(frozen=True, slots=True)
class FeedSource:
    """RSS or Atom feeds."""

    name: str
    urls: tuple[str, ...]
    transfer: Transfer = field(default_factory=Transfer)


@dataclass(frozen=True, slots=True)
class Paging:
    """How the pages of an answer follow each other.

    `kind` is "none", "link" (a Link header), "next" (the address stands in the answer at `at`), "cursor" (what stands at
    `at` goes into `param`), "page" (`param` counts pages from `first`) or "offset" (`param` counts records).
    """

    kind: str = "none"
    param: str = ""
    at: str = ""
    first: int = 1
    max_pages: int = 100


@dataclass(frozen=True, slots=True)
class HttpSource:
    """Records in JSON over HTTP; `records` is the path to their list, keys joined by dots."""

    name: str
    url: str
    records: str = ""
    paging: Paging = field(default_factory=Paging)
    columns: Mapping[str, str] = field(default_factory=dict)
    transfer: Transfer = field(default_factory=Transfer)


@dataclass(frozen=True, slots=True)
class DatabaseSource:
    """A table or a query in SQLite or PostgreSQL; `since_column` only grows, and says what is new."""

    name: str
    url: str
    table: str = ""
    query: str = ""
    since_column: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


Source = FolderSource | FeedSource | HttpSource | DatabaseSource


@dataclass(frozen=True, slots=True)
class Settings:
    """Where listings come from, where tags go, and what is kept.

    Attributes
    ----------
    store : Path or str
        A SQLite file, or the address of a PostgreSQL database.
    mask : bool
        E-mail addresses, phone numbers and tokens in links are masked before anything is stored.
    keep_text_days : int
        Texts of listings not seen for longer are deleted; 0 keeps them.
    model_folder : Path, optional
        The shipped model if None.
    environ : mapping
        The environment, for `${NAME}` in addresses and headers.
    """

    sources: tuple[Source, ...]
    store: Path | str
    mask: bool = True
    keep_text_days: int = 0
    busy_seconds: float = 30.0
    model_folder: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict)

    def location(self) -> Path | str:
        """Give the store's place with the environment filled in."""
        return self.store if isinstance(self.store, Path) else fill_address(self.store, self.environ, "[store] url")


def fill_address(address: str, environ: Mapping[str, str], place: str) -> str:
    """Fill in an address; what goes into user, password or parameters may hold any sign and stays that part alone."""
    before, where, behind = _PARTS.fullmatch(address).groups()  # type: ignore[union-attr] # it fits any text
    return "".join(
        (fill(before, environ, place, _quoted), fill(where, environ, place), fill(behind, environ, place, _quoted))
    )


def fill(text: str, environ: Mapping[str, str], place: str, spelled: Callable[[str], str] = str) -> str:
    """Put the environment's values in place of `${NAME}`, spelled as the text asks for.

    Raises
    ------
    ConfigError
        When the environment has no such variable.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in environ:
            raise ConfigError(f"{place}: the environment has no variable {match[1]}; set it before the run")
        return spelled(environ[match[1]].strip())  # secrets often come out of files, with their line's end

    return _VARIABLE.sub(value, text)


def names_variable(text: str) -> bool:
    """Say whether a text takes something from the environment."""
    return bool(_VARIABLE.search(text))
