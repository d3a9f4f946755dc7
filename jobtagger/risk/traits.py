"""Traits of a posting, found as phrases in its tokens, unless they are negated or another trait speaks against them.

Of some traits phrases tell too little; their words are weighed and added up (`words.py`), with what phrases found.
"""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.knowledge.types import Negation, Policy, Trait, WordWeights
from jobtagger.records import Posting
from jobtagger.risk.phrases import Mark, PhraseBook
from jobtagger.risk.words import WordScorer
from jobtagger.vocabulary import Vocabulary

_DENIAL = Mark("denial")
_N_SHOWN = 5  # of weighed words and phrases, the strongest are shown


class Match(NamedTuple):
    """A trait found at tokens `start` to `end` (exclusive) of a posting.

    `is_sign` where it is one of several weak signs; `counts` is false where they are too few to move the score.
    """

    trait_id: str
    start: int
    end: int
    is_sign: bool = False
    counts: bool = True


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
    weights : mapping of trait id to WordWeights, optional
        Of the traits whose words are weighed.
    """

    def __init__(
        self,
        traits: Iterable[Trait],
        negation: Negation,
        policy: Policy,
        vocabulary: Vocabulary,
        weights: Mapping[str, WordWeights] | None = None,
    ) -> None:
        self._window = negation.window
        self._traits = {trait.id: trait for trait in traits}
        self._negations = {vocabulary.id_of(word) for word in negation.before}
        self._not_after: dict[str, frozenset[int]] = {}
        self._not_before: dict[str, frozenset[int]] = {}
        self._denials = PhraseBook(vocabulary, policy.many_from)
        self._denials.add(_DENIAL, negation.after)
        self._denials.close()
        self._book = PhraseBook(vocabulary, policy.many_from)
        for trait in self._traits.values():
            self._not_after[trait.id] = frozenset(map(vocabulary.id_of, trait.not_after))
            self._not_before[trait.id] = frozenset(map(vocabulary.id_of, trait.not_before))
            self._book.add(Mark(trait.id), trait.phrases)
            self._book.add(Mark(trait.id, in_title=True), trait.title_phrases)
            for number, sign in enumerate(trait.signs):
                self._book.add(Mark(trait.id, sign=number), [sign])
            for number, sign in enumerate(trait.title_signs, len(trait.signs)):
                self._book.add(Mark(trait.id, in_title=True, sign=number), [sign])
        self._book.close()
        self._weights = {trait_id: found for trait_id, found in (weights or {}).items() if trait_id in self._traits}
        self._place_of = {trait_id: place for place, trait_id in enumerate(self._traits)}
        weighed = self._weights.values()
        self._shown_weights = np.array([[w.shown.get(name, 0.0) for w in weighed] for name in self._traits])
        self._counting_weights = np.array([[w.counting.get(name, 0.0) for w in weighed] for name in self._traits])
        self._scorer = WordScorer(self._weights, self._negations, negation.window, vocabulary)

    def find(self, postings: list[Posting]) -> list[list[Match]]:
        """Give the matches of each posting, in order of place; several of one trait are possible.

        Skill tags are passed over: they are what the board offers, not what the client says.
        """
        found = self.by_phrases(postings)
        if self._weights:
            found = self._weigh(found, postings)
        return [self._without_yielding(matches) for matches in found]

    def by_phrases(self, postings: list[Posting]) -> list[list[Match]]:
        """Give what phrases alone show in each posting, also of traits that then weigh words or yield to another."""
        marked: list[list[tuple[Mark, int, int]]] = [[] for _ in postings]
        tokens = [posting.ids_for_traits() for posting in postings]
        lengths = list(map(len, tokens))
        ids = np.fromiter(chain.from_iterable(tokens), np.int64, sum(lengths))
        places = self._book.places(ids)
        starts = np.cumsum([0, *lengths])
        owners = np.searchsorted(starts, places, side="right") - 1
        for owner, place in zip(owners.tolist(), (places - starts[owners]).tolist(), strict=True):
            posting = postings[owner]
            if not posting.n_title <= place < posting.n_title + posting.n_skills:
                marked[owner] += self._marks(tokens[owner], place, is_title=place < posting.n_title)
        return [
            self._matches(marks, ids_of_one, posting.n_title) if marks else []
            for marks, ids_of_one, posting in zip(marked, tokens, postings, strict=True)
        ]

    def _marks(self, ids: list[int], place: int, *, is_title: bool) -> list[tuple[Mark, int, int]]:
        """Give what starts at a place and is not negated, each with start and end."""
        ends = self._book.match(ids, place)
        before = self._words_before(ids, place) if ends else set()
        before -= self._negations & {ids[place]}  # "no fluff, no AI": the same negation again denies nothing
        if not ends or not before.isdisjoint(self._negations):
            return []
        return [
            (mark, place, end)
            for mark, end in ends.items()
            if (is_title or not mark.in_title)
            and before.isdisjoint(self._not_after[mark.trait_id])
            and self._not_before[mark.trait_id].isdisjoint(ids[end : end + 1])
            and not self._denials.match(ids, end)
        ]

    def _matches(self, marks: list[tuple[Mark, int, int]], ids: list[int], n_title: int) -> list[Match]:
        """Keep what is enough to show a trait."""
        n_signs = _count_signs(marks, ids)
        is_sure = {
            mark.trait_id
            for mark, start, _ in marks
            if mark.sign is None
            or (self._traits[mark.trait_id].counts_in_title and start < n_title and not mark.in_title)
        }
        found = []
        for mark, start, end in marks:
            trait = self._traits[mark.trait_id]
            counts = trait.id in is_sure or n_signs[trait.id] >= trait.signs_to_count
            if mark.sign is None or counts or n_signs[trait.id] >= trait.signs_to_show:
                found.append(Match(trait.id, start, end, mark.sign is not None, counts))
        return found

    def _weigh(self, found: list[list[Match]], postings: list[Posting]) -> list[list[Match]]:
        """Replace the matches of traits that weigh words by the strongest words and phrases that speak for them."""
        scores = self._scorer.score(postings)
        of_phrases = self._phrase_weights(found)
        totals = scores.totals + of_phrases.sum(axis=1)
        weighed = [[match for match in matches if match.trait_id not in self._weights] for matches in found]
        for owner, number in np.argwhere(totals >= 0).tolist():
            trait_id = self._scorer.trait_ids[number]
            speaking = []
            for match in found[owner]:
                weight = of_phrases[owner, self._place_of[match.trait_id], number]
                if weight > 0:
                    speaking.append((weight, match.start, match.end))
            said = {place for _, start, end in speaking for place in range(start, end)}
            speaking += [
                (weight, place, place + 1) for weight, place in scores.speaking(owner, number) if place not in said
            ]
            strongest = sorted(speaking, key=lambda item: (-item[0], item[1]))[:_N_SHOWN]
            counts = bool(totals[owner, number] >= self._weights[trait_id].to_count)
            weighed[owner] += [
                Match(trait_id, start, end, True, counts)
                for _, start, end in sorted(strongest, key=lambda item: item[1])
            ]
        return weighed

    def _phrase_weights(self, found: list[list[Match]]) -> NDArray[np.float64]:
        """Give what the traits found by phrases weigh, shape (n_postings, n_traits, n_weighed)."""
        shown = np.zeros((len(found), len(self._place_of)), dtype=bool)
        counting = np.zeros_like(shown)
        for owner, matches in enumerate(found):
            for match in matches:
                shown[owner, self._place_of[match.trait_id]] = True
                if match.counts:
                    counting[owner, self._place_of[match.trait_id]] = True
        weights: NDArray[np.float64] = shown[:, :, None] * self._shown_weights
        weights += counting[:, :, None] * self._counting_weights
        return weights

    def _without_yielding(self, matches: list[Match]) -> list[Match]:
        """Leave out traits that yield to another one found."""
        shown = {match.trait_id for match in matches}
        return [match for match in matches if shown.isdisjoint(self._traits[match.trait_id].yields_to)]

    def _words_before(self, ids: list[int], start: int) -> set[int]:
        """Give the words of the same sentence within the window before a place."""
        words = set()
        for number in reversed(ids[max(0, start - self._window) : start]):
            if number == 0:
                break
            words.add(number)
        return words


def _count_signs(marks: list[tuple[Mark, int, int]], ids: list[int]) -> dict[str, int]:
    """Give how many different signs of each trait there are; the same words count once, in whatever language."""
    seen: dict[str, tuple[set[int], set[tuple[int, ...]]]] = {}
    for mark, start, end in marks:
        if mark.sign is not None:
            numbers, words = seen.setdefault(mark.trait_id, (set(), set()))
            numbers.add(mark.sign)
            words.add(tuple(ids[start:end]))
    return {trait_id: min(len(numbers), len(words)) for trait_id, (numbers, words) in seen.items()}
