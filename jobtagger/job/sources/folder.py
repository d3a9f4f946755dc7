"""Files as a source: each is read once, and again when its size or time changes; a stopped reading goes on."""

import glob
import json
import os
from collections.abc import Iterator
from itertools import count, islice, takewhile
from pathlib import Path

from jobtagger.batch.reading import open_table
from jobtagger.batch.table import ReadOptions, Row, Table
from jobtagger.errors import InputError
from jobtagger.job.settings import FolderSource
from jobtagger.job.sources.found import Chunk, Columns, Problem, Reading, cut_rows, settings_digest
from jobtagger.records import RejectedRecord

_UNFINISHED = (".part", ".tmp", ".crdownload", ".partial")  # names under which programs write a file bit by bit
_WHOLE = -1


def read_folder(source: FolderSource, reading: Reading) -> Iterator[Chunk | Problem]:
    """Read the files that are new or changed, in order of their names.

    Raises
    ------
    InputError
        When a folder, or a file named without wildcards, is not there.
    """
    options = ReadOptions(source.encoding, source.delimiter)
    settings = settings_digest(source.columns, source.encoding, source.delimiter)
    missing = []
    for pattern in source.patterns:
        root = source.base / _root_of(pattern)
        if not root.is_dir():
            missing.append(f"{root}: is no folder, or cannot be reached")
            continue
        found = [str(source.base / path) for path in glob.glob(pattern, root_dir=source.base, recursive=True)]
        if not found and not glob.has_magic(pattern):
            missing.append(f"{source.base / pattern}: no such file")
        for path in sorted(found):
            try:
                yield from _read_file(path, _place(path, root), source, options, settings, reading)
            except InputError as error:
                yield Problem(str(error))
            except OSError as error:
                yield Problem(f"{path}: cannot be read: {error.strerror}")
    if missing:
        raise InputError("; ".join(missing))


def _read_file(
    path: str, place: str, source: FolderSource, options: ReadOptions, settings: str, reading: Reading
) -> Iterator[Chunk]:
    if not os.path.isfile(path) or path.endswith(_UNFINISHED) or _is_own(Path(path), reading.own):
        return
    state = os.stat(path)
    now: dict[str, int | str] = {"size": state.st_size, "mtime_ns": state.st_mtime_ns, "settings": settings}
    mark = reading.mark(place)
    n_done = mark.pop("rows", 0) if {**mark, "rows": 0} == {**now, "rows": 0} else 0
    if n_done == _WHOLE:
        return
    with open_table(path, options, reading.layouts) as table:
        columns = Columns(table.name, table.columns, reading.layouts, source.columns)
        yield from _chunks(table, columns, place, n_done, now)


def _chunks(table: Table, columns: Columns, place: str, n_done: int, now: dict[str, int | str]) -> Iterator[Chunk]:
    """Give the rows behind those that are done; one chunk is held back, as the last one says that the file is."""
    held: Chunk | None = None
    is_first = n_done == 0
    all_numbers = islice(table.numbers or count(table.first_number), n_done, None)
    for rows in cut_rows(islice(table.rows, n_done, None), _n_chars):
        if held:
            yield held
        numbers = islice(all_numbers, len(rows))
        numbered = [
            (number, row) for number, row in zip(numbers, rows, strict=True) if not isinstance(row, RejectedRecord)
        ]
        n_done += len(rows)
        held = Chunk(
            place,
            [columns.found(row) for _, row in numbered],
            [row for row in rows if isinstance(row, RejectedRecord)],
            [number for number, _ in numbered],
            {place: json.dumps({**now, "rows": n_done})},
            is_first,
        )
        is_first = False
    last = held or Chunk(place, [], replaces=is_first)
    yield last._replace(marks={place: json.dumps({**now, "rows": _WHOLE})})


def _n_chars(row: Row | RejectedRecord) -> int:
    return len(row.content) if isinstance(row, RejectedRecord) else sum(map(len, row))


def _root_of(pattern: str) -> Path:
    """Give the folder that must be there: the part of a pattern before its first wildcard."""
    parts = Path(pattern).parts
    fixed = list(takewhile(lambda part: not glob.has_magic(part), parts))
    root = Path(*fixed)
    return root if len(fixed) < len(parts) else root.parent


def _place(path: str, root: Path) -> str:
    """Name a file so that the name holds when the folder is moved."""
    return Path(path).relative_to(root).as_posix()


def _is_own(path: Path, own: Path | None) -> bool:
    """Notice the store and its side files."""
    return own is not None and path.name.startswith(own.name) and path.parent.resolve() == own.parent.resolve()
