"""JSON lines and JSON documents as tables, read as they come.

The columns are the keys of all records, so a file is gone through twice; what can be read only once is kept in a
temporary file for that.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from json import JSONDecodeError
from typing import Any, NamedTuple

from jobtagger.batch.columns import n_text_fields
from jobtagger.batch.encodings import CUT, DOS_END, Decoded, DecodedLines, Encoding
from jobtagger.batch.json_document import NO_OBJECT, TOO_DEEP, Broken, JsonDocument, Number, Path, Record, decode
from jobtagger.batch.streams import InputStream
from jobtagger.batch.table import ReadOptions, Row, Shape, Table
from jobtagger.errors import InputError, NoRowsError
from jobtagger.knowledge.types import Sources
from jobtagger.records import RejectedRecord

ENDINGS = (".json", ".jsonl", ".ndjson")
_LINES_ENDINGS = (".jsonl", ".ndjson")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_N_HEAD_LINES = 20
_USUAL_LISTS = (
    "items", "jobs", "results", "records", "data", "rows", "postings", "listings", "projects", "entries", "hits", "offers",
    "missions", "offres", "annonces", "projets",
)  # fmt: skip
_quoted = json.JSONEncoder(ensure_ascii=False).encode

Records = Iterator[Record]


def looks_like_json(head: str) -> bool:
    """Tell JSON from other text by its beginning."""
    start = head[:400].lstrip()
    return bool(re.match(r'\[\s*\{|\{\s*"', start))


def is_json_lines(head: str, ending: str) -> bool:
    """Tell one object per line from one document."""
    if ending in _LINES_ENDINGS:
        return True
    lines = [line for line in head.split("\n")[:_N_HEAD_LINES] if line.strip()]
    if head.lstrip().startswith("[") or len(lines) < 2:
        return False
    return sum(isinstance(_record(line), dict) for line in lines) * 2 >= len(lines)


def starts_with_lines(open_again: Callable[[], InputStream], encoding: Encoding) -> bool:
    """Tell one object per line from one document where the first line is longer than the beginning that was looked at."""
    with open_again() as stream:
        lines = (line for line in DecodedLines(stream, encoding) if not line.isspace())
        first = next(lines, "")
        return first.rstrip().endswith("}") and next(lines, "").lstrip().startswith("{")


def read_json_lines(open_again: Callable[[], InputStream], encoding: Encoding) -> Table:
    """Read one object per line; a line that is none is rejected."""

    def records(stream: InputStream) -> Records:
        lines = DecodedLines(stream, encoding)
        for line in lines:
            if not line.isspace() and line.strip() != DOS_END:
                fault = lines.fault(line)
                yield Broken(line.replace(CUT, ""), fault) if fault else _record(line)

    seen, broken = _List(), None
    with open_again() as stream:
        for record in records(stream):
            if isinstance(record, Broken):
                broken = broken or record
            else:
                seen.add(record)
    return _table("jsonl", open_again, encoding, records, seen.columns, broken)


def read_json_document(
    open_again: Callable[[], InputStream], encoding: Encoding, options: ReadOptions, sources: Sources
) -> Table:
    """Read a list of objects: the document itself, or one that stands in it; else the document as the only record."""
    with open_again() as stream:
        found = _look_through(stream, encoding)
    place = _place_of_records(found, options, sources)
    if place is None and found.broken and found.broken.is_rest:
        raise InputError(f"{stream.name}: is not JSON: {found.broken.reason}")

    def records(stream: InputStream) -> Records:
        document = JsonDocument(Decoded(stream, encoding))
        if place is None:
            yield document.whole()
            return
        for path, record in document.lists():
            if path == place or (isinstance(record, Broken) and record.is_rest):
                yield record

    columns = dict.fromkeys(found.keys) if place is None else found.lists[place].columns
    return _table("json", open_again, encoding, records, columns, found.broken)


class _List:
    """What one of the lists in a document holds: how many objects, with which keys."""

    def __init__(self) -> None:
        self.n_objects = 0
        self.columns: dict[str, None] = {}

    def add(self, record: dict[str, Any]) -> None:
        """Take one more object."""
        self.n_objects += 1
        self.columns.update(dict.fromkeys(record))


class _Found(NamedTuple):
    """What a document holds: keys of its own if it is an object, lists, the first item that is no record."""

    keys: list[str]
    lists: dict[Path, _List]
    broken: Broken | None


def _look_through(stream: InputStream, encoding: Encoding) -> _Found:
    document = JsonDocument(Decoded(stream, encoding))
    lists: dict[Path, _List] = {}
    broken = None
    for path, record in document.lists():
        if isinstance(record, Broken):
            broken = broken or record
            continue
        lists.setdefault(path, _List()).add(record)
    return _Found(document.keys, lists, broken)


def _place_of_records(found: _Found, options: ReadOptions, sources: Sources) -> Path | None:
    """Find where the records stand; None if the document itself is the record.

    Places that layouts know come first, then the list whose objects look most like postings, then the longest. A list
    that looks no more like postings than the object around it is a part of that, its attachments for one; but not under
    a name that lists of postings usually have.
    """
    known = {tuple(layout.records.split(".")) for layout in sources.layouts if layout.records}
    if place := next((path for path in found.lists if path in known), None):
        return place

    def likeness(columns: Iterable[str]) -> int:
        return n_text_fields(list(columns), sources, dict(options.columns))

    def rank(path: Path) -> tuple[int, int]:
        return likeness(found.lists[path].columns), found.lists[path].n_objects

    best = max(found.lists, key=rank, default=None)
    if best is None:
        return None
    own, theirs = likeness(found.keys), likeness(found.lists[best].columns)
    is_usual = len(best) == 1 and best[0].lower() in _USUAL_LISTS
    return best if theirs > own or not own or (theirs and is_usual) else None


def _table(
    form: str,
    open_again: Callable[[], InputStream],
    encoding: Encoding,
    records: Callable[[InputStream], Records],
    columns: dict[str, None],
    broken: Broken | None,
) -> Table:
    stream = open_again()
    name = stream.name
    if not columns:
        stream.close()
        if broken:
            raise InputError(f"{name}: holds no records: {broken.reason} ({broken.content[:100]})")
        raise NoRowsError(f"{name}: holds no records")
    rows = (_row(name, number, record, columns) for number, record in enumerate(records(stream), 1))
    return Table(name, list(map(_text, columns)), rows, 1, Shape(form, stream.packing, encoding), stream)


def _row(name: str, number: int, record: Record, columns: Iterable[str]) -> Row | RejectedRecord:
    if isinstance(record, Broken):
        return RejectedRecord(name, number, record.reason, record.content)
    try:
        return [_text(record.get(column)) for column in columns]
    except RecursionError:
        return RejectedRecord(name, number, TOO_DEEP, ", ".join(record))


def _record(line: str) -> Record:
    try:
        value = decode(line)
    except JSONDecodeError:
        return Broken(line, NO_OBJECT)
    except RecursionError:
        return Broken(line, TOO_DEEP)
    return value if isinstance(value, dict) else Broken(line, NO_OBJECT)


def _text(value: Any) -> str:
    """Give a JSON value as the text of a cell: numbers as written, lists and objects as JSON."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else _json(value)
    return text if text.isascii() else _HALF_CHARACTER.sub("\ufffd", text)


def _json(value: Any) -> str:
    """Write a value as `json.dumps` does, but numbers with the digits they came with."""
    if isinstance(value, dict):
        return "{" + ", ".join([f"{_quoted(key)}: {_json(item)}" for key, item in value.items()]) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_json, value)) + "]"
    return value if isinstance(value, Number) else _quoted(value)
