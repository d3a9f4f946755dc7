"""Traits of a posting, found as phrases in its tokens.

Phrases are compiled into a tree of word numbers once per session. A look at which words and pairs of neighbours can
start a phrase sifts a whole chunk in numpy, so that the tree is walked only where something may be found.
"""

import itertools
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from jobtagger.knowledge.types import Trait
from jobtagger.records import Posting
from jobtagger.vocabulary import Vocabulary

ANY_NUMBER = "#"
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
        self._tree: dict[int, dict] = {}  # type: ignore[type-arg]
        for trait in traits:
            for phrase in trait.phrases:
                for words in expand(phrase):
                    self._plant(trait.id, [number for word in words for number in self._numbers_of(word)])
        self._starts = np.zeros(0, dtype=bool)

    def find(self, postings: list[Posting]) -> list[list[Match]]:
        """Give the matches of each posting, in order of place; several of one trait are possible."""
        self._extend_starts()
        found = []
        for posting in postings:
            ids = posting.token_ids
            places = np.flatnonzero(self._starts[ids]) if ids else ()
            found.append([match for place in places for match in self._walk(ids, int(place))])
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
                for key in ((number, self._number) if self._is_number(number) else (number,))
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

    def _is_number(self, number: int) -> bool:
        return self._vocabulary.words[number][0].isdigit()

    def _numbers_of(self, word: str) -> list[int]:
        return [self._number] if word == ANY_NUMBER else self._vocabulary.ids(word)

    def _plant(self, trait_id: str, numbers: list[int]) -> None:
        node = self._tree
        for number in numbers:
            node = node.setdefault(number, {})
        node.setdefault(_ENDS, set()).add(trait_id)

    def _extend_starts(self) -> None:
        """Keep up with the vocabulary: which word numbers can start a phrase."""
        words = self._vocabulary.words
        known = len(self._starts)
        if known < len(words):
            any_number = self._number in self._tree
            fresh = [
                number in self._tree or (any_number and words[number][0].isdigit())
                for number in range(known, len(words))
            ]
            self._starts = np.concatenate([self._starts, np.array(fresh, dtype=bool)])


def expand(phrase: str) -> list[tuple[str, ...]]:
    """Spell out a phrase of traits.toml: `a|b c?` gives (a, c), (a,), (b, c), (b,)."""
    choices = []
    for part in phrase.split():
        optional = part.endswith("?")
        words = part.rstrip("?").split("|")
        choices.append([*words, ""] if optional else words)
    expanded = [tuple(word for word in words if word) for words in itertools.product(*choices)]
    return list(dict.fromkeys(words for words in expanded if words))
