"""Traits of a posting, found as phrases in its tokens.

Phrases are compiled into a tree of word numbers once per session. A look at which words and pairs of neighbours can
start a phrase sifts a whole chunk in numpy, so that the tree is walked only where something may be found.
"""

import itertools
from collections.abc import Iterable
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.knowledge.types import Trait
from jobtagger.records import Posting
from jobtagger.vocabulary import Vocabulary

ANY_NUMBER = "#"
_SHIFT = 32
_ENDS = -1  # key under which a tree node holds the traits of the phrases ending there


class Match(NamedTuple):
    """A trait found at tokens `start` to `end` (exclusive) of a posting."""

    trait_id: str
    start: int
    end: int


class TraitFinder:
    """Finds traits in postings of one session.

    Parameters
    ----------
    traits : iterable of Trait
    negations : tuple of str
        Words that cancel a phrase following within `window` words of the same sentence.
    window : int
    vocabulary : Vocabulary
        The session's.
    """

    def __init__(
        self, traits: Iterable[Trait], negations: tuple[str, ...], window: int, vocabulary: Vocabulary
    ) -> None:
        self._vocabulary = vocabulary
        self._window = window
        self._negations = {vocabulary.id_of(word) for word in negations}
        self._number = vocabulary.id_of(ANY_NUMBER)
        self._tree: dict[int, Any] = {}
        for trait in traits:
            for phrase in trait.phrases:
                for words in expand(phrase):
                    self._plant(trait.id, [number for word in words for number in self._numbers_of(word)])
        self._sieve = _Sieve(self._tree, self._number, _ENDS)
        self._is_number = np.zeros(0, dtype=bool)

    def find(self, postings: list[Posting]) -> list[list[Match]]:
        """Give the matches of each posting, in order of place; several of one trait are possible."""
        self._learn_numbers()
        found: list[list[Match]] = [[] for _ in postings]
        lengths = [len(posting.token_ids) for posting in postings]
        ids = np.fromiter(chain.from_iterable(posting.token_ids for posting in postings), np.int64, sum(lengths))
        places = self._sieve.places(ids, self._is_number)
        starts = np.cumsum([0, *lengths])
        owners = np.searchsorted(starts, places, side="right") - 1
        for owner, place in zip(owners.tolist(), (places - starts[owners]).tolist(), strict=True):
            found[owner] += self._walk(postings[owner].token_ids, place)
        return found

    def _walk(self, ids: list[int], start: int) -> list[Match]:
        """Give the longest phrase of each trait that starts at a place and is not negated."""
        ends: dict[str, int] = {}
        nodes = [self._tree]
        place = start
        while nodes and place < len(ids):
            number = ids[place]
            nodes = [
                node[key]
                for node in nodes
                for key in ((number, self._number) if self._is_number[number] else (number,))
                if key in node
            ]
            place += 1
            for node in nodes:
                for trait_id in node.get(_ENDS, ()):
                    ends[trait_id] = place
        if ends and self._is_negated(ids, start):
            return []
        return [Match(trait_id, start, end) for trait_id, end in ends.items()]

    def _is_negated(self, ids: list[int], start: int) -> bool:
        for number in reversed(ids[max(0, start - self._window) : start]):
            if number == 0:
                return False
            if number in self._negations:
                return True
        return False

    def _numbers_of(self, word: str) -> list[int]:
        return [self._number] if word == ANY_NUMBER else self._vocabulary.ids(word)

    def _plant(self, trait_id: str, numbers: list[int]) -> None:
        node = self._tree
        for number in numbers:
            node = node.setdefault(number, {})
        node.setdefault(_ENDS, set()).add(trait_id)

    def _learn_numbers(self) -> None:
        """Keep up with the vocabulary: which words are numbers."""
        words = self._vocabulary.words
        known = len(self._is_number)
        if known < len(words):
            fresh = [word[0].isdigit() for word in words[known:]]
            self._is_number = np.concatenate([self._is_number, np.array(fresh, dtype=bool)])


class _Sieve:
    """Tells where a phrase can start, from the first word of short phrases and the first two of longer ones."""

    def __init__(self, tree: dict[int, Any], any_number: int, ends: int) -> None:
        self._any_number = any_number
        self._alone = np.unique([first for first, node in tree.items() if ends in node]).astype(np.int64)
        pairs = [(first << _SHIFT) | second for first, node in tree.items() for second in node if second != ends]
        self._pairs = np.unique(pairs).astype(np.int64)

    def places(self, ids: NDArray[np.int64], is_number: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Give the places of `ids` at which the tree should be walked, in order."""
        if not len(ids):
            return np.zeros(0, dtype=np.int64)
        as_number = np.where(is_number[ids], self._any_number, ids)
        hits = _isin(ids, self._alone) | _isin(as_number, self._alone)
        for first in (ids, as_number):
            for second in (ids, as_number):
                hits[:-1] |= _isin((first[:-1] << _SHIFT) | second[1:], self._pairs)
        return np.flatnonzero(hits)


def _isin(values: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which values are among the known ones, which are sorted."""
    if not len(known):
        return np.zeros(len(values), dtype=bool)
    is_known: NDArray[np.bool_] = known[np.minimum(np.searchsorted(known, values), len(known) - 1)] == values
    return is_known


def expand(phrase: str) -> list[tuple[str, ...]]:
    """Spell out a phrase of traits.toml: `a|b c?` gives (a, c), (a,), (b, c), (b,)."""
    choices = []
    for part in phrase.split():
        optional = part.endswith("?")
        words = part.rstrip("?").split("|")
        choices.append([*words, ""] if optional else words)
    expanded = [tuple(word for word in words if word) for words in itertools.product(*choices)]
    return list(dict.fromkeys(words for words in expanded if words))
