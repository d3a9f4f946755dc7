"""Tokens of a chunk of postings to counted terms: words and pairs of neighbours, all postings at once in numpy.

The classifier is linear and every feature belongs to a word or a pair, so a feature matrix is never built when
tagging: the counts point into rows of summed weights. Training uses the same counts.
"""

import zlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.vocabulary import DETAILS, TITLE, PairSet, Tokens, pair_key

TITLE_WEIGHT = 3.0  # a word of the title counts as much as three of the body; see docs/decisions/004
N_BUCKETS = 1 << 14
SUBWORD_LENGTHS = (3, 4, 5)
_KEY_BITS = 32


class Terms(NamedTuple):
    """Counted terms of a chunk: `key[i]` stands `value[i]` times (damped) in posting `posting[i]`, sorted by both."""

    posting: NDArray[np.int64]
    key: NDArray[np.int64]
    value: NDArray[np.float32]


def count_words(tokens: Tokens) -> Terms:
    """Count the words of each posting; repeats count less and less."""
    places = np.flatnonzero((tokens.ids != 0) & (tokens.part != DETAILS))
    return _count(tokens, places, tokens.ids[places])


def count_pairs(tokens: Tokens, wanted: PairSet | None = None) -> Terms:
    """Count the pairs of neighbouring words of each posting; of `wanted` ones the key is their place in that set."""
    first, second = tokens.ids[:-1], tokens.ids[1:]
    places = np.flatnonzero((first != 0) & (second != 0) & (tokens.part[:-1] != DETAILS))
    keys = pair_key(first[places], second[places])
    if wanted is not None:
        kept, keys = wanted.places(keys)
        return _count(tokens, places[kept], keys)
    pairs, keys = np.unique(keys, return_inverse=True)
    terms = _count(tokens, places, keys)
    return terms._replace(key=pairs[terms.key])


def subword_buckets(word: str) -> list[int]:
    """Give the hash buckets of a word's letter groups; distinct, in order of appearance."""
    padded = f"<{word}>"
    groups = [padded[i : i + length] for length in SUBWORD_LENGTHS for i in range(len(padded) - length + 1)]
    return list(dict.fromkeys([zlib.crc32(group.encode()) % N_BUCKETS for group in groups]))


def _count(tokens: Tokens, places: NDArray[np.int64], keys: NDArray[np.int64]) -> Terms:
    """Count keys (below 2**32) that stand at places; words of the title weigh `TITLE_WEIGHT`.

    Posting, key and whether it is the title are packed in one number each, as numpy sorts those quickest.
    """
    in_title = tokens.part[places] == TITLE
    packed = np.sort((tokens.posting[places] << (_KEY_BITS + 1)) | (keys << 1) | in_title)
    terms = packed >> 1
    is_first = np.ones(len(terms), dtype=bool)
    np.not_equal(terms[1:], terms[:-1], out=is_first[1:])
    firsts = np.flatnonzero(is_first)
    weight = np.where(packed & 1, np.float32(TITLE_WEIGHT), np.float32(1))
    total = np.add.reduceat(weight, firsts) if len(firsts) else weight
    terms = terms[firsts]
    return Terms(terms >> _KEY_BITS, terms & ((1 << _KEY_BITS) - 1), 1 + np.log(total))
