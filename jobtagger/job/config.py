"""The configuration of the scheduled job: a TOML file, read strictly, all its mistakes reported at once."""

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jobtagger.errors import ConfigError
from jobtagger.job.settings import (
    DatabaseSource,
    FeedSource,
    FolderSource,
    HttpSource,
    Paging,
    Settings,
    Source,
    Transfer,
    names_variable,
)
from jobtagger.knowledge.schema import Fields, Problems, did_you_mean

COLUMN_FIELDS = ("title", "description", "skills", "listing_id", "url", "posted_at")
PAGINGS = ("none", "link", "next", "cursor", "page", "offset")

_SECTIONS = ("store", "privacy", "model", "source", "alerts", "metrics")  # the last two are read by jobtagger.watch
_KEYS: dict[str, tuple[str, ...]] = {
    "store": ("database", "url", "busy_seconds"),
    "privacy": ("mask", "keep_text_days"),
    "model": ("folder",),
    "folder": ("name", "kind", "paths", "columns", "encoding", "delimiter"),
    "feed": ("name", "kind", "urls", "headers", "timeout_s", "max_mb", "retries"),
    "http": ("name", "kind", "url", "records", "paging", "columns", "headers", "params", "timeout_s", "max_mb", "retries"),
    "database": ("name", "kind", "url", "table", "query", "since_column", "columns"),
    "paging": ("kind", "param", "at", "first", "max_pages"),
}  # fmt: skip
_SECRET = re.compile(r"auth|cookie|token|secret|passw|api.?key|signature|session", re.IGNORECASE)
_HINT = 'write "${NAME}" in its place and set NAME in the environment'
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


def read_config(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read a configuration; its relative paths start at its own folder.

    Raises
    ------
    ConfigError
        When the file is missing, is no TOML, or holds something unknown or wrong; all that is wrong is named.
    """
    table = read_toml(path)
    problems = Problems(str(path))
    _refuse_unknown(table, _SECTIONS, "file", problems, "section")
    store = _store(path.parent, _section(table, "store", problems), problems)
    privacy = _section(table, "privacy", problems)
    model = _section(table, "model", problems).text("folder", empty=True)
    settings = Settings(
        sources=_sources(path.parent, table.get("source", []), problems),
        store=store[0],
        busy_seconds=store[1],
        mask=privacy.flag("mask", default=True),
        keep_text_days=int(privacy.number("keep_text_days", 0, 36_500, default=0)),
        model_folder=path.parent / model if model else None,
        environ=environ or {},
    )
    if problems.found:
        raise ConfigError("\n".join(problems.found))
    return settings


def read_toml(path: Path) -> dict[str, Any]:
    """Read the file as it stands.

    Raises
    ------
    ConfigError
        When it is missing, cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f'{path}: no such file; "jobtagger init" writes one to start from') from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from None


def _refuse_unknown(
    table: Mapping[str, Any], allowed: Collection[str], place: str, problems: Problems, what: str = "key"
) -> None:
    for key in table:
        if key not in allowed:
            hint = did_you_mean(key, allowed)
            problems.note(place, f'unknown {what} "{key}"{hint} (allowed: {", ".join(allowed)})')


def _section(table: Mapping[str, Any], name: str, problems: Problems) -> Fields:
    values = table.get(name, {})
    if isinstance(values, Mapping):
        _refuse_unknown(values, _KEYS[name], f"[{name}]", problems)
    return Fields(values, f"[{name}]", problems)


def _store(folder: Path, fields: Fields, problems: Problems) -> tuple[Path | str, float]:
    database, url = fields.text("database", empty=True), fields.text("url", empty=True)
    busy_seconds = fields.number("busy_seconds", 0, 3600, default=30)
    if database and url:
        fields.note("database and url: name one of them")
    if url:
        _refuse_secrets(url, "[store]", problems)
        if not url.startswith("postgresql"):
            fields.note("url: must begin with postgresql://; a SQLite file is named by database")
    return (url if url else folder / (database or "jobtagger.sqlite")), busy_seconds


def _sources(folder: Path, tables: object, problems: Problems) -> tuple[Source, ...]:
    if not isinstance(tables, list):
        problems.note("[source]", "is one table; write [[source]] with a name and a kind, once for each source")
        return ()
    if not tables:
        problems.note("file", "names no source; write a [[source]] with a name and a kind")
    found: list[Source] = []
    for number, table in enumerate(tables, 1):
        name = table.get("name") if isinstance(table, Mapping) else None
        place = f'[[source]] "{name}"' if isinstance(name, str) and name else f"[[source]] {number}"
        source = _source(folder, table, place, problems)
        if source and source.name in [other.name for other in found]:
            problems.note(place, "name: another source has it already")
        elif source:
            found.append(source)
    return tuple(found)


def _source(folder: Path, table: object, place: str, problems: Problems) -> Source | None:
    fields = Fields(table, place, problems)
    if not isinstance(table, Mapping):
        return None
    name, kind = _needed(fields, table, "name"), _needed(fields, table, "kind")
    if name and not _NAME.fullmatch(name):
        fields.note(f'name: "{name}" must be letters, digits, "_", "-" and "." only')
    if kind not in _READERS:
        if kind:
            hint = did_you_mean(kind, _READERS)
            fields.note(f'kind: "{kind}" is not known{hint} (known: {", ".join(_READERS)})')
        _refuse_unknown(table, dict.fromkeys(key for known in _READERS for key in _KEYS[known]), place, problems)
        return None
    _refuse_unknown(table, _KEYS[kind], place, problems)
    return _READERS[kind](_Reader(folder, table, place, problems), fields, name)


def _needed(fields: Fields, table: Mapping[str, Any], key: str) -> str:
    """Take a string that must be there; whatever is wrong with it is said once."""
    value = fields.text(key, empty=True)
    if table.get(key, "") == "":
        fields.note(f"{key}: is missing or empty")
    return value


class _Reader:
    """What reading a source of any kind needs beside its fields."""

    def __init__(self, folder: Path, table: Mapping[str, Any], place: str, problems: Problems) -> None:
        self.folder, self._table, self._place, self._problems = folder, table, place, problems

    def needed(self, fields: Fields, key: str) -> str:
        """Take a string that must be there."""
        return _needed(fields, self._table, key)

    def texts_of(self, key: str) -> dict[str, str]:
        """Take a table of strings."""
        values = self._table.get(key, {})
        if not isinstance(values, Mapping) or not all(isinstance(value, str) for value in values.values()):
            self._problems.note(self._place, f"{key}: must be a table of strings")
            return {}
        return dict(values)

    def columns(self) -> dict[str, str]:
        """Take the table that says which column holds which field."""
        named = self.texts_of("columns")
        place = f"{self._place} columns"
        _refuse_unknown(named, COLUMN_FIELDS, place, self._problems)
        for field, column in named.items():
            if not column:
                self._problems.note(place, f"{field}: is empty; name a column, or leave {field} out")
        return named

    def transfer(self, fields: Fields) -> Transfer:
        """Take the keys of a source that is fetched; tokens in the file are refused."""
        headers, params = self.texts_of("headers"), self.texts_of("params")
        for key, values in (("headers", headers), ("params", params)):
            _refuse_written_out(values.items(), key, self._place, self._problems)
        return Transfer(
            headers,
            params,
            fields.number("timeout_s", 0.1, 600, default=30),
            int(fields.number("max_mb", 0.001, 2000, default=20) * 1_000_000),
            int(fields.number("retries", 0, 10, default=2)),
        )

    def address(self, url: str) -> str:
        """Check an address to fetch from."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            self._problems.note(self._place, f'"{url}" is no http or https address')
        _refuse_secrets(url, self._place, self._problems)
        return url

    def paging(self) -> Paging:
        """Take the table that says how pages follow each other."""
        table, place = self._table.get("paging", {}), f"{self._place} paging"
        fields = Fields(table, place, self._problems)
        if not isinstance(table, Mapping):
            return Paging()
        _refuse_unknown(table, _KEYS["paging"], place, self._problems)
        kind = fields.text("kind", empty=True, choices=PAGINGS) or "none"
        paging = Paging(
            kind,
            _needed(fields, table, "param")
            if kind in ("cursor", "page", "offset")
            else fields.text("param", empty=True),
            _needed(fields, table, "at") if kind in ("next", "cursor") else fields.text("at", empty=True),
            int(fields.number("first", 0, 1_000_000, default=0 if kind == "offset" else 1)),
            int(fields.number("max_pages", 1, 100_000, default=100)),
        )
        return paging


def _folder_source(reader: _Reader, fields: Fields, name: str) -> Source:
    patterns = fields.texts("paths")
    if not patterns:
        fields.note('paths: names no file; write such as ["listings/*.csv"]')
    columns = reader.columns()
    encoding, delimiter = fields.text("encoding", empty=True), fields.text("delimiter", empty=True)
    return FolderSource(name, patterns, columns, encoding, delimiter, reader.folder)


def _feed_source(reader: _Reader, fields: Fields, name: str) -> Source:
    urls = fields.texts("urls")
    if not urls:
        fields.note("urls: names no feed")
    return FeedSource(name, tuple(map(reader.address, urls)), reader.transfer(fields))


def _http_source(reader: _Reader, fields: Fields, name: str) -> Source:
    columns = reader.columns()
    url, records = reader.needed(fields, "url"), fields.text("records", empty=True)
    if url:
        reader.address(url)
    return HttpSource(name, url, records, reader.paging(), columns, reader.transfer(fields))


def _database_source(reader: _Reader, fields: Fields, name: str) -> Source:
    url, table, query = reader.needed(fields, "url"), fields.text("table", empty=True), fields.text("query", empty=True)
    if bool(table) == bool(query):
        fields.note("table and query: name one of them")
    if url and not url.startswith(("sqlite:///", "postgresql")):
        fields.note("url: must begin with sqlite:/// or postgresql://")
    _refuse_secrets(url, reader._place, reader._problems)
    if url.startswith("sqlite:///"):
        url = "sqlite:///" + str(reader.folder / url.removeprefix("sqlite:///"))
    columns = reader.columns()
    return DatabaseSource(name, url, table, query, fields.text("since_column", empty=True), columns)


_READERS: dict[str, Callable[[_Reader, Fields, str], Source]] = {
    "folder": _folder_source,
    "feed": _feed_source,
    "http": _http_source,
    "database": _database_source,
}


def _refuse_secrets(url: str, place: str, problems: Problems) -> None:
    """Note a password or token that stands in an address."""
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:
        problems.note(place, "url: is no address")
        return
    if password and not names_variable(password):
        problems.note(place, f"url: a password must not stand in the file; {_HINT}")
    _refuse_written_out(parse_qsl(parts.query), "address", place, problems)


def _refuse_written_out(values: Iterable[tuple[str, str]], where: str, place: str, problems: Problems) -> None:
    for name, value in values:
        if _SECRET.search(name) and not names_variable(value):
            problems.note(place, f"{where}: {name}: a secret must not stand in the file; {_HINT}")
