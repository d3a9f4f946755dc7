"""CSV and its kin: the delimiter found by trying, ragged rows, open quotes and bad bytes passed on as rejected rows."""

import csv
import itertools
from collections.abc import Iterator

from jobtagger.batch.encodings import MAX_RECORD_CHARS, DecodedLines, Encoding
from jobtagger.batch.streams import InputStream
from jobtagger.batch.table import Row, Rows, Shape, Table
from jobtagger.errors import InputError
from jobtagger.records import RejectedRecord

DELIMITERS = ",;\t|"
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE_LINES = 60
_SAMPLE_CHARS = 200_000
_SHOWN_OF_HUGE = 1000
_OPEN_QUOTE = "a quote is opened and never closed"


def read_delimited(stream: InputStream, encoding: Encoding, delimiter: str) -> Table:
    """Read delimited text with a header.

    Raises
    ------
    InputError
        When there is no header, or nothing below it.
    """
    csv.field_size_limit(MAX_RECORD_CHARS)
    decoded = DecodedLines(stream, encoding)
    lines = _Lines(iter(decoded))
    reason = "--delimiter"
    if not delimiter:
        delimiter, reason = sniff(lines.look_ahead(_SAMPLE_LINES, _SAMPLE_CHARS))
    try:
        columns = next(filter(None, csv.reader(lines, delimiter=delimiter)), [])
    except csv.Error as error:
        raise InputError(f"{stream.name}: row 1: the header cannot be read: {error}") from None
    rows = _rows(stream.name, lines, delimiter, decoded, len(columns))
    first_row = next(rows, None)
    if first_row is None:
        raise InputError(f"{stream.name}: has a header and no rows")
    shape = Shape("csv", stream.packing, encoding, delimiter, reason)
    return Table(stream.name, columns, itertools.chain([first_row], rows), 2, shape, stream)


def sniff(lines: list[str]) -> tuple[str, str]:
    """Find the delimiter of the first lines of a file; say why."""
    best = (0.0, 0, DELIMITERS[0])
    for delimiter in reversed(DELIMITERS):
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        if widths and widths[0] > 1:
            fitting = sum(width == widths[0] for width in widths) / len(widths)
            best = max(best, (fitting, widths[0], delimiter))
    fitting, width, delimiter = best
    if not width:
        return delimiter, "one column; nothing in the header parts it"
    return (
        delimiter,
        f"the {_NAMES[delimiter]} parts the header into {width} cells, and {fitting:.0%} of the first rows",
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
        if self._n_chars > MAX_RECORD_CHARS:
            raise csv.Error(f"longer than {MAX_RECORD_CHARS:,} characters; is a quote never closed?")
        return line

    def look_ahead(self, n_lines: int, n_chars: int) -> list[str]:
        """Look at the next lines without taking them; the last line of many may be cut off."""
        ahead: list[str] = []
        while len(ahead) < n_lines and sum(map(len, ahead)) < n_chars and (line := next(self._lines, "")):
            ahead.append(line)
        self._again = ahead[::-1]
        return [line[:n_chars] for line in ahead]

    def start_record(self) -> None:
        """Forget the lines of the last record."""
        self.taken = []
        self._n_chars = 0

    def push_back(self, lines: list[str]) -> None:
        """Have lines read again."""
        self._again.extend(reversed(lines))
        self.start_record()


def _rows(name: str, lines: _Lines, delimiter: str, decoded: DecodedLines, n_columns: int) -> Rows:
    records = _records(lines, delimiter)
    for number in itertools.count(2):
        lines.start_record()
        cells = next(records, None)
        if cells is None:
            return
        if isinstance(cells, csv.Error):
            yield _reject_first_line(name, number, str(cells), lines)
            continue
        row = _fitted(name, number, cells, n_columns, lines)
        if decoded.is_dirty and not isinstance(row, RejectedRecord) and (bad := decoded.bad_byte("".join(row))):
            row = RejectedRecord(name, number, bad, "".join(lines.taken))
        yield row


def _records(lines: _Lines, delimiter: str) -> Iterator[Row | csv.Error]:
    """Part lines into records; a quote in the middle of a cell is forgiven where it cannot have swallowed other rows."""
    strict = filter(None, csv.reader(lines, delimiter=delimiter, strict=True))  # a blank line is no row
    lenient = filter(None, csv.reader(lines, delimiter=delimiter))
    while True:
        try:
            cells = next(strict, None)
        except csv.Error as error:
            if sum(not line.isspace() for line in lines.taken) != 1:
                yield csv.Error(_OPEN_QUOTE) if _is_odd(lines.taken[:-1]) else error
                continue
            lines.push_back(lines.taken)
            try:
                cells = next(lenient, None)
            except csv.Error as second:
                yield second
                continue
        if cells is None:
            return
        yield cells


def _fitted(name: str, number: int, cells: Row, n_columns: int, lines: _Lines) -> Row | RejectedRecord:
    """Give a record's cells if there are as many as columns; else say what is wrong with it."""
    if len(cells) == n_columns:
        return cells
    if len(cells) > n_columns and not any(cells[n_columns:]):
        return cells[:n_columns]  # a delimiter at the line's end
    if len(lines.taken) > 1 and _is_odd(lines.taken):
        return _reject_first_line(name, number, _OPEN_QUOTE, lines)
    reason = f"{len(cells)} cells where the header has {n_columns}"
    return RejectedRecord(name, number, reason, "".join(lines.taken))


def _is_odd(taken: list[str]) -> bool:
    return sum(line.count('"') for line in taken) % 2 == 1


def _reject_first_line(name: str, number: int, reason: str, lines: _Lines) -> RejectedRecord:
    """Give up on the first line of a record only; what it swallowed is read again as rows of its own."""
    taken = lines.taken
    lines.push_back(taken[1:])
    content = taken[0] if taken else ""
    if len(content) > MAX_RECORD_CHARS:
        content = content[:_SHOWN_OF_HUGE] + f"... ({len(content):,} characters read)"
    return RejectedRecord(name, number, reason, content)
