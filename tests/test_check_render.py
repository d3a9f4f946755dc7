"""The answer of `check`, worded for a person."""

import copy
import re

import pytest

from jobtagger.cli.answer import render
from jobtagger.cli.wording import WORDING, language_of_locale, typeset
from jobtagger.explain import check_posting
from jobtagger.records import RawRecord

STATEMENT = {
    "id": "S1", "unit": "percent_postings", "strength": "count", "statement": "Fewer cats were ordered.", "caveat": "One shop.", "source": "Cat News", "period": "2023",
    "document": "000", "url": "https://example.org/cats",
}  # fmt: skip
OUTSIDE = {**STATEMENT, "id": "X1", "statement": "Cats are fine.", "caveat": "", "period": "", "document": "external"}
NOTHING = {"measured": [], "by_analogy": [], "both_ways": [], "of_use": [], "opinions": []}
ANSWER = {
    "category": "cat_painting", "category_probability": "0.874", "category_2": "", "risk_level": "high",
    "risk_score": "0.66", "trend_pct": "-20", "risk_confidence": "medium", "risk_conflict": "false",
    "needs_review": "false",
    "explanation": {
        "category": {
            "label": "Cat painting", "definition": "Cats on paper.", "abstained": "", "best_guess": "cat_painting",
            "best_guess_label": "Cat painting", "second_label": "",
            "runners_up": [{"label": "Dogs", "probability": 0.08}, {"label": "Birds", "probability": 0.004}],
            "words": [{"word": "cat", "weight": 2.25}, {"word": "red ink", "weight": 0.31}],
        },
        "risk": {
            "label": "high", "rule": "R1", "derivation": "R1, S1: by the cuts.", "note": "A count says so.",
            "rests_on": "figures", "english_site": False, "category_level": "high", "category_label": "high", "category_score": "0.70",
            "traits_score": "-0.04", "counts_part": "", "exposure_differs": False, "evidence": [STATEMENT], "contrary": [OUTSIDE],
        },
        "traits": [
            {
                "label": "many cats", "words": "50 cats", "points": 2, "uncounted": "", "by_words_alone": False,
                "measured": ["S2", "X4"], "by_analogy": ["S8"], "both_ways": ["X9"], "of_use": ["S7"], "opinions": ["S3"],
            },
            {"label": "secret", "words": "nda", "points": -6, "uncounted": "", "by_words_alone": True, **NOTHING, "opinions": ["S5"]},
            {"label": "dear", "words": "fees", "points": 0, "uncounted": "too_weak", "by_words_alone": False, **NOTHING},
            {"label": "senior", "words": "senior", "points": 0, "uncounted": "by_design", "by_words_alone": False, **NOTHING},
            {"label": "stray", "words": "paw", "points": 0, "uncounted": "too_weak", "by_words_alone": True, **NOTHING},
        ],
        "exposure": [
            {"measure": "Ours", "percentile": 61, "occupation": "Painters"},
            {"measure": "Theirs", "percentile": 99, "occupation": "Painters"},
        ],
        "ai_use": [],
        "advice": [
            {"text": "Paint dogs.", "for": "freelancer", "document": "000:1"},
            {"text": "Pay more.", "for": "client", "document": "000:2"},
        ],
    },
}  # fmt: skip


@pytest.fixture
def answer():
    """Give an answer of our own, free to be changed."""
    return copy.deepcopy(ANSWER)


def test_render_in_english(answer):
    """Category, level, traits, exposure and advice follow each other, each with its cause."""
    assert [row.replace("\u00a0", " ") for row in render(answer, "en")] == [
        "Category: Cat painting [cat_painting], 87 %",
        "  Cats on paper.",
        "  or: Dogs 8 %",
        "Deciding words: cat +2.2, red ink +0.3",
        "",
        "Risk from falling demand: HIGH (score 0.66; postings -20 %; confidence medium)",
        "  category: high 0.70; traits +0.02 -0.06: 0.66",
        "Why: R1, S1: by the cuts. A count says so.",
        "Evidence:",
        "  - S1: Fewer cats were ordered. (One shop.) — published: Cat News; data: 2023; document 000",
        "What contradicts it:",
        "  - X1: Cats are fine. — published: Cat News; https://example.org/cats",
        "",
        "Found in the text:",
        "  +0.02 many cats (raises the risk; S2 X4; measured on something near it: S8; measured, points both",
        "    ways: X9; use of AI, not demand: S7; opinion, not measured: S3): “50 cats”",
        "  -0.06 secret (lowers the risk; opinion, not measured: S5): “nda”",
        "  dear (too weak a sign to count): “fees”",
        "  senior (shown only): “senior”",
        "",
        "AI exposure: 61 of 100 occupations are less exposed or equal (Ours; nearest occupation used:",
        "  Painters). Not part of the level.",
        "",
        "What the documents advise:",
        "  - Paint dogs. [000:1]",
        "  - Pay more. (for clients) [000:2]",
        "",
        "The level says what the published figures named above report of past demand for this kind of job. It",
        "is not a probability that a job disappears.",
        "Rules R1 to R5 and the ids S... and X... are explained by `jobtagger evidence ID` and docs/risk.md.",
        "Documents 000 to 004 are the five reports that the levels start from; [000:256] is line 256 of the",
        "first.",
    ]


def test_render_in_french(answer):
    """The same answer has French headings in the same places."""
    headings = [line.split("\u00a0:")[0] for line in render(answer, "fr") if line and not line.startswith(" ")]

    assert headings == [
        "Catégorie",
        "Mots décisifs",
        "Risque lié à la baisse de la demande",
        "Pourquoi",
        "Éléments à l'appui",
        "Ce qui le contredit",
        "Trouvé dans le texte",
        "Exposition à l'IA",
        "Ce que conseillent les documents",
        "Le niveau dit ce que les chiffres publiés cités plus haut rapportent de la demande passée pour ce",
        "type de travail. Ce n'est pas la probabilité qu'un emploi disparaisse.",
        "Les règles R1 à R5 et les numéros S... et X... sont expliqués par `jobtagger evidence ID` et",
        "docs/risk.md. Les documents 000 à 004 sont les cinq rapports de départ\u00a0; [000:256] renvoie à la",
        "ligne 256 du premier.",
    ]


def test_render_in_french_holds_signs_to_their_words(answer):
    """French sets a blank at which no line ends before colon, semicolon and per cent, and decimals with a comma."""
    answer["trend_pct"] = "-10.42"
    answer["explanation"]["risk"]["derivation"] = "R1, S1 : les seuils."
    answer["explanation"]["risk"]["note"] = "Le chiffre : 10,4 % ; « tout » est dit !"
    text = "\n".join(render(answer, "fr"))

    assert "HIGH (score 0,66\u00a0; annonces -10,42\u00a0%\u00a0; confiance moyenne)" in text
    assert "  catégorie\u00a0: high 0,70\u00a0; traits de l'annonce +0,02 -0,06\u00a0: 0,66" in text
    assert "Mots décisifs\u00a0: cat +2,2, red ink +0,3" in text
    assert "Le chiffre\u00a0: 10,4\u00a0%\u00a0; «\u00a0tout\u00a0» est dit\u00a0!" in text
    assert "publié\u00a0: Cat News\u00a0; données\u00a0: 2023\u00a0; document 000" in text
    assert "augmente le risque\u00a0; S2 X4\u00a0; mesuré sur autre chose, par analogie\u00a0: S8" in text
    assert "avis, non mesuré\u00a0: S3)\u00a0: «\u00a050 cats\u00a0»" in re.sub(r"\n +", " ", text)
    assert not re.search(r" [:;!?%»]|« |\w: ", text)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param({"needs_review": "true"}, "A person should look at this one.", id="review"),
        pytest.param({"risk_conflict": "true"}, "  Sources disagree about the direction.", id="conflict"),
        pytest.param(
            {"trend_pct": ""}, "Risk from falling demand: HIGH (score 0.66; confidence medium)", id="no figure"
        ),
        pytest.param(
            {"risk_level": "unknown"},
            "Risk from falling demand: UNKNOWN. The documents say nothing that would give a level.",
            id="no level",
        ),
        pytest.param(
            {"risk_level": "unknown", "category": "other"},
            "Risk from falling demand: UNKNOWN. The kind of work was not recognised, so no level is given.",
            id="none of ours",
        ),
        pytest.param(
            {"risk_level": "unknown", "category": "unknown"},
            "Risk from falling demand: UNKNOWN. The kind of work was not recognised, so no level is given.",
            id="abstained",
        ),
    ],
)
def test_render_says_what_is_out_of_the_ordinary(answer, changes, line):
    """A line tells what only some answers have, and is absent from the others."""
    usual = list(render(answer, "en"))

    assert line not in usual
    assert line in list(render({**answer, **changes}, "en"))


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        pytest.param("too_short", "no word to go by", id="no words"),
        pytest.param("language", "the text is in a language that is not classified", id="language"),
        pytest.param("too_close", "several categories are equally likely", id="close call"),
    ],
)
def test_render_names_the_reason_of_an_abstention(answer, reason, why):
    """Instead of a category stands why there is none, and the nearest guess; no definition follows."""
    answer["explanation"]["category"]["abstained"] = reason
    lines = list(render(answer, "en"))

    text = " ".join(line.strip() for line in lines[:3])

    assert text.startswith(f"Category: I don't know ({why}; nearest guess: Cat painting, 87\u00a0%) or: Dogs 8\u00a0%")


def test_render_leaves_out_what_is_not_there(answer):
    """Without words, statements, traits, exposure and advice no heading stands over nothing."""
    explanation = answer["explanation"]
    explanation["category"]["words"] = []
    explanation["risk"] |= {"evidence": [], "contrary": []}
    explanation |= {"traits": [], "exposure": [], "advice": []}
    answer["trend_pct"] = ""

    assert list(render(answer, "en"))[2:-5] == [
        "  or: Dogs 8\u00a0%",
        "",
        "Risk from falling demand: HIGH (score 0.66; confidence medium)",
        "Why: R1, S1: by the cuts. A count says so.",
        "",
        "Found in the text: nothing that moves the level",
        "",
    ]


@pytest.mark.parametrize(
    ("unit", "fact"),
    [
        pytest.param("percent_postings_relative", "postings against a control group -20 %", id="relative"),
        pytest.param("percent_demand", "demand -20 %", id="demand"),
        pytest.param("percent_missions", "assignments -20 %", id="missions"),
        pytest.param("percent_projects", "projects -20 %", id="projects"),
    ],
)
def test_render_says_what_the_figure_counts(answer, unit, fact):
    """The deciding figure stands behind the name of what it counts."""
    answer["explanation"]["risk"]["evidence"] = [{**STATEMENT, "unit": unit}]

    assert f"; {fact};" in "\n".join(render(answer, "en")).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("language", "fact", "end"),
    [
        pytest.param(
            "en", "; the deciding figure counts only a part of this kind of work; confidence",
            "past demand for only a part of this kind of job; it does not say how the rest fared. It is not", id="en",
        ),
        pytest.param(
            "fr", " ; le chiffre qui décide ne compte qu'une partie de ce type de travail ; confiance",
            "pour une partie seulement de ce type de travail ; il ne dit pas ce qu'il en est du reste. Ce n'est", id="fr",
        ),
    ],
)  # fmt: skip
def test_render_says_that_a_figure_counts_a_part_only(answer, language, fact, end):
    """A figure of a part stands neither beside the level as its trend nor at the end as that of the kind of job."""
    answer["trend_pct"] = ""
    answer["explanation"]["risk"] |= {"counts_part": "cats in oil", "rests_on": "part"}
    text = " ".join("\n".join(render(answer, language)).replace("\u00a0", " ").split())

    assert fact in text
    assert end in text
    assert "-20" not in text


@pytest.mark.parametrize(
    ("language", "fact"),
    [("en", "; postings -20 %, quoted without a source;"), ("fr", " ; annonces -20 %, chiffre cité sans source ;")],
)
def test_render_says_that_a_figure_has_no_source(answer, language, fact):
    """A deciding figure that is only quoted is called so where it stands first, and has no data behind it."""
    answer["explanation"]["risk"]["evidence"] = [{**STATEMENT, "strength": "quoted"}]
    text = " ".join("\n".join(render(answer, language)).replace("\u00a0", " ").split())

    assert fact in text
    assert {"en": "about: 2023", "fr": "porte sur : 2023"}[language] in text


@pytest.mark.parametrize(
    ("language", "own", "headline"),
    [
        pytest.param("en", "growing", "Demand trend: GROWING (", id="own level"),
        pytest.param("fr", "growing", "Tendance de la demande : EN CROISSANCE (", id="own level in French"),
        pytest.param(
            "en", "low", "falling demand: THE LOWEST LEVEL, BY TRAITS OF THE POSTING (", id="traits led there"
        ),
    ],
)
def test_render_says_what_growing_means(answer, language, own, headline):
    """The lowest level is growing demand only where it is the category's own."""
    answer["risk_level"] = "growing"
    answer["explanation"]["risk"]["category_level"] = own

    assert headline in "\n".join(render(answer, language)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("own", "points", "moved", "score", "line"),
    [
        pytest.param("0.30", [-12, -6], "-0.18", "0.12", "0.30; traits -0.12 -0.06: 0.12", id="the sum"),
        pytest.param(
            "0.50", [12, 12], "+0.20", "0.70", "0.50; traits +0.12 +0.12, together at most +0.20: 0.70", id="the limit"
        ),
        pytest.param(
            "0.10", [-12], "-0.12", "0.00", "0.10; traits -0.12: 0.00 (never below 0)", id="the end of the scale"
        ),
        pytest.param(
            "0.90", [12], "+0.12", "1.00", "0.90; traits +0.12: 1.00 (never above 1)", id="the other end"
        ),
    ],
)  # fmt: skip
def test_render_shows_how_traits_moved_the_score(answer, own, points, moved, score, line):
    """Category, traits and score stand in the same unit, with what kept them from adding up."""
    trait = answer["explanation"]["traits"][0]
    answer["explanation"]["traits"] = [{**trait, "points": one} for one in points]
    answer["explanation"]["risk"] |= {"category_score": own, "traits_score": moved}
    answer["risk_score"] = score

    assert f"  category: high {line}" in list(render(answer, "en"))


def test_render_hides_what_decides_nothing(answer):
    """Runners-up below one per cent and words below 0.1 are left out, with their headings; nothing is 100 % sure."""
    category = answer["explanation"]["category"]
    category["runners_up"] = [{"label": "Birds", "probability": 0.009}]
    category["words"] = [{"word": "for a", "weight": 0.09}]
    answer["category_probability"] = "0.999"
    lines = list(render(answer, "en"))

    assert lines[0] == "Category: Cat painting [cat_painting], >\u00a099\u00a0%"
    assert lines[1:3] == ["  Cats on paper.", ""]


def test_render_tells_of_figures_of_an_english_site(answer):
    """One line says that the figures are of a platform chiefly in English."""
    answer["explanation"]["risk"]["english_site"] = True

    assert (
        "  Les chiffres qui décident viennent d'une plateforme surtout anglophone, toutes langues confondues."
        in list(render(answer, "fr"))
    )


def test_render_names_the_second_category(answer):
    """The second category stands there by its label, as the first does."""
    answer["category_2"] = "dog_painting"
    answer["explanation"]["category"]["second_label"] = "Dog painting"

    assert "Or else: Dog painting [dog_painting]" in list(render(answer, "en"))


def test_render_says_where_no_figure_decides(answer):
    """Where only words stand behind a level the end says so, and claims no figures."""
    answer["explanation"]["risk"]["rests_on"] = "words"
    end = " ".join(list(render(answer, "en"))[-5:])

    assert end.startswith("Here no figure decides; the level rests on what reports say in words. It is not")
    assert "published figures" not in end


def test_render_moves_no_level_where_there_is_none(answer):
    """Without a level traits have no points, and nothing is said of what a level means."""
    answer |= {"risk_level": "unknown", "category": "other"}
    answer["explanation"]["risk"]["rests_on"] = ""
    answer["explanation"]["traits"] = [
        trait | {"points": 0, "uncounted": "no_level"} for trait in answer["explanation"]["traits"]
    ]
    lines = list(render(answer, "en"))

    assert "  many cats (there is no level to move): “50 cats”" in lines
    assert lines[-1].startswith("  - ")


def test_render_tells_data_from_what_an_opinion_is_about(answer):
    """An opinion has no data; its time is what it is about."""
    answer["explanation"]["risk"]["evidence"] = [{**STATEMENT, "strength": "opinion", "period": "future"}]

    assert any("published: Cat News; about: future; document" in line for line in render(answer, "en"))


def test_render_flags_exposure_and_tells_how_ai_is_used(answer):
    """Where trend and exposure point apart a line says so, and ways of working with AI name kind and place."""
    explanation = answer["explanation"]
    explanation["risk"]["exposure_differs"] = True
    explanation["ai_use"] = [{"kind": "automation", "label": "cats are drawn at once", "document": "003:1"}]
    lines = list(render(answer, "en"))
    start = lines.index("  Trend and exposure point apart here; neither is wrong, they measure different things.")

    assert lines[start - 1] == "  Painters). Not part of the level."
    assert " ".join(line.strip() for line in lines[start + 1 : start + 3]) == (
        "Use of AI: One document takes a task of this kind as its example of automation, cats are drawn at once"
        " (an example, not a measure). [003:1]"
    )


def test_render_parts_conflicting_sources_by_the_way_they_pull(answer):
    """Where strong sources disagree none contradicts: two lists say which way each pulls, opinions behind the others."""
    down, up = {**STATEMENT, "pulls": "down"}, {**OUTSIDE, "pulls": "up"}
    opinion = {**up, "id": "S7", "strength": "opinion"}
    answer["explanation"]["risk"] |= {"rule": "R5", "evidence": [{**up, "id": "X2"}, down], "contrary": [opinion, up]}
    shown = [line.split(":")[0] for line in render(answer, "en") if line.startswith(("  - S", "  - X", "What "))]

    assert "  Strong sources disagree about the direction." in list(render({**answer, "risk_conflict": "true"}, "en"))
    assert shown == [
        "What pulls down", "  - S1", "What pulls up", "  - X2", "  - X1", "  - S7", "What the documents advise",
    ]  # fmt: skip


def test_render_shows_six_statements_and_six_advices_at_most(answer):
    """Long lists are cut after six."""
    risk, advice = answer["explanation"]["risk"], answer["explanation"]["advice"]
    risk["evidence"] = [{**STATEMENT, "id": f"S{n}"} for n in range(1, 10)]
    risk["contrary"] = [{**OUTSIDE, "id": f"X{n}"} for n in range(1, 10)]
    advice[:] = [{"text": f"Advice {n}.", "for": "freelancer", "document": "000:1"} for n in range(1, 10)]
    items = [line.split()[1].rstrip(":") for line in render(answer, "en") if line.startswith("  - ")]

    assert items == ["S1", "S2", "S3", "S4", "S5", "S6", "X1", "X2", "X3", "X4", "X5", "X6", *["Advice"] * 6]


def test_render_wraps_long_texts_but_no_address(answer):
    """Lines end before the hundredth column and are indented, except that an address stays whole."""
    address = "https://example.org/" + "red-cat" * 20
    risk = answer["explanation"]["risk"]
    risk["note"] = "A long note. " * 30
    risk["contrary"] = [{**OUTSIDE, "url": address}]
    lines = list(render(answer, "en"))
    start = lines.index("What contradicts it:")

    assert [line for line in lines if len(line) > 100] == [f"    {address}"]
    assert lines[start + 1 : start + 3] == ["  - X1: Cats are fine. — published: Cat News;", f"    {address}"]


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        pytest.param({}, "en", id="no locale"),
        pytest.param({"LANG": "fr_FR.UTF-8"}, "fr", id="French LANG"),
        pytest.param({"LANG": "fr"}, "fr", id="bare code"),
        pytest.param({"LANG": "FR_CA"}, "fr", id="capitals"),
        pytest.param({"LANG": "en_GB.UTF-8"}, "en", id="English LANG"),
        pytest.param({"LANG": "C"}, "en", id="C"),
        pytest.param({"LANG": "de_CH.UTF-8"}, "en", id="neither"),
        pytest.param({"LC_ALL": "fr_BE.UTF-8", "LANG": "en_US.UTF-8"}, "fr", id="LC_ALL goes first"),
        pytest.param({"LC_ALL": "C", "LC_MESSAGES": "fr_FR", "LANG": "fr_FR"}, "en", id="LC_ALL also when not French"),
        pytest.param({"LC_ALL": "", "LC_MESSAGES": "fr_FR", "LANG": "en_US"}, "fr", id="LC_MESSAGES before LANG"),
    ],
)
def test_language_of_locale_follows_posix(environ, language):
    """LC_ALL, then LC_MESSAGES, then LANG decide; an empty one does not count."""
    assert language_of_locale(environ) == language


def test_wordings_have_the_same_keys():
    """Whatever can be said in English can be said in French, and in other words."""
    english, french = WORDING["en"], WORDING["fr"]

    assert list(english) == list(french)
    assert {key for key in english if english[key] == french[key]} == {"score"}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    "record",
    [
        pytest.param(RawRecord("Logo for my bakery", "Simple and quick, NDA to sign"), id="logo"),
        pytest.param(RawRecord(""), id="nothing"),
        pytest.param(RawRecord("Bodenlegerarbeiten für eine Wohnung und ein Zimmer mit der Familie"), id="German"),
    ],
)
def test_every_real_answer_can_be_rendered(tagger, record, language):
    """Answers of the shipped tagger begin with the category and are no wider than a screen, addresses apart."""
    lines = list(render(check_posting(record, tagger, language), language))

    assert lines[0].startswith(typeset("{category}{colon} ".format(**WORDING[language]), language))
    assert all(len(line) <= 100 or "://" in line for line in lines)
