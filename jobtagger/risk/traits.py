"""Traits of a posting, found as phrases in its tokens, unless a negation stands before them."""

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

import numpy as np

from jobtagger.knowledge.types import Trait
from jobtagger.records import Posting
from jobtagger.risk.phrases import PhraseBook
from jobtagger.vocabulary import Vocabulary


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
        self._window = window
        self._negations = {vocabulary.id_of(word) for word in negations}
        self._book = PhraseBook(vocabulary)
        for trait in traits:
            self._book.add(trait.id, trait.phrases)
        self._book.close()

    def find(self, postings: list[Posting]) -> list[list[Match]]:
        """Give the matches of each posting, in order of place; several of one trait are possible.

        Skill tags are passed over: they are what the board offers, not what the client says.
        """
        found: list[list[Match]] = [[] for _ in postings]
        lengths = [len(posting.token_ids) for posting in postings]
        ids = np.fromiter(chain.from_iterable(posting.token_ids for posting in postings), np.int64, sum(lengths))
        places = self._book.places(ids)
        starts = np.cumsum([0, *lengths])
        owners = np.searchsorted(starts, places, side="right") - 1
        for owner, place in zip(owners.tolist(), (places - starts[owners]).tolist(), strict=True):
            posting = postings[owner]
            if not posting.n_title <= place < posting.n_title + posting.n_skills:
                found[owner] += self._matches(posting.token_ids, place)
        return found

    def _matches(self, ids: list[int], place: int) -> list[Match]:
        ends = self._book.match(ids, place)
        if not ends or self._is_negated(ids, place):
            return []
        return [Match(trait_id, place, end) for trait_id, end in ends.items()]

    def _is_negated(self, ids: list[int], start: int) -> bool:
        for number in reversed(ids[max(0, start - self._window) : start]):
            if number == 0:
                return False
            if number in self._negations:
                return True
        return False
