"""JSON lines and JSON documents as tables, read as they come.

The columns are the keys of all records, so a file is gone through twice; what can be read only once is kept in a
temporary file for that.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from json import JSONDecodeError
from typing import Any

from jobtagger.batch.encodings import CUT, DOS_END, Decoded, DecodedLines, Encoding
from jobtagger.batch.json_document import NO_OBJECT, TOO_DEEP, Broken, JsonDocument, Number, Record, decode
from jobtagger.batch.json_places import (
    Objects,
    Plan,
    are_records,
    holds_columns,
    is_empty_list_of_postings,
    lists_left_out,
    look_through,
    places_of_records,
)
from jobtagger.batch.streams import InputStream
from jobtagger.batch.table import ReadOptions, Row, Shape, Table
from jobtagger.errors import InputError, NoRowsError
from jobtagger.knowledge.types import Sources
from jobtagger.records import RejectedRecord

ENDINGS = (".json", ".jsonl", ".ndjson")
_LINES_ENDINGS = (".jsonl", ".ndjson")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_N_HEAD_LINES = 20
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


def read_json_lines(
    open_again: Callable[[], InputStream], encoding: Encoding, options: ReadOptions, sources: Sources
) -> Table:
    """Read one object per line; a line that is none is rejected."""

    def records(stream: InputStream) -> Records:
        lines = DecodedLines(stream, encoding)
        for line in lines:
            if not line.isspace() and line.strip() != DOS_END:
                fault = lines.fault(line)
                yield Broken(line.replace(CUT, ""), fault) if fault else _record(line)

    seen, broken = Objects(), None
    with open_again() as stream:
        for record in records(stream):
            if isinstance(record, Broken):
                broken = broken or record
            else:
                seen.add(record)
    return _table(Shape("jsonl", encoding=encoding), open_again, records, Plan(seen, options, sources), broken)


def read_json_document(
    open_again: Callable[[], InputStream], encoding: Encoding, options: ReadOptions, sources: Sources
) -> Table:
    """Read a list of objects: the document itself, or those that stand in it; else the document as the only record."""
    with open_again() as stream:
        found = look_through(JsonDocument(Decoded(stream, encoding)))
    places = places_of_records(found, options, sources)
    if not places and found.broken and found.broken.is_rest:
        raise InputError(f"{stream.name}: is not JSON: {found.broken.reason}")
    if not places:
        if is_empty_list_of_postings(found, options, sources):
            raise NoRowsError(f"{stream.name}: holds no records: its list of them is empty")
        return _whole(open_again, encoding, options, sources, found.broken)

    def records(stream: InputStream) -> Records:
        for path, record in JsonDocument(Decoded(stream, encoding)).lists():
            if path in places or (isinstance(record, Broken) and record.is_rest):
                yield record

    seen = Objects.together([found.lists[path] for path in places])
    others = lists_left_out(found, places, options, sources)
    shape = Shape("json", encoding=encoding, lists=tuple(filter(None, map(".".join, places))), other_lists=others)
    return _table(shape, open_again, records, Plan(seen, options, sources), found.broken)


def _whole(
    open_again: Callable[[], InputStream],
    encoding: Encoding,
    options: ReadOptions,
    sources: Sources,
    broken: Broken | None,
) -> Table:
    """Read a document that holds no list of postings: it is one itself, or its objects are."""
    with open_again() as stream:
        document = JsonDocument(Decoded(stream, encoding)).whole()
    seen = Objects()
    records: list[Record] = [document]
    if isinstance(document, dict):
        if are_records(document, options, sources):
            records = list(document.values())
        for record in records:
            if isinstance(record, dict):
                seen.add(record)
    plan = Plan(seen, options, sources)
    if not plan.wrapper and isinstance(document, dict) and holds_columns(document, options, sources):
        raise InputError(
            f"{stream.name}: holds columns, not records; save it as a list of records, as pandas does by"
            ' to_json(orient="records"), or as CSV'
        )
    broken = broken or (document if isinstance(document, Broken) else None)
    return _table(Shape("json", encoding=encoding), open_again, lambda _: iter(records), plan, broken)


def _table(
    shape: Shape,
    open_again: Callable[[], InputStream],
    records: Callable[[InputStream], Records],
    plan: Plan,
    broken: Broken | None,
) -> Table:
    stream = open_again()
    name = stream.name
    if not plan.columns:
        stream.close()
        if broken:
            raise InputError(f"{name}: holds no records: {broken.reason} ({broken.content[:100]})")
        raise NoRowsError(f"{name}: holds no records")
    flat = (part for record in records(stream) for part in plan.flat(record))
    rows = (_row(name, number, record, plan.columns) for number, record in enumerate(flat, 1))
    return Table(name, list(map(_text, plan.columns)), rows, 1, shape._replace(packing=stream.packing), stream)


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
