"""Traits of a posting, found as phrases in its tokens, unless they are negated or another trait speaks against them."""

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

import numpy as np

from jobtagger.knowledge.types import Negation, Trait
from jobtagger.records import Posting
from jobtagger.risk.phrases import Mark, PhraseBook
from jobtagger.vocabulary import Vocabulary

_DENIAL = Mark("denial")


class Match(NamedTuple):
    """A trait found at tokens `start` to `end` (exclusive) of a posting; `is_sign` where it took several to show it."""

    trait_id: str
    start: int
    end: int
    is_sign: bool = False


class TraitFinder:
    """Finds traits in postings of one session.

    Parameters
    ----------
    traits : iterable of Trait
    negation : Negation
        Words that cancel a phrase following within `window` words of the same sentence, and phrases that cancel it
        from right behind.
    min_signs : int
        How many different weak signs show a trait.
    vocabulary : Vocabulary
        The session's.
    """

    def __init__(self, traits: Iterable[Trait], negation: Negation, min_signs: int, vocabulary: Vocabulary) -> None:
        self._window = negation.window
        self._min_signs = min_signs
        self._negations = {vocabulary.id_of(word) for word in negation.before}
        self._yields_to: dict[str, frozenset[str]] = {}
        self._denials = PhraseBook(vocabulary)
        self._denials.add(_DENIAL, negation.after)
        self._denials.close()
        self._book = PhraseBook(vocabulary)
        for trait in traits:
            self._yields_to[trait.id] = frozenset(trait.yields_to)
            self._book.add(Mark(trait.id), trait.phrases)
            self._book.add(Mark(trait.id, in_title=True), trait.title_phrases)
            for number, sign in enumerate(trait.signs):
                self._book.add(Mark(trait.id, sign=number), [sign])
        self._book.close()

    def find(self, postings: list[Posting]) -> list[list[Match]]:
        """Give the matches of each posting, in order of place; several of one trait are possible.

        Skill tags are passed over: they are what the board offers, not what the client says.
        """
        marked: list[list[tuple[Mark, int, int]]] = [[] for _ in postings]
        lengths = [len(posting.token_ids) for posting in postings]
        ids = np.fromiter(chain.from_iterable(posting.token_ids for posting in postings), np.int64, sum(lengths))
        places = self._book.places(ids)
        starts = np.cumsum([0, *lengths])
        owners = np.searchsorted(starts, places, side="right") - 1
        for owner, place in zip(owners.tolist(), (places - starts[owners]).tolist(), strict=True):
            posting = postings[owner]
            if not posting.n_title <= place < posting.n_title + posting.n_skills:
                marked[owner] += self._marks(posting, place)
        return [self._matches(marks) if marks else [] for marks in marked]

    def _marks(self, posting: Posting, place: int) -> list[tuple[Mark, int, int]]:
        """Give what starts at a place and is not negated, each with start and end."""
        ids = posting.token_ids
        ends = self._book.match(ids, place)
        if not ends or self._is_negated(ids, place):
            return []
        is_title = place < posting.n_title
        return [
            (mark, place, end)
            for mark, end in ends.items()
            if (is_title or not mark.in_title) and not self._denials.match(ids, end)
        ]

    def _matches(self, marks: list[tuple[Mark, int, int]]) -> list[Match]:
        """Keep what is enough to show a trait, and no trait that yields to another one found."""
        signs: dict[str, set[int]] = {}
        for mark, _, _ in marks:
            if mark.sign is not None:
                signs.setdefault(mark.trait_id, set()).add(mark.sign)
        found = [
            Match(mark.trait_id, start, end, mark.sign is not None)
            for mark, start, end in marks
            if mark.sign is None or len(signs[mark.trait_id]) >= self._min_signs
        ]
        shown = {match.trait_id for match in found}
        return [match for match in found if self._yields_to[match.trait_id].isdisjoint(shown)]

    def _is_negated(self, ids: list[int], start: int) -> bool:
        for number in reversed(ids[max(0, start - self._window) : start]):
            if number == 0:
                return False
            if number in self._negations:
                return True
        return False
