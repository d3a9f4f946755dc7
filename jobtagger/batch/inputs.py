"""All inputs of a run: each looked at before anything is written, then read one after the other."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from jobtagger.batch.columns import FieldMap, find_fields, n_text_fields
from jobtagger.batch.contents import N_SAMPLE_ROWS
from jobtagger.batch.reading import open_table
from jobtagger.batch.streams import is_read_once
from jobtagger.batch.table import ReadOptions, Row, Shape, Table
from jobtagger.errors import InputError, NoRowsError
from jobtagger.knowledge.types import Sources
from jobtagger.records import RejectedRecord
from jobtagger.tagger import CHUNK_SIZE

_RARE_DELIMITERS = ":^~§#/\\¦ "
_CHUNK_CHARS = 4_000_000  # a chunk of huge rows ends earlier, so that memory stays flat


class Input(NamedTuple):
    """What an input was found to be."""

    path: str
    name: str
    columns: list[str]
    fields: FieldMap
    shape: Shape


class Chunk(NamedTuple):
    """Some rows of one input with their numbers, the rejected ones apart; `n_bytes` were read for them."""

    source: int
    rows: list[Row]
    numbers: list[int]
    rejected: list[RejectedRecord]
    n_bytes: int


class Inputs:
    """The inputs of a run; not all of them are open at once. A context manager.

    Attributes
    ----------
    found : list of Input
    without_rows : list of str
        Paths of those that have no rows; they are passed over.
    columns : list of str
        The columns of all of them, in order of appearance; a name that repeats within a file is kept as often.

    Raises
    ------
    InputError
        When one cannot be read, or none of them has a row.
    """

    def __init__(self, paths: Sequence[str], options: ReadOptions, sources: Sources) -> None:
        self._options, self._sources = options, sources
        self._open: dict[int, Table] = {}
        self.found: list[Input] = []
        self.without_rows: list[str] = []
        try:
            self._look_at_all(paths)
        except BaseException:
            self.__exit__()
            raise
        self._keys = [_with_occurrence(entry.columns) for entry in self.found]
        self._all_keys = list(dict.fromkeys(key for keys in self._keys for key in keys))
        self.columns = [name for name, _ in self._all_keys]

    def chunks(self) -> Iterator[Chunk]:
        """Read all inputs, a chunk at a time."""
        for source in range(len(self.found)):
            with self._table(source) as table:
                yield from _chunks(source, table)

    def places(self, source: int) -> list[int] | None:
        """Give, for each of `columns`, its place in an input, -1 where it has none; None if they are the same."""
        keys = self._keys[source]
        if keys == self._all_keys:
            return None
        place_of = {key: place for place, key in enumerate(keys)}
        return [place_of.get(key, -1) for key in self._all_keys]

    def __enter__(self) -> "Inputs":
        return self

    def __exit__(self, *exit_details: object) -> None:
        for table in self._open.values():
            table.__exit__()

    def _look_at_all(self, paths: Sequence[str]) -> None:
        for path in paths:
            try:
                self._look_at(path, keep_open=is_read_once(path) or len(paths) == 1)
            except NoRowsError:
                self.without_rows.append(path)
                if len(self.without_rows) == len(paths):
                    raise

    def _look_at(self, path: str, keep_open: bool) -> None:
        table = open_table(path, self._options, self._sources)
        self._open[len(self.found)] = table
        fields = fields_of(table, self._options, self._sources)
        if not keep_open:
            self._open.pop(len(self.found)).__exit__()
        self.found.append(Input(path, table.name, table.columns, fields, table.shape))

    def _table(self, source: int) -> Table:
        if source in self._open:
            return self._open[source]
        entry = self.found[source]
        table = open_table(entry.path, self._options, self._sources)
        if table.columns != entry.columns:
            table.__exit__()
            raise InputError(f"{entry.name}: was changed during the run; run again")
        return table


def fields_of(table: Table, options: ReadOptions, sources: Sources) -> FieldMap:
    """Find the columns of each field in an opened table.

    Raises
    ------
    InputError
        When a named one does not exist, or none that holds text can be found.
    """
    rows = table.first_rows(N_SAMPLE_ROWS)
    hint = _hint(table, rows, options, sources)
    return find_fields(table.name, table.columns, sources, dict(options.columns), hint, rows)


def _hint(table: Table, rows: list[Row], options: ReadOptions, sources: Sources) -> str:
    """Say what else may be the cause where no text column is found."""
    if table.shape.format == "csv" and options.has_header:
        sign = _parting_sign(table.columns, sources)
        named = f"; if {sign!r} parts the cells, say --delimiter {sign!r}" if sign else ""
        return f"{named}, or say --no-header if the first row is no header"
    if any(cell.startswith(("{", "[{")) for row in rows for cell in row):
        return "; the texts stand deeper in the records: make them flat first, as with jq '[.[] | .job]'"
    return ""


def _parting_sign(columns: list[str], sources: Sources) -> str:
    """Give the sign that would part a header of one cell into names that are known."""
    if len(columns) > 1:
        return ""
    signs = [sign for sign in _RARE_DELIMITERS if sign in columns[0]]
    return next((sign for sign in signs if n_text_fields(columns[0].split(sign), sources, {})), "")


def _chunks(source: int, table: Table) -> Iterator[Chunk]:
    """Cut a table into chunks: the same ones every time."""
    n_told = 0
    chunk = Chunk(source, [], [], [], 0)
    n_chars = 0
    for number, row in table.numbered():
        if isinstance(row, RejectedRecord):
            chunk.rejected.append(row)
            n_chars += len(row.content)
        else:
            chunk.rows.append(row)
            chunk.numbers.append(number)
            n_chars += len(row) + sum(map(len, row))
        if len(chunk.rows) + len(chunk.rejected) >= CHUNK_SIZE or n_chars >= _CHUNK_CHARS:
            n_read = table.bytes_read()
            yield chunk._replace(n_bytes=n_read - n_told)
            n_told, n_chars = n_read, 0
            chunk = Chunk(source, [], [], [], 0)
    yield chunk._replace(n_bytes=table.bytes_read() - n_told)


def _with_occurrence(columns: list[str]) -> list[tuple[str, int]]:
    """Tell columns of the same name apart."""
    seen: dict[str, int] = {}
    keys = []
    for column in columns:
        seen[column] = seen.get(column, -1) + 1
        keys.append((column, seen[column]))
    return keys
