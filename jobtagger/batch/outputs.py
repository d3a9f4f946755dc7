"""Every file that a run writes, known before it starts and checked against its inputs and against each other."""

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from jobtagger.batch.checkpoint import checkpoint_path
from jobtagger.batch.output_file import temporary_path
from jobtagger.batch.streams import STDIN
from jobtagger.batch.writing import REJECTED_HEADER, STDOUT, made_path
from jobtagger.errors import InputError

_REJECTED_NAME = "rejected.csv"
_NAME_THE_OUTPUT = "give the output another name"
_NAME_THE_REJECTED = "name another file for rejected rows with --rejected"
_NAME_THE_SUMMARY = "give the summary another name"


class Written(NamedTuple):
    """A file that a run writes, what it is in the run, and what to do when it cannot be written there."""

    path: Path
    role: str
    remedy: str


def rejected_path(output: str, named: str = "") -> Path:
    """Give the file for rejected rows: `tagged.csv` has `tagged.rejected.csv` beside it, `t.parquet` has `t.parquet.rejected.csv`.

    No two outputs share one; that of standard output is `rejected.csv`. A `named` one stands instead.
    """
    if named:
        return Path(named)
    if output == STDOUT:
        return Path(_REJECTED_NAME)
    path = Path(output)
    return path.with_name(f"{path.stem if path.suffix.lower() == '.csv' else path.name}.{_REJECTED_NAME}")


def written_by(output: str, rejected: str = "", summary: str = "") -> list[Written]:
    """Give all files that a run writes, those included that it moves or deletes before its end."""
    beside = rejected_path(output, rejected)
    own = [
        Written(beside, "file of rejected rows", _NAME_THE_REJECTED),
        Written(temporary_path(beside), "unfinished file of rejected rows", _NAME_THE_REJECTED),
    ]
    if output != STDOUT:
        path, mark = Path(output), checkpoint_path(output)
        paths = {path: "output", temporary_path(path): "unfinished output", made_path(path): "output in the making"}
        paths |= {mark: "mark for --resume", temporary_path(mark): "next mark for --resume"}
        own = [*(Written(path, role, _NAME_THE_OUTPUT) for path, role in paths.items()), *own]
    return own + summary_written(summary)


def summary_written(summary: str) -> list[Written]:
    """Give the summary's file, if there shall be one."""
    return [Written(Path(summary), "summary", _NAME_THE_SUMMARY)] if summary and summary != STDOUT else []


def refuse_clashes(written: Sequence[Written], inputs: Iterable[str]) -> None:
    """Refuse to write over an input, one file twice, over a folder, or where nothing can be written.

    Raises
    ------
    InputError
        With the file, and what to do.
    """
    states = (_identity(path) for path in inputs if path != STDIN)
    read = {state for state in states if state}
    roles: dict[str, str] = {}
    folders: set[Path] = set()
    for path, role, remedy in written:
        if _identity(path) in read:
            raise InputError(f"{path}: is an input too; {remedy}")
        earlier = roles.setdefault(os.path.realpath(path), role)
        if earlier != role:
            raise InputError(f"{path}: would be written twice, as the {earlier} and as the {role}; {remedy}")
        if path.is_dir():
            raise InputError(f"{path}: is a folder, where the {role} shall stand; move it, or {remedy}")
        if path.parent not in folders:
            _try_folder(path, remedy)
            folders.add(path.parent)


def refuse_foreign_rejected(output: str, named: str) -> None:
    """Refuse to replace or delete a file that no run made for its rejected rows.

    That of an earlier run of the same output is replaced. Standard output has no name to tell one run by from another, so
    a `rejected.csv` that is there already is left alone.

    Raises
    ------
    InputError
        When there is such a file.
    """
    path = rejected_path(output, named)
    if not path.exists():
        return
    if output == STDOUT and not named:
        raise InputError(f"{path}: is there already, perhaps from another run; move it away, or {_NAME_THE_REJECTED}")
    if not (path.is_file() and (path.stat().st_size == 0 or _is_rejected_file(path))):
        raise InputError(
            f"{path}: is there already and no file of rejected rows; move it away, or {_NAME_THE_REJECTED}"
        )


def without_rejected(names: Sequence[str], paths: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part `paths`, to which `names` were expanded, into those to read and files of rejected rows that only fit a pattern."""
    named = set(names)
    left_out = {path: path not in named and _is_rejected_file(Path(path)) for path in paths}
    return [path for path in paths if not left_out[path]], [path for path in paths if left_out[path]]


def _is_rejected_file(path: Path) -> bool:
    """Tell whether a run made this file for its rejected rows, by its header."""
    header = REJECTED_HEADER.encode()
    try:
        with path.open("rb") as file:
            return file.read(len(header)) == header
    except OSError:
        return False


def _identity(path: str | Path) -> tuple[int, int] | None:
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_dev, state.st_ino


def _try_folder(path: Path, remedy: str) -> None:
    """Notice a folder that is missing or takes no files, by a file in it that has no name and is gone at once."""
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            return
    except OSError as error:
        if not path.parent.exists():
            raise InputError(
                f"{path}: cannot be written: there is no folder {path.parent}; make it, or {remedy}"
            ) from None
        raise InputError(f"{path}: cannot be written: {error.strerror}; {remedy}") from None
