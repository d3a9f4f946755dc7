"""Traits found in a chunk, as columns: where each stands, whose it is, and whether it is strong enough to count."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.risk.automaton import Ids

Flags = NDArray[np.bool_]
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


class Match(NamedTuple):
    """A trait found at tokens `start` to `end` (exclusive) of a chunk.

    `is_sign` where it is one of several weak signs; `counts` is false where they are too few to move the score.
    """

    trait_id: str
    start: int
    end: int
    is_sign: bool = False
    counts: bool = True


class Matches(NamedTuple):
    """Many of them, each column of shape (n_matches,), `trait` by number; ordered by owner, then by place."""

    owner: Ids
    trait: Ids
    start: Ids
    end: Ids
    is_sign: Flags
    counts: Flags

    def where(self, kept: Flags | Ids) -> "Matches":
        """Give some of them."""
        columns: list[Any] = [column[kept] for column in self]
        return Matches(*columns)

    def shown(self, n_postings: int, n_traits: int) -> Flags:
        """Tell which posting shows which trait, shape (n_postings, n_traits)."""
        return _table(self.owner, self.trait, n_postings, n_traits)

    def counting(self, n_postings: int, n_traits: int) -> Flags:
        """Tell in which posting which trait is strong enough to move the score, shape (n_postings, n_traits)."""
        return _table(self.owner[self.counts], self.trait[self.counts], n_postings, n_traits)


def join(*several: Matches) -> Matches:
    """Give all of several in order."""
    joined = Matches(*map(np.concatenate, zip(*several, strict=True)))
    return joined.where(np.lexsort((joined.start, joined.owner)))


def n_different(pair: Ids, thing: Ids, n_pairs: int) -> Ids:
    """Count the different things that stand with each pair, shape (n_pairs,)."""
    different = np.unique((pair.astype(np.uint64) << np.uint64(32)) ^ thing.astype(np.uint64), return_index=True)[1]
    return np.bincount(pair[different], minlength=n_pairs)


def spell(ids: Ids, start: Ids, end: Ids) -> Ids:
    """Give a number for the words of each span, the same for the same words (a hash of 32 bits)."""
    spelling = np.zeros(len(start), dtype=np.uint64)
    for offset in range(int((end - start).max(initial=0))):
        is_in = start + offset < end
        spelling[is_in] = (spelling[is_in] + ids[start[is_in] + offset].astype(np.uint64) + np.uint64(1)) * _SPREAD
    return (spelling >> np.uint64(32)).astype(np.int64)


def _table(owner: Ids, trait: Ids, n_postings: int, n_traits: int) -> Flags:
    table = np.zeros((n_postings, n_traits), dtype=bool)
    table[owner, trait] = True
    return table
