"""The types that flow from room to room, and the output columns."""

import pytest

from jobtagger.records import (
    OUTPUT_COLUMNS,
    FoundTrait,
    Prediction,
    Reason,
    RiskTag,
    TaggedPosting,
)

LOGO = Prediction("graphic_design", 0.91249, (), "illustration", (("logo", 2.345), ("brand", 0.5)), "", False)
NO_IDEA = Prediction("legal", 0.0996, (), "", (("hm", 0.1),), "too_close", True)
MODERATE = RiskTag(
    "moderate", 0.56, -12.5, "low", True, 75, True, (Reason("rule", "R5", "moderate"), Reason("evidence", "S008")),
    (FoundTrait("bulk", "5 logos", 6), FoundTrait("senior", "senior", 0)),
)  # fmt: skip
UNKNOWN_RISK = RiskTag("unknown", None, None, "", False, None, False, ())


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        pytest.param(Reason("trait", "bulk", "+6 (5 logos)"), "trait:bulk=+6 (5 logos)", id="with detail"),
        pytest.param(Reason("evidence", "S008"), "evidence:S008", id="without detail"),
    ],
)
def test_reason_reads_kind_id_and_detail(reason, text):
    """A reason is written `kind:id=detail`, or `kind:id` where there is nothing to add."""
    assert str(reason) == text


def test_row_of_a_tagged_posting():
    """Every cell is text: numbers rounded, flags as true and false, lists joined."""
    assert TaggedPosting("fr", LOGO, MODERATE).as_row() == {
        "category": "graphic_design",
        "category_probability": "0.912",
        "category_2": "illustration",
        "language": "fr",
        "risk_level": "moderate",
        "risk_score": "0.56",
        "trend_pct": "-12.5",
        "risk_confidence": "low",
        "risk_conflict": "true",
        "exposure_percentile": "75",
        "exposure_differs": "true",
        "traits": "bulk senior",
        "reasons": "word:logo=+2.35; word:brand=+0.50; rule:R5=moderate; evidence:S008; trait:bulk=+6 (5 logos); trait:senior=+0 (senior)",
        "needs_review": "false",
    }


def test_row_of_a_posting_nothing_is_known_of():
    """What is not known is an empty cell or `unknown`, and the refusal is the first reason."""
    assert TaggedPosting("en", NO_IDEA, UNKNOWN_RISK).as_row() == {
        "category": "unknown",
        "category_probability": "0.100",
        "category_2": "",
        "language": "en",
        "risk_level": "unknown",
        "risk_score": "",
        "trend_pct": "",
        "risk_confidence": "",
        "risk_conflict": "false",
        "exposure_percentile": "",
        "exposure_differs": "false",
        "traits": "",
        "reasons": "abstained:too_close; word:hm=+0.10",
        "needs_review": "true",
    }


@pytest.mark.parametrize("tagged", [TaggedPosting("en", LOGO, MODERATE), TaggedPosting("en", NO_IDEA, UNKNOWN_RISK)])
def test_row_has_the_output_columns_in_order(tagged):
    """The columns are those documented, in the order documented, whatever was found."""
    assert list(tagged.as_row()) == list(OUTPUT_COLUMNS)


def test_reasons_of_the_category_come_before_those_of_the_level():
    """Refusal, then words, then what the level rests on."""
    assert TaggedPosting("en", NO_IDEA, MODERATE).reasons() == (
        Reason("abstained", "too_close"),
        Reason("word", "hm", "+0.10"),
        Reason("rule", "R5", "moderate"),
        Reason("evidence", "S008"),
        Reason("trait", "bulk", "+6 (5 logos)"),
        Reason("trait", "senior", "+0 (senior)"),
    )


@pytest.mark.parametrize(
    ("trend_pct", "cell"),
    [
        pytest.param(None, "", id="no figure"),
        pytest.param(39.0, "+39", id="growth"),
        pytest.param(-10.42, "-10.42", id="decline"),
        pytest.param(0.0, "+0", id="no change is a figure"),
    ],
)
def test_trend_is_written_with_its_sign(trend_pct, cell):
    """A figure always has a sign, and no change is not the same as no figure."""
    risk = RiskTag("low", 0.3, trend_pct, "low", False, 0, False, ())

    assert TaggedPosting("en", LOGO, risk).as_row()["trend_pct"] == cell


def test_zeros_are_written():
    """A score or percentile of 0 is a value, not an empty cell."""
    row = TaggedPosting("en", LOGO, RiskTag("growing", 0.0, None, "low", False, 0, False, ())).as_row()

    assert (row["risk_score"], row["exposure_percentile"]) == ("0.00", "0")
