"""Traits of a posting, found as phrases in its tokens, unless they are negated or another trait speaks against them."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.knowledge.types import Negation, Policy, Trait
from jobtagger.risk.phrases import Mark, PhraseBook
from jobtagger.vocabulary import SKILLS, TITLE, Tokens, Vocabulary

_DENIAL = Mark("denial")


class Found(NamedTuple):
    """What a phrase at tokens `start` to `end` (exclusive) of a chunk stands for, and whether that is in a title."""

    mark: Mark
    trait: Trait
    start: int
    end: int
    in_title: bool


class Match(NamedTuple):
    """A trait found at tokens `start` to `end` (exclusive) of a chunk.

    `is_sign` where it is one of several weak signs; `counts` is false where they are too few to move the score.
    """

    trait_id: str
    start: int
    end: int
    is_sign: bool = False
    counts: bool = True


class _Rule(NamedTuple):
    """What a mark asks of a place: its trait, and the words that may not stand before or right behind it."""

    mark: Mark
    trait: Trait
    not_after: frozenset[int]
    not_before: frozenset[int]


class TraitFinder:
    """Finds traits in postings of one session.

    Parameters
    ----------
    traits : iterable of Trait
    negation : Negation
        Words that cancel a phrase following within `window` words of the same sentence, and phrases that cancel it
        from right behind.
    policy : Policy
        From which number on there are many.
    vocabulary : Vocabulary
        The session's.
    """

    def __init__(self, traits: Iterable[Trait], negation: Negation, policy: Policy, vocabulary: Vocabulary) -> None:
        self._window = negation.window
        self._traits = {trait.id: trait for trait in traits}
        self._negations = np.array([vocabulary.id_of(word) for word in negation.before], dtype=np.int64)
        self._denials = PhraseBook(vocabulary, policy.many_from)
        self._denials.add(_DENIAL, negation.after)
        self._denials.close()
        self._book = PhraseBook(vocabulary, policy.many_from)
        for trait in self._traits.values():
            self._book.add(Mark(trait.id), trait.phrases)
            self._book.add(Mark(trait.id, in_title=True), trait.title_phrases)
            for number, sign in enumerate(trait.signs):
                self._book.add(Mark(trait.id, sign=number), [sign])
            for number, sign in enumerate(trait.title_signs, len(trait.signs)):
                self._book.add(Mark(trait.id, in_title=True, sign=number), [sign])
        self._book.close()
        self._rules = []
        for mark in self._book.marks:
            trait = self._traits[mark.trait_id]
            words = (frozenset(map(vocabulary.id_of, listed)) for listed in (trait.not_after, trait.not_before))
            self._rules.append(_Rule(mark, trait, *words))

    def find(self, tokens: Tokens) -> dict[int, list[Match]]:
        """Give the matches of the postings that have any, by number, in order; several of one trait are possible.

        Skill tags are passed over: they are what the board offers, not what the client says.
        """
        places = self._book.places(tokens.ids)
        places = places[(tokens.part[places] != SKILLS) & ~self._are_negated(tokens.ids)[places]]
        ids = tokens.ids.tolist()
        match, rules, denials = self._book.match, self._rules, self._denials
        marked: dict[int, list[Found]] = {}
        for place, owner, part in zip(
            places.tolist(), tokens.posting[places].tolist(), tokens.part[places].tolist(), strict=True
        ):
            for number, end in match(ids, place).items():
                mark, trait, not_after, not_before = rules[number]
                if (
                    (part == TITLE or not mark.in_title)
                    and ids[end] not in not_before
                    and not (not_after and self._follows(not_after, ids, place))
                    and not (denials.may_start(ids[end]) and denials.match(ids, end))
                ):
                    marked.setdefault(owner, []).append(Found(mark, trait, place, end, part == TITLE))
        return {owner: matches for owner, found in marked.items() if (matches := self._matches(found, ids))}

    def _are_negated(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell for each place whether a word that cancels stands before it, within the window and its sentence."""
        places = np.arange(len(ids))
        last_negation = np.maximum.accumulate(np.where(np.isin(ids, self._negations), places, -1 - self._window))
        last_boundary = np.maximum.accumulate(np.where(ids == 0, places, -1))
        is_negated = np.zeros(len(ids) + 1, dtype=bool)
        is_negated[1:] = (last_negation > last_boundary) & (places - last_negation < self._window)
        return is_negated[:-1]

    def _follows(self, words: frozenset[int], ids: list[int], place: int) -> bool:
        """Tell whether one of the words stands before a place, within the window and its sentence."""
        for number in reversed(ids[max(0, place - self._window) : place]):
            if number == 0:
                return False
            if number in words:
                return True
        return False

    def _matches(self, found: list[Found], ids: list[int]) -> list[Match]:
        """Keep what is enough to show a trait, and no trait that yields to another one found."""
        n_signs = _count_signs(found, ids)
        is_sure = {
            trait.id
            for mark, trait, _, _, in_title in found
            if mark.sign is None or (trait.counts_in_title and in_title and not mark.in_title)
        }
        matches = []
        for mark, trait, start, end, _ in found:
            counts = trait.id in is_sure or n_signs[trait.id] >= trait.signs_to_count
            if mark.sign is None or counts or n_signs[trait.id] >= trait.signs_to_show:
                matches.append(Match(trait.id, start, end, mark.sign is not None, counts))
        shown = {match.trait_id for match in matches}
        return [match for match in matches if shown.isdisjoint(self._traits[match.trait_id].yields_to)]


def _count_signs(found: list[Found], ids: list[int]) -> dict[str, int]:
    """Give how many different signs of each trait there are; the same words count once, in whatever language."""
    seen: dict[str, tuple[set[int], set[tuple[int, ...]]]] = {}
    for mark, trait, start, end, _ in found:
        if mark.sign is not None:
            if trait.id not in seen:
                seen[trait.id] = set(), set()
            numbers, words = seen[trait.id]
            numbers.add(mark.sign)
            words.add(tuple(ids[start:end]))
    return {trait_id: min(len(numbers), len(words)) for trait_id, (numbers, words) in seen.items()}
