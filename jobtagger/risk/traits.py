"""Traits of a posting, found as phrases in its tokens, unless they are negated or another trait speaks against them.

Of some traits phrases tell too little; their words are weighed and added up (`words.py`), with what phrases found.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.knowledge.types import Negation, Policy, Trait, WordWeights
from jobtagger.risk.phrases import Mark, PhraseBook
from jobtagger.risk.words import WordScorer, are_negated
from jobtagger.vocabulary import SKILLS, TITLE, Tokens, Vocabulary

_DENIAL = Mark("denial")
_N_SHOWN = 5  # of weighed words and phrases, the strongest are shown


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
        self._negations = np.array([vocabulary.id_of(word) for word in negation.before], dtype=np.int64)
        self._all_negations = frozenset(self._negations.tolist())
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
        self._weights = {trait_id: found for trait_id, found in (weights or {}).items() if trait_id in self._traits}
        self._place_of = {trait_id: place for place, trait_id in enumerate(self._traits)}
        weighed = self._weights.values()
        self._shown_weights = np.array([[w.shown.get(name, 0.0) for w in weighed] for name in self._traits])
        self._counting_weights = np.array([[w.counting.get(name, 0.0) for w in weighed] for name in self._traits])
        self._scorer = WordScorer(self._weights, vocabulary)

    def find(self, tokens: Tokens) -> dict[int, list[Match]]:
        """Give the matches of the postings that have any, by number, in order; several of one trait are possible.

        Skill tags are passed over: they are what the board offers, not what the client says.
        """
        is_negated = self.are_negated(tokens)
        found = self.by_phrases(tokens, is_negated)
        if self._weights:
            found = self._weigh(found, tokens, is_negated)
        return {owner: shown for owner, matches in found.items() if (shown := self._without_yielding(matches))}

    def are_negated(self, tokens: Tokens) -> NDArray[np.bool_]:
        """Tell for each token whether a word that cancels stands before it, within the window and its sentence."""
        return are_negated(tokens.ids, self._negations, self._window)

    def by_phrases(self, tokens: Tokens, is_negated: NDArray[np.bool_]) -> dict[int, list[Match]]:
        """Give what phrases alone show, also of traits that then weigh words or yield to another."""
        places = self._book.places(tokens.ids)
        is_free = ~is_negated
        places = places[(tokens.part[places] != SKILLS) & (is_free | np.isin(tokens.ids, self._negations))[places]]
        ids, is_free_at = tokens.ids.tolist(), is_free.tolist()
        match, rules, denials = self._book.match, self._rules, self._denials
        marked: dict[int, list[Found]] = {}
        for place, owner, part in zip(
            places.tolist(), tokens.posting[places].tolist(), tokens.part[places].tolist(), strict=True
        ):
            # "no fluff, no AI": the same negation again denies nothing
            if not is_free_at[place] and self._follows(self._all_negations - {ids[place]}, ids, place):
                continue
            for number, end in match(ids, place).items():
                mark, trait, not_after, not_before = rules[number]
                if (
                    (part == TITLE or not mark.in_title)
                    and ids[end] not in not_before
                    and not (not_after and self._follows(not_after, ids, place))
                    and not (denials.may_start(ids[end]) and denials.match(ids, end))
                ):
                    marked.setdefault(owner, []).append(Found(mark, trait, place, end, part == TITLE))
        return {owner: self._matches(found, ids) for owner, found in marked.items()}

    def _follows(self, words: frozenset[int], ids: list[int], place: int) -> bool:
        """Tell whether one of the words stands before a place, within the window and its sentence."""
        for number in reversed(ids[max(0, place - self._window) : place]):
            if number == 0:
                return False
            if number in words:
                return True
        return False

    def _matches(self, found: list[Found], ids: list[int]) -> list[Match]:
        """Keep what is enough to show a trait."""
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
        return matches

    def _weigh(
        self, found: dict[int, list[Match]], tokens: Tokens, is_negated: NDArray[np.bool_]
    ) -> dict[int, list[Match]]:
        """Replace the matches of traits that weigh words by the strongest words and phrases that speak for them."""
        scores = self._scorer.score(tokens, is_negated)
        of_phrases = self._phrase_weights(found, len(scores.totals))
        totals = scores.totals + of_phrases.sum(axis=1)
        weighed = {
            owner: [match for match in matches if match.trait_id not in self._weights]
            for owner, matches in found.items()
        }
        speaking = scores.speaking(totals >= 0)
        owners, numbers = np.nonzero(totals >= 0)
        for owner, number, total in zip(
            owners.tolist(), numbers.tolist(), totals[owners, numbers].tolist(), strict=True
        ):
            trait_id = self._scorer.trait_ids[number]
            phrases = [
                (float(of_phrases[owner, self._place_of[match.trait_id], number]), match.start, match.end)
                for match in found.get(owner, ())
            ]
            phrases = [phrase for phrase in phrases if phrase[0] > 0]
            said = {place for _, start, end in phrases for place in range(start, end)}
            words = [
                (weight, place, place + 1)
                for place, weight in speaking.get((owner, number), {}).items()
                if place not in said
            ]
            strongest = sorted([*phrases, *words], key=lambda item: (-item[0], item[1]))[:_N_SHOWN]
            counts = total >= self._weights[trait_id].to_count
            weighed.setdefault(owner, []).extend(
                Match(trait_id, start, end, True, counts)
                for _, start, end in sorted(strongest, key=lambda item: item[1])
            )
        return weighed

    def _phrase_weights(self, found: dict[int, list[Match]], n_postings: int) -> NDArray[np.float64]:
        """Give what the traits found by phrases weigh, shape (n_postings, n_traits, n_weighed)."""
        shown = np.zeros((n_postings, len(self._place_of)), dtype=bool)
        counting = np.zeros_like(shown)
        for owner, matches in found.items():
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
