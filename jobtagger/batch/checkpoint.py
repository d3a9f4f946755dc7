"""Where a run stands, kept beside its unfinished output, so that a stopped run can go on."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jobtagger.batch.output_file import WriteErrors, temporary_path
from jobtagger.errors import InputError


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Up to where a run is surely on disk: chunks done, sizes of the unfinished files, the counts so far.

    One that `is_whole` lacks nothing but that its files, of those sizes, get their final names.
    """

    run_id: str
    n_chunks: int
    output_size: int
    rejected_size: int
    summary: dict[str, Any]
    is_whole: bool = False


def checkpoint_path(output: str) -> Path:
    """Give the file in which the run that makes `output` keeps where it stands."""
    return Path(f"{output}.resume")


def run_id(inputs: Sequence[str], settings: dict[str, Any]) -> str:
    """Name a run by its inputs, as they are now, and by everything that decides about its bytes."""
    states = [(path, state.st_size, state.st_mtime_ns) for path in inputs for state in (os.stat(path),)]
    text = json.dumps([states, settings], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def save_checkpoint(output: str, checkpoint: Checkpoint) -> None:
    """Write a checkpoint in the place of the last one, in one step."""
    path = checkpoint_path(output)
    new = temporary_path(path)
    with WriteErrors(str(path)):
        new.write_text(json.dumps(asdict(checkpoint)), encoding="utf-8")
        os.replace(new, path)


def drop_checkpoint(output: str) -> None:
    """Remove the checkpoint of a run that is over, or that begins anew."""
    path = checkpoint_path(output)
    with WriteErrors(str(path)):
        path.unlink(missing_ok=True)


def load_checkpoint(output: str, expected_run_id: str) -> Checkpoint | None:
    """Read where the last run stands; None if there is nothing to go on from.

    Raises
    ------
    InputError
        When it was another run: other inputs, options, model or knowledge.
    """
    path = checkpoint_path(output)
    try:
        checkpoint = Checkpoint(**json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError):
        raise InputError(f"{path}: cannot be read; run without --resume") from None
    if checkpoint.run_id != expected_run_id:
        raise InputError(
            f"{path}: the run it belongs to had other inputs, options, model or knowledge; run without --resume"
        )
    return checkpoint
