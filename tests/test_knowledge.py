"""The loader: whatever is wrong with the knowledge files is reported, all at once."""

import re
from pathlib import Path

import pytest

from jobtagger.errors import KnowledgeError
from jobtagger.knowledge import Text, load_knowledge

FILES = (
    "taxonomy.toml", "policy.toml", "evidence.csv", "outlooks.toml", "advice.toml", "modes.toml", "traits.toml", "trait_words.csv",
    "emphasis.toml", "sources.toml", "exposure.csv",
)  # fmt: skip

GOOD_STATEMENT = {
    "id": "S999", "kind": "market", "about": "", "direction": "growth", "effect": "lowers", "figure": "1", "unit": "usd",
    "period": "2024", "period_fr": "", "population": "nobody", "population_fr": "personne", "strength": "count", "statement_en": "Up.", "statement_fr": "En hausse.",
    "caveat_en": "", "caveat_fr": "", "source_title": "Ours", "source_title_fr": "", "source_url": "", "document": "000", "section": "",
    "line": "1", "restates": "", "site_language": "",
}  # fmt: skip
GOOD_EXPOSURE = {
    "category_id": "legal", "measure": "ours", "value": "0.5", "percentile": "50", "code": "1", "occupation": "Clerk",
    "occupation_fr": "Commis", "licence": "MIT", "source": "Ours", "source_fr": "Nous",
}  # fmt: skip
GOOD_TRAIT_WORD = {"trait": "bulk", "place": "text", "word": "qwxyz", "weight": "0.5"}
GOOD_TRAIT = {
    "id": '"ours"', "group": '"ours"', "label_en": '"a"', "label_fr": '"b"', "points": "6", "not_for": "[]",
    "evidence": '["S001"]', "en": '["x"]', "fr": '["y"]', "matches": '["x"]', "does_not_match": '["z"]',
}  # fmt: skip
GOOD_ADVICE = {
    "id": '"ours"', "categories": '["all"]', "for": '"client"', "evidence": "[]", "document": '"000"', "section": '""',
    "line": "1", "text_en": '"a"', "text_fr": '"b"',
}  # fmt: skip
GOOD_MODE = {
    "id": '"ours"', "kind": '"automation"', "label_en": '"a"', "label_fr": '"b"', "categories": "[]", "evidence": "[]",
    "document": '"000"', "line": "1",
}  # fmt: skip
GOOD_LAYOUT = {"id": '"ours"', "requires": '["a", "b"]', "title": '["a"]'}
GOOD_FOOTER = {"id": '"ours"', "start": '["Pay"]', "skills": '"Needs"', "other": '["Where"]'}
LEFT_OUT = None


def _add_row(folder, name, row):
    path = folder / name
    text = path.read_text("utf-8") + ",".join(row.values()) + "\n"
    path.write_text(text, "utf-8")
    return text.count("\n")


def _add_entry(folder, name, kind, values):
    lines = [f"\n[[{kind}]]", *(f"{key} = {value}" for key, value in values.items() if value is not LEFT_OUT), ""]
    path = folder / name
    path.write_text(path.read_text("utf-8") + "\n".join(lines), "utf-8")


def _replace(folder, name, old, new):
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text, f"{name} no longer holds {old!r}; choose another place to break"
    path.write_text(text.replace(old, new, 1), "utf-8")


def _problems(folder: Path) -> list[str]:
    with pytest.raises(KnowledgeError, match=r"\A[a-z_]+\.(toml|csv): .+: ") as caught:
        load_knowledge(folder)

    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def test_text_gives_french_only_for_french():
    """Every language but French is answered in English."""
    text = Text("cat", "chat")

    assert [text.in_language(code) for code in ("fr", "en", "de")] == ["chat", "cat", "cat"]


def test_good_additions_are_read(knowledge_folder):
    """The entries that the following tests break are good as they are, and stand last."""
    _add_row(knowledge_folder, "evidence.csv", GOOD_STATEMENT)
    _add_row(knowledge_folder, "exposure.csv", GOOD_EXPOSURE)
    _add_row(knowledge_folder, "trait_words.csv", GOOD_TRAIT_WORD)
    _add_entry(knowledge_folder, "traits.toml", "trait", GOOD_TRAIT)
    _add_entry(knowledge_folder, "advice.toml", "advice", GOOD_ADVICE)
    _add_entry(knowledge_folder, "sources.toml", "layout", GOOD_LAYOUT)
    _add_entry(knowledge_folder, "sources.toml", "footer", GOOD_FOOTER)
    read = load_knowledge(knowledge_folder)

    assert (read.evidence["S999"].figure, read.evidence["S999"].statement) == (1.0, Text("Up.", "En hausse."))
    assert read.evidence["S999"].period == Text("2024", "2024")
    assert read.evidence["S999"].population == Text("nobody", "personne")
    assert (read.exposure[-1].category_id, read.exposure[-1].value, read.exposure[-1].percentile) == ("legal", 0.5, 50)
    assert (read.traits["ours"].phrases, read.traits["ours"].points) == (("x", "y"), 6)
    assert (read.advice[-1].audience, read.advice[-1].text) == ("client", Text("a", "b"))
    assert (read.sources.layouts[-1].requires, read.sources.layouts[-1].skills) == (("a", "b"), ())
    assert read.sources.footers[-1].start == ("Pay",)


def test_phrases_of_both_languages_are_joined_once(knowledge_folder):
    """A phrase that stands in both languages is held once."""
    _add_entry(knowledge_folder, "traits.toml", "trait", {**GOOD_TRAIT, "en": '["x", "y"]', "fr": '["y", "z"]'})

    assert load_knowledge(knowledge_folder).traits["ours"].phrases == ("x", "y", "z")


def test_digest_names_the_state_of_the_files(knowledge, knowledge_folder):
    """A copy has the same digest, a copy with one changed byte another."""
    copied = load_knowledge(knowledge_folder).digest
    _replace(knowledge_folder, "policy.toml", "# The numbers", "# Our numbers")

    assert copied == knowledge.digest
    assert len(copied) == 16
    assert load_knowledge(knowledge_folder).digest != copied


@pytest.mark.parametrize("name", FILES)
def test_missing_file_is_reported(knowledge_folder, name):
    """A file that is not there is named."""
    (knowledge_folder / name).unlink()

    assert f"{name}: file: cannot be read: No such file or directory" in _problems(knowledge_folder)


@pytest.mark.parametrize("name", FILES)
def test_undecodable_file_is_reported(knowledge_folder, name):
    """A file that is not UTF-8 is named with the first bad byte."""
    path = knowledge_folder / name
    path.write_bytes(b"# \xe9" + path.read_bytes())

    assert f"{name}: byte 2: is not UTF-8" in _problems(knowledge_folder)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".toml")])
def test_invalid_toml_is_reported(knowledge_folder, name):
    """A file that is not TOML is named with the line of the mistake."""
    path = knowledge_folder / name
    path.write_text("ok = 1\nnot ok\n", "utf-8")
    found = [problem for problem in _problems(knowledge_folder) if problem.startswith(f"{name}: file: is not TOML: ")]

    assert len(found) == 1
    assert "line 2" in found[0]


def test_policy_without_levels_is_reported(knowledge_folder):
    """Without levels there is no policy."""
    (knowledge_folder / "policy.toml").write_text("[traits]\nmax_points = 1\n", "utf-8")

    assert _problems(knowledge_folder) == ["policy.toml: file: holds no levels or cannot be read"]


@pytest.mark.parametrize(
    ("name", "old", "new", "problems"),
    [
        pytest.param("taxonomy.toml", "retired_ids = []", 'retired_ids = ["legal"]', ['category "legal": this id is retired and may not be used again'], id="retired id"),
        pytest.param("taxonomy.toml", "retired_ids = []", "retired = []", ['file: unknown key "retired"'], id="unknown key of a file"),
        pytest.param("policy.toml", "max_points = 20", "max_pints = 20", ["[traits]: max_points: is missing", '[traits]: unknown key "max_pints"; did you mean "max_points"?'], id="misspelt key"),
        pytest.param("policy.toml", "max_points = 20", 'max_points = "20"', ["[traits]: max_points: '20' is of the wrong type"], id="text for number"),
        pytest.param("policy.toml", "max_points = 20", "max_points = 101", ["[traits]: max_points: 101 is not between 0 and 100"], id="number out of range"),
        pytest.param("policy.toml", "abstain_below = 0.15", "abstain_below = 1.5", ["[classifier]: abstain_below: 1.5 is not between 0 and 1"], id="probability out of range"),
        pytest.param("policy.toml", "near_similarity = 0.8", "near_similarity = 1.8", ["[duplicates]: near_similarity: 1.8 is not between 0.5 and 0.95"], id="similarity out of range"),
        pytest.param("policy.toml", "[exposure]", "[exposures]\n[exposure]", ['file: unknown section "exposures"'], id="unknown section"),
        pytest.param("policy.toml", 'disappears = "high"', 'disappears = "hihg"', ['[rules]: disappears: "hihg" is not known; did you mean "high"?'], id="rule with an unknown level"),
        pytest.param("policy.toml", "trend_from = -5.0", "trend_from = -50.0", ["level: levels must stand in order, from the highest trend_from to the lowest"], id="levels out of order"),
        pytest.param("policy.toml", 'id = "low"', 'id = "Low"', ['level Low: id: "Low" is not snake_case', *(f'[rules]: {name}: "low" is not known; did you mean "Low"?' for name in ("in_demand", "hard_to_automate", "taken_up"))], id="level with a bad id"),
        pytest.param("policy.toml", 'label_fr = "faible"\n', "", ["level low: label_fr: is missing", "level low: label_fr: is empty or missing"], id="wording missing in one language"),
        pytest.param("sources.toml", "title_suffixes =", "title_sufixes =", ["file: title_suffixes: is missing", 'file: unknown key "title_sufixes"; did you mean "title_suffixes"?'], id="misspelt key at the top"),
        pytest.param("sources.toml", "[aliases]", '[aliases]\ntitel = ["t"]', ['[aliases]: unknown key "titel"; did you mean "title"?'], id="misspelt alias"),
        pytest.param("traits.toml", "[negation]", '[negation]\nde = ["kein"]', ['[negation]: unknown key "de"'], id="negations of an unknown language"),
    ],
)  # fmt: skip
def test_one_wrong_place_gives_just_its_problems(knowledge_folder, name, old, new, problems):
    """What is wrong is reported as "file: place: what", and nothing else is."""
    _replace(knowledge_folder, name, old, new)

    assert _problems(knowledge_folder) == [f"{name}: {problem}" for problem in problems]


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        pytest.param({"kind": "markt"}, ['kind: "markt" is not known; did you mean "market"?'], id="kind"),
        pytest.param({"direction": "up"}, ['direction: "up" is not known'], id="direction"),
        pytest.param({"effect": "raise"}, ['effect: "raise" is not known; did you mean "raises"?'], id="effect"),
        pytest.param({"strength": "counts"}, ['strength: "counts" is not known; did you mean "count"?'], id="strength"),
        pytest.param({"figure": "a third"}, ['figure: "a third" is not a number'], id="figure"),
        pytest.param({"statement_fr": ""}, ["statement_fr: is empty or missing"], id="statement in one language"),
        pytest.param({"period": "Q1 2024"}, ['period_fr: is empty; say "Q1 2024" in French'], id="period in English only"),
        pytest.param({"period_fr": "an 2024"}, ['period_fr: leave it empty, "2024" has no words to put into French'], id="French period beside digits"),
        pytest.param({"period": "", "period_fr": "2024"}, ['period_fr: leave it empty, "" has no words to put into French'], id="period in French only"),
        pytest.param({"population_fr": ""}, ['population_fr: is empty; say "nobody" in French'], id="population in English only"),
        pytest.param({"source_title": ""}, ["source_title: is empty or missing"], id="no source"),
        pytest.param({"source_title_fr": "Ours"}, ["source_title_fr: leave it empty, it is the same"], id="same title in French"),
        pytest.param({"source_title_fr": "Nous", "kind": "trait", "about": "anything"}, None, id="title in French"),
        pytest.param({"site_language": "eng"}, ['site_language: "eng" is not known; did you mean "en"?'], id="language of a site"),
        pytest.param({"kind": "category", "about": "legal lgal"}, ['about: "lgal" is not in taxonomy.toml'], id="unknown category"),
        pytest.param({"kind": "trait", "about": "anything"}, None, id="a trait's subject is free"),
        pytest.param({"figure": "nan"}, ['figure: "nan" is not a number'], id="figure nan"),
        pytest.param({"site_language": ",surplus"}, ["has more cells than the header has columns"], id="surplus cell"),
    ],
)  # fmt: skip
def test_wrong_statement_is_reported_with_row_and_id(knowledge_folder, changes, problems):
    """A problem of evidence.csv names the row and the id of the statement."""
    row = _add_row(knowledge_folder, "evidence.csv", {**GOOD_STATEMENT, **changes})

    if problems is None:
        assert load_knowledge(knowledge_folder).evidence["S999"].about == ("anything",)
    else:
        assert _problems(knowledge_folder) == [f"evidence.csv: row {row}: S999: {problem}" for problem in problems]


def test_statement_with_cells_missing_is_reported(knowledge_folder):
    """A row that ends too early lacks each column that must be filled."""
    row = _add_row(knowledge_folder, "evidence.csv", {"id": "S999", "kind": "market"})

    assert f"evidence.csv: row {row}: S999: strength: is missing" in _problems(knowledge_folder)


def test_statement_must_restate_a_known_one(knowledge_folder):
    """A statement that repeats another names one of the file."""
    _add_row(knowledge_folder, "evidence.csv", {**GOOD_STATEMENT, "restates": "S9999"})

    assert _problems(knowledge_folder) == ['evidence.csv: S999: restates: "S9999" is no id of this file']


def test_unknown_column_is_reported_in_every_row(knowledge_folder):
    """A column nobody asked for is refused, with the name it was probably meant to have."""
    path = knowledge_folder / "exposure.csv"
    header, *rows = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([f"{header},licnce", f"{rows[0]},x"]) + "\n", "utf-8")

    assert _problems(knowledge_folder) == ['exposure.csv: row 2: unknown key "licnce"; did you mean "licence"?']


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        pytest.param({"category_id": "legl"}, ['category_id: "legl" is not known; did you mean "legal"?'], id="category"),
        pytest.param({"value": "much"}, ['value: "much" is not a number'], id="value"),
        pytest.param({"percentile": "top"}, ['percentile: "top" is not a number'], id="percentile"),
        pytest.param({"licence": ""}, ["licence: is empty or missing"], id="licence"),
        pytest.param({"measure": "", "source": ""}, ["measure: is empty or missing", "source: is empty or missing"], id="two at once"),
        pytest.param({"percentile": "101"}, ["percentile: 101 is not between 0 and 100"], id="percentile out of range"),
        pytest.param({"source": "Ours,surplus"}, ["has more cells than the header has columns"], id="surplus cell"),
    ],
)  # fmt: skip
def test_wrong_exposure_is_reported_with_its_row(knowledge_folder, changes, problems):
    """A problem of exposure.csv names the row."""
    row = _add_row(knowledge_folder, "exposure.csv", {**GOOD_EXPOSURE, **changes})

    assert _problems(knowledge_folder) == [f"exposure.csv: row {row}: {problem}" for problem in problems]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param({"trait": "bulkk"}, 'trait: "bulkk" is not known; did you mean "bulk"?', id="unknown trait"),
        pytest.param({"place": "body"}, 'place: "body" is not known', id="unknown place"),
        pytest.param({"word": ""}, "word: is empty or missing", id="no word"),
        pytest.param({"place": "shown"}, 'word: "qwxyz" is not known', id="phrases of no trait"),
        pytest.param({"weight": ""}, "weight: is empty or no number", id="no weight"),
        pytest.param({"weight": "much"}, "weight: is empty or no number", id="weight that is no number"),
    ],
)
def test_problem_of_a_weighed_word_is_reported(knowledge_folder, changes, problem):
    """A problem of trait_words.csv names the row."""
    row = _add_row(knowledge_folder, "trait_words.csv", {**GOOD_TRAIT_WORD, **changes})

    assert f"trait_words.csv: row {row}: {problem}" in "\n".join(_problems(knowledge_folder))


def test_word_weighed_twice_is_reported(knowledge_folder):
    """A word has one weight for a trait and place."""
    _add_row(knowledge_folder, "trait_words.csv", GOOD_TRAIT_WORD)
    row = _add_row(knowledge_folder, "trait_words.csv", GOOD_TRAIT_WORD)

    assert _problems(knowledge_folder) == [f'trait_words.csv: row {row}: "qwxyz" has a weight there already']


def test_trait_that_weighs_words_without_a_start_is_reported(knowledge_folder):
    """Without a start, or the score from which on it counts, no score means anything."""
    _add_row(knowledge_folder, "trait_words.csv", {**GOOD_TRAIT_WORD, "trait": "literary"})

    assert _problems(knowledge_folder) == [
        "trait_words.csv: file: literary has no row with place start",
        "trait_words.csv: file: literary has no row with place to_count",
    ]


@pytest.mark.parametrize(
    ("name", "kind", "good", "changes", "problems"),
    [
        pytest.param("traits.toml", "trait", GOOD_TRAIT, {"id": '"Ours"'}, ['trait Ours: id: "Ours" is not snake_case'], id="trait: capital in id"),
        pytest.param("traits.toml", "trait", GOOD_TRAIT, {"id": '"our-s"'}, ['trait our-s: id: "our-s" is not snake_case'], id="trait: hyphen in id"),
        pytest.param("traits.toml", "trait", GOOD_TRAIT, {"points": "101"}, ["trait ours: points: 101 is not between -100 and 100"], id="trait: points"),
        pytest.param("traits.toml", "trait", GOOD_TRAIT, {"points": LEFT_OUT}, ["trait ours: points: is missing"], id="trait: no points"),
        pytest.param("traits.toml", "trait", GOOD_TRAIT, {"not_for": '["legl"]'}, ['trait ours: not_for: "legl" is not known; did you mean "legal"?'], id="trait: unknown category"),
        pytest.param("traits.toml", "trait", GOOD_TRAIT, {"evidence": '["S9999"]'}, ['trait ours: evidence: "S9999" is not known; did you mean'], id="trait: unknown statement"),
        pytest.param("traits.toml", "trait", GOOD_TRAIT, {"en": '["x", "x"]'}, ["trait ours: en: an entry stands there twice"], id="trait: phrase twice"),
        pytest.param("traits.toml", "trait", GOOD_TRAIT, {"fr": '"y"'}, ["trait ours: fr: 'y' is of the wrong type"], id="trait: phrases no list"),
        pytest.param("traits.toml", "trait", GOOD_TRAIT, {"match": '["x"]'}, ['trait ours: unknown key "match"; did you mean "matches"?'], id="trait: misspelt key"),
        pytest.param("traits.toml", "trait", GOOD_TRAIT, {"id": LEFT_OUT}, ["id: is missing", "id: is empty or missing"], id="trait: no id"),
        pytest.param("traits.toml", "trait", GOOD_TRAIT, {"signs_to_show": "3"}, ["trait ours: signs_to_count: is less than signs_to_show"], id="trait: counts before it shows"),
        pytest.param("traits.toml", "trait", GOOD_TRAIT, {"yields_to": '["nobody"]'}, ['trait ours: yields_to: "nobody" is no other trait'], id="trait: yields to none"),
        pytest.param("traits.toml", "trait", GOOD_TRAIT, {"yields_to": '["ours"]'}, ['trait ours: yields_to: "ours" is no other trait'], id="trait: yields to itself"),
        pytest.param("modes.toml", "mode", GOOD_MODE, {"kind": '"augment"'}, ['mode ours: kind: "augment" is not known; did you mean "augmentation"?'], id="mode: kind"),
        pytest.param("modes.toml", "mode", GOOD_MODE, {"categories": '["legl"]'}, ['mode ours: categories: "legl" is not known; did you mean "legal"?'], id="mode: category"),
        pytest.param("advice.toml", "advice", GOOD_ADVICE, {"for": '"clients"'}, ['advice ours: for: "clients" is not known; did you mean "client"?'], id="advice: audience"),
        pytest.param("advice.toml", "advice", GOOD_ADVICE, {"categories": '["al"]'}, ['advice ours: categories: "al" is not known; did you mean "all"?'], id="advice: category"),
        pytest.param("advice.toml", "advice", GOOD_ADVICE, {"line": "0"}, ["advice ours: line: 0 is not between 1 and 100000"], id="advice: line"),
        pytest.param("advice.toml", "advice", GOOD_ADVICE, {"text_fr": '""'}, ["advice ours: text_fr: is empty or missing"], id="advice: text in one language"),
        pytest.param("sources.toml", "layout", GOOD_LAYOUT, {"requires": LEFT_OUT}, ["layout ours: requires: is missing"], id="layout: requires nothing"),
        pytest.param("sources.toml", "layout", GOOD_LAYOUT, {"skill": '["a"]'}, ['layout ours: unknown key "skill"; did you mean "skills"?'], id="layout: misspelt key"),
        pytest.param("sources.toml", "footer", GOOD_FOOTER, {"skills": LEFT_OUT}, ["footer ours: skills: is missing", "footer ours: skills: is empty or missing"], id="footer: no skills"),
        pytest.param("taxonomy.toml", "sector", {"id": '"ours"', "label_en": '"a"', "modality": '"text"'}, {}, ["sector ours: label_fr: is missing", "sector ours: label_fr: is empty or missing"], id="sector: no French"),
    ],
)  # fmt: skip
def test_wrong_entry_is_reported_with_its_id(knowledge_folder, name, kind, good, changes, problems):
    """A problem of an entry names the kind of entry and its id."""
    _add_entry(knowledge_folder, name, kind, {**good, **changes})
    found = _problems(knowledge_folder)

    assert len(found) == len(problems)
    for problem, beginning in zip(found, problems, strict=True):
        assert re.match(rf"{re.escape(name)}: ({kind} \d+: )?{re.escape(beginning)}", problem)


def test_trait_of_low_offers_must_exist(knowledge_folder):
    """policy.toml names the trait that low offers show; it must be one."""
    _replace(knowledge_folder, "policy.toml", 'trait = "low_budget"', 'trait = "no_budget"')

    assert _problems(knowledge_folder) == [
        'traits.toml: file: policy.toml shows low offers as the trait "no_budget", which is not here'
    ]


@pytest.mark.parametrize(
    ("name", "kind", "good"),
    [
        pytest.param("traits.toml", "trait", GOOD_TRAIT, id="trait"),
        pytest.param("advice.toml", "advice", GOOD_ADVICE, id="advice"),
        pytest.param("taxonomy.toml", "sector", {"id": '"ours"', "label_en": '"a"', "label_fr": '"b"', "modality": '"text"'}, id="sector"),
        pytest.param(
            "sources.toml", "layout", GOOD_LAYOUT, id="layout"
        ),
    ],
)  # fmt: skip
def test_id_that_stands_twice_is_reported(knowledge_folder, name, kind, good):
    """No two entries of a file share an id."""
    _add_entry(knowledge_folder, name, kind, good)
    _add_entry(knowledge_folder, name, kind, good)

    assert _problems(knowledge_folder) == [f"{name}: ours: this id stands there twice"]


def test_statement_id_that_stands_twice_is_reported(knowledge_folder):
    """No two statements share an id."""
    _add_row(knowledge_folder, "evidence.csv", {**GOOD_STATEMENT, "id": "S001"})

    assert _problems(knowledge_folder) == ["evidence.csv: S001: this id stands there twice"]


GOOD_OUTLOOK = {
    "rule": '"R3"', "wording": '"threatened"', "headline": '["S001"]', "support": "[]", "contrary": "[]",
    "external": "[]", "external_contrary": "[]", "confidence": '"low"', "conflict": "false", "note_en": '"a"',
    "note_fr": '"b"',
}  # fmt: skip


OF_FIGURE = {"rule": '"R1"', "wording": '""', "headline": '["S999"]'}


def _replace_outlook(folder, category_id, values):
    path = folder / "outlooks.toml"
    text, n_replaced = re.subn(rf"(?ms)^\[{category_id}\]\n.*?(?=^\[|\Z)", "", path.read_text("utf-8"))
    assert n_replaced == 1
    lines = [f"\n[{category_id}]", *(f"{key} = {value}" for key, value in values.items() if value is not LEFT_OUT), ""]
    path.write_text(text + "\n".join(lines), "utf-8")


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        pytest.param({"rule": '"R6"'}, ['rule: "R6" is not known'], id="rule"),
        pytest.param({"wording": '""'}, ["wording: is empty or missing"], id="R3 without wording"),
        pytest.param({"rule": '"R2"', "wording": '"newish"'}, ['wording: "newish" is not known; did you mean "new"?'], id="wording"),
        pytest.param({"headline": "[]"}, ["headline: name the deciding statements"], id="R3 without a statement"),
        pytest.param({"headline": '["S1000"]'}, ['headline: "S1000" is not known; did you mean'], id="unknown headline"),
        pytest.param({"contrary": '["S1000"]'}, ['contrary: "S1000" is not known; did you mean'], id="unknown contrary statement"),
        pytest.param({"rule": '"R1"', "wording": '""', "headline": '["S998"]'}, ["headline: R1 needs exactly one statement, with a figure"], id="R1 without a figure"),
        pytest.param({"rule": '"R1"', "wording": '""', "headline": '["S999", "S998"]'}, ["headline: R1 needs exactly one statement, with a figure"], id="R1 with two statements"),
        pytest.param({"rule": '"R1"', "wording": '""', "headline": "[]"}, ["headline: R1 needs exactly one statement, with a figure"], id="R1 without a statement"),
        pytest.param({"confidence": '"sure"'}, ['confidence: "sure" is not known'], id="confidence"),
        pytest.param({"conflict": '"no"'}, ["conflict: 'no' is of the wrong type"], id="conflict"),
        pytest.param({"note_fr": LEFT_OUT}, ["note_fr: is missing", "note_fr: is empty or missing"], id="no French note"),
        pytest.param({"part_en": '"a"', "part_fr": '"b"'}, ["part: says what the figure of R1 counts"], id="a part without a figure"),
        pytest.param({**OF_FIGURE, "part_en": '"a"'}, ["part: say it in both languages"], id="no French part"),
        pytest.param({**OF_FIGURE, "part_fr": '"b"'}, ["part: say it in both languages"], id="no English part"),
        pytest.param({**OF_FIGURE, "part_en": '"a"', "part_fr": '"b"', "confidence": '"medium"'}, ['confidence: write "low" where the figure counts a part only'], id="too sure of a part"),
        pytest.param({**OF_FIGURE, "headline": '["S997"]', "confidence": '"medium"'}, ['confidence: write "low" where the figure is quoted without a source'], id="too sure of a quoted figure"),
        pytest.param({"contraries": "[]"}, ['unknown key "contraries"; did you mean "contrary"?'], id="misspelt key"),
    ],
)  # fmt: skip
def test_wrong_outlook_is_reported_with_its_category(knowledge_folder, changes, problems):
    """A problem of outlooks.toml names the category, and a rule must have what it needs."""
    _add_row(knowledge_folder, "evidence.csv", {**GOOD_STATEMENT, "id": "S997", "strength": "quoted"})
    _add_row(knowledge_folder, "evidence.csv", {**GOOD_STATEMENT, "id": "S998", "figure": ""})
    _add_row(knowledge_folder, "evidence.csv", GOOD_STATEMENT)
    _replace_outlook(knowledge_folder, "legal", {**GOOD_OUTLOOK, **changes})
    found = _problems(knowledge_folder)

    assert len(found) == len(problems)
    for problem, beginning in zip(found, problems, strict=True):
        assert problem.startswith(f"outlooks.toml: [legal]: {beginning}")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({}, "R3", id="R3 with wording and statement"),
        pytest.param({"rule": '"R1"', "wording": '""', "headline": '["S999"]'}, "R1", id="R1 with one figure"),
        pytest.param({**OF_FIGURE, "part_en": '"a"', "part_fr": '"b"'}, "R1", id="R1 with a figure of a part"),
        pytest.param({"rule": '"R5"', "wording": '""'}, "R5", id="R5 without wording"),
        pytest.param({"rule": '"none"', "wording": '""', "headline": "[]"}, "none", id="no rule, no statement"),
        pytest.param({"support": LEFT_OUT, "external": LEFT_OUT}, "R3", id="optional lists left out"),
    ],
)
def test_good_outlook_is_read(knowledge_folder, changes, rule):
    """An outlook whose rule has what it needs is no problem."""
    _add_row(knowledge_folder, "evidence.csv", GOOD_STATEMENT)
    _replace_outlook(knowledge_folder, "legal", {**GOOD_OUTLOOK, **changes})

    assert load_knowledge(knowledge_folder).outlooks["legal"].rule == rule


def test_outlooks_and_categories_must_agree(knowledge_folder):
    """A category without an outlook and an outlook without a category are both reported."""
    _replace(knowledge_folder, "outlooks.toml", "[legal]", "[lawful]")

    assert _problems(knowledge_folder) == [
        "outlooks.toml: [lawful]: is not in taxonomy.toml",
        "outlooks.toml: file: category legal has no outlook; say how its level is derived",
    ]


def test_problems_of_all_files_come_at_once(knowledge_folder):
    """One reading reports what is wrong in every file, in the order in which the files are read."""
    _replace(knowledge_folder, "taxonomy.toml", "retired_ids = []", 'retired_ids = ["legal"]')
    _replace(knowledge_folder, "policy.toml", "max_points = 20", "max_points = 200")
    row = _add_row(knowledge_folder, "evidence.csv", {**GOOD_STATEMENT, "effect": "", "strength": ""})
    _add_entry(knowledge_folder, "advice.toml", "advice", {**GOOD_ADVICE, "line": "0"})
    _add_entry(knowledge_folder, "traits.toml", "trait", {**GOOD_TRAIT, "points": "200"})

    assert _problems(knowledge_folder) == [
        'taxonomy.toml: category "legal": this id is retired and may not be used again',
        "policy.toml: [traits]: max_points: 200 is not between 0 and 100",
        f"evidence.csv: row {row}: S999: effect: is empty or missing",
        f"evidence.csv: row {row}: S999: strength: is empty or missing",
        "traits.toml: trait ours: points: 200 is not between -100 and 100",
        "advice.toml: advice ours: line: 0 is not between 1 and 100000",
    ]


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        pytest.param("taxonomy.toml", "retired_ids = 3\n[[category]]", "retired_ids", id="a number for retired_ids"),
        pytest.param("taxonomy.toml", "sector = 3", "sector", id="a number for the sectors"),
        pytest.param("advice.toml", 'advice = ["be nice"]', "advice", id="a text for an entry"),
        pytest.param("outlooks.toml", "lawful = 1", "lawful", id="a number for an outlook"),
        pytest.param("traits.toml", "negation = 3", "negation", id="a number for a section"),
        pytest.param("sources.toml", "aliases = 3", "aliases", id="a number for the aliases"),
    ],
)
def test_value_where_a_table_should_stand_is_reported(knowledge_folder, name, content, key):
    """A number or text where an entry or section is expected is a problem of the file like any other."""
    (knowledge_folder / name).write_text(content, "utf-8")

    assert any(problem.startswith(f"{name}: ") and key in problem for problem in _problems(knowledge_folder))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('fallback = "en"', 'fallback = "e"', id="fallback that is not classified"),
        pytest.param('measure = "gpt4_beta"', 'measure = "gpt4"', id="measure that exposure.csv has not"),
    ],
)
def test_names_of_the_policy_must_be_known(knowledge_folder, old, new):
    """A misspelt language or measure in policy.toml is reported."""
    _replace(knowledge_folder, "policy.toml", old, new)

    assert len(_problems(knowledge_folder)) == 1
