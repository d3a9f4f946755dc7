"""Text to numbered tokens, once per chunk of postings; language, classifier and traits all read the same numbers.

Texts are parted at blanks into pieces (`pieces.py`). Those of a chunk are looked up, and what they stand for is laid
out, in numpy, so that there is no Python step per word.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from jobtagger.pieces import BOUNDARY as BOUNDARY  # noqa: PLC0414 - who reads tokens finds it here
from jobtagger.pieces import Pieces, slots_of
from jobtagger.records import Posting

PairPart = TypeVar("PairPart", NDArray[np.int64], int)
Values = NDArray[np.float32]

_PAIR_SHIFT = 32
_ROOM_PER_KEY = 4
_MAX_PIECES = 100_000  # per session; bounds memory in endless runs
_MAX_TOKENS = 1_000_000  # in those pieces; a list without blanks is one piece of thousands
_BLANK, _LINE_END = ord(" "), ord("\n")
_TEXT_END = "\x1f"  # stands between texts; cleaned texts hold no control characters

TITLE, SKILLS, DESCRIPTION, DETAILS = range(4)
"""The parts of a posting, in the order of their tokens."""
_N_PARTS = 4


class Tokens(NamedTuple):
    """The tokens of a chunk of postings, end to end, each with its posting and part; a boundary ends every part.

    `ids`, `posting` and `part` have shape (n_tokens,); `starts`, shape (n_postings + 1,), says where each posting begins.
    """

    ids: NDArray[np.int64]
    posting: NDArray[np.int64]
    part: NDArray[np.int8]
    starts: NDArray[np.int64]


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
        self._pieces = Pieces(self.id_of)

    def ids(self, text: str) -> list[int]:
        """Give the numbers of the tokens of `text`, in order."""
        parted = text.replace(_TEXT_END, " ").replace("\n", " \n ")
        return self._pieces.ids(parted.encode("utf-8", "surrogatepass").split(b" "))

    def tokenise(self, postings: Sequence[Posting]) -> Tokens:
        """Give the tokens of postings."""
        n_postings = len(postings)
        ids, lengths = self._read(list(chain.from_iterable(postings)))
        part = np.repeat(np.tile(np.arange(_N_PARTS, dtype=np.int8), n_postings), lengths)
        n_tokens = lengths.reshape(n_postings, _N_PARTS).sum(axis=1)
        owner = np.repeat(np.arange(n_postings), n_tokens)
        return Tokens(ids, owner, part, np.concatenate([[0], np.cumsum(n_tokens)]))

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
        """Whether so many pieces were read, or tokens in them, that the session should start afresh."""
        return self._pieces.n_pieces > _MAX_PIECES or self._pieces.tokens.n > _MAX_TOKENS

    def _read(self, texts: list[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give the tokens of texts end to end, a boundary behind each, and how many each has, with its boundary."""
        joined = _TEXT_END.join([*texts, ""]).encode("utf-8", "surrogatepass")
        signs = np.frombuffer(joined, np.uint8)
        gaps = np.flatnonzero((signs == _BLANK) | (signs == _LINE_END) | (signs == ord(_TEXT_END)))
        is_end = signs[gaps] == ord(_TEXT_END)
        if np.count_nonzero(is_end) != len(texts):
            return self._read([text.replace(_TEXT_END, " ") for text in texts])
        numbers = self._pieces.find(joined, gaps)
        n_of = self._pieces.n_tokens.room.take(numbers)
        is_boundary = signs[gaps] != _BLANK
        n_of += is_boundary
        ends = np.cumsum(n_of)
        ids = self._pieces.tokens.room.take(span_places(self._pieces.starts.room.take(numbers), n_of))
        ids[ends[is_boundary] - 1] = 0
        return ids, np.diff(ends[is_end], prepend=0)


class WordTable:
    """One row of numbers for each word of a vocabulary, computed when the word first appears.

    Parameters
    ----------
    vocabulary : Vocabulary
        Whose words the rows belong to.
    width : int
        Numbers per row.
    rows_of : callable
        Normalised words to their rows, shape (n_words, width). The boundary's row is all zeros and never asked for.
    known : array, shape (n_known, width)
        Rows of the words 1 to n_known.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        width: int,
        rows_of: Callable[[list[str]], NDArray[np.float32]],
        known: NDArray[np.float32],
    ) -> None:
        self._vocabulary = vocabulary
        self._rows_of = rows_of
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
        if self._n_filled < n_words:
            self._rows[self._n_filled : n_words] = self._rows_of(words[self._n_filled : n_words])
            self._n_filled = n_words
        return self._rows


class WordSet:
    """A set of word numbers that can be asked about a whole chunk at once, quicker than `np.isin`.

    Parameters
    ----------
    vocabulary : Vocabulary
        The session's.
    words : iterable of str
        Normalised words.
    """

    def __init__(self, vocabulary: Vocabulary, words: Iterable[str]) -> None:
        ids = [vocabulary.id_of(word) for word in words]
        self._is_in = np.zeros(2 + max([0, *ids]), dtype=bool)  # the last place stands for all words behind
        self._is_in[ids] = True

    def has(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which words are in the set."""
        return self._is_in.take(ids, mode="clip")


class PairSet:
    """A set of different pairs of word numbers that can be asked about a whole chunk at once.

    A table by hash says where a pair would stand; pairs whose place in the table another one took are a set of their own.
    """

    def __init__(self, keys: NDArray[np.int64]) -> None:
        self.keys = np.sort(keys)
        n_bits = max(1, (_ROOM_PER_KEY * len(keys)).bit_length())
        self._n_bits = n_bits
        self._table = np.full(1 << n_bits, -1, dtype=np.int32)
        places, hashes = np.arange(len(keys), dtype=np.int32), self._hash(self.keys)
        self._table[hashes] = places
        self._others = np.flatnonzero(self._table[hashes] != places)
        self._rest = PairSet(self.keys[self._others]) if len(self._others) else None

    def places(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give which of `keys` are in the set, and where each of them stands in `self.keys`."""
        found = self._table.take(self._hash(keys))
        maybe = np.flatnonzero(found >= 0)
        found, asked = found[maybe], keys[maybe]
        is_in = self.keys.take(found) == asked
        if self._rest is not None:
            missed = np.flatnonzero(~is_in)
            of_missed, places = self._rest.places(asked[missed])
            found[missed[of_missed]] = self._others[places]
            is_in[missed[of_missed]] = True
        return maybe[is_in], found[is_in].astype(np.int64)

    def _hash(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Mix both words of a pair into a place of the table (Fibonacci hashing)."""
        return slots_of(keys, self._n_bits)


def segment_sums(values: Values, owner: NDArray[np.int64]) -> tuple[NDArray[np.int64], Values]:
    """Sum the rows of each owner, `owner` being sorted; give the distinct owners and their sums.

    Summed with twice the digits: words are sorted by number, which hangs on what was read before, and no row may.
    """
    if not len(owner):
        return owner, values
    starts = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
    return owner[starts], np.add.reduceat(values.astype(np.float64), starts, axis=0).astype(np.float32)


def are_negated(ids: NDArray[np.int64], negations: WordSet, window: int) -> NDArray[np.bool_]:
    """Tell for each place whether a negation stands before it, within the window and its sentence."""
    return stand_behind(ids, negations.has(ids), window)


def stand_behind(ids: NDArray[np.int64], flags: NDArray[np.bool_], window: int) -> NDArray[np.bool_]:
    """Tell for each place whether a flagged one stands before it, within the window and its sentence."""
    are_behind = np.zeros(len(ids), dtype=bool)
    places = np.flatnonzero(flags & (ids != 0))
    for _ in range(window):
        places = places[places < len(ids) - 1] + 1
        are_behind[places] = True
        places = places[ids[places] != 0]
    return are_behind


def span_places(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the places of spans, end to end: from each start on, as many as its length."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())


def pair_key(first: PairPart, second: PairPart) -> PairPart:
    """Give one number for two neighbouring words."""
    return (first << _PAIR_SHIFT) | second


def parts_of_pair(key: int) -> tuple[int, int]:
    """Give the two word numbers of a pair."""
    return key >> _PAIR_SHIFT, key & ((1 << _PAIR_SHIFT) - 1)
