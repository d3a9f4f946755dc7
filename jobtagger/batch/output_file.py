"""Bytes on their way to a file that has its final name only when it is whole."""

import gzip
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from jobtagger.batch.extras import require
from jobtagger.errors import InputError, WriteError

_GZIP_LEVEL = 6


def temporary_path(path: Path) -> Path:
    """Give the name that a file has until it is whole."""
    return path.with_name(path.name + ".part")


def move_into_place(whole: Path, path: Path, size: int) -> None:
    """Give a file of a known size its final name, unless a run that was then stopped has done so.

    Raises
    ------
    InputError
        When it stands under neither name.
    """
    with WriteErrors(str(path)):
        if _size(whole) == size:
            os.replace(whole, path)
        elif _size(path) != size:
            raise InputError(f"{whole}: is gone; run without --resume")


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.exists() else None


class OutputFile:
    """Bytes that go under a temporary name, packed if the final name says so, and are moved into place at the end."""

    def __init__(self, path: Path, packing: str = "", resume_at: int | None = None) -> None:
        self.path = path
        self.temporary = temporary_path(path)
        self._packing = packing
        try:
            if resume_at is None:
                self._file: BinaryIO = self.temporary.open("wb")
            elif not self.temporary.exists():
                raise InputError(f"{self.temporary}: is gone; run without --resume")
            else:
                self._file = self.temporary.open("r+b")
                if os.path.getsize(self.temporary) < resume_at:
                    self._file.close()
                    raise InputError(f"{self.temporary}: is shorter than it was; run without --resume")
                self._file.truncate(resume_at)
                self._file.seek(resume_at)
        except OSError as error:
            raise WriteError(f"{self.temporary}: cannot be written: {error.strerror}") from None
        self._packed: Any = self._pack()

    def write(self, text: str) -> None:
        """Write text as UTF-8."""
        with self._errors():
            self._packed.write(text.encode("utf-8", "replace"))

    def mark(self) -> int:
        """Bring everything to disk; give the size of the file. A packed one begins a new part here."""
        with self._errors():
            if self._packed is not self._file:
                self._packed.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            size = self._file.tell()
            self._packed = self._pack()  # only now: it may begin with a header of its own
            return size

    def finish(self) -> None:
        """Close the file, whole."""
        with self._errors():
            if self._packed is not self._file:
                self._packed.close()
            self._file.close()

    def abandon(self) -> None:
        """Close the file as it stands."""
        with suppress(OSError):
            self._file.close()

    def discard(self) -> None:
        """Close the file and remove it, if the system lets us; that it fails must not hide why it is given up."""
        self.abandon()
        with suppress(OSError):
            self.temporary.unlink()

    def _pack(self) -> Any:
        if self._packing == ".gz":
            return gzip.GzipFile("", "wb", _GZIP_LEVEL, self._file, mtime=0)
        if self._packing == ".zst":
            zstandard = require("zstandard", "zstd", str(self.path))
            return zstandard.ZstdCompressor().stream_writer(self._file, closefd=False)
        return self._file

    def _errors(self) -> "WriteErrors":
        return WriteErrors(str(self.temporary))


class WriteErrors:
    """Turns what the system says into an `InputError` that names the file."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, BrokenPipeError):
            raise InputError(f"{self._name} was closed before everything was written") from None
        if isinstance(error, OSError):
            raise WriteError(f"{self._name}: cannot be written: {error.strerror}") from None


class StandardOutput:
    """Standard output in the place of a file."""

    def __init__(self) -> None:
        sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="")  # type: ignore[union-attr]

    def write(self, text: str) -> None:
        """Write text."""
        with _standard_errors():
            sys.stdout.write(text)

    def mark(self) -> int:
        """Hand on what was written so far."""
        self.finish()
        return 0

    def finish(self) -> None:
        """Hand on what was written; the stream is not ours to close."""
        with _standard_errors():
            sys.stdout.flush()

    def abandon(self) -> None:
        """Do nothing: there is no file to take care of."""


@contextmanager
def _standard_errors() -> Iterator[None]:
    with WriteErrors("standard output"):
        try:
            yield
        except OSError:
            # What is still in its buffer cannot be written either: Python would complain again when it ends.
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise
