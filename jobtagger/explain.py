"""One posting, explained: everything behind its tag as one plain structure, for people and programs alike."""

from typing import Any

from jobtagger.knowledge.types import Evidence, Knowledge
from jobtagger.records import UNKNOWN, RawRecord, TaggedPosting
from jobtagger.risk import derive_level
from jobtagger.risk.advice import advice_for
from jobtagger.risk.derivation import derivation
from jobtagger.tagger import Tagger


def check_posting(record: RawRecord, tagger: Tagger, language: str = "en") -> dict[str, Any]:
    """Tag one posting and gather all that the tag rests on, worded in `language` ("en" or "fr").

    The first keys are the output columns of a batch, with the same values; what follows explains them.
    """
    posting = tagger.prepare(record)
    tagged = tagger.tag_postings([posting])[0]
    knowledge = tagger.knowledge
    category_id = UNKNOWN if tagged.prediction.abstained else tagged.prediction.category_id
    return {
        **tagged.as_row(),
        "explanation": {
            "category": _category(category_id, tagged, knowledge, language),
            "risk": _risk(category_id, tagged, knowledge, language),
            "traits": _traits(tagged, knowledge, language),
            "exposure": [
                {
                    "measure": entry.source,
                    "percentile": entry.percentile,
                    "occupation": entry.occupation,
                    "licence": entry.licence,
                }
                for entry in knowledge.exposure
                if entry.category_id == category_id
            ],
            "ai_use": _ai_use(category_id, knowledge, language),
            "advice": _advice(category_id, knowledge, language),
            "model": tagger.model.digest,
            "knowledge": knowledge.digest,
        },
    }


def _category(category_id: str, tagged: TaggedPosting, knowledge: Knowledge, language: str) -> dict[str, Any]:
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
        "runners_up": [
            {
                "category": other.category_id,
                "label": label(other.category_id),
                "probability": round(other.probability, 3),
            }
            for other in prediction.alternatives
        ],
        "words": [{"word": word.word, "weight": round(word.weight, 2)} for word in prediction.words],
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
            "exposure_differs": False,
            "evidence": [],
            "contrary": [],
        }
    derived = derive_level(outlook, knowledge.evidence, knowledge.policy)
    behind = (*outlook.headline, *outlook.external)
    against = (*outlook.contrary, *outlook.external_contrary)
    return {
        "label": levels.get(tagged.risk.level, ""),
        "rule": outlook.rule,
        "derivation": derivation(derived, knowledge.policy).in_language(language),
        "note": outlook.note.in_language(language),
        "exposure_differs": tagged.risk.exposure_differs,
        "evidence": [_statement(knowledge.evidence[name], language) for name in behind],
        "contrary": [_statement(knowledge.evidence[name], language) for name in against],
    }


def _statement(evidence: Evidence, language: str) -> dict[str, Any]:
    return {
        "id": evidence.id,
        "figure": evidence.figure,
        "unit": evidence.unit,
        "period": evidence.period.in_language(language),
        "strength": evidence.strength,
        "statement": evidence.statement.in_language(language),
        "caveat": evidence.caveat.in_language(language),
        "source": evidence.source_title,
        "url": evidence.source_url,
        "document": evidence.document,
        "section": evidence.section,
    }


def _traits(tagged: TaggedPosting, knowledge: Knowledge, language: str) -> list[dict[str, Any]]:
    return [
        {
            "id": found.trait_id,
            "label": knowledge.traits[found.trait_id].label.in_language(language),
            "words": found.words,
            "points": found.points,
            "evidence": list(knowledge.traits[found.trait_id].evidence),
        }
        for found in tagged.risk.traits
    ]


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


def _advice(category_id: str, knowledge: Knowledge, language: str) -> list[dict[str, str]]:
    return [
        {
            "id": entry.id,
            "for": entry.audience,
            "text": entry.text.in_language(language),
            "document": f"{entry.document}:{entry.line}",
        }
        for entry in advice_for(category_id, knowledge)
    ]
