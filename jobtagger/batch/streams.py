"""Names to bytes: globs, files and standard input; gzip and zstd are unpacked on the way, up to a stated limit."""

import glob
import gzip
import io
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from jobtagger.batch.extras import require
from jobtagger.errors import InputError

STDIN = "-"
HEAD_SIZE = 1 << 18
UNPACKED_RATIO = 200
"""A packed file may grow this many times; more is taken for a bomb (texts grow 3 to 30 times)."""
UNPACKED_FREE = 1 << 30
"""Bytes a packed file may always grow to, whatever its size."""

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZSTD_PIECE = 1 << 10  # packed bytes taken at a time: even a bomb makes no more than 32 MB of them, handed on in parts


def expand_inputs(names: Sequence[str]) -> list[str]:
    """Replace patterns such as `data/**/*.csv.gz` by the files that fit, sorted; other names stay as they are.

    Raises
    ------
    InputError
        When no file fits a pattern.
    """
    paths: list[str] = []
    for name in names:
        if name == STDIN or Path(name).exists() or not glob.has_magic(name):
            paths.append(name)
            continue
        found = sorted(path for path in glob.glob(name, recursive=True) if Path(path).is_file())
        if not found:
            raise InputError(f"{name}: no file fits this pattern")
        paths += found
    if paths.count(STDIN) > 1:
        raise InputError("standard input can be read only once; name - once")
    return paths


def is_read_once(path: str) -> bool:
    """Tell standard input, pipes and the like from files, which can be opened as often as wanted."""
    return path == STDIN or not Path(path).is_file()


class InputStream:
    """The unpacked bytes of one input; knows how it was packed and how much of the file was taken. A context manager.

    Attributes
    ----------
    name : str
        For messages.
    packing : str
        "gzip", "zstd" or empty.
    head : bytes
        The beginning, looked at and not taken.
    """

    def __init__(self, path: str) -> None:
        file, self.name = _open(path)
        self._counted = _Counted(file)
        packed = io.BufferedReader(self._counted, HEAD_SIZE)
        self._bytes: Any = packed
        self.packing = ""
        self._n_unpacked = 0
        try:
            self._unpack(packed)
            self.head = self._fill_head()
        except BaseException:
            self.close()
            raise
        self._unread = self.head

    @property
    def n_read(self) -> int:
        """How many bytes of the file, packed as it is, were read so far."""
        return self._counted.n_read

    def read1(self) -> bytes:
        """Read what is at hand; nothing at the end."""
        if self._unread:
            head, self._unread = self._unread, b""
            return head
        return self._take(HEAD_SIZE)

    def close(self) -> None:
        """Close the file; standard input stays open, it is not ours."""
        self._counted.close()

    def __enter__(self) -> "InputStream":
        return self

    def __exit__(self, *exit_details: object) -> None:
        self.close()

    def _unpack(self, packed: "io.BufferedReader[_Counted]") -> None:
        magic = packed.peek(4)
        if magic.startswith(_GZIP):
            self.packing, self._bytes = "gzip", gzip.GzipFile(fileobj=packed)
        elif magic.startswith(_ZSTD):
            zstandard = require("zstandard", "zstd", self.name)
            self.packing = "zstd"
            self._bytes = _Zstd(packed, zstandard.ZstdDecompressor())

    def _fill_head(self) -> bytes:
        head = b""
        while len(head) < HEAD_SIZE and (more := self._take(HEAD_SIZE - len(head))):
            head += more
        return head

    def _take(self, size: int) -> bytes:
        try:
            chunk: bytes = self._bytes.read1(size)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise InputError(f"{self.name}: the {self.packing} data is damaged or breaks off") from None
        except OSError as error:
            raise InputError(f"{self.name}: cannot be read: {error.strerror}") from None
        except Exception as error:
            if type(error).__name__ != "ZstdError":  # its class cannot be named where zstandard may be absent
                raise
            raise InputError(f"{self.name}: the zstd data is damaged: {error}") from None
        self._n_unpacked += len(chunk)
        if self.packing and self._n_unpacked > max(UNPACKED_FREE, UNPACKED_RATIO * self.n_read):
            raise InputError(
                f"{self.name}: unpacks to more than {UNPACKED_FREE >> 30} GB and more than {UNPACKED_RATIO} times its"
                " size, which no text does; if it is what you want, unpack it yourself and name the unpacked file"
            )
        return chunk


class _Zstd:
    """Unpacks zstd frame by frame, and knows when the last one breaks off."""

    def __init__(self, packed: "io.BufferedReader[_Counted]", unpacker: Any) -> None:
        self._chunks = self._unpacked(packed, unpacker)

    def read1(self, size: int) -> bytes:
        """Read `size` bytes or at most `HEAD_SIZE` more, fewer at the end."""
        chunks, n_left = [], size
        while n_left > 0 and (chunk := next(self._chunks, None)) is not None:
            chunks.append(chunk)
            n_left -= len(chunk)
        return b"".join(chunks)

    def _unpacked(self, packed: "io.BufferedReader[_Counted]", unpacker: Any) -> Iterator[bytes]:
        frame = None
        while piece := packed.read(_ZSTD_PIECE):
            while piece:
                frame = frame or unpacker.decompressobj()
                unpacked = frame.decompress(piece)
                for start in range(0, len(unpacked), HEAD_SIZE):
                    yield unpacked[start : start + HEAD_SIZE]
                piece = frame.unused_data
                if frame.eof:
                    frame = None
        if frame:
            raise EOFError


class _Counted(io.RawIOBase):
    """A raw stream that counts what is taken from it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.n_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        size = len(buffer)
        chunk: bytes = self._file.read1(size) if hasattr(self._file, "read1") else self._file.read(size)
        buffer[: len(chunk)] = chunk
        self.n_read += len(chunk)
        return len(chunk)

    def close(self) -> None:
        if self._file is not sys.stdin.buffer:
            self._file.close()
        super().close()


def _open(path: str) -> tuple[BinaryIO, str]:
    if path == STDIN:
        return sys.stdin.buffer, "standard input"
    try:
        return Path(path).open("rb"), path
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise InputError(f"{path}: is a folder; name the files in it, as with '{Path(path) / '*.csv'}'") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
