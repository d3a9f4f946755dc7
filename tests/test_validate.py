"""What the levels are compared with, on evidence of our own."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from builders import POLICY, make_evidence, make_outlook

from jobtagger.knowledge import load_knowledge
from jobtagger.knowledge.types import Exposure, Text
from jobtagger.train.validate import correlations, groups_of, held_out, interval_of_share, validation_page


def _figure(statement_id, figure, about=("legal",), unit="percent_postings", restates=""):
    return replace(make_evidence(statement_id, figure), about=about, unit=unit, restates=restates)


@pytest.fixture
def our_knowledge(knowledge):
    """Give knowledge in which -30 % decides the level of legal work, and animation is in demand."""
    statements = (
        _figure("S1", -30, about=("legal", "web_design")),
        _figure("X1", -18),
        _figure("X2", -30, restates="S1"),
        _figure("X3", -18, unit="percent_pay"),
        _figure("X4", 40, about=("animation_3d", "legal"), unit="percent_postings_relative"),
        _figure("X5", None),
        _figure("X6", 40, about=("animation_3d",), unit="percent_postings_relative", restates="X4"),
        _figure("X7", 40, about=("web_design",), restates="X4"),
    )
    return replace(
        knowledge,
        policy=POLICY,
        evidence={entry.id: entry for entry in statements},
        outlooks={
            "legal": make_outlook("R1", "", ("S1",)),
            "animation_3d": make_outlook("R3", "in_demand", ("X5",), category_id="animation_3d"),
            "web_design": make_outlook("R3", "in_demand", ("X5",), category_id="web_design"),
        },
    )


def test_held_out_figures_are_those_that_do_not_decide_the_category(our_knowledge):
    """Changes in postings are compared with each category once, but for what decides it; pay and words are not."""
    found = [
        (one.statement.id, one.category_id, one.its_level, one.our_level, one.levels_apart)
        for one in held_out(our_knowledge)
    ]

    assert found == [
        ("S1", "web_design", "critical", "low", -3),
        ("X1", "legal", "high", "critical", 1),
        ("X4", "animation_3d", "growing", "low", 1),
        ("X4", "legal", "growing", "critical", 4),
        ("X7", "web_design", "growing", "low", 1),
    ]


def test_docs_say_why_each_held_out_figure_does_not_decide():
    """Every figure of postings that does not decide a category it is about stands in docs/risk.md, with a reason."""
    page = (Path(__file__).parents[1] / "docs" / "risk.md").read_text("utf-8").split("does not decide | because |")[1]
    rows = [row.split("|") for row in page.split("\n\n")[0].splitlines() if row.startswith("|")]
    explained = {
        (name, category_id)
        for row in rows
        for name in re.findall(r"\b[SX]\d+\b", row[1])
        for category_id in re.findall(r"`(\w+)`", row[2])
        if row[3].strip()
    }

    assert {(one.statement.id, one.category_id) for one in held_out(load_knowledge())} <= explained


def test_groups_hold_every_category_once_beside_all(knowledge):
    """Modalities part the categories that have a sector."""
    groups = groups_of(knowledge)
    everything = groups.pop("all")

    assert sorted(name for members in groups.values() for name in members) == sorted(everything)
    assert everything == set(knowledge.categories) - {"other"}


@pytest.mark.parametrize("sign", [1, -1])
def test_correlation_follows_the_ranks(knowledge, sign):
    """Exposure that rises with the points gives 1, exposure that falls gives -1, with an interval around it."""
    names = ("content_writing", "translation", "web_research", "web_design", "cloud_it")
    rows = tuple(
        Exposure(name, "ours", 0.5 - sign * place / 10, 50, "1", "x", "MIT", Text("x", "x"))
        for place, name in enumerate(names)
    )

    (found,) = correlations(replace(knowledge, exposure=rows), {"some": frozenset(names), "few": frozenset(names[:4])})

    assert (found.measure, found.group, found.n) == ("ours", "some", 5)
    assert found.rho == pytest.approx(sign)
    assert found.low <= found.rho <= found.high or found.rho == pytest.approx(found.low)


@pytest.mark.parametrize(
    ("n_hits", "n", "interval"),
    [(0, 0, (0.0, 1.0)), (5, 10, (0.237, 0.763)), (0, 10, (0.0, 0.278)), (10, 10, (0.722, 1.0))],
)
def test_interval_is_that_of_wilson(n_hits, n, interval):
    """The interval of a share stays within 0 and 1 and is wide where there is little."""
    assert interval_of_share(n_hits, n) == pytest.approx(interval, abs=0.001)


def test_page_is_the_same_each_time(knowledge):
    """The page says what it holds, and a second writing gives the same bytes."""
    scores = {"bulk": {"gold": 3, "f1": 0.5}}
    ours = {"bulk": {"gold": 7, "f1": 0.25}}
    page = validation_page(knowledge, scores, ours)

    assert page == validation_page(knowledge, scores, ours)
    assert "| X14 | `content_writing` | -30.37 % relative | critical | critical | +0 |" in page
    assert "| bulk | 3 | 0.5 |" in page
    assert "| bulk | 7 | 0.25 |" in page.split("read ourselves")[1]
    assert "not validated" in page
    assert "| < 0.01 |" in page
    assert not re.search(r"\| 0\.00 \|$", page, re.MULTILINE)
    assert "| S008 | `animation_3d` | -17 % relative | high | low | -2 |" in page
    assert "| X63 | `content_writing` | +58 % | growing | critical | +4 |" in page
