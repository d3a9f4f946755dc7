"""Category's level and posting's traits joined to a risk tag, each cause with the id of its line of knowledge."""

from functools import cache
from itertools import pairwise

import numpy as np

from jobtagger.knowledge.types import Knowledge, Trait
from jobtagger.records import UNKNOWN, FoundTrait, Posting, Prediction, Reason, RiskTag
from jobtagger.risk.automaton import Ids
from jobtagger.risk.budget import SPOKEN, find_offers, is_low, may_hold_offer
from jobtagger.risk.derivation import exposure_differs, shown_exposure
from jobtagger.risk.matches import Matches
from jobtagger.risk.outlook import DerivedLevel, derive_levels, level_of_points
from jobtagger.risk.traits import TraitFinder
from jobtagger.vocabulary import BOUNDARY, Tokens, Vocabulary, WordSet, span_places

_GROUP = 3  # digits behind a sign or blank that parts thousands
_N_DECIDING = 3  # of the words that decided for a category, so many are enough to show a trait of it


class Assessor:
    """Tags postings of one session with a risk level."""

    def __init__(self, knowledge: Knowledge, vocabulary: Vocabulary) -> None:
        policy = knowledge.policy
        self._traits = knowledge.traits
        self._policy = policy
        self._vocabulary = vocabulary
        self._finder = TraitFinder(
            knowledge.traits.values(), knowledge.negation, policy, vocabulary, knowledge.trait_words
        )
        self._spoken = WordSet(vocabulary, SPOKEN)
        self._inherent = {
            category_id: tuple(trait.id for trait in knowledge.traits.values() if category_id in trait.shown_by)
            for category_id in knowledge.categories
        }
        self._bit_of = {trait_id: 1 << number for number, trait_id in enumerate(knowledge.traits)}
        self._counted = cache(self._count)  # few categories and sets of traits stand for all postings
        self._levels = derive_levels(knowledge)
        self._exposure = shown_exposure(knowledge)

    def assess(self, postings: list[Posting], tokens: Tokens, predictions: list[Prediction]) -> list[RiskTag]:
        """Give one risk tag per posting, in order; unknown where the category is. `tokens` are those of the postings."""
        matches = self._finder.match(tokens, [prediction.category_id for prediction in predictions])
        n_traits = len(self._traits)
        counting = matches.counting(len(postings), n_traits) @ (1 << np.arange(n_traits))
        words = self._words(tokens.ids, matches)
        speaking = set(tokens.posting[self._spoken.has(tokens.ids)].tolist())
        tags = []
        for number, (posting, prediction, strong) in enumerate(
            zip(postings, predictions, counting.tolist(), strict=True)
        ):
            category_id = UNKNOWN if prediction.abstained else prediction.category_id
            shown, showing = words.get(number), strong
            if (number in speaking or may_hold_offer(posting)) and (offer := self._low_offer(posting)):
                shown = self._in_order({self._policy.budget.trait: offer} | (shown or {}))
                showing = strong | self._bit_of.get(self._policy.budget.trait, 0)
            for trait_id in self._inherent.get(category_id, ()):
                if not prediction.needs_review and trait_id not in (shown or {}):
                    shown = self._in_order({trait_id: _deciding_words(prediction)} | (shown or {}))
            plain, points = self._counted(category_id, showing)
            tags.append(self._tag(plain, shown, points) if shown else plain)
        return tags

    def traits_by_phrases(self, tokens: Tokens) -> set[str]:
        """Give the traits that phrases show in some posting, whatever its words weigh."""
        _, found = self._finder.read(tokens)
        return {self._finder.trait_ids[number] for number in found.trait[found.counts].tolist()}

    @staticmethod
    def _tag(plain: RiskTag, words: dict[str, str], points: dict[str, int]) -> RiskTag:
        """Add to the tag that stands for all postings alike the words of this one."""
        traits = [FoundTrait(trait_id, shown, points.get(trait_id, 0)) for trait_id, shown in words.items()]
        return RiskTag(*plain[:-1], tuple(traits))

    def _in_order(self, words: dict[str, str]) -> dict[str, str]:
        return {trait_id: words[trait_id] for trait_id in self._traits if trait_id in words}

    def _count(self, category_id: str, showing: int) -> tuple[RiskTag, dict[str, int]]:
        """Give the tag of a category with traits that count (a bit each), without their words, and the points of each."""
        derived = self._levels.get(category_id)
        trait_ids = {trait_id for trait_id, bit in self._bit_of.items() if showing & bit}
        exposure = self._exposure.get(category_id)
        if derived is None or derived.points is None or derived.outlook is None:
            return RiskTag(UNKNOWN, None, None, "", False, exposure, False, ()), {}  # no score to move
        counted = self._counted_points(trait_ids, category_id)
        points = derived.points + self._policy.clipped(sum(counted.values()))
        points = max(0, min(100, points))
        level = level_of_points(points, self._policy)
        tag = RiskTag(
            level.id, points / 100, derived.trend_pct, derived.outlook.confidence, derived.outlook.conflict,
            exposure, exposure_differs(derived, exposure, self._policy), _base_reasons(derived),
        )  # fmt: skip
        return tag, counted

    def _counted_points(self, trait_ids: set[str], category_id: str) -> dict[str, int]:
        """Give the points that count: one trait a group, the strongest; none where a group shows both signs."""
        groups: dict[str, list[Trait]] = {}
        for trait in self._traits.values():
            if trait.id in trait_ids and trait.points and category_id not in trait.not_for:
                groups.setdefault(trait.group, []).append(trait)
        counted = {}
        for members in groups.values():
            signs = {trait.points > 0 for trait in members}
            if len(signs) == 1:
                strongest = max(members, key=lambda trait: abs(trait.points))
                counted[strongest.id] = strongest.points
        return counted

    def _low_offer(self, posting: Posting) -> str:
        """Give the words of an offer when there is one and all are low, else nothing."""
        offers = find_offers(f"{posting.title}\n{posting.details}\n{posting.description}")
        return offers[0].words if offers and all(is_low(offer, self._policy.budget) for offer in offers) else ""

    def _words(self, ids: Ids, matches: Matches) -> dict[int, dict[str, str]]:
        """Give, per posting and trait, the words that show it: those of its first phrase, else those of all its signs."""
        by_trait = matches.where(np.lexsort((matches.start, matches.is_sign, matches.trait, matches.owner)))
        texts = self._spell(ids, by_trait)
        is_new = np.ones(len(texts), dtype=bool)
        is_new[1:] = (np.diff(by_trait.owner) != 0) | (np.diff(by_trait.trait) != 0)
        begins = np.flatnonzero(is_new)
        of_posting: dict[int, dict[str, str]] = {}
        for begin, end, owner, trait, is_sign in zip(
            begins.tolist(), [*begins[1:].tolist(), len(texts)], by_trait.owner[begins].tolist(),
            by_trait.trait[begins].tolist(), by_trait.is_sign[begins].tolist(), strict=False,
        ):  # fmt: skip
            shown = " … ".join(_without_parts(texts[begin:end])) if is_sign and end > begin + 1 else texts[begin]
            of_posting.setdefault(owner, {})[self._finder.trait_ids[trait]] = shown
        return of_posting

    def _spell(self, ids: Ids, matches: Matches) -> list[str]:
        """Give the words of each match."""
        length = matches.end - matches.start
        words = list(map(self._vocabulary.words.__getitem__, ids[span_places(matches.start, length)].tolist()))
        texts = [" ".join(words[start:end]) for start, end in pairwise([0, *np.cumsum(length).tolist()])]
        texts = [text.replace(f" {BOUNDARY} ", ": ") for text in texts]
        for place, text in enumerate(texts):
            if text[0].isdigit():
                texts[place] = self._with_thousands(ids, int(matches.start[place]), text)
        return texts

    def _with_thousands(self, ids: Ids, start: int, text: str) -> str:
        """Give the text at `start` with the whole number that it begins with: "3,000 files" is more than "000 files"."""
        words = self._vocabulary.words
        while start and len(word := words[ids[start]]) == _GROUP and word.isdigit():
            before = words[ids[start - 1]]
            if not before.isdigit() or len(before) > _GROUP:
                break
            text, start = f"{before} {text}", start - 1
        return text


def _without_parts(found: list[str]) -> list[str]:
    """Leave out what stands twice, or within a longer one."""
    longer = [words for words in found if " " in words]
    return [
        words
        for words in dict.fromkeys(found)
        if not any(words != other and f" {words} " in f" {other} " for other in longer)
    ]


def _deciding_words(prediction: Prediction) -> str:
    """Give the words that show a trait of a whole category: those by which the posting was told to be of it."""
    return " … ".join([word for word, _ in prediction.words[:_N_DECIDING]]) or prediction.category_id


def _base_reasons(derived: DerivedLevel) -> tuple[Reason, ...]:
    """Give rule and evidence of a category's own level."""
    outlook = derived.outlook
    if outlook is None:
        return ()
    trend = "" if derived.trend_pct is None else f"{derived.trend_pct:+g} %"
    deciding = tuple(Reason("evidence", statement_id, trend) for statement_id in outlook.headline)
    contrary = tuple(Reason("contrary", statement_id) for statement_id in outlook.contrary[:3])
    return (Reason("rule", outlook.rule, derived.level), *deciding, *contrary)
