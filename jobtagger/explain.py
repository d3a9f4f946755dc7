"""One posting, explained: everything behind its tag as one plain structure, for people and programs alike."""

import re
from itertools import pairwise
from typing import Any

from jobtagger.knowledge.types import Evidence, Knowledge, Outlook, Trait
from jobtagger.pieces import normalise, split
from jobtagger.records import UNKNOWN, FoundTrait, Posting, RawRecord, TaggedPosting
from jobtagger.risk import derive_level
from jobtagger.risk.advice import advice_for
from jobtagger.risk.derivation import derivation
from jobtagger.tagger import Tagger

_RULES_OF_FIGURES = ("R1", "R2", "R5")  # R3 and R4 go by words, whatever figures stand beside them
_PULLS = {"raises": "down", "lowers": "up"}  # effect on the risk: way demand is pulled
_UNMEASURED = ("opinion", "anecdote", "forecast", "quoted")
_ELIDED = re.compile(r"[cdjlmnst]|\w*qu", re.IGNORECASE)
"""French words cut short before a vowel, which are quoted with their apostrophe; that of "children's" is no such one."""
_OF_USE = ("usage", "survey")  # who uses AI for what: measured, but it is not demand


def check_posting(record: RawRecord, tagger: Tagger, language: str = "en") -> dict[str, Any]:
    """Tag one posting and gather all that the tag rests on, worded in `language` ("en" or "fr").

    The first keys are the output columns of a batch, with the same values; what follows explains them.
    """
    posting = tagger.prepare(record)
    tagged = tagger.tag_postings([posting])[0]
    knowledge, spelling = tagger.knowledge, _Spelling(posting)
    category_id = UNKNOWN if tagged.prediction.abstained else tagged.prediction.category_id
    return {
        **tagged.as_row(),
        "explanation": {
            "category": _category(category_id, tagged, knowledge, spelling, language),
            "risk": _risk(category_id, tagged, knowledge, language),
            "traits": _traits(category_id, tagged, tagger.traits_by_phrases(posting), knowledge, spelling, language),
            "exposure": [
                {
                    "measure": entry.source.in_language(language),
                    "percentile": entry.percentile,
                    "occupation": entry.occupation.in_language(language),
                    "licence": entry.licence,
                }
                for entry in knowledge.exposure
                if entry.category_id == category_id
            ],
            "ai_use": _ai_use(category_id, knowledge, language),
            "advice": _advice(category_id, tagged, knowledge, language),
            "model": tagger.model.digest,
            "knowledge": knowledge.digest,
        },
    }


class _Spelling:
    """Finds the normalised words of a reason in the posting, to quote them as they are spelled there."""

    def __init__(self, posting: Posting) -> None:
        self._parts = [(text, *_places(text)) for text in posting]

    def __call__(self, words: str) -> str:
        """Give words, or several of them with " … " between, as the posting spells them; what is not found stays."""
        return " … ".join(map(self._quote, words.split(" … ")))

    def _quote(self, words: str) -> str:
        wanted = words.split(" ")
        for text, normalised, places in self._parts:
            for first in range(len(normalised) - len(wanted) + 1):
                if normalised[first : first + len(wanted)] == wanted:
                    return _quote(text, places[first : first + len(wanted)])
        return words


def _places(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """Give the normalised tokens of a text and where each begins and ends."""
    normalised, places, end = [], [], 0
    for token in split(text):
        start = text.index(token, end)
        end = start + len(token)
        normalised.append(normalise(token))
        places.append((start, end))
    return normalised, places


def _quote(text: str, places: list[tuple[int, int]]) -> str:
    """Quote neighbouring tokens with what stands between them, unless that is an address or a line end."""
    quoted = text[slice(*places[0])]
    for (_, before), (start, end) in pairwise(places):
        between = text[before:start]
        is_mark = between.isprintable() and not any(char.isalnum() for char in between)
        quoted += (between if is_mark else " ") + text[start:end]
    start, end = places[-1]
    is_cut = (
        _ELIDED.fullmatch(text, start, end) and text[end : end + 1] in ("'", "’") and text[end + 1 : end + 2].isalpha()
    )
    return quoted + (text[end] if is_cut else "")


def _category(
    category_id: str, tagged: TaggedPosting, knowledge: Knowledge, spelling: _Spelling, language: str
) -> dict[str, Any]:
    prediction = tagged.prediction
    category = knowledge.categories.get(category_id)

    def label(name: str) -> str:
        """Give the label of a category; a category of the user's own is its own label."""
        return knowledge.categories[name].label.in_language(language) if name in knowledge.categories else name

    return {
        "label": label(category_id) if category_id != UNKNOWN else "",
        "definition": category.definition.in_language(language) if category else "",
        "abstained": prediction.abstained,
        "best_guess": prediction.category_id,
        "best_guess_label": label(prediction.category_id),
        "second_label": label(prediction.category_2) if prediction.category_2 else "",
        "runners_up": [
            {"category": other_id, "label": label(other_id), "probability": round(probability, 3)}
            for other_id, probability in prediction.alternatives
        ],
        "words": [{"word": spelling(word), "weight": round(weight, 2)} for word, weight in prediction.words],
    }


def _risk(category_id: str, tagged: TaggedPosting, knowledge: Knowledge, language: str) -> dict[str, Any]:
    outlook = knowledge.outlooks.get(category_id)
    levels = {level.id: level.label.in_language(language) for level in knowledge.policy.levels}
    if outlook is None:
        return {
            "label": levels.get(tagged.risk.level, ""),
            "rule": "none",
            "derivation": "",
            "note": "",
            "counts_part": "",
            "rests_on": "",
            "english_site": False,
            "category_level": "",
            "category_label": "",
            "category_score": "",
            "traits_score": "",
            "exposure_differs": False,
            "evidence": [],
            "contrary": [],
        }
    derived = derive_level(outlook, knowledge.evidence, knowledge.policy)
    behind, against = _each_figure_once(
        (*outlook.headline, *outlook.external), (*outlook.contrary, *outlook.external_contrary), knowledge
    )
    is_conflict = outlook.rule == "R5"
    return {
        "label": levels.get(tagged.risk.level, ""),
        "rule": outlook.rule,
        "derivation": derivation(derived, knowledge.policy).in_language(language),
        "note": outlook.note.in_language(language),
        "counts_part": outlook.part.in_language(language),
        "rests_on": _rests_on(outlook, knowledge),
        "english_site": "fr" in (language, tagged.language) and _is_of_english_site(outlook, knowledge),
        "category_level": derived.level,
        "category_label": levels.get(derived.level, ""),
        "category_score": "" if derived.points is None else f"{derived.points / 100:.2f}",
        "traits_score": f"{_traits_points(tagged, knowledge) / 100:+.2f}",
        "exposure_differs": tagged.risk.exposure_differs,
        "evidence": [_statement(knowledge.evidence[name], language, "down" if is_conflict else "") for name in behind],
        "contrary": [_statement(knowledge.evidence[name], language, "up" if is_conflict else "") for name in against],
    }


def _each_figure_once(
    behind: tuple[str, ...], against: tuple[str, ...], knowledge: Knowledge
) -> tuple[list[str], list[str]]:
    """Leave out statements that only repeat one that is shown, for or against: they would look like one more source."""
    original = {name: knowledge.evidence[name].restates or name for name in (*behind, *against)}
    shown = list({original[name]: name for name in reversed([*behind, *against])}.values())
    return [name for name in behind if name in shown], [name for name in against if name in shown]


def _rests_on(outlook: Outlook, knowledge: Knowledge) -> str:
    """Say whether "figures" decide the level, one of a "part" of the category or only "words"; empty where nothing does."""
    if outlook.rule == "none":
        return ""
    if outlook.part.en:
        return "part"
    has_figure = any(knowledge.evidence[name].figure is not None for name in outlook.headline)
    return "figures" if has_figure and outlook.rule in _RULES_OF_FIGURES else "words"


def _is_of_english_site(outlook: Outlook, knowledge: Knowledge) -> bool:
    """Whether figures decide that were measured on a site chiefly in English."""
    sites = {knowledge.evidence[name].site_language for name in outlook.headline}
    return _rests_on(outlook, knowledge) != "words" and "en" in sites


def _traits_points(tagged: TaggedPosting, knowledge: Knowledge) -> int:
    """Give by how much the traits together move the score of 0 to 100, before it stops at its ends."""
    return knowledge.policy.clipped(sum(trait.points for trait in tagged.risk.traits))


def _statement(evidence: Evidence, language: str, side: str) -> dict[str, Any]:
    """Word a statement; where sources conflict, `side` is the way it pulls demand if its own effect does not say."""
    return {
        "id": evidence.id,
        "figure": evidence.figure,
        "unit": evidence.unit,
        "period": evidence.period.in_language(language),
        "strength": evidence.strength,
        "statement": evidence.statement.in_language(language),
        "caveat": evidence.caveat.in_language(language),
        "source": evidence.source_title.in_language(language),
        "url": evidence.source_url,
        "document": evidence.document,
        "section": evidence.section,
        "pulls": _PULLS.get(evidence.effect, side) if side else "",
    }


def _traits(
    category_id: str,
    tagged: TaggedPosting,
    by_phrases: set[str],
    knowledge: Knowledge,
    spelling: _Spelling,
    language: str,
) -> list[dict[str, Any]]:
    by_words = knowledge.trait_words.keys() - by_phrases
    return [
        {
            "id": found.trait_id,
            "label": knowledge.traits[found.trait_id].label.in_language(language),
            "words": spelling(found.words),
            "points": found.points,
            "by_words_alone": found.trait_id in by_words,
            "uncounted": "" if found.points else _why_uncounted(found, category_id, tagged, knowledge),
            "evidence": list(knowledge.traits[found.trait_id].evidence),
            **_by_basis(knowledge.traits[found.trait_id], knowledge),
        }
        for found in tagged.risk.traits
    ]


def _by_basis(trait: Trait, knowledge: Knowledge) -> dict[str, list[str]]:
    """Part the evidence of a trait by what it rests on; each statement stands in one list."""
    parted: dict[str, list[str]] = {"measured": [], "by_analogy": [], "both_ways": [], "of_use": [], "opinions": []}
    for name in trait.evidence:
        strength, effect = knowledge.evidence[name].strength, knowledge.evidence[name].effect
        if strength in _UNMEASURED:
            basis = "opinions"
        elif strength in _OF_USE:
            basis = "of_use"
        elif name in trait.by_analogy:
            basis = "by_analogy"
        else:
            basis = "both_ways" if effect == "mixed" else "measured"
        parted[basis].append(name)
    return parted


def _why_uncounted(found: FoundTrait, category_id: str, tagged: TaggedPosting, knowledge: Knowledge) -> str:
    """Say why a trait that was found moves no score."""
    if tagged.risk.score is None:
        return "no_level"
    trait = knowledge.traits[found.trait_id]
    if not trait.points:
        return "by_design"
    if category_id in trait.not_for:
        return "not_here"
    kin = [
        other
        for other in tagged.risk.traits
        if other != found
        and knowledge.traits[other.trait_id].group == trait.group
        and category_id not in knowledge.traits[other.trait_id].not_for
    ]
    if any(other.points for other in kin):
        return "outweighed"
    against = any(knowledge.traits[other.trait_id].points * trait.points < 0 for other in kin)
    return "both_ways" if against else "too_weak"


def _ai_use(category_id: str, knowledge: Knowledge, language: str) -> list[dict[str, Any]]:
    """Give the ways of working with AI of which the documents take the category as an example."""
    return [
        {
            "id": mode.id,
            "kind": mode.kind,
            "label": mode.label.in_language(language),
            "evidence": list(mode.evidence),
            "document": f"{mode.document}:{mode.line}",
        }
        for mode in knowledge.modes
        if category_id in mode.categories
    ]


def _advice(category_id: str, tagged: TaggedPosting, knowledge: Knowledge, language: str) -> list[dict[str, str]]:
    shown = [trait.trait_id for trait in tagged.risk.traits]
    return [
        {
            "id": entry.id,
            "for": entry.audience,
            "text": entry.text.in_language(language),
            "document": f"{entry.document}:{entry.line}",
        }
        for entry in advice_for(category_id, knowledge, shown)
    ]
