"""Category's level and posting's traits joined to a risk tag, each cause with the id of its line of knowledge."""

from functools import cache

import numpy as np

from jobtagger.knowledge.types import Knowledge, Trait
from jobtagger.records import UNKNOWN, FoundTrait, Posting, Prediction, Reason, RiskTag
from jobtagger.risk.budget import SPOKEN, find_offers, is_low, may_hold_offer
from jobtagger.risk.derivation import exposure_differs
from jobtagger.risk.outlook import DerivedLevel, derive_levels, level_of_points
from jobtagger.risk.traits import Match, TraitFinder
from jobtagger.vocabulary import Tokens, Vocabulary


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
        self._spoken = np.array(list(map(vocabulary.id_of, SPOKEN)))
        self._counted = cache(self._count)  # few categories and sets of traits stand for all postings
        self._levels = derive_levels(knowledge)
        self._exposure = {
            entry.category_id: entry.percentile
            for entry in knowledge.exposure
            if entry.measure == policy.exposure_measure
        }

    def assess(self, postings: list[Posting], tokens: Tokens, predictions: list[Prediction]) -> list[RiskTag]:
        """Give one risk tag per posting, in order; unknown where the category is. `tokens` are those of the postings."""
        matches = self._finder.find(tokens)
        ids = tokens.ids.tolist()
        speaking = set(tokens.posting[np.isin(tokens.ids, self._spoken)].tolist())
        tags = []
        for number, (posting, prediction) in enumerate(zip(postings, predictions, strict=True)):
            category_id = UNKNOWN if prediction.abstained else prediction.category_id
            offer = self._low_offer(posting, is_spoken=number in speaking)
            if offer or number in matches:
                found = matches.get(number, [])
                tags.append(self._tag(category_id, found, self._words(ids, found), offer))
            else:
                tags.append(self._counted(category_id, frozenset())[0])
        return tags

    def _tag(self, category_id: str, matches: list[Match], words: dict[str, str], offer: str) -> RiskTag:
        showing = {match.trait_id for match in matches if match.counts}
        if offer:
            words.setdefault(self._policy.budget.trait, offer)
            showing.add(self._policy.budget.trait)
        plain, counted = self._counted(category_id, frozenset(showing))
        traits = tuple(
            [
                FoundTrait(trait_id, words[trait_id], counted.get(trait_id, 0))
                for trait_id in self._traits
                if trait_id in words
            ]
        )
        reasons = [Reason("trait", trait_id, f"{points:+d} ({shown})") for trait_id, shown, points in traits]
        return plain._replace(traits=traits, reasons=(*plain.reasons, *reasons))

    def _count(self, category_id: str, showing: frozenset[str]) -> tuple[RiskTag, dict[str, int]]:
        """Give the tag of a category with traits that count, without their words, and the points of each."""
        derived = self._levels.get(category_id)
        counted = self._counted_points(showing, category_id)
        exposure = self._exposure.get(category_id)
        if derived is None or derived.points is None or derived.outlook is None:
            return RiskTag(UNKNOWN, None, None, "", False, exposure, (), ()), counted
        limit = self._policy.max_trait_points
        points = derived.points + max(-limit, min(limit, sum(counted.values())))
        points = max(0, min(100, points))
        level = level_of_points(points, self._policy)
        tag = RiskTag(
            level.id, points / 100, derived.trend_pct, derived.outlook.confidence, derived.outlook.conflict,
            exposure, (), _base_reasons(derived), exposure_differs(derived, exposure, self._policy),
        )  # fmt: skip
        return tag, counted

    def _counted_points(self, trait_ids: frozenset[str], category_id: str) -> dict[str, int]:
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

    def _low_offer(self, posting: Posting, *, is_spoken: bool) -> str:
        """Give the words of an offer when there is one and all are low, else nothing."""
        text = f"{posting.title}\n{posting.details}\n{posting.description}"
        if not is_spoken and not may_hold_offer(text):
            return ""
        offers = find_offers(text)
        return offers[0].words if offers and all(is_low(offer, self._policy.budget) for offer in offers) else ""

    def _words(self, ids: list[int], matches: list[Match]) -> dict[str, str]:
        """Give, per trait, the words that show it: those of its first phrase, else those of all its signs."""
        words: dict[str, str] = {}
        signs: dict[str, list[str]] = {}
        for match in matches:
            if match.is_sign or match.trait_id not in words:
                spelled = " ".join([self._vocabulary.words[number] for number in ids[match.start : match.end]])
                if match.is_sign:
                    signs.setdefault(match.trait_id, []).append(spelled)
                else:
                    words[match.trait_id] = spelled
        return {trait_id: " … ".join(_without_parts(found)) for trait_id, found in signs.items()} | words


def _without_parts(found: list[str]) -> list[str]:
    """Leave out what stands twice, or within a longer one."""
    return [
        words
        for words in dict.fromkeys(found)
        if not any(words != other and f" {words} " in f" {other} " for other in found)
    ]


def _base_reasons(derived: DerivedLevel) -> tuple[Reason, ...]:
    """Give rule and evidence of a category's own level."""
    outlook = derived.outlook
    if outlook is None:
        return ()
    trend = "" if derived.trend_pct is None else f"{derived.trend_pct:+g} %"
    deciding = tuple(Reason("evidence", statement_id, trend) for statement_id in outlook.headline)
    contrary = tuple(Reason("contrary", statement_id) for statement_id in outlook.contrary[:3])
    return (Reason("rule", outlook.rule, derived.level), *deciding, *contrary)
