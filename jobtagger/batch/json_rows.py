"""JSON lines and JSON documents, read as they come: a document is never held whole.

The columns are the keys of all records, so a file is gone through twice; standard input is kept in a temporary file
for that.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import IO, Any

import ijson

from jobtagger.batch.encodings import DecodedLines, Encoding
from jobtagger.batch.streams import InputStream
from jobtagger.batch.table import Row, Shape, Table
from jobtagger.errors import InputError, NoRowsError
from jobtagger.knowledge.types import Sources
from jobtagger.records import RejectedRecord

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_N_HEAD_LINES = 20
MAX_DEPTH = 100
MAX_DIGITS = 4000
_TEXTS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_BRACKETS = re.compile(rb"[\[\]{}]")
_DIGITS = re.compile(rb"[0-9]{%d}" % (MAX_DIGITS + 1))
_SIGNS = re.compile(rb'\\.|["\[\]{}]|[0-9]{%d}' % (MAX_DIGITS + 1), re.DOTALL)


class _Broken(str):
    """Content of a record that is no JSON object, with what is wrong as `reason`."""

    reason = "is no JSON object"


class _BrokenOff(_Broken):
    """Stands for the rest of a document that breaks off."""

    reason = "the document is damaged from here on, or breaks off"


Records = Iterator[dict[str, Any] | _Broken]


def looks_like_json(head: str) -> bool:
    """Tell JSON from other text by its beginning."""
    start = head[:400].lstrip()
    return bool(re.match(r'\[\s*\{|\{\s*"', start))


def is_json_lines(head: str, path: str) -> bool:
    """Tell one object per line from one document."""
    if ".jsonl" in path or ".ndjson" in path:
        return True
    lines = [line for line in head.split("\n")[:_N_HEAD_LINES] if line.strip()]
    if head.lstrip().startswith("[") or len(lines) < 2:
        return False
    return sum(isinstance(_loads(line), dict) for line in lines) * 2 >= len(lines)


def read_json_lines(open_again: Callable[[], InputStream], encoding: Encoding) -> Table:
    """Read one object per line; a line that is none is rejected."""

    def records(stream: InputStream) -> Records:
        lines = DecodedLines(stream, encoding)
        for line in lines:
            if not line.isspace():
                record = None if lines.fault(line) else _loads(line)
                yield record if isinstance(record, dict) else _Broken(line)

    return _table("jsonl", open_again, encoding, records)


def read_json_document(open_again: Callable[[], InputStream], encoding: Encoding, sources: Sources) -> Table:
    """Read a list of objects: the document itself, or somewhere inside it as a layout of sources.toml says."""
    with open_again() as stream:
        place = _place_of_records(stream.name, _as_utf8(stream, encoding), sources)

    def records(stream: InputStream) -> Records:
        found = ijson.items(_as_utf8(stream, encoding), place)
        while True:
            try:
                record = next(found, None)
            except (ijson.JSONError, _Refused) as error:
                yield _BrokenOff(_first_line(error))
                return
            if record is None:
                return
            yield record if isinstance(record, dict) else _Broken(_text(record))

    return _table("json", open_again, encoding, records)


def _table(
    form: str, open_again: Callable[[], InputStream], encoding: Encoding, records: Callable[[InputStream], Records]
) -> Table:
    with open_again() as stream:
        name = stream.name
        seen, broken = _columns(records(stream))
    if not seen and broken:
        raise InputError(f"{name}: holds no records: {broken.reason} ({broken[:100]})")
    if not seen:
        raise NoRowsError(f"{name}: holds no records")
    columns = list(seen)
    stream = open_again()
    rows = (_row(name, number, record, columns) for number, record in enumerate(records(stream), 1))
    return Table(name, columns, rows, 1, Shape(form, stream.packing, encoding), stream)


def _columns(records: Records) -> tuple[dict[str, None], _Broken | None]:
    columns: dict[str, None] = {}
    broken = None
    for record in records:
        if isinstance(record, _Broken):
            broken = broken or record
        else:
            columns.update(dict.fromkeys(record))
    return columns, broken


def _row(name: str, number: int, record: dict[str, Any] | _Broken, columns: list[str]) -> Row | RejectedRecord:
    if isinstance(record, _Broken):
        return RejectedRecord(name, number, record.reason, str(record))
    try:
        return [_text(record.get(column)) for column in columns]
    except RecursionError:
        return RejectedRecord(name, number, f"is nested deeper than {MAX_DEPTH} levels", ", ".join(record))


def _place_of_records(name: str, file: IO[bytes], sources: Sources) -> str:
    """Find where the records stand, in ijson's notation: known paths first, then the only list at the top."""
    known = {layout.records for layout in sources.layouts if layout.records}
    top_lists: list[str] = []
    try:
        for prefix, event, _ in ijson.parse(file):
            if event != "start_array":
                continue
            if not prefix or prefix in known:
                return f"{prefix}.item".removeprefix(".")
            if "." not in prefix:
                top_lists.append(prefix)
    except (ijson.JSONError, _Refused) as error:
        if not top_lists:
            raise InputError(f"{name}: is not JSON: {_first_line(error)}") from None
    return f"{top_lists[0]}.item" if len(top_lists) == 1 else ""


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0].strip()


def _as_utf8(stream: InputStream, encoding: Encoding) -> IO[bytes]:
    """Give the stream as the parser wants it; bad bytes become the replacement character."""
    return _Utf8(stream, encoding)  # type: ignore[return-value]  # read() is all it needs


class _Refused(Exception):
    """Something in a document that its parser would take for ever over, or fall; the bytes before `place` are sound."""

    def __init__(self, reason: str, place: int) -> None:
        super().__init__(reason)
        self.place = place


class _Guard:
    """Looks through a document before its parser does, for what is nested without end and numbers of too many digits."""

    def __init__(self) -> None:
        self._depth, self._is_text = 0, False
        self._rest = b""

    def check(self, block: bytes) -> None:
        """Look through the next bytes.

        Raises
        ------
        _Refused
            When they go too far.
        """
        n_known = len(self._rest)
        block = self._rest + block
        n_left = _n_unfinished(block)
        whole, self._rest = block[: len(block) - n_left], block[len(block) - n_left :]
        # The quote behind closes a text that is not finished; else it is left alone.
        bare = _TEXTS.sub(b"", b'"' * self._is_text + whole + b'"')
        depth = self._depth
        for bracket in _BRACKETS.findall(bare):
            depth += 1 if bracket in b"[{" else -1
            if depth > MAX_DEPTH:
                break
        if depth > MAX_DEPTH or _DIGITS.search(bare):
            self._refuse(whole, n_known)
        self._depth, self._is_text = depth, not bare.endswith(b'"')

    def _refuse(self, whole: bytes, n_known: int) -> None:
        """Find the place where it goes too far."""
        depth, is_text = self._depth, self._is_text
        for match in _SIGNS.finditer(whole):
            sign, place = match[0], max(0, match.start() - n_known)
            if sign == b'"':
                is_text = not is_text
            elif is_text or sign[0] == ord("\\"):
                continue
            elif sign in b"[{":
                depth += 1
                if depth > MAX_DEPTH:
                    raise _Refused(f"nested deeper than {MAX_DEPTH} levels", place)
            elif sign in b"]}":
                depth -= 1
            else:
                raise _Refused(f"a number of more than {MAX_DIGITS:,} digits", place)


def _n_unfinished(block: bytes) -> int:
    """Say how many bytes at the end mean something only with those that follow: an escape, or the digits of a number."""
    n_escapes = len(block) - len(block.rstrip(b"\\"))
    n_digits = len(block) - len(block.rstrip(b"0123456789"))
    return n_escapes % 2 or (n_digits if n_digits <= MAX_DIGITS else 0)


class _Utf8:
    """Recodes a stream block by block: a document may be one single line."""

    def __init__(self, stream: InputStream, encoding: Encoding) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding.has_bom else encoding.name)("replace")
        self._rest = b""
        self._guard = _Guard()
        self._refused: _Refused | None = None

    def read(self, size: int, /) -> bytes:
        while len(self._rest) < size and not self._refused:
            block = self._stream.read1()
            text = self._decoder.decode(block, not block).encode("utf-8", "replace")
            try:
                self._guard.check(text)
            except _Refused as error:
                self._refused, text = error, text[: error.place]
            self._rest += text
            if not block:
                break
        if self._refused and not self._rest:
            raise self._refused
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


def _loads(line: str) -> Any:
    try:
        return json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def _text(value: Any) -> str:
    """Give a JSON value as the text of a cell: numbers as written, lists and objects as JSON."""
    if isinstance(value, str):
        return _HALF_CHARACTER.sub("\ufffd", value)
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return str(value)
    text = json.dumps(value, ensure_ascii=False, default=_number)
    return _HALF_CHARACTER.sub("\ufffd", text)


def _number(value: Decimal) -> float:
    return float(value)
