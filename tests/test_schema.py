"""The strict reader of one table."""

import pytest

from jobtagger.knowledge.schema import Fields, Problems, did_you_mean

COLOURS = ("red", "green", "dark_blue")


@pytest.fixture
def problems():
    """Give an empty list of problems of one file."""
    return Problems("colours.toml")


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        pytest.param("gren", '; did you mean "green"?', id="near"),
        pytest.param("dark-blue", '; did you mean "dark_blue"?', id="other sign"),
        pytest.param("purple", "", id="far from all"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_did_you_mean_hints_at_the_nearest(value, hint):
    """A near miss is answered with the known value, anything else with nothing."""
    assert did_you_mean(value, COLOURS) == hint


def test_problems_say_file_place_and_what(problems):
    """Every problem reads "file: place: what", in the order of noting."""
    problems.note("row 2", "is odd")
    problems.note("row 1", "is even")

    assert problems.found == ["colours.toml: row 2: is odd", "colours.toml: row 1: is even"]


@pytest.mark.parametrize(
    ("read", "values", "result"),
    [
        pytest.param(lambda f: f.text("a"), {"a": "x"}, "x", id="text"),
        pytest.param(lambda f: f.text("a", choices=COLOURS), {"a": "red"}, "red", id="text of choices"),
        pytest.param(lambda f: f.text("a", empty=True), {"a": ""}, "", id="empty text"),
        pytest.param(lambda f: f.text("a", empty=True), {}, "", id="absent text"),
        pytest.param(
            lambda f: f.text("a", empty=True, choices=COLOURS), {"a": ""}, "", id="empty text instead of a choice"
        ),
        pytest.param(lambda f: f.number("a", 0, 5), {"a": 5}, 5.0, id="number at the top"),
        pytest.param(lambda f: f.number("a", -1, 5), {"a": -1}, -1.0, id="number at the bottom"),
        pytest.param(lambda f: f.number("a", 0, 1), {"a": 0.25}, 0.25, id="fraction"),
        pytest.param(lambda f: f.flag("a"), {"a": True}, True, id="true"),
        pytest.param(lambda f: f.flag("a"), {"a": False}, False, id="false"),
        pytest.param(lambda f: f.texts("a"), {"a": ["y", "x"]}, ("y", "x"), id="texts in order"),
        pytest.param(lambda f: f.texts("a"), {"a": []}, (), id="no texts"),
        pytest.param(lambda f: f.texts("a", optional=True), {}, (), id="absent texts"),
        pytest.param(lambda f: f.texts("a", choices=COLOURS), {"a": ["red"]}, ("red",), id="texts of choices"),
    ],
)
def test_fields_take_good_values_without_a_problem(problems, read, values, result):
    """A value of the asked type and range is given as it is."""
    fields = Fields(values, "[here]", problems)
    taken = read(fields)
    fields.finish()

    assert (taken, type(taken)) == (result, type(result))
    assert problems.found == []


@pytest.mark.parametrize(
    ("read", "values", "stand_in", "what"),
    [
        pytest.param(lambda f: f.text("a"), {"a": 3}, "", ["a: 3 is of the wrong type", "a: is empty or missing"], id="number for text"),
        pytest.param(lambda f: f.text("a"), {"a": ""}, "", ["a: is empty or missing"], id="empty text"),
        pytest.param(lambda f: f.text("a"), {}, "", ["a: is missing", "a: is empty or missing"], id="missing text"),
        pytest.param(lambda f: f.text("a", choices=COLOURS), {"a": "gren"}, "gren", ['a: "gren" is not known; did you mean "green"?'], id="unknown choice"),
        pytest.param(lambda f: f.text("a", empty=True, choices=COLOURS), {"a": "x"}, "x", ['a: "x" is not known'], id="unknown choice that may be empty"),
        pytest.param(lambda f: f.number("a", 0, 5), {"a": 5.5}, 5.5, ["a: 5.5 is not between 0 and 5"], id="too large"),
        pytest.param(lambda f: f.number("a", 0, 5), {"a": -1}, -1.0, ["a: -1 is not between 0 and 5"], id="too small"),
        pytest.param(lambda f: f.number("a", 2, 5), {"a": "3"}, 2.0, ["a: '3' is of the wrong type"], id="text for number"),
        pytest.param(lambda f: f.number("a", 2, 5), {"a": True}, 2.0, ["a: True is of the wrong type"], id="flag for number"),
        pytest.param(lambda f: f.number("a", 2, 5), {}, 2.0, ["a: is missing"], id="missing number"),
        pytest.param(lambda f: f.number("a", 0, 5), {"a": float("nan")}, None, ["a: nan is not between 0 and 5"], id="not a number"),
        pytest.param(lambda f: f.flag("a"), {"a": 1}, False, ["a: 1 is of the wrong type"], id="number for flag"),
        pytest.param(lambda f: f.flag("a"), {}, False, ["a: is missing"], id="missing flag"),
        pytest.param(lambda f: f.texts("a"), {"a": "x"}, (), ["a: 'x' is of the wrong type"], id="text for list"),
        pytest.param(lambda f: f.texts("a"), {}, (), ["a: is missing"], id="missing list"),
        pytest.param(lambda f: f.texts("a"), {"a": ["x", 3]}, ("x", "3"), ["a: 3 is not a string"], id="number in list"),
        pytest.param(lambda f: f.texts("a"), {"a": ["x", "y", "x"]}, ("x", "y", "x"), ["a: an entry stands there twice"], id="entry twice"),
        pytest.param(lambda f: f.texts("a", choices=COLOURS), {"a": ["red", "gren"]}, ("red", "gren"), ['a: "gren" is not known; did you mean "green"?'], id="unknown choice in list"),
    ],
)  # fmt: skip
def test_fields_note_bad_values_and_go_on(problems, read, values, stand_in, what):
    """A bad value is noted with its place, and a stand-in of the right type is given."""
    fields = Fields(values, "[here]", problems)
    taken = read(fields)
    fields.finish()

    assert problems.found == [f"colours.toml: [here]: {problem}" for problem in what]
    assert taken == stand_in or stand_in is None


def test_finish_refuses_keys_nobody_asked_for(problems):
    """A left-over key is named, with the key it was probably meant to be."""
    fields = Fields({"colour": "red", "shde": 1, "zzz": 2}, "[here]", problems)
    fields.text("colour")
    fields.text("shade", empty=True)
    fields.finish()

    assert problems.found == [
        'colours.toml: [here]: unknown key "shde"; did you mean "shade"?',
        'colours.toml: [here]: unknown key "zzz"',
    ]


def test_fields_leave_the_table_as_it_was(problems):
    """Taking values out changes nothing in the table itself."""
    values = {"a": "x"}
    Fields(values, "[here]", problems).text("a")

    assert values == {"a": "x"}
