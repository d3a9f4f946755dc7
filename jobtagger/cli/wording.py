"""The words around a checked posting, in English and French."""

import os
import re
from collections.abc import Mapping
from typing import Any

_HELD = "\u00a0"  # a blank at which no line ends
_FRENCH_BLANK = re.compile(r" (?=[:;!?%»])|(?<=«) ")
_POINT = re.compile(r"(?<!\S)([+-]\d+|0)\.(?=\d)")


def language_of_locale(environ: Mapping[str, str]) -> str:
    """Give "fr" for a French locale and "en" for any other."""
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return "fr" if locale.lower().startswith("fr") else "en"


def spoken(lang: str | None = None) -> str:
    """Give the language of the answer: the one asked for, else that of the locale."""
    return lang or language_of_locale(os.environ)


def typeset(value: Any, language: str) -> Any:
    """Set a text by the rules of its language, or all texts in dicts and lists; other values stay as they are.

    French holds a colon, a semicolon, a quotation mark or a per cent sign to what it belongs to, and writes +0,5.
    """
    if language != "fr":
        return value
    if isinstance(value, dict):
        return {key: typeset(one, language) for key, one in value.items()}
    if isinstance(value, list):
        return [typeset(one, language) for one in value]
    return _POINT.sub(r"\1,", _FRENCH_BLANK.sub(_HELD, value)) if isinstance(value, str) else value


WORDING = {
    "en": {
        "colon": ":",
        "semicolon": ";",
        "quoted": "“{}”",
        "decides": "decides",
        "supports": "supports",
        "contradicts": "contradicts",
        "mentions": "is about it",
        "no_evidence": "There is no such evidence.",
        "category": "Category",
        "unknown": "I don't know",
        "best_guess": "nearest guess",
        "runners_up": "or",
        "words": "Because of",
        "second": "Also asks for",
        "demand": "Demand trend",
        "score": "score",
        "confidence": "confidence",
        "high": "high",
        "medium": "medium",
        "low": "low",
        "rule": "Why",
        "figures": "Figures and sources",
        "contrary": "What contradicts it",
        "traits": "Found in the text",
        "no_traits": "nothing that moves the level",
        "raises": "raises the risk",
        "lowers": "lowers the risk",
        "neutral": "shown only",
        "exposure": "AI exposure",
        "exposure_text": "{percentile} of 100 occupations are less exposed or equal ({measure}; {occupation}). Not part of the level.",
        "exposure_differs": "Trend and exposure point apart here; neither is wrong, they measure different things.",
        "ai_use": "How AI is used here",
        "automation": "automation",
        "augmentation": "augmentation",
        "advice": "What the documents advise",
        "client": "(for clients)",
        "conflict": "Strong sources disagree about the direction.",
        "review": "A person should look at this one.",
        "what_it_is_not": "The level says what published figures of 2022 to 2025 report of the demand for this kind of job."
        " It is not a probability that a job disappears.",
        "abstained_too_short": "no word to go by",
        "abstained_language": "the text is in a language that is not classified",
        "abstained_too_close": "several categories are equally likely",
        "unknown_level": "unknown",
        "no_level": "The documents say nothing that would give a level.",
    },
    "fr": {
        "colon": " :",
        "semicolon": " ;",
        "quoted": "« {} »",
        "decides": "décide",
        "supports": "appuie",
        "contradicts": "contredit",
        "mentions": "en parle",
        "no_evidence": "Aucun élément de ce genre.",
        "category": "Catégorie",
        "unknown": "Je ne sais pas",
        "best_guess": "le plus proche",
        "runners_up": "ou",
        "words": "À cause de",
        "second": "Demande aussi",
        "demand": "Tendance de la demande",
        "score": "score",
        "confidence": "confiance",
        "high": "élevée",
        "medium": "moyenne",
        "low": "faible",
        "rule": "Pourquoi",
        "figures": "Chiffres et sources",
        "contrary": "Ce qui le contredit",
        "traits": "Trouvé dans le texte",
        "no_traits": "rien qui change le niveau",
        "raises": "augmente le risque",
        "lowers": "diminue le risque",
        "neutral": "pour information",
        "exposure": "Exposition à l'IA",
        "exposure_text": "{percentile} métiers sur 100 sont moins ou autant exposés ({measure} ; {occupation})."
        " Hors du calcul du niveau.",
        "exposure_differs": "Ici, tendance et exposition divergent ; aucune n'est fausse, elles mesurent autre chose.",
        "ai_use": "Comment l'IA y est employée",
        "automation": "automatisation",
        "augmentation": "assistance",
        "advice": "Ce que conseillent les documents",
        "client": "(pour les clients)",
        "conflict": "Des sources solides se contredisent sur le sens de l'évolution.",
        "review": "Cette annonce mérite un regard humain.",
        "what_it_is_not": "Le niveau dit ce que des chiffres publiés de 2022 à 2025 rapportent de la demande pour ce"
        " type de travail. Ce n'est pas la probabilité qu'un emploi disparaisse.",
        "abstained_too_short": "aucun mot sur lequel s'appuyer",
        "abstained_language": "le texte est dans une langue qui n'est pas classée",
        "abstained_too_close": "plusieurs catégories sont aussi probables",
        "unknown_level": "inconnu",
        "no_level": "Les documents ne disent rien qui donnerait un niveau.",
    },
}
