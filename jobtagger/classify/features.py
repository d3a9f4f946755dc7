"""Tokens of a chunk of postings to counted terms: words and pairs of neighbours, all postings at once in numpy.

The classifier is linear and every feature belongs to a word or a pair, so a feature matrix is never built when
tagging: the counts point into rows of summed weights. Training uses the same counts.
"""

import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.knowledge.types import EmphasisWords
from jobtagger.pieces import GENDERS
from jobtagger.vocabulary import (
    BOUNDARY,
    DETAILS,
    TITLE,
    PairSet,
    Tokens,
    Vocabulary,
    WordSet,
    are_negated,
    pair_key,
    stand_behind,
)

SILENT, NONE, BODY, TITLE_REST, TITLE_HEAD = range(-1, 4)
"""The emphasis of a token: none if it is not wanted; silent, in pairs too, if it is a boundary, a detail, a mark like "h/f"."""
WEIGHTS = (0.0, 1.0, 2.0, 4.0)  # by emphasis from NONE on; see docs/decisions/004
N_BUCKETS = 1 << 14
SUBWORD_LENGTHS = (3, 4, 5)
_KEY_BITS = 32
_EMPHASIS_BITS = 2
_WEIGHT_OF_EMPHASIS = np.array(WEIGHTS, dtype=np.float32)


class LetterGroups(NamedTuple):
    """Letter groups of words: which word (by its place) and which bucket, sorted by both."""

    word: NDArray[np.int64]
    bucket: NDArray[np.int64]


class Terms(NamedTuple):
    """Counted terms of a chunk: `key[i]` stands `value[i]` times (damped) in posting `posting[i]`, sorted by both."""

    posting: NDArray[np.int64]
    key: NDArray[np.int64]
    value: NDArray[np.float32]


class EmphasisReader:
    """Tells how much each token counts for the category.

    The head of a title names the work; the rest of it, from the first preposition on, the client or the purpose. What is
    said not to be wanted does not count.

    Parameters
    ----------
    words : EmphasisWords
    vocabulary : Vocabulary
        The session's.
    """

    def __init__(self, words: EmphasisWords, vocabulary: Vocabulary) -> None:
        self._breaks = WordSet(vocabulary, words.breaks)
        self._openers = WordSet(vocabulary, words.openers)
        self._empty = WordSet(vocabulary, (BOUNDARY, *words.breaks, *words.openers))
        self._negations = WordSet(vocabulary, words.negations)
        self._silent = WordSet(vocabulary, (BOUNDARY, *GENDERS))
        self._window = words.negation_window
        far = [pair_key(vocabulary.id_of(first), vocabulary.id_of(second)) for first, second in words.far_negations]
        self._far_negations = PairSet(np.array(far, dtype=np.int64))
        self._far_window = words.far_window

    def read(self, tokens: Tokens) -> NDArray[np.int8]:
        """Give the emphasis of each token, shape (n_tokens,)."""
        emphasis = np.full(len(tokens.ids), BODY, dtype=np.int8)
        places = np.flatnonzero(tokens.part == TITLE)
        if len(places):
            emphasis[places] = self._of_titles(tokens.ids[places], tokens.posting[places])
        emphasis[are_negated(tokens.ids, self._negations, self._window)] = NONE
        is_far = np.zeros(len(tokens.ids), dtype=bool)
        is_far[1 + self._far_negations.places(pair_key(tokens.ids[:-1], tokens.ids[1:]))[0]] = True
        emphasis[stand_behind(tokens.ids, is_far, self._far_window)] = NONE
        emphasis[self._silent.has(tokens.ids) | (tokens.part == DETAILS)] = SILENT
        return emphasis

    def _of_titles(self, ids: NDArray[np.int64], posting: NDArray[np.int64]) -> NDArray[np.int64]:
        starts = np.flatnonzero(np.concatenate([[True], posting[1:] != posting[:-1]]))
        lengths = np.diff(starts, append=len(ids))
        has_told = _count_before(~self._empty.has(ids), starts, lengths) > 0
        is_end = self._breaks.has(ids) & has_told
        is_end[1:] &= ~self._openers.has(ids[:-1])  # "speakers needed for subtitles" is no client's name
        is_rest = is_end | (_count_before(is_end, starts, lengths) > 0)
        return np.where(is_rest, TITLE_REST, TITLE_HEAD)


def count_words(tokens: Tokens, emphasis: NDArray[np.int8]) -> Terms:
    """Count the words of each posting; repeats count less and less."""
    places = np.flatnonzero(emphasis > NONE)
    return _count(tokens, emphasis, places, tokens.ids[places])


def count_pairs(tokens: Tokens, emphasis: NDArray[np.int8], wanted: PairSet | None = None) -> Terms:
    """Count the pairs of neighbouring words of each posting; of `wanted` ones the key is their place in that set.

    Of a negation and the word behind it, "no code", the pair counts, though the word does not.
    """
    first, second = tokens.ids[:-1], tokens.ids[1:]
    places = np.flatnonzero((emphasis[:-1] > NONE) & (emphasis[1:] != SILENT))
    keys = pair_key(first[places], second[places])
    if wanted is not None:
        kept, keys = wanted.places(keys)
        return _count(tokens, emphasis, places[kept], keys)
    pairs, keys = np.unique(keys, return_inverse=True)
    terms = _count(tokens, emphasis, places, keys)
    return terms._replace(key=pairs[terms.key])


def subword_buckets(words: Sequence[str]) -> LetterGroups:
    """Give the hash buckets (CRC-32) of the letter groups of words; distinct for each word, in order; none of numbers.

    The groups of all words are hashed at once, letter by letter; words that are not all ASCII, which are few, one by one.
    """
    plain = [number for number, word in enumerate(words) if word.isascii() and not word.isdigit()]
    text = np.frombuffer("".join([f"<{words[number]}>" for number in plain]).encode("ascii"), np.uint8)
    ends = np.cumsum([len(words[number]) + 2 for number in plain], dtype=np.int64)
    owner = np.repeat(np.array(plain, dtype=np.int64), np.diff(ends, prepend=0))
    end = np.repeat(ends, np.diff(ends, prepend=0))
    start = np.arange(len(text))
    checksum = np.full(len(text), 0xFFFFFFFF, dtype=np.uint32)
    packed = [np.zeros(0, dtype=np.int64)]
    for length in range(1, max(SUBWORD_LENGTHS) + 1):
        fits = start + length <= end[start]
        start, checksum = start[fits], checksum[fits]
        checksum = _CRC_TABLE[(checksum ^ text[start + length - 1]) & 0xFF] ^ (checksum >> 8)
        if length in SUBWORD_LENGTHS:
            bucket = (checksum ^ np.uint32(0xFFFFFFFF)) % N_BUCKETS
            packed.append(owner[start] * N_BUCKETS + bucket)
    others = [
        number * N_BUCKETS + zlib.crc32(group.encode()) % N_BUCKETS
        for number, word in enumerate(words)
        if not word.isascii() and not word.isdigit()
        for group in _letter_groups(word)
    ]
    groups = np.sort(np.concatenate([*packed, np.array(others, dtype=np.int64)]))
    distinct = groups[np.diff(groups, prepend=-1) > 0]
    return LetterGroups(distinct // N_BUCKETS, distinct % N_BUCKETS)


def _letter_groups(word: str) -> list[str]:
    padded = f"<{word}>"
    return [padded[i : i + length] for length in SUBWORD_LENGTHS for i in range(len(padded) - length + 1)]


def _crc_table() -> NDArray[np.uint32]:
    """Give what each byte adds to a CRC-32 (the reflected polynomial of zlib)."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(0xEDB88320), table >> 1)
    return table


_CRC_TABLE = _crc_table()


def _count_before(flags: NDArray[np.bool_], starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count, for each place, the flags that are set before it in its own span."""
    before: NDArray[np.int64] = np.cumsum(flags) - flags
    return before - np.repeat(before[starts], lengths)


def _count(tokens: Tokens, emphasis: NDArray[np.int8], places: NDArray[np.int64], keys: NDArray[np.int64]) -> Terms:
    """Count keys (below 2**32) that stand at places, each with the weight of its emphasis.

    Posting, key and emphasis are packed in one number each, as numpy sorts those quickest.
    """
    term = (tokens.posting[places] << _KEY_BITS) | keys
    packed = np.sort((term << _EMPHASIS_BITS) | emphasis[places])
    terms = packed >> _EMPHASIS_BITS
    is_first = np.ones(len(terms), dtype=bool)
    np.not_equal(terms[1:], terms[:-1], out=is_first[1:])
    firsts = np.flatnonzero(is_first)
    weight = _WEIGHT_OF_EMPHASIS[packed & ((1 << _EMPHASIS_BITS) - 1)]
    total = np.add.reduceat(weight, firsts) if len(firsts) else weight
    terms = terms[firsts]
    return Terms(terms >> _KEY_BITS, terms & ((1 << _KEY_BITS) - 1), 1 + np.log(total))
