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
    """Read the files that are new or changed, pattern by pattern in order of their names.

    Raises
    ------
    InputError
        When a folder, or a file named without wildcards, is not there.
    """
    options = ReadOptions(source.encoding, source.delimiter)
    settings = settings_digest(source.columns, source.encoding, source.delimiter)
    missing: list[str] = []
    files = _files(source, missing)
    short = {_place(path, root) for path, (root, is_first) in files.items() if is_first}
    for path, (root, is_first) in files.items():
        place = _place(path, root)
        if not is_first:
            former, place = place, _long_place(source, root, place)
            if place not in reading.marks and former in reading.marks and former not in short:
                yield Chunk(former, [], marks={former: "{}"}, replaces=True)  # its name before there were two folders
        try:
            yield from _read_file(path, place, source, options, settings, reading)
        except InputError as error:
            yield Problem(str(error))
        except OSError as error:
            yield Problem(f"{path}: cannot be read: {error.strerror}")
    if missing:
        raise InputError("; ".join(missing))


def _files(source: FolderSource, missing: list[str]) -> dict[str, tuple[Path, bool]]:
    """Give each file once, with the folder its pattern begins at, and whether that is the first pattern's."""
    files: dict[str, tuple[Path, bool]] = {}
    first = source.base / _root_of(source.patterns[0])
    for pattern in source.patterns:
        root = source.base / _root_of(pattern)
        if not root.is_dir():
            missing.append(f"{root}: is no folder, or cannot be reached")
            continue
        found = [str(source.base / path) for path in glob.glob(pattern, root_dir=source.base, recursive=True)]
        if not found and not glob.has_magic(pattern):
            missing.append(f"{source.base / pattern}: no such file")
        for path in sorted(found):
            files.setdefault(path, (root, root == first))
    return files


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


def _long_place(source: FolderSource, root: Path, place: str) -> str:
    """Name a file of another folder than the first, so that no file of that one has the same name."""
    path = root / place
    return f"./{path.relative_to(source.base).as_posix()}" if path.is_relative_to(source.base) else path.as_posix()


def _is_own(path: Path, own: Path | None) -> bool:
    """Notice the store and its side files."""
    return own is not None and path.name.startswith(own.name) and path.parent.resolve() == own.parent.resolve()
