"""What every source is read into: chunks of listings, and marks that say up to where it was read."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from jobtagger.batch.columns import FieldMap, find_fields, first_filled, plain
from jobtagger.errors import InputError
from jobtagger.knowledge.types import Sources
from jobtagger.records import RawRecord, RejectedRecord

CHUNK_ROWS = 2048
"""Rows that are looked up, tagged and committed together."""
_CHUNK_CHARS = 4_000_000  # a chunk of huge rows ends earlier, so that memory stays flat

_URL_COLUMNS = ("url", "link", "job url", "listing url", "lien", "href")
_POSTED_COLUMNS = (
    "posted at", "posted on", "published", "published at", "published on", "publication date", "pubDate", "posted",
    "date posted", "created at", "creation date", "publish time", "date publication", "date de publication", "date",
)  # fmt: skip
T = TypeVar("T")

_MILLISECONDS = 10**11  # larger numbers are milliseconds since 1970, smaller ones seconds
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


class Found(NamedTuple):
    """A listing as found: the board's own id or address (or neither), its texts, when it was posted as written there."""

    native_id: str
    url: str
    record: RawRecord
    posted_at: str

    def raw(self) -> str:
        """Give what the listing says, as found: the same text means that nothing changed."""
        return "\0".join((self.url, *self.record))

    def whole(self) -> "Found":
        """Give the listing read in full."""
        return self


class FoundRow(NamedTuple):
    """A listing that stands in the row of a table; most are known, so it is read in full only when asked for."""

    native_id: str
    cells: Sequence[str]
    columns: "Columns"

    def raw(self) -> str:
        """Give what the row says in the columns that are read."""
        return "\0".join(self.columns.used(self.cells))

    def whole(self) -> Found:
        """Read the row in full."""
        return self.columns.whole(self.cells)


class Chunk(NamedTuple):
    """Some listings of one place.

    `numbers` are the rows of `found` at the place, counted from 1 if left out. `marks` are kept together with the listings, or not at all; `replaces` says that what was rejected of the place
    before is void.
    """

    place: str
    found: Sequence[Found | FoundRow]
    rejected: Sequence[RejectedRecord] = ()
    numbers: Sequence[int] = ()
    marks: Mapping[str, str] = {}
    replaces: bool = False


class Problem(NamedTuple):
    """A part of a source that could not be read; the rest of the source goes on."""

    message: str
    marks: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a source needs to know: its marks so far, the layouts, the time, the environment, how to wait.

    `own` is the store's file, which is no listing wherever it lies.
    """

    marks: Mapping[str, str]
    layouts: Sources
    now: datetime
    environ: Mapping[str, str]
    sleep: Callable[[float], object]
    own: Path | None = None

    def mark(self, place: str) -> dict[str, Any]:
        """Give what was noted of a place, empty for a new one."""
        noted: dict[str, Any] = json.loads(self.marks.get(place, "{}"))
        return noted


class Columns:
    """Where the fields of a listing stand in the rows of a table."""

    def __init__(self, name: str, columns: list[str], layouts: Sources, named: Mapping[str, str]) -> None:
        ours = {field: column for field, column in named.items() if field not in ("url", "posted_at")}
        try:
            self._fields: FieldMap = find_fields(name, columns, layouts, ours)
        except InputError as error:
            hint = 'name it in the source\'s columns, such as columns = { title = "..." }'
            raise InputError(str(error).replace("name it with --title or --description", hint)) from None
        self._url = _places(name, columns, _URL_COLUMNS, named.get("url", ""))
        self._posted = _places(name, columns, _POSTED_COLUMNS, named.get("posted_at", ""))
        fields = self._fields
        texts = (*fields.title, *fields.description, *fields.skills, *self._url)
        places = sorted({*texts, *(place for detail in fields.details for place in detail.places)})
        self.used: Callable[[Sequence[str]], Sequence[str]] = itemgetter(*places, places[0])  # never a single one

    def found(self, cells: Sequence[str]) -> FoundRow:
        """Know a row as a listing."""
        return FoundRow(self._fields.native_id(cells).strip(), cells, self)

    def whole(self, cells: Sequence[str]) -> Found:
        """Read a row in full."""
        native_id = self._fields.native_id(cells).strip()
        url = first_filled(self._url, cells).strip()
        return Found(
            native_id, url or _if_address(native_id), self._fields.record(cells), first_filled(self._posted, cells)
        )


def utc_text(written: str) -> str:
    """Give a moment, written in one of the usual ways, as UTC in ISO 8601; empty if it cannot be read."""
    written = written.strip()
    moment = _epoch(written) or _iso(written) or _mail_date(written)
    if moment is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return ""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return stamp(aware)
    except OverflowError:
        return ""


def stamp(moment: datetime) -> str:
    """Write a moment as the store does."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def settings_digest(*settings: object) -> str:
    """Name settings: a mark made under other ones is void."""
    return hashlib.sha256(repr(settings).encode()).hexdigest()[:12]


def table_of(records: Iterable[Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Give the columns of all records, nested ones joined by dots, and their rows as text."""
    flat = [dict(_flat(record)) for record in records]
    columns = list(dict.fromkeys(key for record in flat for key in record))
    return columns, [[record.get(column, "") for column in columns] for record in flat]


def cut_rows(rows: Iterable[T], n_chars: Callable[[T], int]) -> Iterator[list[T]]:
    """Cut rows into chunks: the same ones every time."""
    chunk: list[T] = []
    size = 0
    for row in rows:
        chunk.append(row)
        size += n_chars(row)
        if len(chunk) >= CHUNK_ROWS or size >= _CHUNK_CHARS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _flat(record: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}.")
        elif isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
            yield name, ", ".join(map(str, value))
        elif isinstance(value, bool) or not isinstance(value, str | int | float | None):
            yield name, json.dumps(value, ensure_ascii=False, default=str)
        else:
            yield name, "" if value is None else str(value)


def _places(name: str, columns: list[str], usual: Sequence[str], named: str) -> tuple[int, ...]:
    if named:
        if named not in columns:
            raise InputError(f'{name}: no column "{named}"; columns: {", ".join(columns)}')
        return (columns.index(named),)
    place_of = {plain(column): place for place, column in reversed(list(enumerate(columns)))}
    return tuple(place_of[plain(column)] for column in usual if plain(column) in place_of)


def _if_address(text: str) -> str:
    return text if text.startswith(("http://", "https://")) else ""


def _epoch(written: str) -> datetime | None:
    digits = written.removesuffix(".0")
    if not (digits.isascii() and digits.isdigit() and 9 <= len(digits) <= 13):
        return None
    seconds = int(digits) / (1000 if int(digits) > _MILLISECONDS else 1)
    return datetime.fromtimestamp(seconds, UTC)


def _iso(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written.removesuffix(" UTC"))
    except ValueError:
        return None


def _mail_date(written: str) -> datetime | None:
    try:
        return parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError):
        return None
