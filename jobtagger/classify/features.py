"""Tokens of a chunk of postings to counted terms: words and pairs of neighbours, all postings at once in numpy.

The classifier is linear and every feature belongs to a word or a pair, so a feature matrix is never built when
tagging: the counts point into rows of summed weights. Training uses the same counts.
"""

import zlib
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.records import Posting
from jobtagger.vocabulary import PairSet, pair_key

TITLE_WEIGHT = 3.0  # a word of the title counts as much as three of the body; see docs/decisions/004
N_BUCKETS = 1 << 14
SUBWORD_LENGTHS = (3, 4, 5)
_BOUNDARY = (0,)


class Terms(NamedTuple):
    """Counted terms of a chunk: `key[i]` stands `value[i]` times (damped) in posting `posting[i]`, sorted by both."""

    posting: NDArray[np.int64]
    key: NDArray[np.int64]
    value: NDArray[np.float32]


class Stream(NamedTuple):
    """The tokens of a chunk one after the other: whose, which, and how much each weighs; boundaries are 0."""

    posting: NDArray[np.int64]
    ids: NDArray[np.int64]
    weight: NDArray[np.float32]


def stream_of(postings: list[Posting]) -> Stream:
    """Lay the tokens of postings end to end, a boundary after each; title words weigh `TITLE_WEIGHT`."""
    n_postings = len(postings)
    lengths = np.fromiter((len(posting.token_ids) + 1 for posting in postings), np.int64, n_postings)
    parts = chain.from_iterable((posting.token_ids, _BOUNDARY) for posting in postings)
    ids = np.fromiter(chain.from_iterable(parts), np.int64, lengths.sum())
    owner = np.repeat(np.arange(n_postings), lengths)
    place = np.arange(len(ids)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    n_title = np.fromiter((posting.n_title for posting in postings), np.int64, n_postings)
    weight = np.where(place < np.repeat(n_title, lengths), np.float32(TITLE_WEIGHT), np.float32(1))
    return Stream(owner, ids, weight)


def count_words(stream: Stream) -> Terms:
    """Count the words of each posting; repeats count less and less."""
    is_word = stream.ids != 0
    return _sum_up(stream.posting[is_word], stream.ids[is_word], stream.weight[is_word])


def count_pairs(stream: Stream, wanted: PairSet | None = None) -> Terms:
    """Count the pairs of neighbouring words of each posting; of `wanted` ones the key is their place in that set."""
    first, second = stream.ids[:-1], stream.ids[1:]
    places = np.flatnonzero((first != 0) & (second != 0))
    keys = pair_key(first[places], second[places])
    if wanted is not None:
        kept, keys = wanted.places(keys)
        places = places[kept]
    return _sum_up(stream.posting[places], keys, stream.weight[places])


def subword_buckets(word: str) -> list[int]:
    """Give the hash buckets of a word's letter groups; distinct, in order of appearance."""
    padded = f"<{word}>"
    groups = (padded[i : i + length] for length in SUBWORD_LENGTHS for i in range(len(padded) - length + 1))
    return list(dict.fromkeys(zlib.crc32(group.encode()) % N_BUCKETS for group in groups))


def _sum_up(posting: NDArray[np.int64], key: NDArray[np.int64], weight: NDArray[np.float32]) -> Terms:
    if len(key) == 0:
        return Terms(posting, key, weight)
    order = np.lexsort((key, posting))
    posting, key, weight = posting[order], key[order], weight[order]
    is_first = np.empty(len(key), dtype=bool)
    is_first[0] = True
    np.not_equal(key[1:], key[:-1], out=is_first[1:])
    is_first[1:] |= posting[1:] != posting[:-1]
    total = np.add.reduceat(weight, np.flatnonzero(is_first))
    return Terms(posting[is_first], key[is_first], 1 + np.log(total))
