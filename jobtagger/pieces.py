"""Pieces of text without blanks, such as "websites,", to numbered words: each is read once and then looked up.

A token is a run of letters and digits ("c++", "c#", "node.js", ".net" and "don't" hold together) or the end of a
sentence or line; web and e-mail addresses give none: they say where, not what, and nobody's address belongs in a
reason. Every spelling of a word that differs only in case, accents or apostrophes has one number.
"""

import re
import unicodedata
from collections.abc import Callable
from itertools import accumulate, chain, count

import numpy as np
from numpy.typing import NDArray

BOUNDARY = "."
"""The normalised word of every sentence or line end; no feature and no phrase crosses it."""

_GOLDEN = np.int64(0x9E3779B97F4A7C15 - (1 << 64))
GENDERS = ("h/f", "m/f", "m/w")
"""What "(H/F)", "f/h/x" and "m/w/d" behind a title stand for, as one word each: they tell the language, not the work."""

_GENDERS = r"(?<![\w/])(?:h/f|f/h|m/f|f/m|m/w|w/m)(?:/[dx])?(?![\w/])"
_TOKEN = re.compile(rf"{_GENDERS}|\.net\b|[^\W_]+(?:\+\+|#|\.js\b|['’]t\b)?|[.!?;:\n•]+", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+", re.IGNORECASE)
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_MAX_WORD = 40  # letters; longer runs are ids or junk and need no memory of their own
_MAX_PIECE = 80  # bytes; longer ones are junk that will not come again
_MAX_SHORT = 15  # bytes of a piece that fit in two numbers, with their count
_TABLE_BITS = 19
_FIRST_BYTES = np.array([(1 << 8 * n) - 1 for n in range(8)] + [-1], dtype=np.int64)


def split(text: str) -> list[str]:
    """Give the tokens of `text` as written."""
    if "@" in text or "://" in text or "www." in text.lower():
        text = _ADDRESS.sub(" ", text)
    return _TOKEN.findall(text)


def normalise(spelling: str) -> str:
    """Give the form under which all spellings of a word count as one."""
    first = spelling[0]
    if not first.isalnum() and len(spelling.strip(".!?;:\n•")) == 0:
        return BOUNDARY
    word = spelling.lower()
    if "/" in word:
        return next(mark for mark in GENDERS if mark[0] in word and mark[2] in word)
    if not word.isascii():
        decomposed = unicodedata.normalize("NFKD", word.translate(_LIGATURES)).lower()
        bare = "".join(char for char in decomposed if not unicodedata.combining(char)).replace("’", "")
        word = bare or word  # a lone accent keeps its own form: every token has one
    word = word.replace("'", "")
    if word.isdigit() and len(word) > 4:
        return "00000"
    return word[:_MAX_WORD]


class Pieces:
    """Numbers the pieces of text without blanks that a session meets; each is tokenised once, all new ones of a chunk at once.

    Piece i stands for `n_tokens[i]` of `tokens`, from place `starts[i]` on; piece 0 is empty. Most pieces are short: they
    are sought by their bytes, all of a chunk at once, in a table by hash. What does not stand there, as it is new, long,
    or came later than another piece with its place in the table, is looked up one by one.
    """

    def __init__(self, id_of: Callable[[str], int]) -> None:
        self._id_of = id_of
        self._id_of_spelling: dict[str, int] = {}
        self.kept: dict[bytes, int] = {b"": 0}
        self.starts, self.n_tokens, self.tokens = _Numbers([0]), _Numbers([0]), _Numbers([])
        self._table = np.zeros((1 << _TABLE_BITS, 3), dtype=np.int64)  # both numbers of the bytes, and the piece's

    @property
    def n_pieces(self) -> int:
        """How many pieces were read, those too long to be kept included."""
        return self.starts.n

    def find(self, text: bytes, ends: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the numbers of the pieces of `text` that end at `ends`, each beginning one byte behind the last."""
        starts = np.zeros_like(ends)
        starts[1:] = ends[:-1] + 1
        lengths = ends - starts
        eights = np.ndarray(len(text) + 1, "<i8", text + bytes(8), strides=(1,))
        first = eights[starts] & _FIRST_BYTES[np.minimum(lengths, 8)]
        second = eights[np.minimum(starts + 8, len(text))] & _FIRST_BYTES[np.clip(lengths - 8, 0, 7)]
        second |= np.minimum(lengths, _MAX_SHORT + 1) << 56
        slots = slots_of(first + second * _GOLDEN, _TABLE_BITS)
        rows = self._table.take(slots, axis=0)  # many times quicker than indexing
        numbers = rows[:, 2]
        missed = np.flatnonzero((rows[:, 0] != first) | (rows[:, 1] != second))
        places = zip(starts[missed].tolist(), ends[missed].tolist(), strict=True)
        numbers[missed] = self.number([text[start:end] for start, end in places])
        kept = missed[(lengths[missed] <= _MAX_SHORT) & (rows[missed, 1] == 0)]
        self._table[slots[kept]] = np.stack([first[kept], second[kept], numbers[kept]], axis=1)
        return numbers

    def number(self, pieces: list[bytes]) -> list[int]:
        """Give the numbers of pieces (in UTF-8), looked up one by one; new ones are tokenised."""
        kept = self.kept
        new = [piece for piece in dict.fromkeys(pieces) if piece not in kept]
        if not new:
            return list(map(kept.__getitem__, pieces))
        kept.update(zip(new, count(self.n_pieces)))
        tokens = list(map(self._read, new))
        self.starts.extend(list(accumulate(map(len, tokens[:-1]), initial=self.tokens.n)))
        self.n_tokens.extend(list(map(len, tokens)))
        self.tokens.extend(list(chain.from_iterable(tokens)))
        numbers = list(map(kept.__getitem__, pieces))
        for piece in new:
            if len(piece) > _MAX_PIECE:
                del kept[piece]
        return numbers

    def ids(self, pieces: list[bytes]) -> list[int]:
        """Give the word numbers of pieces, end to end."""
        ids = []
        for number in self.number(pieces):
            start = self.starts.room[number]
            ids += self.tokens.room[start : start + self.n_tokens.room[number]].tolist()
        return ids

    def _read(self, piece: bytes) -> list[int]:
        """Tokenise a piece."""
        known, ids, text = self._id_of_spelling, [], piece.decode("utf-8", "surrogatepass")
        for spelling in [text] if text.isalnum() else split(text):
            number = known.get(spelling)
            if number is None:
                number = self._id_of(normalise(spelling))
                if len(spelling) <= _MAX_PIECE:
                    known[spelling] = number
            ids.append(number)
        return ids


class _Numbers:
    """A growing array: the first `n` numbers of `room` count. What was read from it stays as it was when it grows.

    There is always room for one more, so that places just behind the numbers can be read.
    """

    def __init__(self, numbers: list[int]) -> None:
        self.room = np.array(numbers + [0] * 1024, dtype=np.int64)
        self.n = len(numbers)

    def extend(self, numbers: list[int]) -> None:
        """Add numbers behind the others."""
        end = self.n + len(numbers)
        if end >= len(self.room):
            self.room = np.concatenate([self.room, np.zeros(max(end, len(self.room)), dtype=np.int64)])
        self.room[self.n : end] = numbers
        self.n = end


def slots_of(keys: NDArray[np.int64], n_bits: int) -> NDArray[np.int64]:
    """Mix all bits of keys into places of a table with 2 ** n_bits of them (Fibonacci hashing)."""
    mixed = (keys * _GOLDEN).view(np.uint64)
    return (mixed >> np.uint64(64 - n_bits)).view(np.int64)
