"""The shipped data: complete, consistent, and true to their own examples."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from builders import speak_number, spell_out, tokens_of

from jobtagger.knowledge import load_knowledge
from jobtagger.pieces import BOUNDARY, normalise, split
from jobtagger.records import Posting
from jobtagger.risk import TraitFinder
from jobtagger.risk.outlook import level_of_points
from jobtagger.vocabulary import Vocabulary

SHIPPED = load_knowledge()

CATEGORIES_OF_SECTOR = {
    "writing": "content_writing technical_writing editing_proofreading",
    "language": "translation transcription",
    "admin_support": "customer_support data_entry virtual_assistance web_research",
    "design_media": "graphic_design illustration photo_editing web_design video_production animation_3d audio_voice",
    "programming": "web_development software_development automation_low_code qa_testing cloud_it cybersecurity",
    "data_ai": "data_analysis data_engineering ai_engineering ai_consulting ai_data_labeling",
    "marketing": "social_media digital_marketing sales_leadgen",
    "business": "business_consulting finance_accounting legal hr_recruiting teaching_coaching engineering_architecture",
    "": "other",
}
SAME_IN_BOTH = {"Marketing", "Transcription", "Conjecture.", "Malt"}
LINES_OF_DOCUMENT = {"000": 594, "001": 49, "002": 26, "003": 80, "004": 55}
ANY_NUMBER, MANY, ANY_WORD, END = "#", "##", "*", ":"
N_LEVELS = 5
MEASURES_OF_DEMAND = {"count", "academic", "platform"}
"""Strengths of figures that can decide a level; what is used, said or foreseen cannot."""
FITTING = {
    "disappears": {("decline", "raises")},
    "automated": {("decline", "raises")},
    "threatened": {("decline", "raises")},
    "capability": {("decline", "raises")},
    "use": {("mixed", "mixed"), ("mixed", "lowers"), ("mixed", "raises")},
    "mixed": set(),
    "in_demand": {("growth", "lowers")},
    "hard_to_automate": {("stable", "lowers")},
    "taken_up": set(),
}
"""Direction and effect of the rows that a wording of rule R3 can stand for."""
LAST_YEAR = 2026
_URL = re.compile(r"https?://[a-z0-9-]+(\.[a-z0-9-]+)+(/[^\s<>\"]*)?", re.IGNORECASE)


def _wordings():
    """Give every pair of wordings with the place where it stands."""
    for name, entries in (("sector", SHIPPED.sectors), ("trait", SHIPPED.traits)):
        yield from ((f"{name} {entry.id} label", entry.label) for entry in entries.values())
    yield from ((f"level {level.id} label", level.label) for level in SHIPPED.policy.levels)
    for category in SHIPPED.categories.values():
        yield f"category {category.id} label", category.label
        yield f"category {category.id} definition", category.definition
        yield f"category {category.id} scope", category.scope
    for entry in SHIPPED.evidence.values():
        yield f"{entry.id} statement", entry.statement
        if entry.caveat != ("", ""):
            yield f"{entry.id} caveat", entry.caveat
        for place, text in (("period", entry.period), ("population", entry.population)):
            if any(letter.isalpha() for letter in text.en):
                yield f"{entry.id} {place}", text
    yield from ((f"outlook {name} note", outlook.note) for name, outlook in SHIPPED.outlooks.items())
    yield from ((f"advice {entry.id}", entry.text) for entry in SHIPPED.advice)
    yield from ((f"exposure {entry.category_id} occupation", entry.occupation) for entry in SHIPPED.exposure)


def test_taxonomy_has_the_categories_of_the_labelling_guide():
    """The 36 categories stand in eight sectors, `other` in none; an id is for ever."""
    expected = {name: sector for sector, names in CATEGORIES_OF_SECTOR.items() for name in names.split()}

    assert len(expected) == 37
    assert {category.id: category.sector for category in SHIPPED.categories.values()} == expected
    assert set(SHIPPED.sectors) == set(CATEGORIES_OF_SECTOR) - {""}


def test_other_stands_last():
    """What is none of the categories stands after them."""
    assert list(SHIPPED.categories)[-1] == "other"


def test_categories_stand_by_sector():
    """Categories of a sector stand together, in the order of the sectors."""
    order = list(dict.fromkeys(category.sector for category in SHIPPED.categories.values()))

    assert order == [*SHIPPED.sectors, ""]


@pytest.mark.parametrize("category", SHIPPED.categories.values(), ids=lambda category: category.id)
def test_occupation_codes_are_well_formed(category):
    """A category names the nearest O*NET-SOC and ISCO-08 occupation, both or none."""
    assert re.fullmatch(r"(\d\d-\d{4}\.\d\d)?", category.soc)
    assert re.fullmatch(r"(\d{4})?", category.isco)
    assert bool(category.soc) == bool(category.isco)


def test_exposure_is_that_of_the_occupation_of_the_category():
    """The code of a row of exposure.csv is the one that the taxonomy names, with or without O*NET's ending."""
    wrong = [
        (entry.category_id, entry.code)
        for entry in SHIPPED.exposure
        if not entry.code or entry.code[:7] != SHIPPED.categories[entry.category_id].soc[:7]
    ]

    assert wrong == []


def test_every_wording_stands_in_both_languages():
    """No text is empty in one language, has blanks around it, or was left untranslated."""
    bad = [
        place
        for place, text in _wordings()
        if not (text.en and text.fr) or text.en != text.en.strip() or text.fr != text.fr.strip()
        or (text.en == text.fr and text.en not in SAME_IN_BOTH)
    ]  # fmt: skip

    assert bad == []


def test_labels_are_distinct():
    """No two categories share a label in either language."""
    for index in (0, 1):
        counted = Counter(category.label[index].lower() for category in SHIPPED.categories.values())

        assert [label for label, n in counted.items() if n > 1] == []


def test_evidence_stands_in_order_without_gaps():
    """The statements are S001 to S415 of the documents, then X01 to X71 from outside."""
    assert list(SHIPPED.evidence) == [f"S{n:03d}" for n in range(1, 416)] + [f"X{n:02d}" for n in range(1, 72)]


def test_outside_statements_are_marked():
    """Statements X come from outside and have an address; statements S name a line of one of the documents."""
    bad = [
        entry.id
        for entry in SHIPPED.evidence.values()
        if (
            entry.document != "external" or not entry.source_url
            if entry.id.startswith("X")
            else not (entry.line.isdigit() and 1 <= int(entry.line) <= LINES_OF_DOCUMENT.get(entry.document, 0))
        )
    ]

    assert bad == []


def test_source_addresses_are_well_formed():
    """Every address is a whole one."""
    bad = [e.id for e in SHIPPED.evidence.values() if e.source_url and not _URL.fullmatch(e.source_url)]

    assert bad == []


def test_figures_and_units_go_together():
    """No figure stands without a unit and no unit without a figure."""
    bad = [entry.id for entry in SHIPPED.evidence.values() if (entry.figure is None) != (entry.unit == "")]

    assert bad == []


def test_figures_agree_with_their_direction():
    """A published change in postings is negative where the direction is decline and positive where it is growth."""
    signs = {"growth": 1, "decline": -1}
    bad = [
        entry.id
        for entry in SHIPPED.evidence.values()
        if entry.unit.startswith("percent_postings") and entry.figure * signs.get(entry.direction, 0) < 0
    ]

    assert bad == []


def test_a_figure_is_that_of_every_category_it_is_about():
    """A row of several categories gives one number, the one of `figure`, and does not take it back for some of them."""
    span = re.compile(r"(\d+) (?:to|-) \d+ %")  # of which the end nearer to 0 is the figure
    number = re.compile(r"[+-]?\d+(?:\.\d+)?(?= %)|[+-]\d+(?:\.\d+)?|(?<=\()0\.\d+")
    several = [entry for entry in SHIPPED.evidence.values() if len(entry.about) > 1 and entry.figure is not None]
    given = {
        entry.id: {abs(float(one)) for one in number.findall(span.sub(r"\1 %", entry.statement.en))}
        for entry in several
    }

    assert len(several) > 20
    assert [e.id for e in several if any(round(abs(e.figure), 1) != one for one in given[e.id])] == []
    assert [e.id for e in several if re.search(r"figure is for \w+ only", e.caveat.en)] == []


def test_figures_of_one_study_have_one_unit():
    """What a study compares with an expected trend or a control group is relative in every row of it."""
    relative = ("Demirci, Hannane & Zhu, 2023", "Teutloff")
    units = {
        entry.unit
        for entry in SHIPPED.evidence.values()
        if entry.unit.startswith("percent_postings") and entry.source_title.en.startswith(relative)
    }

    assert units == {"percent_postings_relative"}


def test_no_source_is_named_that_the_document_does_not_name():
    """The op-ed names no source: what it probably used stands as a guess in the caveat, not as the source."""
    titles = {entry.source_title.en for entry in SHIPPED.evidence.values() if entry.document == "002"}

    assert titles == {"Uncited op-ed (document 002)"}


def test_a_repeated_figure_is_said_to_be_repeated():
    """A press summary of a count does not confirm it."""
    repeats = [
        entry for entry in SHIPPED.evidence.values() if entry.restates and "press summary" in entry.source_title.en
    ]

    assert len(repeats) == 6
    assert [
        entry.id for entry in repeats if "repeats" not in entry.statement.en or "reprend" not in entry.statement.fr
    ] == []


@pytest.mark.parametrize(
    ("advice_id", "en", "fr"),
    [
        ("legal_verify_ai", "might", "pourraient"), ("legal_use_ai", "might", "pourraient"), ("find_niche", "might", "pourrait"),
        ("dev_beginner_foundations", "may", "pourraient"), ("labeler_become_trainer", "can", "peut"),
        ("design_legal_safety", "some firms", "certaines entreprises"), ("offer_ai_openly", "may", "peut"),
    ],
)  # fmt: skip
def test_advice_is_no_firmer_than_its_line(advice_id, en, fr):
    """What a document says with "could" or of some only is not told as certain or of all."""
    text = next(entry.text for entry in SHIPPED.advice if entry.id == advice_id)

    assert (re.search(rf"\b{en}\b", text.en), re.search(rf"\b{fr}\b", text.fr)).count(None) == 0


def test_note_on_ai_engineering_agrees_with_its_rows():
    """The smallest and the largest size that the note gives are those of its rows, and the row without a rise is named."""
    outlook = SHIPPED.outlooks["ai_engineering"]
    named = [SHIPPED.evidence[name] for name in (*outlook.headline, *outlook.support, *outlook.external)]
    sizes = [row.figure for row in named if row.unit.startswith("percent_postings")]

    for note in outlook.note:
        assert [float(size) for size in re.findall(r"\+(\d+) %", note)] == [min(sizes), max(sizes)]
        assert "X12" in note


def test_figures_quoted_without_a_source_are_called_so():
    """A demand that only the op-ed tells of is `quoted`; what a source outside tells as well is that platform's."""
    confirmed = {entry.restates for entry in SHIPPED.evidence.values() if entry.document == "external"}
    told = [entry for entry in SHIPPED.evidence.values() if entry.document == "002" and entry.kind == "category"]
    strengths = {entry.id: entry.strength for entry in told if entry.figure is not None and not entry.restates}
    deciding = {one.category_id: one.headline[0] for one in SHIPPED.outlooks.values() if one.rule == "R1"}

    assert strengths == {name: "platform" if name in confirmed else "quoted" for name in strengths}
    assert sorted(strengths) == ["S244", "S245", "S246", "S248", "S253"]
    assert [name for name, decides in deciding.items() if strengths.get(decides) == "quoted"] == ["cybersecurity"]


def test_figures_of_a_part_are_named():
    """What was counted among AI assignments or in one section of a platform is no trend of all; docs/risk.md says so."""
    parts = [one.category_id for one in SHIPPED.outlooks.values() if one.part.en]
    page = (Path(__file__).parents[1] / "docs" / "risk.md").read_text("utf-8")
    table = page.split("**only a part**")[1].split("\nOne level")[0]

    assert parts == ["cloud_it", "data_analysis", "data_engineering", "engineering_architecture"]
    assert re.findall(r"\| ([SX]\d+) \(.*?\| `(\w+)` \|", table) == [
        (SHIPPED.outlooks[name].headline[0], name) for name in parts
    ]


def test_limits_of_wide_categories_are_said():
    """What belongs to a category and was not counted is named where the figure decides."""
    assert "Interpreting" in SHIPPED.outlooks["translation"].note.en
    assert "help desk" in SHIPPED.outlooks["customer_support"].note.en


def test_no_statement_is_from_the_future():
    """No period begins after 2026, when the evidence was gathered, unless it is a forecast."""
    late = [
        entry.id
        for entry in SHIPPED.evidence.values()
        if entry.strength != "forecast"
        and (years := re.findall(r"\b20\d\d\b", entry.period.en))
        and min(map(int, years)) > LAST_YEAR
    ]

    assert late == []


def test_control_group_of_the_academic_study_is_named_for_what_it_is():
    """The work it compares with is freelance work on the same site, not a trade done by hand."""
    entries = [entry for entry in SHIPPED.evidence.values() if entry.source_title.en.startswith("Demirci")]
    texts = [text for entry in entries for text in (entry.statement, entry.caveat, entry.population)]
    texts += [outlook.note for outlook in SHIPPED.outlooks.values()]
    wrong = re.compile(r"manual work|manual-intensive work|métiers manuels")

    assert [text for text in texts if wrong.search(text.en) or wrong.search(text.fr)] == []
    for name in ("S007", "S008", "X14", "X15", "X16", "X17", "X18"):
        said = f"{SHIPPED.evidence[name].statement} {SHIPPED.evidence[name].caveat}"
        assert all(part in said for part in ("data entry", "social-media post-production", "saisie")), name


def test_french_is_not_word_for_word():
    """No wording that an expert struck out has come back."""
    struck = re.compile(
        r"cours attendu|paie horaire|[Ll]a paie|[Rr]ivalité|[Ss]ignes seulement|agents seuls|plus mauvaise|pour autrui"
        r"|travail indépendant de savoir|solution difficile|pour le difficile|[Oo]n cherche qui|\bà qui ne\b|\bfirmes?\b|maintes"
        r"|éditer|édition de textes|(concepteurs-rédacteurs et|les) éditeurs|éditeurs de textes|net sommet|travail réglé|garde la personne|outils de coupe|techniciens de bureau|[Ll]e [+-]\d|(?<!\d),\d|\b\d+ vaut pour"
    )
    wordings = [*_wordings(), *((f"mode {mode.id}", mode.label) for mode in SHIPPED.modes)]

    assert [(place, text.fr) for place, text in wordings if struck.search(text.fr)] == []


def test_no_caveat_explains_a_column():
    """Which of several numbers the column `figure` holds is of no use to a reader."""
    residue = re.compile(r"(^|; )[.\d]+ is for\b")

    assert [entry.id for entry in SHIPPED.evidence.values() if residue.search(entry.caveat.en)] == []


def test_a_period_has_the_same_years_in_both_languages():
    """No year is lost or changed between the wordings of a period, and one English period has one French wording."""
    periods = {entry.period for entry in SHIPPED.evidence.values()}
    years = re.compile(r"\b20\d\d\b").findall

    assert [period for period in periods if years(period.en) != years(period.fr)] == []
    assert len({period.en for period in periods}) == len(periods)


def test_a_source_has_the_same_years_and_no_english_month_in_french():
    """The French title of a source keeps every number and has French months, and one title has one French wording."""
    titles = {entry.source_title for entry in SHIPPED.evidence.values()}
    numbers = re.compile(r"\d+").findall
    english = re.compile(
        r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec) 20|\b(survey|study|summary|report|release)\b"
    )

    assert [title for title in titles if numbers(title.en) != numbers(title.fr)] == []
    assert [title.fr for title in titles if english.search(title.fr)] == []
    assert len({title.en for title in titles}) == len(titles)


def test_figures_of_upwork_are_of_a_site_in_english():
    """Counts of the large platforms name the language of the site; those of Malt in France do not say English."""
    counted = [entry for entry in SHIPPED.evidence.values() if entry.strength == "count"]

    assert {entry.site_language for entry in counted if "Upwork" in entry.population.en} == {"en"}
    assert {entry.site_language for entry in SHIPPED.evidence.values() if "Malt" in entry.population.en} == {""}


def test_a_population_has_the_same_numbers_in_both_languages():
    """No number is lost or changed between the wordings of a population, and each has one French wording."""
    populations = {entry.population for entry in SHIPPED.evidence.values()}

    def numbers(text):
        return re.findall(r"\d+", re.sub(r"(?<=\d)[, ](?=\d{3})", "", text))

    assert [text for text in populations if numbers(text.en) != numbers(text.fr)] == []
    assert len({text.en for text in populations}) == len(populations)


def test_restated_statements_are_originals():
    """A statement that restates another points to one that restates none, never to itself."""
    chained = [e.id for e in SHIPPED.evidence.values() if e.restates and SHIPPED.evidence[e.restates].restates]

    assert chained == []


@pytest.mark.parametrize("outlook", SHIPPED.outlooks.values(), ids=lambda outlook: outlook.category_id)
def test_outlook_rests_on_what_it_names(outlook):
    """An R1 figure is a change in demand of the category, in per cent; no statement counts twice; R5 is a conflict."""
    named = (*outlook.headline, *outlook.support, *outlook.contrary, *outlook.external, *outlook.external_contrary)

    assert [name for name, n in Counter(named).items() if n > 1] == []
    assert {name[0] for name in (*outlook.support, *outlook.contrary)} <= {"S"}
    assert {name[0] for name in (*outlook.external, *outlook.external_contrary)} <= {"X"}
    assert outlook.conflict or outlook.rule != "R5"
    if outlook.rule == "R1":
        deciding = SHIPPED.evidence[outlook.headline[0]]
        assert deciding.unit.startswith("percent_")
        assert deciding.strength in MEASURES_OF_DEMAND | {"quoted"}
        assert outlook.category_id in deciding.about
    if outlook.rule in ("R1", "R4", "R5", "none"):
        assert outlook.wording == ""
    if outlook.rule == "R2":
        assert outlook.wording == "new"
    if outlook.rule == "R3":
        assert outlook.wording in FITTING


@pytest.mark.parametrize(
    "outlook", [one for one in SHIPPED.outlooks.values() if one.rule == "R3"], ids=lambda outlook: outlook.category_id
)
def test_wording_is_that_of_the_rows_it_stands_for(outlook):
    """The sentence printed for a wording is true of the deciding rows: what they report, and which way it pulls."""
    deciding = [SHIPPED.evidence[name] for name in outlook.headline]

    if outlook.wording == "mixed":
        assert any(row.direction == "mixed" or row.effect == "mixed" for row in deciding)
    elif outlook.wording == "taken_up":
        assert {row.direction for row in deciding} == {"growth"}
    else:
        assert {(row.direction, row.effect) for row in deciding} <= FITTING[outlook.wording]
    assert {row.id[0] for row in deciding} in ({"S"}, {"X"})


@pytest.mark.parametrize(
    ("category_id", "wording"),
    [
        ("web_research", "use"), ("hr_recruiting", "use"), ("audio_voice", "capability"),
        ("virtual_assistance", "capability"), ("editing_proofreading", "mixed"), ("finance_accounting", "mixed"),
        ("photo_editing", "automated"), ("digital_marketing", "hard_to_automate"), ("automation_low_code", "taken_up"),
    ],
)  # fmt: skip
def test_no_row_is_said_to_tell_more_than_it_does(category_id, wording):
    """Use, capability and "harder to automate" are called what they are, neither threat nor demand."""
    assert SHIPPED.outlooks[category_id].wording == wording


def test_note_on_photographs_agrees_with_the_report():
    """The report names photographers among those threatened, and says nothing of taking photographs."""
    note, row = SHIPPED.outlooks["photo_editing"].note, SHIPPED.evidence["S133"].statement

    assert all("photographers" in text for text in (note.en, row.en))
    assert all("photographes" in text for text in (note.fr, row.fr))


@pytest.mark.parametrize("trait", SHIPPED.traits.values(), ids=lambda trait: trait.id)
def test_evidence_of_a_trait_is_about_work_in_which_it_counts(trait):
    """No row about a single kind of work in which the trait moves nothing, nor one about another trait alone."""
    known = {"S066": "content_writing", "S215": "content_writing"}  # of writers only

    assert [name for name in trait.evidence if known.get(name) in trait.not_for] == []
    if trait.points:
        assert [n for n in trait.evidence if SHIPPED.evidence[n].about == ("expert_level",)] == []


@pytest.mark.parametrize(
    "outlook", [one for one in SHIPPED.outlooks.values() if one.rule == "R5"], ids=lambda outlook: outlook.category_id
)
def test_conflict_is_between_measures_of_demand(outlook):
    """What decides a conflict was measured, with a figure, and pulls both ways."""
    deciding = [SHIPPED.evidence[name] for name in outlook.headline]

    assert {entry.strength for entry in deciding} <= MEASURES_OF_DEMAND
    assert {entry.figure > 0 for entry in deciding} == {False, True}
    assert all(outlook.category_id in entry.about for entry in deciding)


@pytest.mark.parametrize("outlook", SHIPPED.outlooks.values(), ids=lambda outlook: outlook.category_id)
def test_no_figure_stands_on_both_sides(outlook):
    """Neither a statement nor one that restates it both supports and contradicts a level."""

    def originals(*names):
        return {SHIPPED.evidence[name].restates or name for name in names}

    behind = originals(*outlook.headline, *outlook.support, *outlook.external)

    assert behind & originals(*outlook.contrary, *outlook.external_contrary) == set()


def test_every_category_but_other_has_one_outlook():
    """Outlooks and categories match, in the same order."""
    assert list(SHIPPED.outlooks) == [name for name in SHIPPED.categories if name != "other"]


def test_every_level_is_reached_by_a_score():
    """Each level has a band on the scale of 0 to 100 that holds its own points, and the bands stand in order."""
    levels = SHIPPED.policy.levels
    reached = list(dict.fromkeys(level_of_points(points, SHIPPED.policy).id for points in range(101)))

    assert len(levels) == N_LEVELS
    assert reached == [level.id for level in levels]
    assert [level_of_points(level.points, SHIPPED.policy).id for level in levels] == reached


def test_cuts_stand_in_order():
    """The cuts on the trend fall and the cuts on the score rise from one level to the next, from 0 on."""
    trends = [level.trend_from for level in SHIPPED.policy.levels]
    starts = [level.points_from for level in SHIPPED.policy.levels]

    assert trends == sorted(set(trends), reverse=True)
    assert starts == sorted(set(starts))
    assert (trends[-1], starts[0]) == (-100, 0)


def test_traits_can_move_a_score_by_one_level_only():
    """The largest move is no wider than the narrowest band, so that the middle of a level stays next to it."""
    starts = [*(level.points_from for level in SHIPPED.policy.levels), 100]
    narrowest = min(after - before for before, after in pairwise(starts))

    assert SHIPPED.policy.max_trait_points <= narrowest


def test_policy_thresholds_agree_with_each_other():
    """The classifier abstains only where a person should look, and the fallback language is one it speaks."""
    policy = SHIPPED.policy

    assert policy.abstain_below <= policy.review_below
    assert policy.category_2_from <= 0.5
    assert policy.language_fallback in policy.classified_languages
    assert policy.exposure_measure in {entry.measure for entry in SHIPPED.exposure}


@pytest.mark.parametrize("measure", sorted({entry.measure for entry in SHIPPED.exposure}))
def test_exposure_is_known_once_for_a_category(measure):
    """Each measure has at most one row a category, with value and percentile in range and rising together."""
    rows = [entry for entry in SHIPPED.exposure if entry.measure == measure]
    by_value = sorted(rows, key=lambda entry: entry.value)
    percentiles = [entry.percentile for entry in by_value]

    assert len({entry.category_id for entry in rows}) == len(rows)
    assert all(0 <= entry.value <= 1 for entry in rows)
    assert all(0 <= percentile <= 100 for percentile in percentiles)
    assert percentiles == sorted(percentiles)


def test_exposure_is_of_categories_with_an_outlook():
    """What is none of the categories has no exposure."""
    assert {entry.category_id for entry in SHIPPED.exposure} <= set(SHIPPED.outlooks)


@pytest.mark.parametrize("entry", SHIPPED.advice, ids=lambda entry: entry.id)
def test_advice_points_to_a_line(entry):
    """Advice names a document, a line that it has and a section, and is for everybody or for named categories."""
    assert entry.document in LINES_OF_DOCUMENT
    assert 1 <= entry.line <= LINES_OF_DOCUMENT[entry.document]
    assert entry.section != ""
    assert entry.categories != ()
    assert entry.categories == ("all",) or "all" not in entry.categories


def test_layouts_require_different_columns():
    """No two layouts fit by the same columns, and each reads a title."""
    required = [
        frozenset(re.sub(r"[ _-]", "", normalise(column)) for column in layout.requires)
        for layout in SHIPPED.sources.layouts
    ]

    assert len(set(required)) == len(required)
    assert [layout.id for layout in SHIPPED.sources.layouts if not layout.title] == []
    assert len({layout.id for layout in SHIPPED.sources.layouts}) == len(required)


def test_aliases_name_one_field_each():
    """No column name speaks for two fields."""
    counted = Counter(name for names in SHIPPED.sources.aliases.values() for name in names)

    assert [name for name, n in counted.items() if n > 1] == []


def test_emphasis_words_are_single_words_in_normal_form_and_end_or_open():
    """A word that is no normal word would never be seen, and none both ends and opens the head of a title."""
    breaks, openers, negations, _, far, _ = SHIPPED.emphasis_words
    every = (*breaks, *openers, *negations, *(word for pair in far for word in pair))

    assert [word for word in every if split(word) != [word] or normalise(word) != word] == []
    assert set(breaks) & set(openers) == set()


def test_negations_are_single_words_in_normal_form():
    """A negation that is no normal word would never be seen."""
    assert [word for word in SHIPPED.negation.before if split(word) != [word] or normalise(word) != word] == []


@pytest.fixture(scope="module")
def found_in():
    """Give a function that gives the ids of the shipped traits found in a text."""
    vocabulary = Vocabulary()
    finder = TraitFinder(SHIPPED.traits.values(), SHIPPED.negation, SHIPPED.policy, vocabulary)

    def find(title, description=""):
        tokens = tokens_of(vocabulary, Posting(title, description=description))
        return {match.trait_id for match in finder.find(tokens).get(0, [])}

    return find


@pytest.mark.parametrize(
    ("trait_id", "text"),
    [
        pytest.param(trait.id, text, id=f"{trait.id}: {text}")
        for trait in SHIPPED.traits.values()
        for text in trait.matches
    ],
)
def test_trait_matches_its_examples(found_in, trait_id, text):
    """Each text under `matches` shows its trait when it is a title."""
    assert trait_id in found_in(text)


@pytest.mark.parametrize(
    ("trait_id", "text"),
    [
        pytest.param(trait.id, text, id=f"{trait.id}: {text}")
        for trait in SHIPPED.traits.values()
        for text in trait.does_not_match
    ],
)
def test_trait_does_not_match_its_counter_examples(found_in, trait_id, text):
    """No text under `does_not_match` shows its trait in a description."""
    assert trait_id not in found_in("", text)


@pytest.mark.parametrize("trait", SHIPPED.traits.values(), ids=lambda trait: trait.id)
def test_trait_has_what_a_reader_needs(trait):
    """A trait has phrases, examples, counter-examples and evidence, and points by the strength of its backing."""
    assert trait.phrases or trait.title_phrases or trait.signs
    assert min(map(len, (trait.matches, trait.does_not_match, trait.evidence))) > 0
    assert abs(trait.points) in (0, 6, 12)
    assert "other" not in trait.not_for


@pytest.mark.parametrize("trait", SHIPPED.traits.values(), ids=lambda trait: trait.id)
def test_trait_yields_within_its_group_only(trait):
    """What a trait yields to stands in its group, so that leaving it out never lets another group decide."""
    assert {SHIPPED.traits[name].group for name in trait.yields_to} <= {trait.group}


@pytest.mark.parametrize("trait", SHIPPED.traits.values(), ids=lambda trait: trait.id)
def test_phrases_survive_the_tokeniser(trait):
    """Every phrase stands for a sequence of words, and every word of it for tokens that a posting can have."""
    phrases = (*trait.phrases, *trait.title_phrases, *trait.signs, *trait.title_signs)
    words = {word for phrase in phrases for words in spell_out(phrase) for word in words}
    words -= {ANY_NUMBER, MANY, ANY_WORD, END}
    lost = sorted(word for word in words if not split(word) or BOUNDARY in map(normalise, split(word)))

    assert [phrase for phrase in phrases if not spell_out(phrase)] == []
    assert lost == []


@pytest.mark.parametrize("trait", SHIPPED.traits.values(), ids=lambda trait: trait.id)
def test_phrases_begin_with_a_word(trait):
    """No phrase can shrink to a lone number, which would be found in every other posting."""
    bare = [phrase for phrase in trait.phrases if {(ANY_NUMBER,), (MANY,)} & set(spell_out(phrase))]

    assert bare == []


@pytest.mark.parametrize("trait", SHIPPED.traits.values(), ids=lambda trait: trait.id)
def test_every_phrase_is_found_where_it_stands(trait):
    """Each way to say a phrase shows the trait when it stands alone."""
    vocabulary = Vocabulary()
    finder = TraitFinder([trait], SHIPPED.negation, SHIPPED.policy, vocabulary)
    texts = [" ".join(speak_number(word) for word in words) for phrase in trait.phrases for words in spell_out(phrase)]
    tokens = tokens_of(vocabulary, *texts)
    found = finder.find(tokens)

    assert [text for n, text in enumerate(texts) if n not in found or found[n][0].start != tokens.starts[n]] == []


@pytest.mark.parametrize(
    "opening",
    [
        "no", "not", "without", "no need for", "no need for a", "this is not a", "we do not need", "you dont need any", "never",
        "sans", "pas de", "pas besoin de", "pas besoin d'un", "il n'y a pas de", "aucune", "nous ne cherchons pas un", "ni",
    ],
)  # fmt: skip
@pytest.mark.parametrize("trait", SHIPPED.traits.values(), ids=lambda trait: trait.id)
def test_negation_cancels_every_phrase(trait, opening):
    """Behind a negation no phrase shows its trait, unless it says by itself that something is not wanted."""
    vocabulary = Vocabulary()
    finder = TraitFinder([trait], SHIPPED.negation, SHIPPED.policy, vocabulary)
    negations = set(SHIPPED.negation.before)
    phrases = (*trait.phrases, *trait.title_phrases, *trait.signs, *trait.title_signs)
    spelled = [[speak_number(word) for word in words] for phrase in phrases for words in spell_out(phrase)]
    texts = [f"{opening} {' '.join(words)}" for words in spelled if negations.isdisjoint(words)]
    n_before = len(vocabulary.ids(opening))
    tokens = tokens_of(vocabulary, *texts)
    found = finder.find(tokens)

    shown = [
        text for n, text in enumerate(texts) if any(m.start == tokens.starts[n] + n_before for m in found.get(n, ()))
    ]
    assert shown == []
