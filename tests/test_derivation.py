"""How a level is explained and how far it hangs on the policy, on outlooks of our own."""

from dataclasses import replace

import pytest
from builders import POLICY, make_evidence, make_outlook, make_trait

from jobtagger.knowledge import Text
from jobtagger.risk import derive_level
from jobtagger.risk.derivation import derivation, exposure_differs
from jobtagger.risk.sensitivity import cut_ranges, move_cuts, move_trait_points

FIGURES = {"S1": -30.0, "S2": -18.0, "S3": 3.0, "S4": 25.0, "S5": None}
EVIDENCE = {name: make_evidence(name, figure) for name, figure in FIGURES.items()}


def _derived(*args):
    return derive_level(make_outlook(*args), EVIDENCE, POLICY)


@pytest.mark.parametrize(
    ("outlook", "english"),
    [
        pytest.param(("R1", "", ("S1",)), "R1, S1: -30 % lies at or below -25 %: critical.", id="the worst level"),
        pytest.param(("R1", "", ("S2",)), "R1, S2: -18 % lies between -25 % and -15 %: high.", id="a level between"),
        pytest.param(("R1", "", ("S4",)), "R1, S4: +25 % lies at or above +20 %: growing.", id="the mildest level"),
        pytest.param(
            ("R2", "new", ("S5",)), "R2, S5: the documents describe explicitly new work: growing.", id="new work"
        ),
        pytest.param(
            ("R3", "threatened", ("S5", "S2")),
            "R3, S5 S2: no figure decides; the documents describe work that may be ordered less or paid less: moderate.",
            id="wording",
        ),
        pytest.param(
            ("R3", "in_demand", ("X6",)),
            "R3, X6: no figure decides; outside sources describe work that stays in demand or grows: low.",
            id="outside sources",
        ),
        pytest.param(
            ("R4", "", ("S5",)),
            "R4, S5: a way out that the documents name within work that declines: moderate.",
            id="sub-type",
        ),
        pytest.param(("R5", "", ("S1", "S4")), "R5, S1 S4: strong sources differ in sign: moderate.", id="conflict"),
        pytest.param(("none",), "", id="nothing known"),
    ],
)
def test_derivation_says_rule_statements_and_level(outlook, english):
    """The sentence has all that is needed to redo the step by hand, in both languages."""
    sentence = derivation(_derived(*outlook), POLICY)

    assert sentence.en == english
    assert bool(sentence.fr) == bool(english)
    assert sentence.fr.split(" ")[0] == sentence.en.split(" ")[0]


def test_derivation_says_what_a_figure_of_a_part_counts():
    """The figure and the level stand there, and then that it counts only a part and which."""
    derived = derive_level(replace(make_outlook("R1", "", ("S2",)), part=Text("cats", "les chats")), EVIDENCE, POLICY)

    assert derivation(derived, POLICY) == (
        "R1, S2: -18 % lies between -25 % and -15 %: high. This figure counts only a part of this kind of work: cats.",
        "R1, S2 : -18 % se situe entre -25 % et -15 % : élevé. Ce chiffre ne compte qu'une partie de ce type de travail :"
        " les chats.",
    )


def test_cuts_hang_on_figures_of_a_part_too(knowledge):
    """A cut cannot be moved over a figure without moving a level, whether or not the figure is shown as a trend."""
    outlook = replace(make_outlook("R1", "", ("S2",)), part=Text("cats", "les chats"))
    ranges = cut_ranges(replace(knowledge, policy=POLICY, evidence=EVIDENCE, outlooks={"legal": outlook}))

    assert {found.level: found.lowest for found in ranges}["moderate"] == -18.0


@pytest.mark.parametrize(
    ("statement", "percentile", "differs"),
    [
        pytest.param("S4", 95, True, id="grows and is exposed"),
        pytest.param("S4", 80, True, id="from the threshold on"),
        pytest.param("S4", 79, False, id="below it"),
        pytest.param("S1", 95, False, id="falls and is exposed"),
        pytest.param("S1", 49, True, id="falls and is not"),
        pytest.param("S1", 50, False, id="falls and is half"),
        pytest.param("S1", None, False, id="no exposure known"),
    ],
)
def test_exposure_differs_where_trend_and_exposure_point_apart(statement, percentile, differs):
    """Growing though exposed and falling though spared are flagged, nothing else."""
    assert exposure_differs(_derived("R1", "", (statement,)), percentile, POLICY) is differs


def test_exposure_cannot_differ_from_a_conflict_or_from_nothing():
    """A moderate or unknown level claims no direction."""
    assert not exposure_differs(_derived("R5", "", ("S1", "S4")), 99, POLICY)
    assert not exposure_differs(_derived("none"), 99, POLICY)


@pytest.fixture
def our_knowledge(knowledge):
    """Give three categories with figures of -30, -18 and +3 per cent, and traits of 12, 6 and 0 points."""
    outlooks = {
        name: make_outlook("R1", "", (statement,), category_id=name)
        for name, statement in (("legal", "S1"), ("translation", "S2"), ("web_design", "S3"))
    }
    traits = {
        trait.id: trait
        for trait in (make_trait("a", ("x",), 12), make_trait("b", ("y",), -6), make_trait("c", ("z",), 0))
    }
    return replace(knowledge, policy=POLICY, outlooks=outlooks, evidence=EVIDENCE, traits=traits)


def test_moved_cuts_change_the_figures_they_pass(our_knowledge):
    """A cut moved past a figure changes that category's level and no other."""
    moved = {(one.name, one.step): one.changed for one in move_cuts(our_knowledge)}

    assert moved["high", 10.0] == {"translation": "critical"}
    assert moved["moderate", -5.0] == {"translation": "moderate"}
    assert moved["low", 10.0] == {"web_design": "moderate"}
    assert moved["growing", -10.0] == {}


def test_cut_ranges_are_the_gaps_between_figures(our_knowledge):
    """Each cut lies between the figures next to it, or the ends of the scale."""
    ranges = {one.level: (one.lowest, one.cut, one.highest) for one in cut_ranges(our_knowledge)}

    assert ranges["high"] == (-30.0, -25.0, -18.0)
    assert ranges["moderate"] == (-18.0, -15.0, 3.0)
    assert ranges["growing"] == (3.0, 20.0, 100.0)


def test_moved_points_say_which_traits_gain_or_lose_their_effect(our_knowledge):
    """With 20 points to a level from its middle, ten decide: 12 less 3 no longer moves one, 6 and 6 do."""
    changes = move_trait_points(our_knowledge)

    assert changes[-3] == {"a": 0}
    assert changes[6] == {"b": -1}
    assert changes[3] == {}
