"""Tagged rows to a file that appears under its name only when it is whole, and rejected rows beside it.

Until then the rows stand in `<output>.part` as delimited text or JSON lines; JSON arrays, Parquet and Excel files are
made from that at the end. Marks are places up to which the file is surely on disk, from which a stopped run can go on.
"""

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path

from jobtagger.batch.delimited import keeping_field_limit
from jobtagger.batch.excel import EXTRA as EXCEL_EXTRA
from jobtagger.batch.excel import write_excel
from jobtagger.batch.extras import require
from jobtagger.batch.output_file import OutputFile, StandardOutput, WriteErrors, move_into_place, temporary_path
from jobtagger.batch.parquet import EXTRA as PARQUET_EXTRA
from jobtagger.batch.parquet import write_parquet
from jobtagger.errors import InputError
from jobtagger.records import RejectedRecord

STDOUT = "-"
DELIMITED, JSON_LINES, JSON_ARRAY, PARQUET, EXCEL = "delimited", "jsonl", "json", "parquet", "excel"
_OBJECTS = (JSON_LINES, JSON_ARRAY)
FORMATS = {
    ".csv": DELIMITED, ".tsv": DELIMITED, ".tab": DELIMITED, ".txt": DELIMITED, ".jsonl": JSON_LINES,
    ".ndjson": JSON_LINES, ".json": JSON_ARRAY, ".parquet": PARQUET, ".xlsx": EXCEL,
}  # fmt: skip
_MADE = (JSON_ARRAY, PARQUET, EXCEL)
"""Formats that are made of the rows when all of them are written."""
_DELIMITER_OF_ENDING = {".tsv": "\t", ".tab": "\t"}
_PACKINGS = (".gz", ".zst")
REJECTED_HEADER = "file,row,reason,content\n"
_FORMULA = re.compile(r"[=+\-@\t\r\n]")
_ODD_BYTE = re.compile("[\udc80-\udcff]")  # as `surrogateescape` keeps it
_MAX_CELL = 2**31 - 1
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")


def format_of(path: str) -> tuple[str, str, str]:
    """Give an output's format, its ending and its packing, all by its name; standard output is delimited.

    Raises
    ------
    InputError
        When the ending is not known, or needs an extra that is not installed.
    """
    if path == STDOUT:
        return DELIMITED, ".csv", ""
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    packing = suffixes.pop() if suffixes and suffixes[-1] in _PACKINGS else ""
    ending = suffixes[-1] if suffixes else ""
    known = FORMATS.get(ending, "")
    if not known or (packing and known in _MADE):
        endings = ", ".join([*FORMATS, "and .gz or .zst behind those that are text"])
        raise InputError(f'{path}: format "{ending}{packing}" is not known; known: {endings}')
    needed = {PARQUET: ("pyarrow", PARQUET_EXTRA), EXCEL: ("xlsxwriter", EXCEL_EXTRA)}.get(known)
    if needed or packing == ".zst":
        require(*(needed or ("zstandard", "zstd")), path)
    return known, ending, packing


class TableWriter:
    """Writes rows of text in the format that the output's name asks for.

    Parameters
    ----------
    path : str
        Where the rows shall stand in the end; "-" is standard output.
    columns : sequence of str
    delimiter, has_bom : str, bool
        As in the input; both hold for CSV alone.
    is_excel_safe : bool
        Put an apostrophe before cells that a spreadsheet would take for a formula.
    resume_at : int, optional
        Size of the unfinished file up to which it is good.
    """

    def __init__(
        self, path: str, columns: Sequence[str], delimiter: str, has_bom: bool, is_excel_safe: bool = False,
        resume_at: int | None = None,
    ) -> None:  # fmt: skip
        self.format, ending, packing = format_of(path)
        self._columns = list(columns) if self.format == DELIMITED else unique_names(columns)
        self._is_excel_safe = is_excel_safe
        self._file: OutputFile | StandardOutput = (
            StandardOutput() if path == STDOUT else OutputFile(Path(path), packing, resume_at)
        )
        self.n_cut_cells = 0
        is_csv = self.format == DELIMITED
        self._delimiter = _DELIMITER_OF_ENDING.get(ending, delimiter) if is_csv else ","
        if resume_at is None and self.format not in _OBJECTS:
            if has_bom and is_csv and ending == ".csv":
                self._file.write("\ufeff")
            self.write_rows([self._columns])

    def write_rows(self, *parts: Sequence[Sequence[str]]) -> None:
        """Write rows with as many cells as there are columns; they may come in parts that stand side by side."""
        if self._is_excel_safe:
            parts = tuple([list(map(excel_safe, cells)) for cells in part] for part in parts)
        if self.format in _OBJECTS:
            objects = (dict(zip(self._columns, chain(*row), strict=True)) for row in zip(*parts, strict=True))
            self._file.write("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in objects))
            return
        lines = map(self._delimiter.join, zip(*[map(self._line, part) for part in parts], strict=True))
        self._file.write("".join([f"{line}\n" for line in lines]))

    def _line(self, cells: Sequence[str]) -> str:
        """Give cells as `csv.writer` does, which takes twice the time; in most rows none of ours needs quotes."""
        delimiter = self._delimiter
        line = delimiter.join(cells)
        if '"' not in line and "\n" not in line and "\r" not in line and line.count(delimiter) < len(cells):
            return line
        return delimiter.join(
            [
                '"' + cell.replace('"', '""') + '"'
                if delimiter in cell or '"' in cell or "\n" in cell or "\r" in cell
                else cell
                for cell in cells
            ]
        )

    def mark(self) -> int:
        """Bring everything to disk and give the place from which a later run can go on."""
        return self._file.mark()

    def finish(self) -> None:
        """Move the whole file into place, in its final format."""
        size = self.complete()
        if isinstance(self._file, OutputFile):
            publish(str(self._file.path), size)

    def complete(self) -> int:
        """Make the whole file, in its final format, for `publish` to move into place; give its size."""
        self._file.finish()
        if isinstance(self._file, StandardOutput):
            return 0
        if self.format in _MADE:
            self._convert(self._file)
        return os.path.getsize(_whole(str(self._file.path)))

    def abandon(self, keep: bool) -> None:
        """Give up; the unfinished file is kept for a later run or removed, the final name stays untouched."""
        if keep or isinstance(self._file, StandardOutput):
            self._file.abandon()
        else:
            self._file.discard()
            if self.format in _MADE:
                with suppress(OSError):
                    made_path(self._file.path).unlink()

    def _convert(self, file: OutputFile) -> None:
        """Make the final format from the delimited text or JSON lines written so far."""
        made = made_path(file.path)
        with (
            keeping_field_limit(),
            WriteErrors(str(made)),
            file.temporary.open(encoding="utf-8", newline="") as text,
        ):
            csv.field_size_limit(_MAX_CELL)
            if self.format == JSON_ARRAY:
                _write_array(made, text)
            elif self.format == PARQUET:
                write_parquet(made, self._columns, _rows(text))
            else:
                self.n_cut_cells = write_excel(made, self._columns, _rows(text))


def publish(path: str, size: int) -> None:
    """Move a whole output into place; what a run that was then stopped has done of it stays.

    Raises
    ------
    InputError
        When the output is gone.
    """
    move_into_place(_whole(path), Path(path), size)
    with WriteErrors(path):
        temporary_path(Path(path)).unlink(missing_ok=True)  # the rows of which another format was made


def _whole(path: str) -> Path:
    """Give the name that an output has when it is whole and not yet in its place."""
    return made_path(Path(path)) if format_of(path)[0] in _MADE else temporary_path(Path(path))


def _rows(text: Iterable[str]) -> Iterator[list[str]]:
    """Read rows of delimited text without their header."""
    rows = csv.reader(text)
    next(rows)
    return rows


def _write_array(path: Path, lines: Iterable[str]) -> None:
    """Write JSON lines as one array, an object a line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        before = "[\n"
        for line in lines:
            file.write(before + line.removesuffix("\n"))
            before = ",\n"
        file.write("\n]\n" if before == ",\n" else "[]\n")


def excel_safe(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would take for a formula; plain numbers stay."""
    return f"'{cell}" if _FORMULA.match(cell) and not _PLAIN_NUMBER.fullmatch(cell) else cell


def unique_names(columns: Sequence[str]) -> list[str]:
    """Give repeated names numbers, for formats in which a name can stand only once: `a`, `a (2)`."""
    taken: dict[str, int] = {}
    names = []
    for column in columns:
        name = column
        while name in taken:
            taken[column] += 1
            name = f"{column} ({taken[column]})"
        taken[name] = 1
        names.append(name)
    return names


def made_path(path: Path) -> Path:
    """Give the name under which a file of another format is made of the rows written so far."""
    return path.with_name(path.name + ".made")


class RejectedWriter:
    """Writes rejected rows beside the output; `publish_rejected` gives the file its name, if there were any."""

    def __init__(
        self, path: Path, n_rejected: int = 0, resume_at: int = 0, *, is_excel_safe: bool = False,
    ) -> None:  # fmt: skip
        self.path = path
        self._is_excel_safe = is_excel_safe
        self.n_rejected = n_rejected
        self._file = OutputFile(self.path, resume_at=resume_at) if n_rejected else None

    def write(self, record: RejectedRecord) -> None:
        """Write one rejected row with where it stood and why."""
        row = [record.source, str(record.row), record.reason, record.content.rstrip("\r\n")]
        if self._file is None:
            self._file = OutputFile(self.path)
            self._file.write(REJECTED_HEADER)
        self._file.write(_as_csv(list(map(excel_safe, row)) if self._is_excel_safe else row))
        self.n_rejected += 1

    def mark(self) -> int:
        """Bring everything to disk and give the size of the file."""
        return self._file.mark() if self._file else 0

    def complete(self) -> int:
        """Close the file, whole, for `publish_rejected` to move into place; give its size."""
        if self._file is None:
            return 0
        self._file.finish()
        return os.path.getsize(self._file.temporary)

    def abandon(self, keep: bool) -> None:
        """Give up; the rows written so far are kept for a later run or removed."""
        if self._file is not None and keep:
            self._file.abandon()
        elif self._file is not None:
            self._file.discard()


def publish_rejected(path: Path, n_rejected: int, size: int, is_shared: bool) -> None:
    """Move the file of rejected rows into place, as `publish` does; without any, one of an earlier run goes away.

    A name that `is_shared` does not say which run it is of, and nothing is removed there.

    Raises
    ------
    InputError
        When the rejected rows are gone.
    """
    if n_rejected:
        move_into_place(temporary_path(path), path, size)
    elif not is_shared:
        with WriteErrors(str(path)):
            path.unlink(missing_ok=True)


def _as_csv(row: Sequence[str]) -> str:
    """Give a row with a byte that stands for no character as `\\xe9`."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(row)
    shown = _ODD_BYTE.sub(lambda byte: f"\\x{ord(byte[0]) - 0xDC00:02x}", text.getvalue())
    return shown.encode("utf-8", "backslashreplace").decode("utf-8")
