"""The answer of `check`, worded for a person."""

import copy
import re

import pytest

from jobtagger.cli.check import render
from jobtagger.cli.wording import WORDING, language_of_locale, typeset
from jobtagger.explain import check_posting
from jobtagger.records import RawRecord

STATEMENT = {
    "id": "S1", "statement": "Fewer cats were ordered.", "caveat": "One shop.", "source": "Cat News", "period": "2023",
    "document": "000", "url": "https://example.org/cats",
}  # fmt: skip
OUTSIDE = {**STATEMENT, "id": "X1", "statement": "Cats are fine.", "caveat": "", "period": "", "document": "external"}
ANSWER = {
    "category": "cat_painting", "category_probability": "0.874", "category_2": "", "risk_level": "high",
    "risk_score": "0.66", "trend_pct": "-20", "risk_confidence": "medium", "risk_conflict": "false",
    "needs_review": "false",
    "explanation": {
        "category": {
            "label": "Cat painting", "definition": "Cats on paper.", "abstained": "", "best_guess": "cat_painting",
            "best_guess_label": "Cat painting",
            "runners_up": [{"label": "Dogs", "probability": 0.08}, {"label": "Birds", "probability": 0.004}],
            "words": [{"word": "cat", "weight": 2.25}, {"word": "red ink", "weight": 0.31}],
        },
        "risk": {
            "label": "high", "rule": "R1", "derivation": "R1, S1: by the cuts.", "note": "A count says so.",
            "exposure_differs": False, "evidence": [STATEMENT], "contrary": [OUTSIDE],
        },
        "traits": [
            {"label": "many cats", "words": "50 cats", "points": 6},
            {"label": "secret", "words": "nda", "points": -6},
            {"label": "senior", "words": "senior", "points": 0},
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
    assert list(render(answer, "en")) == [
        "Category: Cat painting [cat_painting], 87 %",
        "  Cats on paper.",
        "  or: Dogs 8 %, Birds 0 %",
        "Because of: cat +2.2, red ink +0.3",
        "",
        "Demand trend: HIGH (score 0.66, -20 %, confidence medium)",
        "Why: R1, S1: by the cuts. A count says so.",
        "Figures and sources:",
        "  - S1: Fewer cats were ordered. (One shop.) — Cat News, 2023; document 000",
        "What contradicts it:",
        "  - X1: Cats are fine. — Cat News; https://example.org/cats",
        "",
        "Found in the text:",
        "  +6 many cats (raises the risk): “50 cats”",
        "  -6 secret (lowers the risk): “nda”",
        "  senior (shown only): “senior”",
        "",
        "AI exposure: 61 of 100 occupations are less exposed or equal (Ours; Painters). Not part of the",
        "  level.",
        "",
        "What the documents advise:",
        "  - Paint dogs. [000:1]",
        "  - Pay more. (for clients) [000:2]",
        "",
        "The level says what published figures of 2022 to 2025 report of the demand for this kind of job. It",
        "is not a probability that a job disappears.",
    ]


def test_render_in_french(answer):
    """The same answer has French headings in the same places."""
    headings = [line.split("\u00a0:")[0] for line in render(answer, "fr") if line and not line.startswith(" ")]

    assert headings == [
        "Catégorie",
        "À cause de",
        "Tendance de la demande",
        "Pourquoi",
        "Chiffres et sources",
        "Ce qui le contredit",
        "Trouvé dans le texte",
        "Exposition à l'IA",
        "Ce que conseillent les documents",
        "Le niveau dit ce que des chiffres publiés de 2022 à 2025 rapportent de la demande pour ce type de",
        "travail. Ce n'est pas la probabilité qu'un emploi disparaisse.",
    ]


def test_render_in_french_holds_signs_to_their_words(answer):
    """French sets a blank at which no line ends before colon, semicolon and per cent, and decimals with a comma."""
    answer["trend_pct"] = "-10.42"
    answer["explanation"]["risk"]["derivation"] = "R1, S1 : les seuils."
    answer["explanation"]["risk"]["note"] = "Le chiffre : 10,4 % ; « tout » est dit !"
    text = "\n".join(render(answer, "fr"))

    assert "Tendance de la demande\u00a0: HIGH (score 0,66, -10,42\u00a0%, confiance moyenne)" in text
    assert "À cause de\u00a0: cat +2,2, red ink +0,3" in text
    assert "Le chiffre\u00a0: 10,4\u00a0%\u00a0; «\u00a0tout\u00a0» est dit\u00a0!" in text
    assert "Cat News, 2023\u00a0; document 000" in text
    assert "  +6 many cats (augmente le risque)\u00a0: «\u00a050 cats\u00a0»" in text
    assert not re.search(r" [:;!?%»]|« |\w: ", text)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param({"category_2": "dog_painting"}, "Also asks for: dog_painting", id="second category"),
        pytest.param({"needs_review": "true"}, "A person should look at this one.", id="review"),
        pytest.param({"risk_conflict": "true"}, "  Strong sources disagree about the direction.", id="conflict"),
        pytest.param({"trend_pct": ""}, "Demand trend: HIGH (score 0.66, confidence medium)", id="no figure"),
        pytest.param(
            {"risk_level": "unknown"},
            "Demand trend: UNKNOWN. The documents say nothing that would give a level.",
            id="no level",
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

    assert lines[0] == f"Category: I don't know ({why}; nearest guess: Cat painting, 87 %)"
    assert lines[1] == "  or: Dogs 8 %, Birds 0 %"


def test_render_leaves_out_what_is_not_there(answer):
    """Without words, statements, traits, exposure and advice no heading stands over nothing."""
    explanation = answer["explanation"]
    explanation["category"]["words"] = []
    explanation["risk"] |= {"evidence": [], "contrary": []}
    explanation |= {"traits": [], "exposure": [], "advice": []}

    assert list(render(answer, "en"))[2:-2] == [
        "  or: Dogs 8 %, Birds 0 %",
        "",
        "Demand trend: HIGH (score 0.66, -20 %, confidence medium)",
        "Why: R1, S1: by the cuts. A count says so.",
        "",
        "Found in the text: nothing that moves the level",
        "",
    ]


def test_render_flags_exposure_and_tells_how_ai_is_used(answer):
    """Where trend and exposure point apart a line says so, and ways of working with AI name kind and place."""
    explanation = answer["explanation"]
    explanation["risk"]["exposure_differs"] = True
    explanation["ai_use"] = [{"kind": "automation", "label": "cats are drawn at once", "document": "003:1"}]
    lines = list(render(answer, "en"))
    start = lines.index("  Trend and exposure point apart here; neither is wrong, they measure different things.")

    assert lines[start - 1] == "  level."
    assert lines[start + 1] == "How AI is used here: automation — cats are drawn at once [003:1]"


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
    assert lines[start + 1 : start + 3] == ["  - X1: Cats are fine. — Cat News;", f"    {address}"]


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
    """Answers of the shipped tagger begin with the category and end with what the level is not."""
    lines = list(render(check_posting(record, tagger, language), language))

    assert lines[0].startswith(typeset("{category}{colon} ".format(**WORDING[language]), language))
    assert " ".join(lines[-2:]) == WORDING[language]["what_it_is_not"]
