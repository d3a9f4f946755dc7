"""Files in, one tagged file out: the analyst's job."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from jobtagger.batch.columns import find_fields
from jobtagger.batch.reading import STDIN, ReadOptions, Row, Table, open_table
from jobtagger.batch.writing import RejectedWriter, TableWriter
from jobtagger.errors import InputError
from jobtagger.records import OUTPUT_COLUMNS, RejectedRecord, TaggedPosting
from jobtagger.tagger import CHUNK_SIZE, Tagger

OWN_PREFIX = "jobtagger_"
"""Stands before a column of ours whose name the input has already."""


@dataclass(slots=True)
class Summary:
    """What a run did, for people and programs."""

    n_tagged: int = 0
    n_rejected: int = 0
    n_review: int = 0
    rejected_file: str = ""
    renamed_columns: list[str] = field(default_factory=list)
    categories: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)

    def count(self, row: dict[str, str]) -> None:
        """Add one tagged row."""
        self.n_tagged += 1
        self.categories[row["category"]] += 1
        self.levels[row["risk_level"]] += 1
        self.languages[row["language"]] += 1
        self.n_review += row["needs_review"] == "true"


def tag_file(  # noqa: PLR0913, PLR0917 - only the first three are always given
    inputs: Sequence[str],
    output: str,
    tagger: Tagger,
    options: ReadOptions | None = None,
    named_columns: dict[str, str] | None = None,
    on_progress: Callable[[int], None] | None = None,
    further: Mapping[str, Callable[[TaggedPosting], str]] | None = None,
) -> Summary:
    """Tag files and write them to one output, rows in order, the user's columns first and ours behind.

    Parameters
    ----------
    inputs : sequence of str
        Paths; "-" is standard input.
    output : str
        Path, or "-" for standard output. It appears when all rows are written.
    options : ReadOptions, optional
        Encoding and delimiter, where they shall not be found out.
    named_columns : dict, optional
        Field ("title", "description", "skills") to column, where it shall not be found out.
    on_progress : callable, optional
        Told the number of bytes read since it was last called.
    further : mapping, optional
        Columns to write behind ours, each with what fills it.

    Raises
    ------
    InputError
        When an input cannot be read or the output cannot be written; nothing under the output's name was changed.
    """
    _refuse_overwriting(inputs, output)
    sources = tagger.knowledge.sources
    with ExitStack() as stack:
        tables = [stack.enter_context(open_table(path, options or ReadOptions(), sources)) for path in inputs]
        for table in tables:
            table.fields = find_fields(table.name, table.columns, sources, named_columns or {})
        columns = list(dict.fromkeys(column for table in tables for column in table.columns))
        if len(tables) == 1:
            columns = tables[0].columns
        further = further or {}
        own = [OWN_PREFIX + name if name in columns else name for name in (*OUTPUT_COLUMNS, *further)]
        summary = Summary(renamed_columns=[name for name in own if name.startswith(OWN_PREFIX)])
        writer = stack.enter_context(TableWriter(output, [*columns, *own], tables[0].delimiter, tables[0].has_bom))
        rejected = stack.enter_context(RejectedWriter(output))
        for table in tables:
            _tag_table(table, columns, tagger, writer, rejected, summary, on_progress, further)
        summary.n_rejected = rejected.n_rejected
        summary.rejected_file = str(rejected.path) if rejected.n_rejected else ""
    return summary


def _tag_table(  # noqa: PLR0913, PLR0917 - the loop body of tag_file
    table: Table,
    columns: list[str],
    tagger: Tagger,
    writer: TableWriter,
    rejected: RejectedWriter,
    summary: Summary,
    on_progress: Callable[[int], None] | None,
    further: Mapping[str, Callable[[TaggedPosting], str]],
) -> None:
    """Tag one table's rows, write them under the common columns and count them."""
    places = None if table.columns == columns else [_place(column, table.columns) for column in columns]
    for rows, tagged in _tagged_chunks(table, tagger, rejected, on_progress):
        out = []
        for row, tag in zip(rows, tagged, strict=True):
            ours = tag.as_row()
            summary.count(ours)
            theirs = row if places is None else [row[place] if place >= 0 else "" for place in places]
            out.append([*theirs, *ours.values(), *(fill(tag) for fill in further.values())])
        writer.write_rows(out)


def _tagged_chunks(
    table: Table, tagger: Tagger, rejected: RejectedWriter, on_progress: Callable[[int], None] | None
) -> Iterator[tuple[list[Row], list[TaggedPosting]]]:
    """Read a table a chunk at a time; give its good rows with their tags, write its bad ones away."""
    assert table.fields is not None  # noqa: S101 - tag_file has found them
    n_reported = 0
    while chunk := list(islice(table.rows, CHUNK_SIZE)):
        rows = []
        for row in chunk:
            if isinstance(row, RejectedRecord):
                rejected.write(row)
            else:
                rows.append(row)
        yield rows, tagger.tag_chunk([table.fields.record(row) for row in rows])
        if on_progress:
            n_read = table.bytes_read()
            on_progress(n_read - n_reported)
            n_reported = n_read


def _place(column: str, columns: list[str]) -> int:
    return columns.index(column) if column in columns else -1


def _refuse_overwriting(inputs: Sequence[str], output: str) -> None:
    target = Path(output)
    for path in inputs:
        if STDIN not in (path, output) and target.exists() and Path(path).exists() and target.samefile(path):
            raise InputError(f"{output}: is an input too; give the output another name")
