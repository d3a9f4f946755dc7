"""Tokens of a chunk of postings to counted terms: words and pairs of neighbours, all postings at once in numpy.

The classifier is linear and every feature belongs to a word or a pair, so a feature matrix is never built when
tagging: the counts point into rows of summed weights. Training uses the same counts.
"""

import zlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.records import Posting

TITLE_WEIGHT = 2.0  # a word of the title counts as much as two of the body; chosen in docs/decisions/004
N_BUCKETS = 1 << 14
SUBWORD_LENGTHS = (3, 4, 5)
_PAIR_SHIFT = 32


class Terms(NamedTuple):
    """Counted terms of a chunk: `key[i]` stands `value[i]` times (damped) in posting `posting[i]`, sorted by both."""

    posting: NDArray[np.int64]
    key: NDArray[np.int64]
    value: NDArray[np.float32]


class Counts(NamedTuple):
    """Words (key = word number) and pairs (key = `pair_key`) of a chunk."""

    words: Terms
    pairs: Terms
    n_postings: int


def count(postings: list[Posting]) -> Counts:
    """Count words and pairs of each posting; title words count `TITLE_WEIGHT` times, repeats less and less."""
    lengths = np.fromiter((len(posting.token_ids) + 1 for posting in postings), np.int64, len(postings))
    ids = np.fromiter((number for posting in postings for number in (*posting.token_ids, 0)), np.int64, lengths.sum())
    owner = np.repeat(np.arange(len(postings)), lengths)
    starts = np.cumsum(lengths) - lengths
    place = np.arange(len(ids)) - starts[owner]
    n_title = np.fromiter((posting.n_title for posting in postings), np.int64, len(postings))
    weight = np.where(place < n_title[owner], TITLE_WEIGHT, 1.0).astype(np.float32)
    is_word = ids != 0
    is_pair = is_word[:-1] & is_word[1:]
    pair = pair_key(ids[:-1][is_pair], ids[1:][is_pair])
    return Counts(
        _sum_up(owner[is_word], ids[is_word], weight[is_word]),
        _sum_up(owner[:-1][is_pair], pair, weight[:-1][is_pair]),
        len(postings),
    )


def pair_key(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give one number for two neighbouring words."""
    return (first << _PAIR_SHIFT) | second


def parts_of_pair(key: int) -> tuple[int, int]:
    """Give the two word numbers of a pair."""
    return key >> _PAIR_SHIFT, key & ((1 << _PAIR_SHIFT) - 1)


def subword_buckets(word: str) -> list[int]:
    """Give the hash buckets of a word's letter groups; distinct, in order of appearance."""
    padded = f"<{word}>"
    groups = (
        padded[i : i + length] for length in SUBWORD_LENGTHS for i in range(len(padded) - length + 1)
    )
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
