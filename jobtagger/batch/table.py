"""What every format is read into: columns, and rows of text or rejected records, as they are asked for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count, islice
from typing import NamedTuple

from jobtagger.batch.columns import FIELDS
from jobtagger.batch.encodings import Encoding
from jobtagger.batch.reasons import Why
from jobtagger.batch.streams import InputStream
from jobtagger.errors import InputError
from jobtagger.knowledge.schema import did_you_mean
from jobtagger.records import RejectedRecord

Row = list[str]
Rows = Iterator[Row | RejectedRecord]
_SAMPLE_CHARS = 4_000_000


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user fixed instead of leaving it to be found out; empty means find out.

    `columns` holds field ("title", "description", "skills") to column. Without a header the columns of delimited text
    are called `column_1`, `column_2` and so on. Only to those who can say `--no-header` messages name it.
    """

    encoding: str = ""
    delimiter: str = ""
    columns: tuple[tuple[str, str], ...] | Mapping[str, str] = ()
    has_header: bool = True
    names_no_header: bool = False

    def __post_init__(self) -> None:
        """Take a mapping for its items; refuse a field that there is not."""
        object.__setattr__(self, "columns", as_pairs(self.columns))


def as_pairs(columns: Iterable[tuple[str, str]] | Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Give the columns named for fields as pairs, which can be compared and kept.

    Raises
    ------
    InputError
        When no posting has such a field.
    """
    pairs = tuple(columns.items()) if isinstance(columns, Mapping) else tuple(columns)
    for field, _ in pairs:
        if field not in FIELDS:
            raise InputError(f'columns: no field "{field}"{did_you_mean(field, FIELDS)}; fields: {", ".join(FIELDS)}')
    return pairs


class Shape(NamedTuple):
    """What a file was found to be; `encoding` is None for formats that have none of their own.

    Of a workbook `sheet` is read, and the `other_sheets` are not; of a JSON document the `lists`, not the `other_lists`.
    """

    format: str
    packing: str = ""
    encoding: Encoding | None = None
    delimiter: str = ""
    delimiter_reason: Why = Why()
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    other_lists: tuple[str, ...] = ()


@dataclass(slots=True)
class Table:
    """An opened file: its columns and its rows, read as they are asked for.

    `rows` gives cells (as many as `columns`) or a `RejectedRecord`; they are numbered from `first_number` on, but where
    some are passed over: there `numbers` gives the number of each.
    A context manager: leaving it closes the file.
    """

    name: str
    columns: list[str]
    rows: Rows
    first_number: int
    shape: Shape
    stream: InputStream
    numbers: Iterator[int] | None = None

    def numbered(self) -> Iterator[tuple[int, Row | RejectedRecord]]:
        """Give the rows with their numbers."""
        return zip(self.numbers or count(self.first_number), self.rows, strict=False)

    def first_rows(self, n_rows: int) -> list[Row]:
        """Look at the first rows without taking them; fewer where they are huge."""
        taken: list[Row | RejectedRecord] = []
        n_chars = 0
        for row in islice(self.rows, n_rows):
            taken.append(row)
            n_chars += sum(map(len, row)) if isinstance(row, list) else len(row.content)
            if n_chars > _SAMPLE_CHARS:
                break
        self.rows = chain(taken, self.rows)
        return [row for row in taken if isinstance(row, list)]

    def bytes_read(self) -> int:
        """Say how many bytes of the file were read so far."""
        return self.stream.n_read

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *exit_details: object) -> None:
        self.stream.close()


def numbered_columns(n_columns: int) -> list[str]:
    """Give names to the columns of a table that has no header."""
    return [f"column_{number}" for number in range(1, n_columns + 1)]
