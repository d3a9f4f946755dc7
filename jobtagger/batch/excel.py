"""Excel workbooks: the first sheet that holds a table as text in, one sheet of plain text out."""

import datetime as dt
import subprocess
import sys
import traceback
import zipfile
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, tee
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from jobtagger.batch.columns import n_text_fields
from jobtagger.batch.extras import require
from jobtagger.batch.streams import UNPACKED_FREE, InputStream
from jobtagger.batch.table import ReadOptions, Row, Shape, Table, numbered_columns
from jobtagger.errors import InputError, NoRowsError, WriteError
from jobtagger.knowledge.types import Sources

EXTRA = "excel"
ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MAX_MEMORY = 4 << 30
"""Bytes that a workbook may take; in a few kilobytes it can say that it is seventeen thousand million cells large."""

_TRIAL = """
import resource, sys
from python_calamine import CalamineWorkbook
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
workbook = CalamineWorkbook.from_filelike(open(sys.argv[1], "rb"))
for name in workbook.sheet_names:
    workbook.get_sheet_by_name(name)
"""
_N_HEADER_ROWS = 10  # rows among which the header is looked for
_MEMBERS = ("xl/workbook.xml", "xl/workbook.bin")
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_OLE_WORKBOOK = "Workbook".encode("utf-16-le")
_MAX_ROWS = 1_048_576
_MAX_COLUMNS = 16_384
_MAX_CELL = 32_767
_CUT = " [...]"


def is_workbook(path: str) -> bool:
    """Tell a workbook from other archives and office documents, whatever its name."""
    if path.lower().endswith(ENDINGS):
        return True
    if not zipfile.is_zipfile(path):
        return _OLE_WORKBOOK in Path(path).read_bytes()
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            return any(name in names for name in _MEMBERS) or (
                "mimetype" in names and archive.read("mimetype").startswith(_ODS)
            )
    except (zipfile.BadZipFile, OSError):
        return False


def read_excel(path: str, open_again: Callable[[], InputStream], options: ReadOptions, sources: Sources) -> Table:
    """Read the first sheet with columns that hold text; else the first with a header and rows.

    The header is the first row with such columns, among the first ones that are not empty; else the first of them.

    A workbook has to be held in memory whole, so one that unpacks to more than a gigabyte is refused, and so is one that
    takes more than `MAX_MEMORY` when another process tries.
    """
    calamine = require("python_calamine", EXTRA, path)
    stream = open_again()
    try:
        _refuse_bombs(path)
        _try_elsewhere(path)
        with open(path, "rb") as file:
            workbook = calamine.CalamineWorkbook.from_filelike(file)
            names = workbook.sheet_names
            sheets = (_sheet(name, workbook.get_sheet_by_name(name), options, sources) for name in names)
            sheet = _best(sheets)
    except (calamine.CalamineError, zipfile.BadZipFile, OSError) as error:
        stream.close()
        raise InputError(f"{path}: is no workbook that can be read: {error}") from None
    if sheet is None:
        stream.close()
        raise NoRowsError(f"{path}: has no sheet with a header and rows")
    others = tuple(name for name in names if name != sheet.name)
    shape = Shape("excel", sheet=sheet.name, other_sheets=others)
    numbered, rows = tee(sheet.rows)
    numbers = map(itemgetter(0), numbered)
    return Table(path, sheet.header, map(itemgetter(1), rows), sheet.n_above + 1, shape, stream, numbers)


class _Sheet(NamedTuple):
    """A sheet that has a header and rows, each with its number; `n_above` rows stand above, `n_texts` columns hold text."""

    name: str
    header: Row
    n_above: int
    rows: Iterator[tuple[int, Row]]
    n_texts: int


def _sheet(name: str, sheet: Any, options: ReadOptions, sources: Sources) -> _Sheet | None:
    cells: Iterator[list[Any]] = sheet.iter_rows()
    above = list(_first_rows(cells))
    filled = [place for place, row in enumerate(above) if _is_filled(row)]
    if not filled:
        return None
    if options.has_header:
        named = dict(options.columns)
        n_texts, place = max((n_text_fields(above[place], sources, named), -place) for place in filled)
        header, n_above = above[-place], 1 - place
    else:
        header, n_above, n_texts = numbered_columns(len(above[0])), filled[0], 0
    rows = _rows(chain(above[n_above:], cells), len(header), n_above + 1)
    first = next(rows, None)
    return _Sheet(name, header, n_above, chain([first], rows), n_texts) if first else None


def _first_rows(cells: Iterator[list[Any]]) -> Iterator[Row]:
    """Give rows as text until enough of them are not empty."""
    n_filled = 0
    while n_filled < _N_HEADER_ROWS and (row := next(cells, None)) is not None:
        texts = list(map(_text, row))
        n_filled += _is_filled(texts)
        yield texts


def _best(sheets: Iterator[_Sheet | None]) -> _Sheet | None:
    """Give the first sheet with columns that hold text, else the first at all; those behind it are not read."""
    best = None
    for sheet in filter(None, sheets):
        if sheet.n_texts:
            return sheet
        best = best or sheet
    return best


def write_excel(path: Path, columns: Sequence[str], rows: Iterator[list[str]]) -> int:
    """Write rows as text cells, never formulas; give the number of cells that were too long and cut.

    Raises
    ------
    InputError
        When there are more rows or columns than a sheet can hold.
    """
    xlsxwriter = require("xlsxwriter", EXTRA, str(path))
    if len(columns) > _MAX_COLUMNS:
        raise InputError(f"{path}: {len(columns):,} columns; a sheet holds {_MAX_COLUMNS:,}; write .csv instead")
    n_cut = 0
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    book.set_properties({"created": dt.datetime(2000, 1, 1)})
    sheet = book.add_worksheet("tagged")
    _write(sheet, 0, columns)
    for number, row in enumerate(rows, 1):
        if number >= _MAX_ROWS:
            _close(book, path)
            raise InputError(f"{path}: more rows than the {_MAX_ROWS:,} of a sheet; write .csv or .parquet instead")
        n_cut += _write(sheet, number, row)
    _close(book, path)
    return n_cut


def _close(book: Any, path: Path) -> None:
    """Close a workbook, which is when it is written."""
    exceptions = require("xlsxwriter.exceptions", EXTRA, str(path))
    try:
        book.close()
    except exceptions.XlsxWriterException as error:
        book.fileclosed = True  # or it would try again when it is collected
        cause = error.args[0] if error.args and isinstance(error.args[0], OSError) else error
        _let_go(cause)
        raise WriteError(f"{path}: cannot be written: {getattr(cause, 'strerror', None) or cause}") from None


def _let_go(error: BaseException) -> None:
    """Drop the archive that could not be written: when it is collected it tries once more, in vain, and complains."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        traceback.clear_frames(error.__traceback__)
    finally:
        sys.unraisablehook = hook


def _write(sheet: Any, number: int, row: Sequence[str]) -> int:
    n_cut = 0
    for place, cell in enumerate(row):
        if len(cell) > _MAX_CELL:
            sheet.write_string(number, place, cell[: _MAX_CELL - len(_CUT)] + _CUT)
            n_cut += 1
        elif cell:
            sheet.write_string(number, place, cell)
    return n_cut


def _refuse_bombs(path: str) -> None:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > UNPACKED_FREE:
            raise InputError(f"{path}: unpacks to more than {UNPACKED_FREE >> 30} GB; save it as CSV and tag that")


def _try_elsewhere(path: str) -> None:
    """Have a process of little memory read the workbook first: the reader ends its process when it gets no more."""
    if sys.platform == "win32":  # it has no such limits
        return
    command = [sys.executable, "-P", "-c", _TRIAL, path, str(MAX_MEMORY)]
    done = subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - our own program
    if done.returncode < 0 or b"MemoryError" in done.stderr:
        raise InputError(f"{path}: takes more than {MAX_MEMORY >> 30} GB of memory; save it as CSV and tag that")


def _rows(cells: Iterator[Sequence[Any]], n_columns: int, first_number: int) -> Iterator[tuple[int, Row]]:
    """Give the rows with their numbers in the sheet; blank ones, which may have been coloured, are no rows."""
    for number, row in enumerate(cells, first_number):
        texts: Row = list(map(_text, row))
        if _is_filled(texts):
            yield number, texts + [""] * (n_columns - len(texts))


def _is_filled(texts: Row) -> bool:
    return any(map(str.strip, texts))


def _text(cell: Any) -> str:
    """Give a cell's text; a whole number has no decimals, a date is written as in ISO 8601."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat(" ") if isinstance(cell, dt.datetime) else str(cell)
