"""Tagged rows to a file that appears under its name only when it is whole, and rejected rows beside it."""

import csv
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from jobtagger.errors import InputError
from jobtagger.records import RejectedRecord

STDOUT = "-"
_DELIMITER_OF_ENDING = {".tsv": "\t", ".tab": "\t"}
_ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".jsonl", ".ndjson")


class TableWriter:
    """Writes rows under a temporary name and moves the file into place at the end.

    Use as a context manager: leaving it by an exception removes the unfinished file and leaves what stood under the
    final name untouched.
    """

    def __init__(self, path: str, columns: Sequence[str], delimiter: str, has_bom: bool) -> None:
        self._path = None if path == STDOUT else Path(path)
        self._columns = list(columns)
        ending = self._path.suffix.lower() if self._path else ".csv"
        if ending not in _ENDINGS:
            raise InputError(f'{path}: format "{ending}" is not known; known: {", ".join(_ENDINGS)}')
        self._file = self._open(has_bom and ending == ".csv")
        self._as_json = ending in (".jsonl", ".ndjson")
        self._csv = csv.writer(self._file, delimiter=_DELIMITER_OF_ENDING.get(ending, delimiter), lineterminator="\n")
        if not self._as_json:
            self.write_rows([self._columns])

    @property
    def temporary(self) -> Path | None:
        """Where the file stands until it is whole; None for standard output."""
        return self._path and self._path.with_name(self._path.name + ".part")

    def write_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Write rows with as many cells as there are columns."""
        try:
            if self._as_json:
                self._file.writelines(
                    json.dumps(dict(zip(self._columns, row, strict=True)), ensure_ascii=False) + "\n" for row in rows
                )
            else:
                self._csv.writerows(rows)
        except BrokenPipeError:
            raise InputError("standard output was closed before everything was written") from None
        except OSError as error:
            raise InputError(f"{self.temporary or 'standard output'}: cannot be written: {error.strerror}") from None

    def __enter__(self) -> "TableWriter":
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if self.temporary is None:
            if kind is None:
                self._file.flush()
            return
        try:
            self._file.close()
        except OSError as problem:
            if kind is None:
                self.temporary.unlink(missing_ok=True)
                raise InputError(f"{self.temporary}: cannot be written: {problem.strerror}") from None
        if kind is None:
            os.replace(self.temporary, self._path)  # type: ignore[arg-type]
        else:
            self.temporary.unlink(missing_ok=True)

    def _open(self, with_bom: bool) -> IO[str]:
        if self.temporary is None:
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
            return sys.stdout
        try:
            return self.temporary.open("w", encoding="utf-8-sig" if with_bom else "utf-8", newline="")
        except OSError as error:
            raise InputError(f"{self._path}: cannot be written: {error.strerror}") from None


def rejected_path(output: str) -> Path:
    """Give the file for rejected rows: `tagged.csv` has `tagged.rejected.csv` beside it."""
    if output == STDOUT:
        return Path("rejected.csv")
    path = Path(output)
    return path.with_name(f"{path.stem}.rejected.csv")


class RejectedWriter:
    """Writes rejected rows beside the output; the file appears with the first of them."""

    def __init__(self, output: str) -> None:
        self.path = rejected_path(output)
        self.n_rejected = 0
        self._file: IO[str] | None = None

    def write(self, record: RejectedRecord) -> None:
        """Write one rejected row with where it stood and why."""
        try:
            if self._file is None:
                self._file = self.path.open("w", encoding="utf-8", newline="")
                csv.writer(self._file, lineterminator="\n").writerow(["file", "row", "reason", "content"])
            csv.writer(self._file, lineterminator="\n").writerow(
                [record.source, record.row, record.reason, record.content.rstrip("\r\n")]
            )
        except OSError as error:
            raise InputError(f"{self.path}: cannot be written: {error.strerror}") from None
        self.n_rejected += 1

    def __enter__(self) -> "RejectedWriter":
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if self._file is not None:
            self._file.close()
        elif kind is None:
            self.path.unlink(missing_ok=True)  # left by an earlier run of the same output
