"""`jobtagger evidence`: what stands behind a level, chosen, worded and in a form for programs."""

import csv
import io
import json

import pytest
from click.testing import CliRunner

from jobtagger.cli import cli
from jobtagger.cli.evidence_wording import STRENGTHS, UNITS
from jobtagger.knowledge import load_knowledge
from jobtagger.risk.statements import statements_about

SHIPPED = load_knowledge()
TEXTS = ("counts_part", "statement", "caveat", "period", "population", "source_title")


def _run(*args):
    return CliRunner().invoke(cli, ["evidence", *args])


def _rows(*args):
    result = _run(*args, "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_without_a_category_all_evidence_is_shown():
    """Every row of evidence.csv comes, in its order, without a part in any level."""
    rows = _rows()

    assert [row["id"] for row in rows] == list(SHIPPED.evidence)
    assert {row["role"] for row in rows} == {""}


@pytest.mark.parametrize("outlook", SHIPPED.outlooks.values(), ids=lambda outlook: outlook.category_id)
def test_category_has_all_that_its_outlook_names(outlook):
    """All statements an outlook names are shown in their part, the deciding ones first."""
    parts = {}
    for found in statements_about(SHIPPED, outlook.category_id):
        parts.setdefault(found.role, set()).add(found.evidence.id)

    assert parts.get("decides", set()) == set(outlook.headline)
    assert parts.get("supports", set()) == {*outlook.support, *outlook.external}
    assert parts.get("contradicts", set()) == {*outlook.contrary, *outlook.external_contrary}
    assert list(parts) == [part for part in ("decides", "supports", "contradicts", "mentions") if part in parts]


def test_mentions_are_about_the_category():
    """What the outlook does not name is shown when it is about the category, and nothing else is."""
    mentioned = [one.evidence for one in statements_about(SHIPPED, "translation") if one.role == "mentions"]

    assert mentioned
    assert all("translation" in entry.about for entry in mentioned)


def test_filters_hold_together():
    """Strengths add up among themselves, so do documents; both must fit."""
    rows = _rows("content_writing", "--strength", "academic", "--strength", "count", "--document", "external")

    assert rows
    assert {row["strength"] for row in rows} <= {"academic", "count"}
    assert {row["document"] for row in rows} == {"external"}


def test_language_chooses_the_wording():
    """Statement, caveat, period, population and title come in French or English, everything else is the same."""
    english, french = _rows("legal", "--lang", "en"), _rows("legal", "--lang", "fr")

    assert all(one["statement"] != other["statement"] for one, other in zip(english, french, strict=True))
    for one, other in zip(english, french, strict=True):
        assert {key: one[key] for key in one if key not in TEXTS} == {
            key: other[key] for key in other if key not in TEXTS
        }


def test_period_and_population_speak_the_language_asked_for():
    """What has words is French in a French answer; a span of years is the same in both."""
    english = {row["id"]: row for row in _rows("--lang", "en")}
    french = {row["id"]: row for row in _rows("--lang", "fr")}

    assert (english["S009"]["period"], french["S009"]["period"]) == (
        "Q2 2023 vs Q4 2022",
        "2e trimestre 2023 contre 4e trimestre 2022",
    )
    assert english["S226"]["period"] == french["S226"]["period"] == "2022-2024"
    assert (english["S028"]["population"], french["S028"]["population"]) == (
        "US hiring managers",
        "recruteurs américains",
    )


def test_csv_holds_the_same_as_json():
    """CSV and JSON lines have the same rows and columns."""
    result = _run("translation", "--csv")
    read = list(csv.DictReader(io.StringIO(result.stdout)))
    rows = _rows("translation")

    assert [list(row) for row in read] == [list(row) for row in rows]
    assert [row["id"] for row in read] == [row["id"] for row in rows]
    assert [row["statement"] for row in read] == [row["statement"] for row in rows]


def test_text_names_part_figure_and_source():
    """For people each statement says what it does to the level, its figure and where it stands."""
    result = _run("translation", "--lang", "fr", "--strength", "count")

    assert result.stdout.startswith("S005 décide [comptage, annonces -19\u00a0%]")
    assert "(000:15)" in result.stdout
    assert (
        "\n  https://dollarsprout.com/freelance-writing-jobs-down-33-since-chatgpt-release-study-finds/\n"
        in result.stdout
    )


def test_text_says_which_way_conflicting_sources_pull():
    """Where strong sources disagree, each statement pulls down or up; a mixed one as its place in the outlook says."""
    shown = _run("web_development", "--lang", "en").stdout

    assert "X15 decides, pulls down [" in shown
    assert "X07 decides, pulls up [" in shown
    assert "S125 pulls up [" in shown
    assert "X30 pulls up [" in shown
    assert "S070 pulls down [" in shown
    assert "contradicts [" not in shown
    assert "X07 décide, tire vers le haut [" in _run("web_development", "--lang", "fr").stdout


def test_french_text_is_set_as_french():
    """In French the period has French words, the figure a comma, and no line ends between a number and its per cent sign."""
    shown = _run("content_writing", "--lang", "fr").stdout

    assert "S019 appuie [étude universitaire, gains -5,2\u00a0%] de la sortie de ChatGPT à avril 2023\n" in shown
    assert "ont perdu 5,2\u00a0% après ChatGPT" in shown
    assert "ChatGPT release" not in shown


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_strength_and_unit_has_a_name(language):
    """Whatever code stands in evidence.csv, people read a name for it."""
    assert {entry.strength for entry in SHIPPED.evidence.values()} == set(STRENGTHS[language])
    assert {entry.unit for entry in SHIPPED.evidence.values()} - {""} == set(UNITS[language])
    assert list(UNITS["fr"]) == list(UNITS["en"])
    assert [code for code, name in UNITS[language].items() if not {"{change}", "{number}"} & set(name.split())] == []


def test_no_code_is_shown_to_people():
    """Text has names of units and strengths, CSV and JSON their codes."""
    shown = {language: _run("--lang", language).stdout for language in ("en", "fr")}

    assert not any("percent_" in text for text in shown.values())
    assert "[academic" not in shown["fr"]
    assert {"count", "academic"} <= {row["strength"] for row in _rows("--lang", "fr")}
    assert "percent_postings" in {row["unit"] for row in _rows("--lang", "fr")}


def test_repeated_figures_say_what_they_repeat():
    """A row that gives the figure of another names it, so that one count does not look like two."""
    assert "\nX02 supports (repeats S005) [count, postings -19\u00a0%]" in _run("translation", "--lang", "en").stdout
    assert "\nX02 appuie (reprend S005) [" in _run("translation", "--lang", "fr").stdout


@pytest.mark.parametrize(
    "label",
    [
        "Traduction et interprétation", "TRADUCTION ET INTERPRETATION", "Translation and interpreting", "TRANSLATION",
        "traduction", "interpreting",
    ],
)  # fmt: skip
def test_labels_of_either_language_name_a_category(label):
    """Who reads labels in an answer can ask by them, in any case, and by a word of one label alone."""
    assert [row["id"] for row in _rows(label)] == [row["id"] for row in _rows("translation")]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        pytest.param("rédaction", "« content_writing » ou « technical_writing »", id="word of two"),
        pytest.param("translatio", "« translation »", id="almost an id"),
    ],
)
def test_french_words_are_answered_in_french_with_what_may_be_meant(word, meant):
    """A word of a French label leads to its category, and the refusal is in French."""
    result = _run(word, "--lang", "fr")

    assert result.exit_code == 2
    said = result.stderr.replace("\u00a0", " ")
    assert f"« {word} » est une valeur inconnue ; vouliez-vous dire {meant} ? ; valeurs connues : ai_consulting" in said


@pytest.mark.parametrize("trait", SHIPPED.traits.values(), ids=lambda trait: trait.id)
def test_trait_has_its_evidence(trait):
    """The ids behind a trait, which `check` prints, are shown for it, then what else is about it."""
    rows = _rows(trait.id)

    assert {row["id"] for row in rows if row["role"] == "backs"} == set(trait.evidence)
    assert {row["role"] for row in rows} <= {"backs", "mentions"}
    assert rows == _rows(trait.label.fr)


def test_ids_of_categories_traits_and_statements_are_apart():
    """One name means one thing."""
    names = [*SHIPPED.categories, *SHIPPED.traits, *SHIPPED.evidence]

    assert len({name.lower() for name in names}) == len(names)


@pytest.mark.parametrize(
    ("name", "language", "lines"),
    [
        ("S060", "en", ["  Stands behind the trait: onsite"]),
        ("s060", "fr", ["  À l'origine du trait : onsite"]),
        ("S265", "en", ["  Supports the level of: finance_accounting", "  Contradicts the level of: data_analysis"]),
        ("S248", "fr", ["  Décide du niveau de : cybersecurity"]),
        ("S022", "en", ["  No level and no trait rests on it."]),
    ],
)
def test_statement_is_found_by_its_id_and_says_what_rests_on_it(name, language, lines):
    """Any id that an answer prints leads to its statement, and from there to the levels and traits it is named for."""
    shown = _run(name, "--lang", language).stdout.replace("\u00a0", " ").splitlines()

    assert [row["id"] for row in _rows(name)] == [name.upper()]
    assert shown[0].startswith(f"{name.upper()} [")
    assert sorted(shown[-len(lines) :]) == sorted(lines)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "This figure counts only a part of the category: AI services in the AWS, Azure and Google clouds"),
        (
            "fr",
            "Ce chiffre ne compte qu'une partie de la catégorie : les services d'IA des clouds AWS, Azure et Google",
        ),
    ],
)
def test_figure_of_a_part_is_said_to_be_one(language, said):
    """Where it decides, a figure that counts a part of the category is followed by what it counts; elsewhere it is not."""
    text = " ".join(_run("cloud_it", "--lang", language).stdout.replace("\u00a0", " ").split())
    rows = _rows("cloud_it", "--lang", language)

    assert said in text
    assert [row["id"] for row in rows if row["counts_part"]] == ["S233"]
    assert {row["counts_part"] for row in _rows("S233")} == {row["counts_part"] for row in _rows("translation")} == {""}


@pytest.mark.parametrize(
    ("option", "french", "code"),
    [
        ("--strength", "comptage", "count"), ("--strength", "Étude universitaire", "academic"),
        ("--strength", "cité sans source", "quoted"), ("--document", "externe", "external"),
    ],
)  # fmt: skip
def test_filters_take_the_words_of_either_language(option, french, code):
    """What a French answer prints can be asked for."""
    assert _rows(option, french) == _rows(option, code) != []


def test_nothing_found_is_said():
    """An empty answer is a sentence for people and no line for programs."""
    assert _run("legal", "--strength", "count", "--lang", "en").stdout == "There is no such evidence.\n"
    assert _rows("legal", "--strength", "count") == []
    assert _run("legal", "--strength", "count", "--csv").stdout == ""


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param(("transl",), 'CATEGORY: "transl" is not known; did you mean "translation"?', id="category"),
        pytest.param(("S999",), "a trait (builds_ai, bulk, ", id="trait"),
        pytest.param(("S999",), "or a statement (such as S001)", id="statement"),
        pytest.param(
            ("--strength", "acadmic"), '--strength: "acadmic" is not known; did you mean "academic"?', id="strength"
        ),
        pytest.param(
            ("--document", "9"), '--document: "9" is not known; known: 000, 001, 002, 003, 004, external', id="document"
        ),
        pytest.param(("--json", "--csv"), "give --json or --csv, not both", id="two forms"),
    ],
)
def test_what_is_not_known_is_refused(args, message):
    """A wrong name is wrong usage, answered with what there is."""
    result = _run(*args)

    assert result.exit_code == 2
    assert message in result.stderr
