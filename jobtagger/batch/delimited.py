"""CSV and its kin: the delimiter found by trying, ragged rows, open quotes and bad bytes passed on as rejected rows."""

import csv
import io
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager

from jobtagger.batch.columns import n_text_fields
from jobtagger.batch.encodings import CUT, DOS_END, MAX_RECORD_CHARS, TOO_LONG, DecodedLines, Encoding, show_bad_bytes
from jobtagger.batch.reasons import Why
from jobtagger.batch.streams import InputStream
from jobtagger.batch.table import ReadOptions, Row, Rows, Shape, Table, numbered_columns
from jobtagger.errors import InputError, NoRowsError
from jobtagger.knowledge.types import Sources
from jobtagger.records import RejectedRecord

DELIMITERS = ",;\t|"
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_NONE = "\udffe"
"""Parts no line: no decoder makes it."""
_SAMPLE_LINES = 60
_SAMPLE_CHARS = 200_000
_N_HEADINGS = 10  # lines among which the header is looked for
_BOTH = 2  # title and description
_GIVEN = Why.of(("--delimiter", {}))
_HEADER_AGAIN = "is the header once more"
_OPEN_QUOTE = "a quote is opened and never closed"
_OPEN_OR_LONG = f"{_OPEN_QUOTE}, or a cell is longer than {MAX_RECORD_CHARS:,} characters"
_TOO_LONG = f"longer than {MAX_RECORD_CHARS:,} characters"
_LINE_END = re.compile(r"\r\n?|\n")
_MAX_AHEAD = 2 * MAX_RECORD_CHARS
"""Characters behind a record that is too long in which the end of its cell is looked for."""
_SHOWN_OF_LONG = 1000
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[\r\n]*', re.IGNORECASE)
_WRITTEN = {
    "tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "pipe": "|", "colon": ":", "caret": "^", "tilde": "~",
    "space": " ", "tabulation": "\t", "virgule": ",", "point-virgule": ";", "barre": "|", "deux-points": ":", "espace": " ",
}  # fmt: skip
_CODE = re.compile(r"\\x([0-9a-fA-F]{2})")


def read_delimited(stream: InputStream, encoding: Encoding, options: ReadOptions, sources: Sources) -> Table:
    """Read delimited text, with a header unless the options say that there is none.

    Headings above the header are passed over where one of the next lines names title and description.

    Raises
    ------
    InputError
        When there is no header, or nothing below it.
    """
    csv.field_size_limit(MAX_RECORD_CHARS)  # of the whole process; `keeping_field_limit` sets it back
    decoded = DecodedLines(stream, encoding)
    lines = _Lines(decoded.blocks())
    delimiter, reason = _delimiter(stream.name, lines, options.delimiter)
    head = lines.look_ahead(_SAMPLE_LINES, _SAMPLE_CHARS)
    first, end = _first_record(stream.name, lines, delimiter)
    n_headers, columns = 0, numbered_columns(len(first))
    if options.has_header:
        named = dict(options.columns)
        below = None if n_text_fields(first, sources, named) else _header_below(head, lines.start, options, sources)
        n_headers = 1
        if below:
            n_headers += sum(not line.isspace() for line in head[lines.start : below])
            lines.start = below
            delimiter, reason = _sign_of(head[below:], options.delimiter)
            first, end = _first_record(stream.name, lines, delimiter)
        columns = list(map(show_bad_bytes, first))
        lines.start = end
    is_parted = len(columns) > 1 or options.delimiter
    rows = _Records(stream.name, lines, delimiter if is_parted else _NONE, decoded, len(columns), n_headers).rows()
    if options.has_header:
        rows = _without_headers(rows, stream.name, delimiter, n_headers, columns)
    first_row = next(rows, None)
    if first_row is None:
        hint = "; if it is a row, say --no-header" if options.names_no_header else ""
        raise NoRowsError(f"{stream.name}: has a header and no rows{hint}")
    shape = Shape("csv", stream.packing, encoding, delimiter, reason)
    return Table(stream.name, columns, itertools.chain([first_row], rows), 1 + n_headers, shape, stream)


@contextmanager
def keeping_field_limit() -> Iterator[None]:
    """Leave the limit of Python's `csv`, which reading raises for the whole process, as it was."""
    limit = csv.field_size_limit()
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def _first_record(name: str, lines: "_Lines", delimiter: str) -> tuple[Row, int]:
    """Give the first record that is not blank, and the number of the line behind it."""
    try:
        reader = csv.reader(lines.from_start(), delimiter=delimiter)
        first = next((cells for cells in reader if cells and not _is_blank(cells)), [])
        if first and CUT in first[-1]:
            raise csv.Error(TOO_LONG)
    except csv.Error as error:
        raise InputError(f"{name}: row 1: the header cannot be read: {error}") from None
    return first, lines.start + reader.line_num


def _header_below(head: list[str], start: int, options: ReadOptions, sources: Sources) -> int | None:
    """Give the number of the line, among the first behind `start`, that names title and description; None if there is none."""
    named = dict(options.columns)
    for number in range(start + 1, min(start + _N_HEADINGS, len(head))):
        try:
            sign = _sign_of(head[number:], options.delimiter)[0]
            cells = next(csv.reader(head[number:], delimiter=sign), [])
        except csv.Error:
            continue
        if len(cells) > 1 and n_text_fields(cells, sources, named) == _BOTH:
            return number
    return None


def _sign_of(lines: list[str], fixed: str) -> tuple[str, Why]:
    """Give the delimiter of lines, and why it is that."""
    return (_fixed("", fixed), _GIVEN) if fixed else sniff([line for line in lines if not line.isspace()])


def _delimiter(name: str, lines: "_Lines", fixed: str) -> tuple[str, Why]:
    """Give the delimiter and why it is that; a line like `sep=;` above the header, as Excel knows it, is passed over."""
    head = lines.look_ahead(_SAMPLE_LINES, _SAMPLE_CHARS)
    said = _SEPARATOR_LINE.fullmatch(head[0]) if head else None
    lines.start = 1 if said else 0
    if fixed:
        return _fixed(name, fixed), _GIVEN
    if said:
        return said[1], Why.of(('the first line says "sep={sign}"', {"sign": said[1]}))
    return sniff([line for line in head if not line.isspace()])


def _fixed(name: str, written: str) -> str:
    """Give the sign that the user fixed, which may be written as `tab`, `\\t` or `\\x01`.

    Raises
    ------
    InputError
        When it is no single sign, or one that ends lines or quotes cells.
    """
    code = _CODE.fullmatch(written)
    sign = chr(int(code[1], 16)) if code else _WRITTEN.get(written.lower(), written)
    if len(sign) != 1 or sign in '\r\n"':
        raise InputError(
            rf"{name}: --delimiter {written!r} is not one sign; give one, such as ; or | or \t or \x01, or its name"
        )
    return sign


def sniff(lines: list[str]) -> tuple[str, Why]:
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
        return delimiter, Why.of(("one column", {}), ("nothing in the header parts it", {}))
    facts = {"name": _NAMES[delimiter], "n": width, "share": 100 * fitting}
    return delimiter, Why.of(("the {name} parts the header into {n} cells, and {share:.0f}% of the first rows", facts))


class _Lines:
    """The lines of a file as blocks of them come; from the current record on they are kept, so that they can be had again.

    Attributes
    ----------
    start : int
        The number of the first line of the current record, from 0 on; who reads moves it.
    """

    def __init__(self, blocks: Iterator[list[str]]) -> None:
        self._blocks = blocks
        self._kept: list[str] = []
        self._n_gone = 0
        self.start = 0

    def look_ahead(self, n_lines: int, n_chars: int) -> list[str]:
        """Look at the first lines without taking them; the last line of many may be cut off."""
        while len(self._kept) < n_lines and sum(map(len, self._kept)) < n_chars and (block := next(self._blocks, None)):
            self._kept += block
        return [line[:n_chars] for line in self._kept[:n_lines]]

    def from_start(self) -> Iterator[str]:
        """Give the lines from the current record on; no step in Python is taken for each."""
        return itertools.chain.from_iterable(self._parts())

    def taken(self, end: int) -> list[str]:
        """Give the lines of the current record, up to number `end`."""
        return self._kept[self.start - self._n_gone : end - self._n_gone]

    def has_quotes(self, end: int) -> bool:
        """Tell whether there are quotes in the current record, up to line number `end`."""
        return any('"' in line for line in self.taken(end))

    def as_text(self) -> str | None:
        """Give what is kept and some more as one text, which is not taken; None where a line of it was cut off."""
        texts, n_chars = ["".join(self._kept[self.start - self._n_gone :])], 0
        while n_chars < _MAX_AHEAD and CUT not in texts[-1] and (block := next(self._blocks, None)):
            texts.append("".join(block))
            n_chars += len(texts[-1])
        self._blocks = itertools.chain(map(_lines_of, texts[1:]), self._blocks)
        return None if any(CUT in text for text in texts) else "".join(texts)

    def skip(self, n_lines: int) -> None:
        """Take lines and forget them."""
        self.start += n_lines
        while self._n_gone + len(self._kept) < self.start:
            self._n_gone += len(self._kept)
            self._kept = next(self._blocks)
        del self._kept[: self.start - self._n_gone]
        self._n_gone = self.start

    def _parts(self) -> Iterator[list[str]]:
        yield self._kept[self.start - self._n_gone :]
        for block in self._blocks:
            del self._kept[: self.start - self._n_gone]
            self._n_gone = self.start
            is_long = sum(map(len, self._kept)) > MAX_RECORD_CHARS
            self._kept += block
            if is_long:
                raise csv.Error(TOO_LONG)
            yield block


class _Records:
    """Parts lines into rows; what is wrong with one is looked into, and behind it reading goes on."""

    def __init__(
        self, name: str, lines: _Lines, delimiter: str, decoded: DecodedLines, n_columns: int, n_headers: int = 1
    ) -> None:
        self._name, self._lines, self._delimiter, self._decoded = name, lines, delimiter, decoded
        self._n_columns, self._n_headers = n_columns, n_headers

    def rows(self) -> Rows:
        """Give the rows in order, wrong ones as rejected."""
        lines, decoded, n_columns = self._lines, self._decoded, self._n_columns
        n_parted = n_columns if n_columns > 1 else -1  # a line of blanks has one cell
        number = self._n_headers
        while True:
            origin = lines.start
            reader = csv.reader(lines.from_start(), delimiter=self._delimiter, strict=True)
            try:
                for cells in reader:
                    row: Row | RejectedRecord = cells
                    end = origin + reader.line_num
                    if len(cells) == n_parted and not decoded.is_dirty:
                        lines.start = end
                    elif not cells or (_is_blank(cells) and not lines.has_quotes(end)):  # a blank line is no row
                        lines.start = end
                        continue
                    elif len(cells) == n_columns and not decoded.is_dirty:
                        lines.start = end
                    else:
                        row = self._looked_into(number + 1, cells, end)
                    number += 1
                    yield row
                    if lines.start != end:
                        break
                else:
                    return
            except csv.Error as error:
                number += 1
                end = origin + reader.line_num
                del reader  # which may hold a cell of 32 million characters
                yield self._forgiven(number, str(error), end)

    def _looked_into(self, number: int, cells: Row, end: int) -> Row | RejectedRecord:
        """Give the cells of a record if there are as many as columns; else say what is wrong with it."""
        taken = self._lines.taken(end)
        fits = not any(cells[self._n_columns :]) and len(cells) >= self._n_columns  # a delimiter may end the line
        if not fits and len(taken) > 1 and _is_odd(taken):
            return self._without_first_line(number, _OPEN_QUOTE, taken)
        self._lines.start = end
        content = "".join(taken)
        fault = self._decoded.fault(content)
        if fits and not fault:
            return cells[: self._n_columns]
        reason = fault or f"{len(cells)} cells where the header has {self._n_columns}"
        return self._rejected(number, reason, content)

    def _forgiven(self, number: int, error: str, end: int) -> Row | RejectedRecord:
        """Read a record again, less strictly: a quote in a cell is forgiven where it cannot have swallowed other rows."""
        lines, taken = self._lines, self._lines.taken(end)
        if len(taken) != 1:
            if sum(map(len, taken)) >= MAX_RECORD_CHARS:
                return self._too_long(number) or self._without_first_line(number, _OPEN_OR_LONG, taken)
            return self._without_first_line(number, _OPEN_QUOTE if _is_odd(taken[:-1]) else error, taken)
        lenient = csv.reader(lines.from_start(), delimiter=self._delimiter)
        try:
            cells = next(lenient)
        except csv.Error as second:
            return self._without_first_line(number, str(second), taken)
        end = lines.start + lenient.line_num
        written = _as_written(cells, "".join(lines.taken(end)), self._delimiter)
        if written is None:
            return self._without_first_line(number, _OPEN_QUOTE, taken)
        return self._looked_into(number, written, end)

    def _too_long(self, number: int) -> RejectedRecord | None:
        """Give up on a whole record whose quotes are sound and which a record as wide as the header follows."""
        text = self._lines.as_text()
        if text is None:
            return None
        cell = f'"[^"]*+(?:""[^"]*+)*+"|[^"{re.escape(self._delimiter)}\r\n]*+'
        record = re.compile(
            rf"(?:{cell})(?:{re.escape(self._delimiter)}(?:{cell})){{{self._n_columns - 1}}}(?:\r?\n|\r|\Z)"
        )
        found = record.match(text)
        if not found or not (found.end() == len(text) or record.match(text, found.end())):
            return None
        n_ends = sum(1 for _ in _LINE_END.finditer(text, 0, found.end()))
        self._lines.skip(n_ends + (not found[0].endswith(("\r", "\n"))))
        shown = f"{text[:_SHOWN_OF_LONG]}... ({found.end():,} characters read)"
        return self._rejected(number, _TOO_LONG, show_bad_bytes(shown))

    def _without_first_line(self, number: int, reason: str, taken: list[str]) -> RejectedRecord:
        """Give up on the first line of a record only; what it swallowed is read again as rows of its own."""
        self._lines.start += 1
        return self._rejected(number, self._decoded.fault(taken[0]) or reason, taken[0])

    def _rejected(self, number: int, reason: str, content: str) -> RejectedRecord:
        return RejectedRecord(self._name, number, reason, content.replace(CUT, ""))


def _without_headers(rows: Rows, name: str, delimiter: str, n_headers: int, header: Row) -> Rows:
    """Reject rows that are the header once more: files were put together, each of which may begin with a byte order mark."""
    last = header[-1]
    for number, row in enumerate(rows, n_headers + 1):
        if isinstance(row, list) and row[-1] == last and [row[0].removeprefix("\ufeff"), *row[1:]] == header:
            yield RejectedRecord(name, number, _HEADER_AGAIN, delimiter.join(row))
        else:
            yield row


def _lines_of(text: str) -> list[str]:
    """Split a text at its ends of line, as `DecodedLines` does."""
    return list(io.StringIO(text, newline=""))


def _as_written(cells: Row, text: str, delimiter: str) -> Row | None:
    """Give the cells of a record with their quotes, where a quote at the beginning does not go round the whole cell.

    None where a quote is never closed.
    """
    rest = f"[^{re.escape(delimiter)}]*"
    quoted, plain = re.compile(f'"[^"]*"(?:"[^"]*")*({rest})'), re.compile(rest)
    text = text.rstrip("\r\n")
    start, kept = 0, []
    for cell in cells:
        found = (quoted if text.startswith('"', start) else plain).match(text, start)
        if not found:
            return None
        kept.append(found[0] if found.re is quoted and not found[1].isspace() and found[1] else cell)
        start = found.end() + 1
    return kept


def _is_blank(cells: Row) -> bool:
    """Tell a line of blanks, and the sign by which DOS ended files."""
    return len(cells) == 1 and (cells[0].isspace() or cells[0].strip() == DOS_END)


def _is_odd(taken: list[str]) -> bool:
    return sum(line.count('"') for line in taken) % 2 == 1
