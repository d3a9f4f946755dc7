"""Figures on labelled postings; the gold labels are set by what the shipped tagger answers."""

import json

import numpy as np
import pytest

from jobtagger.classify.classifier import OTHER
from jobtagger.records import RawRecord
from jobtagger.train.evaluate import answer, evaluate, mistakes
from jobtagger.train.labelled import LabelledPosting

TEXTS = (
    "Logo for my bakery",
    "Translate a contract from English to French",
    "Bookkeeping for a small company",
    "Edit a podcast",
)


@pytest.fixture(scope="module")
def answers(tagger):
    """Give the predictions for our texts."""
    return [tag.prediction for tag in tagger.tag(RawRecord(text) for text in TEXTS)]


def _gold(labels, languages=("en", "en", "en", "en"), secondary=()):
    return [
        LabelledPosting(RawRecord(text), language, label, secondary)
        for text, label, language in zip(TEXTS, labels, languages, strict=True)
    ]


def _other_than(*names):
    return next(
        name for name in ("legal", "qa_testing", "hr_recruiting", "cloud_it", "web_research") if name not in names
    )


def test_all_right_gives_full_marks(tagger, answers):
    """Gold labels that equal the answers give 1 in every share."""
    figures = evaluate(_gold([answer.category_id for answer in answers]), tagger).figures["en"]

    assert (figures["n"], figures["top1"], figures["top1_or_secondary"], figures["top3"]) == (4, 1, 1, 1)
    assert (figures["sector"], figures["surest_70"], figures["abstained"], figures["language"]) == (1, 1, 0, 1)
    assert figures["calibration_error"] == pytest.approx(1 - np.mean([a.probability for a in answers]), abs=0.001)


def test_one_wrong_of_four_counts_a_quarter(tagger, answers):
    """One wrong label lowers top1, and the others only where it is neither second nor secondary."""
    names = [answer.category_id for answer in answers]
    wrong = _other_than(*names, *(other for other, _ in answers[0].alternatives))
    figures = evaluate(_gold([wrong, *names[1:]]), tagger).figures["en"]
    excused = evaluate(_gold([wrong, *names[1:]], secondary=(names[0],)), tagger).figures["en"]

    assert (figures["top1"], figures["top1_or_secondary"], figures["top3"]) == (0.75, 0.75, 0.75)
    assert (excused["top1"], excused["top1_or_secondary"]) == (0.75, 1)


@pytest.mark.parametrize(("place", "top3"), [(0, 1.0), (1, 1.0), (2, 0.75)], ids=["second", "third", "fourth"])
def test_top3_is_the_answer_and_two_runners_up(tagger, answers, place, top3):
    """A label among the first three counts, the fourth does not."""
    names = [answer.category_id for answer in answers]
    asked = next(i for i, answer in enumerate(answers) if answer.alternatives[place][0] != OTHER)
    names[asked] = answers[asked].alternatives[place][0]
    figures = evaluate(_gold(names), tagger).figures["en"]

    assert (figures["top1"], figures["top3"]) == (0.75, top3)


def test_surest_leave_out_the_least_sure(tagger, answers):
    """Of four postings the surest 70 per cent are three: a mistake in the least sure one is not seen there."""
    names = [answer.category_id for answer in answers]
    least = min(range(4), key=lambda place: answers[place].probability)
    names[least] = _other_than(*names)
    figures = evaluate(_gold(names), tagger).figures["en"]

    assert (figures["top1"], figures["surest_70"]) == (0.75, 1)


def test_figures_stand_by_language(tagger, answers):
    """Each gold language has figures of its own, in order; a language that was not recognised counts against it."""
    names = [answer.category_id for answer in answers]
    figures = evaluate(_gold(names, languages=("fr", "en", "en", "fr")), tagger).figures

    assert list(figures) == ["en", "fr", "all"]
    assert (figures["en"]["n"], figures["en"]["language"]) == (2, 1)
    assert (figures["fr"]["n"], figures["fr"]["language"]) == (2, 0)


def test_macro_f1_needs_five_postings_of_a_category(tagger):
    """Categories with fewer than five gold postings are left out, so that five right ones give 1 and four give 0."""
    label = next(tagger.tag([RawRecord(TEXTS[0])])).prediction.category_id
    five = [LabelledPosting(RawRecord(TEXTS[0]), "en", label, ())] * 5

    assert evaluate(five, tagger).figures["en"]["macro_f1"] == 1
    assert evaluate(five[:4], tagger).figures["en"]["macro_f1"] == 0


def test_postings_of_no_category_are_measured_apart(tagger):
    """Of texts labelled `other`, the share that was noticed counts, in no language's figures."""
    gold = [LabelledPosting(RawRecord(text), "en", "other", ()) for text in ("", TEXTS[0])]

    assert evaluate(gold, tagger).figures == {"other": {"n": 2, "noticed": 0.5}}


def test_mistakes_alone_are_listed(tagger, answers):
    """Each wrong answer has a line with gold label, answer, text and the words that decided, and says the same in JSON."""
    names = [answer.category_id for answer in answers]
    wrong = _other_than(*names)
    (mistake,) = mistakes(_gold([wrong, *names[1:]], secondary=("legal",)), tagger)
    words = ", ".join(f"{word} {weight:+.1f}" for word, weight in answers[0].words)

    assert mistake.as_line() == (
        f"[en] {wrong} ['legal'] -> {names[0]} {answers[0].probability:.2f} | Logo for my bakery |  |  | {words}"
    )
    assert json.loads(json.dumps(mistake.as_dict())) == {
        "language": "en", "primary": wrong, "secondary": ["legal"], "answer": names[0],
        "probability": pytest.approx(answers[0].probability, abs=0.001),
        "title": "Logo for my bakery", "description": "", "skills": "",
        "words": [{"word": word, "weight": pytest.approx(weight, abs=0.001)} for word, weight in answers[0].words],
    }  # fmt: skip


def test_risk_level_of_the_label_keeps_the_traits_of_the_text(tagger):
    """An answer equal to the label gives the label's level, whatever traits the text shows; another one need not."""
    text = RawRecord("Senior security audit of our bank, long term, NDA", "")
    tag = next(tagger.tag([text]))
    (right,) = answer([LabelledPosting(text, "en", tag.prediction.category_id, ())], tagger)
    (wrong,) = answer([LabelledPosting(text, "en", "data_entry", ())], tagger)

    assert tag.risk.traits
    assert (right.gold_level, wrong.tag.risk.level) == (tag.risk.level, tag.risk.level)
    assert wrong.gold_level != tag.risk.level


def test_languages_are_recognised_where_none_is_labelled(tagger):
    """Postings without a labelled language are grouped by the recognised one."""
    texts = (TEXTS[0], "Traduction d'un contrat de travail vers l'anglais")
    evaluation = evaluate([LabelledPosting(RawRecord(text), "", "legal", ()) for text in texts], tagger)

    assert [(name, row["n"]) for name, row in evaluation.figures.items()] == [("en", 1), ("fr", 1), ("all", 2)]
