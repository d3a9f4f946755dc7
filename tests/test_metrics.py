"""The figures of an evaluation, on answers whose figures are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobtagger.records import Prediction, RawRecord, RiskTag, TaggedPosting
from jobtagger.train.labelled import LabelledPosting
from jobtagger.train.metrics import (
    Answer,
    Confusion,
    calibration,
    calibration_error,
    category_figures,
    confusions,
    coverage,
    summary,
)

RISK = RiskTag("low", 0.3, None, "low", False, None, False, ())


def _answer(gold, best, probability=0.9, gold_level="low", language="en", recognised="en"):
    prediction = Prediction(best, probability, (), "", (), "", needs_review=False)
    return Answer(
        LabelledPosting(RawRecord("x"), language, gold, ()), TaggedPosting(recognised, prediction, RISK), gold_level
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
    assert calibration_error(calibration(np.array(probability), np.array(right))) == pytest.approx(error)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30))
def test_bins_hold_every_answer_once(pairs):
    """Ten bins hold all answers, and the mean accuracy weighed by size is the accuracy."""
    probability, right = np.array([p for p, _ in pairs], dtype=float), np.array([r for _, r in pairs], dtype=bool)
    bins = calibration(probability, right)

    assert len(bins) == 10
    assert sum(entry.n for entry in bins) == len(pairs)
    assert sum(entry.n * entry.accuracy for entry in bins) == pytest.approx(right.sum())
    assert 0 <= calibration_error(bins) <= 1


def test_coverage_leaves_out_the_unsure_first():
    """The surest quarter and half are right, the whole is half right; each says from which probability on."""
    points = coverage(np.array([0.2, 0.9, 0.8, 0.4]), np.array([False, True, True, False]))
    by_share = {round(point.share, 2): point for point in points}

    assert (by_share[0.25].n, by_share[0.25].accuracy, by_share[0.25].probability) == (1, 1, 0.9)
    assert (by_share[0.5].n, by_share[0.5].accuracy, by_share[0.5].probability) == (2, 1, 0.8)
    assert (by_share[1.0].n, by_share[1.0].accuracy, by_share[1.0].probability) == (4, 0.5, 0.2)
    assert all(point.n for point in points)


def test_category_figures_count_both_sides():
    """Of three answers `legal` two are right, of two labels `legal` both are found; an answer no label has is listed."""
    answers = [
        _answer("legal", "legal"),
        _answer("legal", "legal"),
        _answer("other", "legal"),
        _answer("other", "data_entry"),
    ]
    rows = {row.category_id: row for row in category_figures(answers)}

    assert list(rows) == ["data_entry", "legal", "other"]
    assert (rows["legal"].n, rows["legal"].precision, rows["legal"].recall, rows["legal"].f1) == (2, 0.667, 1, 0.8)
    assert (rows["data_entry"].n, rows["data_entry"].f1) == (0, 0)


def test_confusions_begin_with_the_most_frequent():
    """Wrong pairs are counted, right answers are none of them, ties stand in alphabetical order."""
    pairs = [("a", "b"), ("c", "b"), ("c", "b"), ("a", "a"), ("a", "c")]

    assert confusions([_answer(*pair) for pair in pairs]) == [
        Confusion("c", "b", 2), Confusion("a", "b", 1), Confusion("a", "c", 1),
    ]  # fmt: skip


def test_risk_level_is_right_when_the_label_gives_the_same(knowledge):
    """A wrong category counts as right in the risk level where the label's level is the same."""
    figures = summary([_answer("legal", "data_entry"), _answer("legal", "legal", gold_level="high")], knowledge)

    assert (figures["top1"], figures["risk_level"]) == (0.5, 0.5)


def test_own_category_is_its_own_sector(knowledge):
    """A category outside the taxonomy shares a sector with nothing; within the taxonomy the sector decides."""
    figures = summary(
        [_answer("translation", "transcription"), _answer("gardens", "legal"), _answer("gardens", "gardens")], knowledge
    )

    assert figures["sector"] == 0.667


def test_language_is_measured_only_where_it_is_labelled(knowledge):
    """Without labelled languages there is no such figure."""
    assert "language" not in summary([_answer("legal", "legal", language="")], knowledge)
    assert summary([_answer("legal", "legal", language="fr")], knowledge)["language"] == 0
