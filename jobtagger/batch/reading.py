"""Any tabular file to columns and rows of text: encoding, delimiter and layout found, bad rows passed on as values.

Everything stays text: "007", "NA" and long numbers come through as they were written.
"""

import codecs
import csv
import io
import itertools
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from jobtagger.batch.columns import FieldMap, records_of
from jobtagger.errors import InputError
from jobtagger.knowledge.types import Sources
from jobtagger.records import RejectedRecord

STDIN = "-"
_DELIMITERS = ",;\t|"
_MAX_RECORD_CHARS = 32_000_000  # a longer record is taken for a quote that was never closed
_BOMS = [
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
]
_JSON_ENDINGS = {".json", ".jsonl", ".ndjson"}
_READ_SIZE = 1 << 18

Row = list[str]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user fixed instead of leaving it to be found out; empty means find out."""

    encoding: str = ""
    delimiter: str = ""


@dataclass(slots=True)
class Table:
    """An opened file: its columns and its rows, read as they are asked for.

    `rows` gives cells (as many as `columns`) or a `RejectedRecord`. A context manager: leaving it closes the file.
    """

    name: str
    columns: list[str]
    rows: Iterator[Row | RejectedRecord]
    delimiter: str
    has_bom: bool
    stream: "CountedStream"
    fields: FieldMap | None = None

    def bytes_read(self) -> int:
        """Say how many bytes of the file were read so far."""
        return self.stream.n_read

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *exit_details: object) -> None:
        self.stream.close()


class CountedStream(io.BufferedIOBase):
    """A binary stream that knows how many bytes were taken from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._head = b""
        self.n_read = 0

    def peek(self) -> bytes:
        """Look at the beginning without taking it."""
        self._head = self._head or self._stream.read(_READ_SIZE)
        return self._head

    def readable(self) -> bool:
        """Say yes, as text wrappers ask."""
        return True

    def read1(self, size: int = -1, /) -> bytes:
        """Read what is at hand, at most `size` bytes."""
        if self._head:
            chunk, self._head = self._head, b""
        else:
            chunk = self._stream.read(size if size > 0 else _READ_SIZE)
        self.n_read += len(chunk)
        return chunk

    def read(self, size: int | None = -1, /) -> bytes:
        """Read everything (`size` is for the interface alone)."""
        return b"".join(iter(self.read1, b""))

    def close(self) -> None:
        """Close the file; standard input stays open, it is not ours."""
        if self._stream is not sys.stdin.buffer:
            self._stream.close()
        super().close()


def open_table(path: str, options: ReadOptions, sources: Sources) -> Table:
    """Open a CSV or JSON file, or standard input for "-".

    Raises
    ------
    InputError
        When there is no such file, nothing in it, or nothing that can be decoded.
    """
    stream, name = _open(path)
    counted = CountedStream(stream)
    try:
        return _table(name, counted, options, sources)
    except BaseException:
        counted.close()
        raise


def _table(name: str, stream: CountedStream, options: ReadOptions, sources: Sources) -> Table:
    head = stream.peek()
    if not head.strip():
        raise InputError(f"{name}: is empty")
    encoding = options.encoding or _encoding_of(head)
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise InputError(f"{name}: encoding {encoding} is not known; try utf-8, cp1252 or latin-1") from None
    if Path(name).suffix.lower() in _JSON_ENDINGS or _looks_like_json(head, encoding):
        return _json_table(name, stream, _read_all(name, stream, encoding), sources)
    return _csv_table(name, stream, encoding, options.delimiter)


def _open(path: str) -> tuple[BinaryIO, str]:
    if path == STDIN:
        return sys.stdin.buffer, "standard input"
    try:
        return Path(path).open("rb"), path
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None


def _encoding_of(head: bytes) -> str:
    return next((encoding for bom, encoding in _BOMS if head.startswith(bom)), "utf-8")


def _looks_like_json(head: bytes, encoding: str) -> bool:
    start = head[:400].decode(encoding, "replace").lstrip()
    return (
        start.startswith(("[{", '{"'))
        or (start.startswith("[") and start[1:].lstrip().startswith("{"))
        or (start.startswith("{") and start[1:].lstrip().startswith('"'))
    )


def _csv_table(name: str, stream: CountedStream, encoding: str, delimiter: str) -> Table:
    csv.field_size_limit(_MAX_RECORD_CHARS)
    lines = _Lines(_decoded(name, stream, encoding))
    first = next(lines, "")
    lines.push_back([first])
    delimiter = delimiter or max(_DELIMITERS, key=first.count)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        columns = next(reader, [])
    except csv.Error as error:
        raise InputError(f"{name}: row 1: the header cannot be read: {error}") from None
    rows = _csv_rows(name, reader, lines, len(columns))
    first_row = next(rows, None)
    if first_row is None:
        raise InputError(f"{name}: has a header and no rows")
    return Table(name, columns, itertools.chain([first_row], rows), delimiter, encoding == "utf-8-sig", stream)


def _decoded(name: str, stream: CountedStream, encoding: str) -> Iterator[str]:
    """Decode line by line; an undecodable byte is named by its place in the file."""
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")  # type: ignore[type-var]  # read1 is all it needs
    text._CHUNK_SIZE = _READ_SIZE  # type: ignore[attr-defined]  # the default of 8 KB costs a tenth of the reading
    try:
        yield from text
    except UnicodeDecodeError as error:
        raise _undecodable(name, encoding, stream.n_read - len(error.object) + error.start, error) from None
    except UnicodeError as error:
        raise InputError(f"{name}: cannot be read as {encoding}: {error}; say --encoding") from None


def _undecodable(name: str, encoding: str, offset: int, error: UnicodeDecodeError) -> InputError:
    byte = error.object[error.start]
    return InputError(
        f"{name}: byte {offset} (0x{byte:02X}) is not {encoding}; say which encoding it is, such as --encoding cp1252"
    )


class _Lines:
    """Lines for the CSV reader; remembers those of the current record, so that they can be read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: list[str] = []
        self.taken: list[str] = []
        self._n_chars = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self.taken.append(line)
        self._n_chars += len(line)
        if self._n_chars > _MAX_RECORD_CHARS:
            raise csv.Error(f"longer than {_MAX_RECORD_CHARS:,} characters; is a quote never closed?")
        return line

    def start_record(self) -> None:
        """Forget the lines of the last record."""
        self.taken = []
        self._n_chars = 0

    def push_back(self, lines: list[str]) -> None:
        """Have lines read again."""
        self._again.extend(reversed(lines))
        self.start_record()


def _csv_rows(name: str, reader: Any, lines: _Lines, n_columns: int) -> Iterator[Row | RejectedRecord]:
    for number in itertools.count(2):
        lines.start_record()
        try:
            cells = next(filter(None, reader), None)  # a blank line is no row
        except csv.Error as error:
            yield _reject_first_line(name, number, str(error), lines)
            continue
        if cells is None:
            return
        yield _fitted(name, number, cells, n_columns, lines)


def _fitted(name: str, number: int, cells: Row, n_columns: int, lines: _Lines) -> Row | RejectedRecord:
    """Give a record's cells if there are as many as columns; else say what is wrong with it."""
    if len(cells) == n_columns:
        return cells
    if len(cells) > n_columns and not any(cells[n_columns:]):
        return cells[:n_columns]  # a delimiter at the line's end
    if len(lines.taken) > 1 and _is_open_quote(lines.taken):
        return _reject_first_line(name, number, "a quote is opened and never closed", lines)
    reason = f"{len(cells)} cells where the header has {n_columns}"
    return RejectedRecord(name, number, reason, "".join(lines.taken))


def _is_open_quote(taken: list[str]) -> bool:
    return sum(line.count('"') for line in taken) % 2 == 1


def _reject_first_line(name: str, number: int, reason: str, lines: _Lines) -> RejectedRecord:
    """Give up on the first line of a record only; what it swallowed is read again as rows of its own."""
    taken = lines.taken
    lines.push_back(taken[1:])
    return RejectedRecord(name, number, reason, taken[0] if taken else "")


def _read_all(name: str, stream: CountedStream, encoding: str) -> str:
    try:
        return stream.read().decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(name, encoding, error.start, error) from None


def _json_table(name: str, stream: CountedStream, text: str, sources: Sources) -> Table:
    records = list(_json_records(name, text, sources))
    columns = list(dict.fromkeys(key for record in records if isinstance(record, dict) for key in record))
    if not records:
        raise InputError(f"{name}: holds no records")
    rows = (_json_row(name, number, record, columns) for number, record in enumerate(records, 1))
    return Table(name, columns, rows, ",", False, stream)


def _json_records(name: str, text: str, sources: Sources) -> Iterator[Any]:
    try:
        yield from records_of(json.loads(text), name, sources)
    except json.JSONDecodeError as whole:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise InputError(f"{name}: line {whole.lineno}: is not JSON: {whole.msg}") from None
        for line in lines:
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                yield line


def _json_row(name: str, number: int, record: Any, columns: list[str]) -> Row | RejectedRecord:
    if not isinstance(record, dict):
        return RejectedRecord(name, number, "is no JSON object", str(record))
    return [_cell(record.get(column)) for column in columns]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
