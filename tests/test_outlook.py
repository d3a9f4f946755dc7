"""The level of a category, derived by rules R1 to R5."""

from dataclasses import replace

import pytest
from builders import LEVELS, POLICY, make_evidence, make_outlook

from jobtagger.knowledge import Text, load_knowledge
from jobtagger.risk import derive_levels
from jobtagger.risk.outlook import NOTHING_KNOWN, DerivedLevel, derive_level, level_of_points, level_of_trend

SHIPPED = load_knowledge()


@pytest.mark.parametrize(
    ("trend_pct", "level"),
    [
        pytest.param(1000, "growing", id="tenfold"),
        pytest.param(20.01, "growing", id="just above +20"),
        pytest.param(20, "growing", id="on +20"),
        pytest.param(19.99, "low", id="just below +20"),
        pytest.param(0, "low", id="no change"),
        pytest.param(-4.99, "low", id="just above -5"),
        pytest.param(-5, "moderate", id="on -5"),
        pytest.param(-5.01, "moderate", id="just below -5"),
        pytest.param(-14.99, "moderate", id="just above -15"),
        pytest.param(-15, "high", id="on -15"),
        pytest.param(-15.01, "high", id="just below -15"),
        pytest.param(-24.99, "high", id="just above -25"),
        pytest.param(-25, "critical", id="on -25"),
        pytest.param(-25.01, "critical", id="just below -25"),
        pytest.param(-100, "critical", id="nothing left"),
        pytest.param(-120, "critical", id="below every cut"),
    ],
)
def test_level_of_trend_at_and_around_the_cuts(trend_pct, level):
    """A change exactly on a cut belongs to the level further from zero."""
    assert level_of_trend(trend_pct, POLICY).id == level


@pytest.mark.parametrize(
    ("points", "level"),
    [
        pytest.param(0, "growing", id="bottom"),
        pytest.param(19, "growing", id="just below 20"),
        pytest.param(20, "low", id="on 20"),
        pytest.param(39, "low", id="just below 40"),
        pytest.param(40, "moderate", id="on 40"),
        pytest.param(59, "moderate", id="just below 60"),
        pytest.param(60, "high", id="on 60"),
        pytest.param(79, "high", id="just below 80"),
        pytest.param(79.5, "high", id="between whole points"),
        pytest.param(80, "critical", id="on 80"),
        pytest.param(100, "critical", id="top"),
    ],
)
def test_level_of_points_at_and_around_the_cuts(points, level):
    """A score on a cut belongs to the level that starts there."""
    assert level_of_points(points, POLICY).id == level


@pytest.mark.parametrize("level", LEVELS, ids=[level.id for level in LEVELS])
def test_points_of_a_level_lie_in_its_band(level):
    """The points a level stands for lead back to it."""
    assert level_of_points(level.points, POLICY) is level


@pytest.mark.parametrize(
    ("rule", "wording", "level", "points", "trend_pct"),
    [
        pytest.param("R1", "", "high", 70, -20.0, id="R1 by the figure"),
        pytest.param("R2", "new", "growing", 10, None, id="R2 new work"),
        pytest.param("R3", "disappears", "high", 70, None, id="R3 disappears"),
        pytest.param("R3", "threatened", "moderate", 50, None, id="R3 threatened"),
        pytest.param("R3", "in_demand", "low", 30, None, id="R3 in demand"),
        pytest.param("R4", "", "moderate", 50, None, id="R4 stable sub-type"),
        pytest.param("R4", "disappears", "moderate", 50, None, id="R4 whatever the wording"),
        pytest.param("R5", "", "moderate", 50, None, id="R5 conflict"),
        pytest.param("none", "", "unknown", None, None, id="no rule"),
    ],
)
def test_derive_level_applies_the_rule(rule, wording, level, points, trend_pct):
    """Only R1 reads the figure; the other rules follow wording or rule."""
    outlook = make_outlook(rule, wording, headline=("S1",))

    derived = derive_level(outlook, {"S1": make_evidence("S1", -20.0)}, POLICY)

    assert derived == DerivedLevel(level, points, trend_pct, outlook)
    assert derived.trend_pct == trend_pct


def test_figure_of_a_part_sets_the_level_but_is_no_trend():
    """Where the figure counts only a part of the category the level follows from it, and there is no trend to show."""
    outlook = replace(make_outlook("R1", headline=("S1",)), part=Text("cats", "chats"))
    derived = derive_level(outlook, {"S1": make_evidence("S1", -20.0)}, POLICY)

    assert (derived.level, derived.points, derived.figure, derived.trend_pct) == ("high", 70, -20.0, None)


def test_derive_level_reads_the_table_of_the_policy():
    """R4 and R5 have a row each in the policy's table of rules, apart from that of the wordings."""
    policy = replace(POLICY, rule_levels={**POLICY.rule_levels, "stable_subtype": "low", "conflict": "critical"})
    levels = [derive_level(make_outlook(rule), {}, policy).level for rule in ("R4", "R5")]

    assert levels == ["low", "critical"]


def test_derive_levels_covers_every_category():
    """There is a level for every category of the taxonomy, nothing known for one without an outlook."""
    levels = derive_levels(SHIPPED)

    assert list(levels) == list(SHIPPED.categories)
    assert levels["other"] == NOTHING_KNOWN == DerivedLevel("unknown", None, None, None)


@pytest.mark.parametrize("category_id", SHIPPED.outlooks)
def test_level_of_every_shipped_category_follows(category_id):
    """Level, points and figure of each category are those that its rule and evidence lead to."""
    outlook, policy = SHIPPED.outlooks[category_id], SHIPPED.policy
    derived = derive_levels(SHIPPED)[category_id]
    if outlook.rule == "R1":
        figure = SHIPPED.evidence[outlook.headline[0]].figure
        cuts = [level.trend_from for level in policy.levels[:-1]]
        n_passed = sum(figure < cut or (figure == cut < 0) for cut in cuts)
        expected = policy.levels[n_passed]
    else:
        names = {"R2": outlook.wording, "R3": outlook.wording, "R4": "stable_subtype", "R5": "conflict"}
        level_id = policy.rule_levels[names[outlook.rule]]
        (expected,) = (level for level in policy.levels if level.id == level_id)
        figure = None

    assert derived == DerivedLevel(expected.id, expected.points, figure, outlook)
    assert derived.trend_pct == (None if outlook.part.en else figure)


@pytest.mark.parametrize("category_id", [name for name, outlook in SHIPPED.outlooks.items() if outlook.rule == "R3"])
def test_wording_alone_is_never_critical(category_id):
    """Without a figure no category is critical."""
    assert derive_levels(SHIPPED)[category_id].level in ("low", "moderate", "high")
