"""Which encoding a file is in, how sure that is, and its bytes as lines of text; a bad byte costs its row only."""

import codecs
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from jobtagger.batch.streams import HEAD_SIZE, InputStream
from jobtagger.errors import InputError

MAX_RECORD_CHARS = 32_000_000
"""A longer record is taken for a quote that was never closed."""
TOO_LONG = f"longer than {MAX_RECORD_CHARS:,} characters; is a quote never closed?"

_BOMS = [
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
]
_WESTERN = "cp1252"
_BAD_BYTE = re.compile("[\udc80-\udcff]")
CUT = "\udfff"
"""Stands behind what is shown of a line that is too long to be read; no decoder makes it."""
_SHOWN_OF_LONG = 1000
_COMMON = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1256", "cp1257", "mac_roman", "cp850", "koi8_r",
    "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
]  # fmt: skip
_DRAW = 0.8  # how sure, where others fit as well
_SAMPLE_LINES = 400
_FEW_BAD_LINES = 0.5  # more undecodable ones among the lines that are not ASCII: the file is in something else


class Encoding(NamedTuple):
    """An encoding's name, how likely it is the right one (0 to 1), and why it was taken.

    `has_bom` is about UTF-8, where a mark is worth keeping for spreadsheets.
    """

    name: str
    confidence: float
    reason: str
    has_bom: bool = False


def find_encoding(name: str, head: bytes, forced: str) -> Encoding:
    """Find the encoding of a file by its beginning, or take the one the user fixed.

    Raises
    ------
    InputError
        When the fixed one is not known.
    """
    mark = next(((bom, encoding) for bom, encoding in _BOMS if head.startswith(bom)), None)
    if forced:
        known = _known(name, forced).removesuffix("-sig")
        return Encoding(known, 1.0, "--encoding", mark is not None and mark[1] == known == "utf-8")
    if mark:
        return Encoding(mark[1], 1.0, "byte order mark", mark[1] == "utf-8")
    whole_lines = head[: head.rfind(b"\n") + 1] if len(head) >= HEAD_SIZE else head
    if guess := _utf16(whole_lines):
        return guess
    if _is_utf8(whole_lines):
        what = "nothing but ASCII" if whole_lines.isascii() else "valid UTF-8"
        return Encoding("utf-8", 1.0, f"{what} in the first {len(head):,} bytes")
    return _of_mixed_lines(whole_lines)


def _of_mixed_lines(head: bytes) -> Encoding:
    """Find the encoding of text that is not all UTF-8: a few bad lines in it, or another encoding altogether."""
    other = [line for line in head.split(b"\n") if not line.isascii()]
    share_bad = sum(not _is_utf8(line) for line in other) / len(other)
    if share_bad < _FEW_BAD_LINES:
        return Encoding("utf-8", 1 - share_bad, f"{1 - share_bad:.0%} of the lines that are not ASCII are valid UTF-8")
    return _guessed(other)


class DecodedLines:
    """The lines of a stream, ends of line as they are; `is_dirty` once there may be a fault in them.

    A line that is too long is cut off.
    """

    def __init__(self, stream: InputStream, encoding: Encoding) -> None:
        self.is_dirty = False
        self._encoding = encoding
        self._stream = stream

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self.blocks())

    def blocks(self) -> Iterator[list[str]]:
        """Give the lines, some at a time."""
        rest, is_skipping = "", False
        for text in self._texts(self._stream, self._encoding):
            if is_skipping:
                end = text.find("\n") + 1
                if not end:
                    continue
                text, is_skipping = text[end:], False  # noqa: PLW2901 - the line was given up
            *lines, rest = _split(rest + text)
            if len(rest) > MAX_RECORD_CHARS:
                self.is_dirty = True
                lines.append(f"{rest[:_SHOWN_OF_LONG]}... ({len(rest):,} characters read){CUT}")
                rest, is_skipping = "", True
            if lines:
                yield lines
        if rest:
            yield [rest]

    def fault(self, text: str) -> str:
        """Say what is wrong with a text: cut off, or which byte could not be decoded; empty if nothing is."""
        if not self.is_dirty:
            return ""
        if CUT in text:
            return TOO_LONG
        found = _BAD_BYTE.search(text)
        if not found:
            return ""
        name = self._encoding.name
        return f"byte 0x{ord(found[0]) - 0xDC00:02X} is not {name}; say --encoding if the whole file is in another"

    def _texts(self, stream: InputStream, encoding: Encoding) -> Iterator[str]:
        if encoding.name.lower().startswith(("utf-16", "utf16", "utf-32", "utf32")):
            decoder = codecs.getincrementaldecoder(encoding.name)("replace")
            yield from (decoder.decode(block) for block in iter(stream.read1, b""))
            yield decoder.decode(b"", True)
            return
        pending = b""
        is_first = True
        for block in iter(stream.read1, b""):
            pending += block
            end = pending.rfind(b"\n") + 1
            if end or len(pending) > MAX_RECORD_CHARS:
                end = end or len(pending)
                yield self._decode(pending[:end], encoding, is_first)
                pending, is_first = pending[end:], False
        yield self._decode(pending, encoding, is_first)

    def _decode(self, block: bytes, encoding: Encoding, is_first: bool) -> str:
        if is_first and encoding.has_bom:
            block = block.removeprefix(b"\xef\xbb\xbf")
        try:
            return block.decode(encoding.name)
        except UnicodeDecodeError:
            self.is_dirty = True
            return block.decode(encoding.name, "surrogateescape")


def _split(text: str) -> list[str]:
    """Split at line ends as files do (not at form feeds or U+2028); the last part may be no whole line yet."""
    lines = list(io.StringIO(text, newline=""))
    if lines and lines[-1].endswith("\n"):
        lines.append("")
    return lines or [""]


def _known(name: str, encoding: str) -> str:
    try:
        "".encode(encoding)
        return codecs.lookup(encoding).name
    except LookupError:
        raise InputError(f"{name}: encoding {encoding} is not known; try utf-8, cp1252 or latin-1") from None


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _utf16(head: bytes) -> Encoding | None:
    """Know UTF-16 without a mark by where the zero bytes of its ASCII letters stand."""
    even, odd = head[:1000:2].count(0), head[1:1000:2].count(0)
    if even + odd < len(head[:1000]) // 5:
        return None
    if max(even, odd) < 4 * (min(even, odd) + 1):
        return None
    return Encoding("utf-16-be" if even > odd else "utf-16-le", 0.9, "every other byte is zero")


def _guessed(lines: list[bytes]) -> Encoding:
    """Let charset-normalizer read the lines that are not ASCII; Western Windows wins a draw."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - most files are UTF-8 and never need it

    sample = b"\n".join(lines[:_SAMPLE_LINES])
    results = sorted(from_bytes(sample, cp_isolation=_COMMON), key=lambda result: (result.chaos, -result.coherence))
    if not results:
        return Encoding(_WESTERN, 0.0, "none fits; the commonest one on Western systems")
    draw = [result for result in results if result.chaos == results[0].chaos]
    names = list(dict.fromkeys(name for result in draw for name in (result.encoding, *result.could_be_from_charset)))
    encoding = _WESTERN if _WESTERN in names else results[0].encoding
    others = [name for name in names if name != encoding][:3]
    reason = f"charset-normalizer, from {len(lines[:_SAMPLE_LINES])} lines that are not ASCII"
    reason += f"; {', '.join(others)} would do as well" if others else ""
    return Encoding(encoding, (1 - results[0].chaos) * (_DRAW if others else 1), reason)
