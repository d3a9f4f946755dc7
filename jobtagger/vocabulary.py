"""Text to numbered tokens, once per chunk of postings; language, classifier and traits all read the same numbers.

A token is a run of letters and digits ("c++", "c#", "node.js", ".net" and "don't" hold together) or the end of a
sentence or line; web and e-mail addresses give none: they say where, not what, and nobody's address belongs in a
reason. Every spelling of a word that differs only in case, accents or apostrophes has one number.

Texts are parted at blanks, and each piece ("websites,") is read once per session; after that it is looked up. What a
piece stands for is laid out in numpy for a whole chunk, so that there is no Python step per word.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from jobtagger.records import Posting

PairPart = TypeVar("PairPart", NDArray[np.int64], int)
Values = NDArray[np.float32]

BOUNDARY = "."
"""The normalised word of every sentence or line end; no feature and no phrase crosses it."""

_TOKEN = re.compile(r"\.net\b|[^\W_]+(?:\+\+|#|\.js\b|['’]t\b)?|[.!?;:\n•]+", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\w+", re.IGNORECASE)
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_MAX_WORD = 40  # letters; longer runs are ids or junk and need no memory of their own
_PAIR_SHIFT = 32
_ROOM_PER_PAIR = 4
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MAX_PIECES = 400_000  # per session; bounds memory in endless runs
_MAX_TOKENS = 2_000_000  # in those pieces; a list without blanks is one piece of thousands
_MAX_PIECE = 80  # characters; longer ones are junk that will not come again
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
        self._pieces = _Pieces(self)

    def ids(self, text: str) -> list[int]:
        """Give the numbers of the tokens of `text`, in order."""
        ids, _ = self._read([text])
        return ids[:-1].tolist()  # type: ignore[no-any-return]

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
        parted = f" {_TEXT_END} ".join([*texts, ""]).replace("\n", " \n ").split(" ")
        numbers = np.fromiter(map(self._pieces.__getitem__, parted), np.int64, len(parted))
        is_end = numbers == _Pieces.TEXT_END
        if is_end.sum() != len(texts):
            return self._read([text.replace(_TEXT_END, " ") for text in texts])
        n_of = self._pieces.n_tokens.room[numbers]
        ends = np.cumsum(n_of)
        places = np.repeat(self._pieces.starts.room[numbers] - ends + n_of, n_of) + np.arange(ends[-1])
        lengths = np.diff(ends[is_end], prepend=0)
        return self._pieces.tokens.room[places], lengths


class _Pieces(dict[str, int]):
    """Piece of text without blanks to its number; a missing one is tokenised, which happens once per piece.

    Piece i stands for `n_tokens[i]` of `tokens`, from place `starts[i]` on.
    """

    TEXT_END = 0

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__({_TEXT_END: self.TEXT_END})
        self._id_of = vocabulary.id_of
        self._spellings: dict[str, int] = {}
        self.starts, self.n_tokens, self.tokens = _Numbers([0]), _Numbers([1]), _Numbers([0])

    @property
    def n_pieces(self) -> int:
        """How many pieces were read, those too long to be kept included."""
        return self.starts.n

    def __missing__(self, piece: str) -> int:
        number = self.starts.n
        tokens = [self._number_of(spelling) for spelling in split(piece)]
        self.starts.extend([self.tokens.n])
        self.n_tokens.extend([len(tokens)])
        self.tokens.extend(tokens)
        if len(piece) <= _MAX_PIECE:
            self[piece] = number
        return number

    def _number_of(self, spelling: str) -> int:
        number = self._spellings.get(spelling)
        if number is None:
            number = self._id_of(normalise(spelling))
            if len(spelling) <= _MAX_PIECE:
                self._spellings[spelling] = number
        return number


class _Numbers:
    """A growing array: the first `n` numbers of `room` count. What was read from it stays as it was when it grows."""

    def __init__(self, numbers: list[int]) -> None:
        self.room = np.array(numbers + [0] * 1024, dtype=np.int64)
        self.n = len(numbers)

    def extend(self, numbers: list[int]) -> None:
        """Add numbers behind the others."""
        end = self.n + len(numbers)
        if end > len(self.room):
            self.room = np.concatenate([self.room, np.zeros(max(end, len(self.room)), dtype=np.int64)])
        self.room[self.n : end] = numbers
        self.n = end


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


class PairSet:
    """A set of different pairs of word numbers that can be asked about a whole chunk at once.

    A table by hash says where a pair would stand; pairs whose place in the table another one took are sought in order.
    """

    def __init__(self, keys: NDArray[np.int64]) -> None:
        self.keys = np.sort(keys)
        n_bits = max(1, (_ROOM_PER_PAIR * len(keys)).bit_length())
        self._shift = np.uint64(64 - n_bits)
        self._table = np.full(1 << n_bits, -1, dtype=np.int32)
        places, hashes = np.arange(len(keys), dtype=np.int32), self._hash(self.keys)
        self._table[hashes] = places
        self._others = np.flatnonzero(self._table[hashes] != places)
        self._other_keys = self.keys[self._others]

    def places(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give which of `keys` are in the set, and where each of them stands in `self.keys`."""
        found = self._table[self._hash(keys)]
        maybe = np.flatnonzero(found >= 0)
        found, asked = found[maybe], keys[maybe]
        is_in = self.keys[found] == asked
        if len(self._others):
            missed = np.flatnonzero(~is_in)
            nearest = self._others[np.searchsorted(self._other_keys[1:], asked[missed], side="right")]
            found[missed] = nearest
            is_in[missed] = self.keys[nearest] == asked[missed]
        return maybe[is_in], found[is_in].astype(np.int64)

    def _hash(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Mix both words of a pair into a place of the table (Fibonacci hashing)."""
        return (keys.view(np.uint64) * _GOLDEN >> self._shift).view(np.int64)


def segment_sums(values: Values, owner: NDArray[np.int64]) -> tuple[NDArray[np.int64], Values]:
    """Sum the rows of each owner, `owner` being sorted; give the distinct owners and their sums."""
    if not len(owner):
        return owner, values
    starts = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
    return owner[starts], np.add.reduceat(values, starts, axis=0)


def pair_key(first: PairPart, second: PairPart) -> PairPart:
    """Give one number for two neighbouring words."""
    return (first << _PAIR_SHIFT) | second


def parts_of_pair(key: int) -> tuple[int, int]:
    """Give the two word numbers of a pair."""
    return key >> _PAIR_SHIFT, key & ((1 << _PAIR_SHIFT) - 1)
