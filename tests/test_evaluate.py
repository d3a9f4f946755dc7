"""Figures on labelled postings; the gold labels are set by what the shipped tagger answers."""

import json
import re

import numpy as np
import pytest

from jobtagger.classify.classifier import OTHER
from jobtagger.errors import InputError
from jobtagger.records import RawRecord
from jobtagger.train.evaluate import GoldPosting, calibration_error, evaluate_gold, read_gold, report, wrong_postings

TEXTS = (
    "Logo for my bakery",
    "Translate a contract from English to French",
    "Bookkeeping for a small company",
    "Edit a podcast",
)
GOLD_ROW = {"title": "Cat", "description": "Paint it.", "skills": ["oil", "ink"], "lang": "en", "primary": "illustration", "secondary": ["legal"]}  # fmt: skip


def _write(path, *rows):
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "record"),
    [
        pytest.param({}, RawRecord("Cat", "Paint it.", "oil, ink"), id="list of skills"),
        pytest.param({"skills": "oil; ink"}, RawRecord("Cat", "Paint it.", "oil; ink"), id="text of skills"),
        pytest.param({"skills": None}, RawRecord("Cat", "Paint it."), id="null skills"),
        pytest.param(
            {"title": None, "description": None}, RawRecord("", "", "oil, ink"), id="null title and description"
        ),
    ],
)
def test_read_gold_reads_a_labelled_posting(tmp_path, knowledge, changes, record):
    """A line becomes a record with language, primary and secondary categories; absent texts are empty."""
    path = _write(tmp_path / "gold.jsonl", {**GOLD_ROW, **changes})

    assert read_gold(path, None, knowledge) == [GoldPosting(record, "en", "illustration", ("legal",))]


def test_read_gold_renames_by_the_mapping(tmp_path, knowledge):
    """The mapping's first row is a header; ids it does not name stay."""
    path = _write(tmp_path / "gold.jsonl", {**GOLD_ROW, "primary": "drawing"}, GOLD_ROW)
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("theirs,ours\ndrawing,illustration\nlegal,finance_accounting\n", "utf-8")

    assert [(posting.primary, posting.secondary) for posting in read_gold(path, mapping, knowledge)] == [
        ("illustration", ("finance_accounting",)),
        ("illustration", ("finance_accounting",)),
    ]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        pytest.param("no json", "is no labelled posting: Expecting value", id="no JSON"),
        pytest.param("[1]", "is no labelled posting: list indices must be integers", id="no object"),
        pytest.param({"title": "Cat"}, "is no labelled posting: 'primary'", id="no label"),
        pytest.param({**GOLD_ROW, "secondary": None}, "is no labelled posting: Value after", id="null for a list"),
        pytest.param({**GOLD_ROW, "primary": "drawing"}, '"drawing" is not in taxonomy.toml; map it with --mapping', id="unknown primary"),
        pytest.param({**GOLD_ROW, "secondary": ["drawing"]}, '"drawing" is not in taxonomy.toml; map it with --mapping', id="unknown secondary"),
        pytest.param(
            {key: value for key, value in GOLD_ROW.items() if key != "lang"}, "is no labelled posting: 'lang'", id="no language"
        ),
    ],
)  # fmt: skip
def test_read_gold_reports_a_bad_line(tmp_path, knowledge, row, what):
    """A line that is no labelled posting is named with file and number."""
    path = _write(tmp_path / "gold.jsonl", GOLD_ROW, row)

    with pytest.raises(InputError, match=rf"\A{re.escape(str(path))}: line 2: {re.escape(what)}"):
        read_gold(path, None, knowledge)


def test_line_separator_inside_a_text_parts_no_posting(tmp_path, knowledge):
    """A JSON line may hold any character but a line feed; texts copied from web pages hold U+2028."""
    path = _write(tmp_path / "gold.jsonl", {**GOLD_ROW, "description": "One\u2028Two"})

    assert read_gold(path, None, knowledge)[0].record.description == "One\u2028Two"


@pytest.fixture(scope="module")
def answers(tagger):
    """Give the predictions for our texts."""
    return [tag.prediction for tag in tagger.tag(RawRecord(text) for text in TEXTS)]


def _gold(labels, languages=("en", "en", "en", "en"), secondary=()):
    return [
        GoldPosting(RawRecord(text), language, label, secondary)
        for text, label, language in zip(TEXTS, labels, languages, strict=True)
    ]


def _other_than(*names):
    return next(
        name for name in ("legal", "qa_testing", "hr_recruiting", "cloud_it", "web_research") if name not in names
    )


def test_all_right_gives_full_marks(tagger, answers):
    """Gold labels that equal the answers give 1 in every share."""
    figures = evaluate_gold(_gold([answer.category_id for answer in answers]), tagger)["en"]

    assert (figures["n"], figures["top1"], figures["top1_or_secondary"], figures["top3"]) == (4, 1, 1, 1)
    assert (figures["sector"], figures["surest_70"], figures["abstained"], figures["language"]) == (1, 1, 0, 1)
    assert figures["calibration_error"] == pytest.approx(1 - np.mean([a.probability for a in answers]), abs=0.001)


def test_one_wrong_of_four_counts_a_quarter(tagger, answers):
    """One wrong label lowers top1, and the others only where it is neither second nor secondary."""
    names = [answer.category_id for answer in answers]
    wrong = _other_than(*names, *(other.category_id for other in answers[0].alternatives))
    figures = evaluate_gold(_gold([wrong, *names[1:]]), tagger)["en"]
    excused = evaluate_gold(_gold([wrong, *names[1:]], secondary=(names[0],)), tagger)["en"]

    assert (figures["top1"], figures["top1_or_secondary"], figures["top3"]) == (0.75, 0.75, 0.75)
    assert (excused["top1"], excused["top1_or_secondary"]) == (0.75, 1)


@pytest.mark.parametrize(("place", "top3"), [(0, 1.0), (1, 1.0), (2, 0.75)], ids=["second", "third", "fourth"])
def test_top3_is_the_answer_and_two_runners_up(tagger, answers, place, top3):
    """A label among the first three counts, the fourth does not."""
    names = [answer.category_id for answer in answers]
    asked = next(i for i, answer in enumerate(answers) if answer.alternatives[place].category_id != OTHER)
    names[asked] = answers[asked].alternatives[place].category_id
    figures = evaluate_gold(_gold(names), tagger)["en"]

    assert (figures["top1"], figures["top3"]) == (0.75, top3)


def test_surest_leave_out_the_least_sure(tagger, answers):
    """Of four postings the surest 70 per cent are three: a mistake in the least sure one is not seen there."""
    names = [answer.category_id for answer in answers]
    least = min(range(4), key=lambda place: answers[place].probability)
    names[least] = _other_than(*names)
    figures = evaluate_gold(_gold(names), tagger)["en"]

    assert (figures["top1"], figures["surest_70"]) == (0.75, 1)


def test_figures_stand_by_language(tagger, answers):
    """Each gold language has figures of its own, in order; a language that was not recognised counts against it."""
    names = [answer.category_id for answer in answers]
    figures = evaluate_gold(_gold(names, languages=("fr", "en", "en", "fr")), tagger)

    assert list(figures) == ["en", "fr"]
    assert (figures["en"]["n"], figures["en"]["language"]) == (2, 1)
    assert (figures["fr"]["n"], figures["fr"]["language"]) == (2, 0)


def test_macro_f1_needs_five_postings_of_a_category(tagger):
    """Categories with fewer than five gold postings are left out, so that five right ones give 1 and four give 0."""
    label = next(tagger.tag([RawRecord(TEXTS[0])])).prediction.category_id
    five = [GoldPosting(RawRecord(TEXTS[0]), "en", label, ())] * 5

    assert evaluate_gold(five, tagger)["en"]["macro_f1"] == 1
    assert evaluate_gold(five[:4], tagger)["en"]["macro_f1"] == 0


def test_postings_of_no_category_are_measured_apart(tagger):
    """Of texts labelled `other`, the share that was noticed counts, in no language's figures."""
    gold = [GoldPosting(RawRecord(text), "en", "other", ()) for text in ("", TEXTS[0])]

    assert evaluate_gold(gold, tagger) == {"other": {"n": 2, "noticed": 0.5}}


def test_wrong_postings_lists_mistakes_only(tagger, answers):
    """Each wrong answer has a line with gold label, answer, text and the words that decided."""
    names = [answer.category_id for answer in answers]
    wrong = _other_than(*names)
    (line,) = wrong_postings(_gold([wrong, *names[1:]], secondary=("legal",)), tagger)
    words = ", ".join(f"{word.word} {word.weight:+.1f}" for word in answers[0].words)

    assert line == (
        f"[en] {wrong} ['legal'] -> {names[0]} {answers[0].probability:.2f} | Logo for my bakery |  |  | {words}"
    )


@pytest.mark.parametrize(
    ("probability", "right", "error"),
    [
        pytest.param([1.0, 1.0], [True, True], 0.0, id="sure and right"),
        pytest.param([1.0, 1.0], [False, False], 1.0, id="sure and wrong"),
        pytest.param([0.75, 0.75, 0.75, 0.75], [True, True, True, False], 0.0, id="as right as it says"),
        pytest.param([0.55, 0.95], [True, True], 0.25, id="too modest in two bins"),
        pytest.param([0.11, 0.19], [True, False], 0.35, id="one bin, too modest"),
        pytest.param([0.0, 0.95], [False, False], 0.475, id="half is wrong"),
    ],
)
def test_calibration_error_weighs_bins_by_size(probability, right, error):
    """The error is the mean gap between said and true probability over ten bins."""
    assert calibration_error(np.array(probability), np.array(right)) == pytest.approx(error)


def test_report_aligns_the_figures():
    """There is a column per language and a row per figure, blank where a column lacks it."""
    figures = {"en": {"n": 4.0, "top1": 0.75}, "other": {"n": 2.0, "noticed": 0.5}}

    assert report(figures).splitlines() == [
        "                          en   other",
        "n                          4       2",
        "top1                    0.75        ",
        "noticed                          0.5",
    ]
