"""Text to numbered tokens, once per posting; language, classifier and traits all read the same numbers.

A token is a run of letters and digits ("c++", "c#", "node.js", ".net" and "don't" hold together) or the end of a
sentence or line. Every spelling of a word that differs only in case, accents or apostrophes has one number.
Normalising is the dear part, so each spelling is normalised once per session and then only looked up.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

PairPart = TypeVar("PairPart", NDArray[np.int64], int)

BOUNDARY = "."
"""The normalised word of every sentence or line end; no feature and no phrase crosses it."""

_TOKEN = re.compile(r"\.net\b|[^\W_]+(?:\+\+|#|\.js\b|['’]t\b)?|[.!?;:\n•]+", re.IGNORECASE)
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_MAX_WORD = 40  # letters; longer runs are ids or junk and need no memory of their own
_PAIR_SHIFT = 32
_TABLE_BITS = 20
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MAX_SPELLINGS = 400_000  # per session; bounds memory in endless runs


def split(text: str) -> list[str]:
    """Give the tokens of `text` as written."""
    return _TOKEN.findall(text)


def spans(text: str) -> list[tuple[int, int]]:
    """Give where the tokens of `text` stand, as start and end in code points."""
    return [match.span() for match in _TOKEN.finditer(text)]


def normalise(spelling: str) -> str:
    """Give the form under which all spellings of a word count as one."""
    first = spelling[0]
    if not first.isalnum() and len(spelling.strip(".!?;:\n•")) == 0:
        return BOUNDARY
    word = spelling.lower()
    if not word.isascii():
        decomposed = unicodedata.normalize("NFKD", word.translate(_LIGATURES)).lower()
        bare = "".join(char for char in decomposed if not unicodedata.combining(char)).replace("’", "")
        word = bare or word  # a lone accent keeps its own form: every token has one
    word = word.replace("'", "")
    if word.isdigit() and len(word) > 4:
        return "00000"
    return word[:_MAX_WORD]


class Vocabulary:
    """Numbers the words of a session: first the given ones, then new ones in order of appearance; 0 is the boundary.

    Parameters
    ----------
    words : iterable of str
        Normalised words to number from 1 on.

    Attributes
    ----------
    words : list of str
        The normalised word of each number.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.words: list[str] = [BOUNDARY, *words]
        self._id_of_word: dict[str, int] = dict(zip(self.words, range(len(self.words)), strict=True))
        self._id_of_spelling = _Spellings(self)

    def ids(self, text: str) -> list[int]:
        """Give the numbers of the tokens of `text`, in order."""
        return list(map(self._id_of_spelling.__getitem__, _TOKEN.findall(text)))

    def id_of(self, word: str) -> int:
        """Give the number of a normalised word, a new one if it is new."""
        number = self._id_of_word.get(word)
        if number is None:
            number = len(self.words)
            self.words.append(word)
            self._id_of_word[word] = number
        return number

    @property
    def is_full(self) -> bool:
        """Whether so many spellings were seen that the session should start afresh."""
        return len(self._id_of_spelling) > _MAX_SPELLINGS


class WordTable:
    """One row of numbers for each word of a vocabulary, computed when the word first appears.

    Parameters
    ----------
    vocabulary : Vocabulary
        Whose words the rows belong to.
    width : int
        Numbers per row.
    row : callable
        Normalised word to its row, shape (width,). The boundary's row is all zeros and never asked for.
    known : array, shape (n_known, width)
        Rows of the words 1 to n_known.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        width: int,
        row: Callable[[str], NDArray[np.float32]],
        known: NDArray[np.float32],
    ) -> None:
        self._vocabulary = vocabulary
        self._row = row
        self._n_filled = 1 + len(known)
        self._rows = np.zeros((self._n_filled + 1024, width), dtype=np.float32)
        self._rows[1 : self._n_filled] = known

    def rows(self) -> NDArray[np.float32]:
        """Give the rows of all words so far, shape (at least n_words, width), indexed by word number."""
        words = self._vocabulary.words
        n_words = len(words)
        if n_words > len(self._rows):
            grown = np.zeros((max(n_words, 2 * len(self._rows)), self._rows.shape[1]), dtype=np.float32)
            grown[: self._n_filled] = self._rows[: self._n_filled]
            self._rows = grown
        for number in range(self._n_filled, n_words):
            self._rows[number] = self._row(words[number])
        self._n_filled = n_words
        return self._rows


class _Spellings(dict[str, int]):
    """Spelling to number; a missing one is normalised and numbered, which happens once per spelling."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def __missing__(self, spelling: str) -> int:
        number = self._vocabulary.id_of(normalise(spelling))
        self[spelling] = number
        return number


class PairSet:
    """A set of pairs of word numbers that can be asked about a whole chunk at once.

    A table of bits by hash answers most questions with no; only what passes is looked up exactly.
    """

    def __init__(self, keys: NDArray[np.int64]) -> None:
        self.keys = np.sort(keys)
        self._bits = np.zeros(1 << _TABLE_BITS, dtype=bool)
        self._bits[_hash(self.keys)] = True

    def places(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give which of `keys` are in the set, and where each of them stands in `self.keys`."""
        maybe = np.flatnonzero(self._bits[_hash(keys)])
        if not len(maybe):
            return maybe, maybe
        found = np.minimum(np.searchsorted(self.keys, keys[maybe]), len(self.keys) - 1)
        is_in = self.keys[found] == keys[maybe]
        return maybe[is_in], found[is_in]


def pair_key(first: PairPart, second: PairPart) -> PairPart:
    """Give one number for two neighbouring words."""
    return (first << _PAIR_SHIFT) | second


def parts_of_pair(key: int) -> tuple[int, int]:
    """Give the two word numbers of a pair."""
    return key >> _PAIR_SHIFT, key & ((1 << _PAIR_SHIFT) - 1)


def _hash(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Mix both words of a pair into a place of the table (Fibonacci hashing)."""
    mixed = keys.astype(np.uint64) * _GOLDEN
    return (mixed >> np.uint64(64 - _TABLE_BITS)).astype(np.int64)
