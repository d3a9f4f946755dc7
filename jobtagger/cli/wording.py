"""The words around a checked posting, in English and French."""

import os
import re
from collections.abc import Mapping
from typing import Any

_HELD = "\u00a0"  # a blank at which no line ends
_BLANK = re.compile(r"(?<=\d) (?=%)")
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

    A per cent sign is held to its number. French also holds a colon, a semicolon or a quotation mark to what it belongs
    to, and writes +0,5.
    """
    if isinstance(value, dict):
        return {key: typeset(one, language) for key, one in value.items()}
    if isinstance(value, list):
        return [typeset(one, language) for one in value]
    if not isinstance(value, str):
        return value
    return _POINT.sub(r"\1,", _FRENCH_BLANK.sub(_HELD, value)) if language == "fr" else _BLANK.sub(_HELD, value)


WORDING = {
    "en": {
        "text_and_file": "give the posting as text or as --file, not both",
        "no_posting": 'give a posting: jobtagger check "Logo for my bakery", or --file, or standard input',
        "empty_posting": "{}: is empty; give a posting",
        "unread_posting": "{}: cannot be read: {}",
        "no_text": "{}: is no text; paste the posting, or save the document as text first",
        "standard_input": "standard input",
        "read_as": "{}: is not UTF-8; read as {} ({:.0f}% sure)",
        "colon": ":",
        "semicolon": ";",
        "quoted": "“{}”",
        "decides": "decides",
        "supports": "supports",
        "contradicts": "contradicts",
        "pulls_down": "pulls down",
        "pulls_up": "pulls up",
        "mentions": "is about it",
        "backs": "stands behind it",
        "counts_part": "This figure counts only a part of the category: {}.",
        "use_decides": "Decides the level of",
        "use_supports": "Supports the level of",
        "use_contradicts": "Contradicts the level of",
        "use_backs": "Stands behind the trait",
        "not_used": "No level and no trait rests on it.",
        "repeats": "repeats {}",
        "no_evidence": "There is no such evidence.",
        "category": "Category",
        "unknown": "I don't know",
        "best_guess": "nearest guess",
        "runners_up": "or",
        "words": "Deciding words",
        "second": "Or else",
        "demand": "Risk from falling demand",
        "trend": "Demand trend",
        "growing": "growing",
        "growing_by_traits": "the lowest level, by traits of the posting",
        "own_level": "category",
        "own_traits": "traits",
        "at_most": "together at most {}",
        "never_below": "never below 0",
        "never_above": "never above 1",
        "percent_postings": "postings",
        "percent_postings_relative": "postings against a control group",
        "percent_demand": "demand",
        "percent_projects": "projects",
        "percent_missions": "assignments",
        "no_source": "quoted without a source",
        "part_only": "the deciding figure counts only a part of this kind of work",
        "score": "score",
        "confidence": "confidence",
        "high": "high",
        "medium": "medium",
        "low": "low",
        "rule": "Why",
        "figures": "Evidence",
        "contrary": "What contradicts it",
        "what_pulls_down": "What pulls down",
        "what_pulls_up": "What pulls up",
        "published": "published:",
        "data": "data:",
        "about": "about:",
        "traits": "Found in the text",
        "no_traits": "nothing that moves the level",
        "raises": "raises the risk",
        "lowers": "lowers the risk",
        "by_analogy": "measured on something near it",
        "both_ways": "measured, points both ways",
        "of_use": "use of AI, not demand",
        "opinions": "opinion, not measured",
        "uncounted_by_design": "shown only",
        "uncounted_too_weak": "too weak a sign to count",
        "uncounted_not_here": "does not count for this kind of work",
        "uncounted_outweighed": "another sign of its kind counts",
        "uncounted_both_ways": "signs point both ways, none counts",
        "uncounted_no_level": "there is no level to move",
        "exposure": "AI exposure",
        "exposure_text": "{percentile} of 100 occupations are less exposed or equal ({measure}; nearest occupation used: {occupation})."
        " Not part of the level.",
        "exposure_differs": "Trend and exposure point apart here; neither is wrong, they measure different things.",
        "ai_use": "Use of AI",
        "ai_use_text": "One document takes a task of this kind as its example of {kind}, {label} (an example, not a measure).",
        "automation": "automation",
        "augmentation": "augmentation",
        "advice": "What the documents advise",
        "client": "(for clients)",
        "english_site": "The deciding figures come from a platform chiefly in English, all languages together.",
        "weak_conflict": "Sources disagree about the direction.",
        "conflict": "Strong sources disagree about the direction.",
        "review": "A person should look at this one.",
        "rests_on_figures": "The level says what the published figures named above report of past demand for this kind of"
        " job.",
        "rests_on_part": "The level says what a published figure named above reports of past demand for only a part of this"
        " kind of job; it does not say how the rest fared.",
        "rests_on_words": "Here no figure decides; the level rests on what reports say in words.",
        "what_it_is_not": "It is not a probability that a job disappears.",
        "legend": "Rules R1 to R5 and the ids S... and X... are explained by `jobtagger evidence ID` and docs/risk.md."
        " Documents 000 to 004 are the five reports that the levels start from; [000:256] is line 256 of the first.",
        "abstained_too_short": "no word to go by",
        "abstained_language": "the text is in a language that is not classified",
        "abstained_too_close": "several categories are equally likely",
        "unknown_level": "unknown",
        "not_recognised": "The kind of work was not recognised, so no level is given.",
        "no_level": "The documents say nothing that would give a level.",
    },
    "fr": {
        "text_and_file": "donnez l'annonce comme texte ou par --file, pas les deux",
        "no_posting": 'donnez une annonce : jobtagger check "Logo pour ma boulangerie", ou --file, ou l\'entrée standard',
        "empty_posting": "{} : vide ; donnez une annonce",
        "unread_posting": "{} : lecture impossible : {}",
        "no_text": "{} : ce n'est pas du texte ; collez l'annonce, ou enregistrez d'abord le document comme texte",
        "standard_input": "entrée standard",
        "read_as": "{} : pas en UTF-8 ; lu comme {} (sûr à {:.0f} %)",
        "colon": " :",
        "semicolon": " ;",
        "quoted": "« {} »",
        "decides": "décide",
        "supports": "appuie",
        "contradicts": "contredit",
        "pulls_down": "tire vers le bas",
        "pulls_up": "tire vers le haut",
        "mentions": "en parle",
        "backs": "est à son origine",
        "counts_part": "Ce chiffre ne compte qu'une partie de la catégorie : {}.",
        "use_decides": "Décide du niveau de",
        "use_supports": "Appuie le niveau de",
        "use_contradicts": "Contredit le niveau de",
        "use_backs": "À l'origine du trait",
        "not_used": "Aucun niveau, aucun trait ne repose dessus.",
        "repeats": "reprend {}",
        "no_evidence": "Aucun élément de ce genre.",
        "category": "Catégorie",
        "unknown": "Je ne sais pas",
        "best_guess": "le plus proche",
        "runners_up": "ou",
        "words": "Mots décisifs",
        "second": "Ou bien",
        "demand": "Risque lié à la baisse de la demande",
        "trend": "Tendance de la demande",
        "growing": "en croissance",
        "growing_by_traits": "le niveau le plus bas, par des traits de l'annonce",
        "own_level": "catégorie",
        "own_traits": "traits de l'annonce",
        "at_most": "ensemble au plus {}",
        "never_below": "jamais sous 0",
        "never_above": "jamais au-dessus de 1",
        "percent_postings": "annonces",
        "percent_postings_relative": "annonces face à un groupe témoin",
        "percent_demand": "demande",
        "percent_projects": "projets",
        "percent_missions": "missions",
        "no_source": "chiffre cité sans source",
        "part_only": "le chiffre qui décide ne compte qu'une partie de ce type de travail",
        "score": "score",
        "confidence": "confiance",
        "high": "élevée",
        "medium": "moyenne",
        "low": "faible",
        "rule": "Pourquoi",
        "figures": "Éléments à l'appui",
        "contrary": "Ce qui le contredit",
        "what_pulls_down": "Ce qui tire vers le bas",
        "what_pulls_up": "Ce qui tire vers le haut",
        "published": "publié :",
        "data": "données :",
        "about": "porte sur :",
        "traits": "Trouvé dans le texte",
        "no_traits": "rien qui change le niveau",
        "raises": "augmente le risque",
        "lowers": "diminue le risque",
        "by_analogy": "mesuré sur autre chose, par analogie",
        "both_ways": "mesuré, dans les deux sens",
        "of_use": "usage de l'IA, non la demande",
        "opinions": "avis, non mesuré",
        "uncounted_by_design": "pour information",
        "uncounted_too_weak": "indice trop faible pour compter",
        "uncounted_not_here": "ne compte pas pour ce type de travail",
        "uncounted_outweighed": "un autre indice du même genre compte",
        "uncounted_both_ways": "indices de sens contraires, aucun ne compte",
        "uncounted_no_level": "aucun niveau à changer",
        "exposure": "Exposition à l'IA",
        "exposure_text": "{percentile} métiers sur 100 sont moins ou autant exposés ({measure} ; métier"
        " le plus proche retenu : {occupation})."
        " Hors du calcul du niveau.",
        "exposure_differs": "Ici, tendance et exposition divergent ; aucune n'est fausse, elles ne mesurent pas la même chose.",
        "ai_use": "Usage de l'IA",
        "ai_use_text": "Un document prend une tâche de ce genre comme exemple d'{kind}, {label} (un exemple, non une mesure).",
        "automation": "automatisation",
        "augmentation": "assistance",
        "advice": "Ce que conseillent les documents",
        "client": "(pour les clients)",
        "english_site": "Les chiffres qui décident viennent d'une plateforme surtout anglophone, toutes langues confondues.",
        "weak_conflict": "Des sources se contredisent sur le sens de l'évolution.",
        "conflict": "Des sources solides se contredisent sur le sens de l'évolution.",
        "review": "Cette annonce mérite un regard humain.",
        "rests_on_figures": "Le niveau dit ce que les chiffres publiés cités plus haut rapportent de la demande passée"
        " pour ce type de travail.",
        "rests_on_part": "Le niveau dit ce qu'un chiffre publié cité plus haut rapporte de la demande passée pour une partie"
        " seulement de ce type de travail ; il ne dit pas ce qu'il en est du reste.",
        "rests_on_words": "Ici, aucun chiffre ne décide ; le niveau repose sur ce que des rapports disent en mots.",
        "what_it_is_not": "Ce n'est pas la probabilité qu'un emploi disparaisse.",
        "legend": "Les règles R1 à R5 et les numéros S... et X... sont expliqués par `jobtagger evidence ID` et"
        " docs/risk.md. Les documents 000 à 004 sont les cinq rapports de départ ; [000:256] renvoie à la ligne 256"
        " du premier.",
        "abstained_too_short": "aucun mot sur lequel s'appuyer",
        "abstained_language": "le texte est dans une langue qui n'est pas classée",
        "abstained_too_close": "plusieurs catégories sont aussi probables",
        "unknown_level": "inconnu",
        "not_recognised": "Le type de travail n'a pas été reconnu : aucun niveau n'est donné.",
        "no_level": "Les documents ne disent rien qui donnerait un niveau.",
    },
}
