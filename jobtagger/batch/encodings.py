"""Which encoding a file is in, how sure that is, and its bytes as lines of text; a bad byte costs its row only."""

import codecs
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from jobtagger.batch.guessing import guess_encoding
from jobtagger.batch.reasons import Why
from jobtagger.batch.streams import HEAD_SIZE, InputStream
from jobtagger.errors import InputError

MAX_RECORD_CHARS = 32_000_000
"""A longer record is taken for a quote that was never closed."""
TOO_LONG = f"longer than {MAX_RECORD_CHARS:,} characters; is a quote never closed?"

_MARK = "\ufeff"
_BOMS = [
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
]
_BAD_BYTE = re.compile("[\udc00-\udcff]")
ESCAPE = "jobtagger.escape"
"""Like Python's "surrogateescape", also for the bytes below 0x80 that half a character of UTF-16 is made of."""
CUT = "\udfff"
"""Stands behind what is shown of a line that is too long to be read; no decoder makes it."""
DOS_END = "\x1a"
"""Stands where DOS ended files; a line of it is no row."""
_SHOWN_OF_LONG = 1000
_FEW_BAD = 0.5  # more undecodable ones among the pieces that are not ASCII: the file is in something else
_PIECE_ENDS = re.compile(rb"[\r\n,]+")
_NEARLY_ALL_BYTES = bytes(range(256)).replace(b"\\", b"")
_UNFINISHED = re.compile(rb"[\xc0-\xff][\x80-\xbf]{0,2}\Z")
_WIDE = ("utf-16", "utf-32")


class Encoding(NamedTuple):
    """An encoding's name, how likely it is the right one (0 to 1), and why it was taken.

    `has_bom` is about UTF-8, where a mark is worth keeping for spreadsheets.
    """

    name: str
    confidence: float
    reason: Why
    has_bom: bool = False


def find_encoding(name: str, head: bytes, forced: str) -> Encoding:
    """Find the encoding of a file by its beginning, or take the one the user fixed.

    Raises
    ------
    InputError
        When the fixed one is not known, or not to be used without a mark.
    """
    mark = next(((bom, encoding) for bom, encoding in _BOMS if head.startswith(bom)), None)
    if forced:
        known = _known(name, forced).removesuffix("-sig")
        if known in _WIDE and not mark:
            raise InputError(f"{name}: has no byte order mark; say --encoding {known}-le or {known}-be")
        return Encoding(known, 1.0, Why.of(("--encoding", {})), mark is not None and mark[1] == known == "utf-8")
    if mark:
        return Encoding(mark[1], 1.0, Why.of(("byte order mark", {})), mark[1] == "utf-8")
    if len(head) >= HEAD_SIZE:
        head = _UNFINISHED.sub(b"", head)
    if guess := _wide(head):
        return guess
    if _is_utf8(head):
        what = "nothing but ASCII" if head.isascii() else "valid UTF-8"
        reason = Why.of(("{what} in the first {n:,} bytes", {"what": what, "n": len(head)}))
        return Encoding("utf-8", 1.0, reason)
    return _of_mixed_pieces(head)


def _of_mixed_pieces(head: bytes) -> Encoding:
    """Find the encoding of text that is not all UTF-8: a few bad pieces in it, or another encoding altogether.

    Pieces end with a line or at a comma: a JSON document may be one line.
    """
    other = [piece for piece in _PIECE_ENDS.split(head) if not piece.isascii()]
    share_bad = sum(not _is_utf8(piece) for piece in other) / len(other)
    if share_bad < _FEW_BAD:
        reason = Why.of(("{share:.0f}% of what is not ASCII is valid UTF-8", {"share": 100 * (1 - share_bad)}))
        return Encoding("utf-8", 1 - share_bad, reason)
    return Encoding(*guess_encoding(other))


class Decoded:
    """The text of a stream; `is_dirty` once there may be a fault in it."""

    def __init__(self, stream: InputStream, encoding: Encoding) -> None:
        self.is_dirty = False
        self._encoding = encoding
        self._stream = stream

    def texts(self) -> Iterator[str]:
        """Give the text in pieces as they come; what cannot be decoded is half characters in it."""
        decoder = codecs.getincrementaldecoder(self._encoding.name)(ESCAPE)
        is_first = True
        for block in chain(iter(self._stream.read1, b""), [b""]):
            text = decoder.decode(block, not block)
            self.is_dirty = self.is_dirty or not _is_sound(text)
            yield text.removeprefix(_MARK) if is_first else text
            is_first = is_first and not text

    def fault(self, text: str) -> str:
        """Say what is wrong with a text: cut off, or which byte could not be decoded; empty if nothing is."""
        if not self.is_dirty:
            return ""
        if CUT in text:
            return TOO_LONG
        bad, name = bad_byte(text), self._encoding.name
        return bad and f"byte {bad} is not {name}; say --encoding if the whole file is in another"


class DecodedLines(Decoded):
    """The lines of a stream, ends of line as they are. A line that is too long is cut off."""

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self.blocks())

    def blocks(self) -> Iterator[list[str]]:
        """Give the lines, some at a time."""
        rest, is_skipping = "", False
        for text in self._whole_lines():
            *lines, rest = _split(rest + text)
            if is_skipping and lines:  # the end of the line that was given up
                del lines[0]
                is_skipping = False
            if len(rest) > MAX_RECORD_CHARS:
                self.is_dirty = True
                if not is_skipping:
                    lines.append(f"{rest[:_SHOWN_OF_LONG]}... ({len(rest):,} characters read){CUT}")
                rest, is_skipping = "", True
            if lines:
                yield lines
        if rest and not is_skipping:
            yield [rest]

    def _whole_lines(self) -> Iterator[str]:
        """Give texts that end with a line, where lines end with a byte of their own."""
        if self._encoding.name.startswith(_WIDE):
            yield from self.texts()
            return
        pending = b""
        is_first = True
        for block in iter(self._stream.read1, b""):
            pending += block
            end = pending.rfind(b"\n") + 1 or pending.rfind(b"\r") + 1
            if end or len(pending) > MAX_RECORD_CHARS:
                end = end or len(pending)
                yield self._decode(pending[:end], is_first)
                pending, is_first = pending[end:], False
        yield self._decode(pending, is_first)

    def _decode(self, block: bytes, is_first: bool) -> str:
        try:
            text = block.decode(self._encoding.name)
        except UnicodeDecodeError:
            self.is_dirty = True
            text = block.decode(self._encoding.name, ESCAPE)
        return text.removeprefix(_MARK) if is_first else text


def _escape(error: UnicodeError) -> tuple[str, int]:
    """Stand in for bytes that cannot be decoded, as `codecs.register_error` wants it."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(ESCAPE, _escape)


def bad_byte(text: str) -> str:
    """Give the first byte of a text that could not be decoded, empty if there is none."""
    found = _BAD_BYTE.search(text)
    return f"0x{ord(found[0]) - 0xDC00:02X}" if found else ""


def show_bad_bytes(text: str) -> str:
    r"""Write bytes that could not be decoded as `\xe9`, for texts that have to be shown all the same."""
    return _BAD_BYTE.sub(lambda bad: f"\\x{ord(bad[0]) - 0xDC00:02x}", text)


def _is_sound(text: str) -> bool:
    """Say that there are no half characters in a text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _split(text: str) -> list[str]:
    """Split at line ends as files do (not at form feeds or U+2028); the last part may be no whole line yet."""
    lines = list(io.StringIO(text, newline=""))
    if lines and lines[-1].endswith("\n"):
        lines.append("")
    return lines or [""]


def _known(name: str, encoding: str) -> str:
    try:
        _NEARLY_ALL_BYTES.decode(encoding, ESCAPE)
        return codecs.lookup(encoding).name
    except (LookupError, UnicodeError):  # such as idna, which is not made for files
        raise InputError(f"{name}: encoding {encoding} is not known; try utf-8, cp1252 or latin-1") from None


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wide(head: bytes) -> Encoding | None:
    """Know UTF-16 and UTF-32 without a mark by where the zero bytes of their ASCII letters stand."""
    quarters = [head[place:1000:4].count(0) for place in range(4)]
    if min(quarters[1:3]) > len(head[:1000]) // 5 and min(quarters[0], quarters[3]) < min(quarters[1:3]) // 2:
        name = "utf-32-be" if quarters[0] > quarters[3] else "utf-32-le"
        return Encoding(name, 0.9, Why.of(("three of four bytes are zero", {})))
    even, odd = head[:1000:2].count(0), head[1:1000:2].count(0)
    if even + odd < len(head[:1000]) // 5:
        return None
    if max(even, odd) < 4 * (min(even, odd) + 1):
        return None
    return Encoding("utf-16-be" if even > odd else "utf-16-le", 0.9, Why.of(("every other byte is zero", {})))
