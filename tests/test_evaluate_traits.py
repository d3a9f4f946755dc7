"""Scores of the traits, on labelled postings of our own."""

import json

import pytest
from click.testing import CliRunner

from jobtagger.cli import cli
from jobtagger.errors import InputError, NoRowsError
from jobtagger.records import RawRecord
from jobtagger.train.evaluate_traits import (
    NEUTRAL,
    TRAITS_OF_LABEL,
    Counts,
    TraitGold,
    evaluate_traits,
    read_trait_gold,
    report,
)


def _line(title, **labels):
    return json.dumps({"title": title, "description": None, "skills": ["ink", None], "traits": {**NEUTRAL, **labels}})


def test_labels_are_read(tmp_path):
    """A line gives the posting and all its labels."""
    path = tmp_path / "gold.jsonl"
    path.write_text(_line("Cat", duration="ongoing") + "\n")

    assert read_trait_gold(path) == [TraitGold(RawRecord("Cat", "", "ink"), {**NEUTRAL, "duration": "ongoing"})]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        pytest.param("no json", "is not JSON", id="no JSON"),
        pytest.param("[]", "is no JSON object", id="no object"),
        pytest.param("{}", 'has no "traits"; give an object with complexity, duration', id="no traits"),
        pytest.param('{"traits": {"ai": "none"}}', "traits: complexity, duration, seniority, human", id="few traits"),
        pytest.param(_line(5), "title: 5 is no text", id="number for a text"),
        pytest.param(_line("A", complexity="smple"), 'traits: complexity: "smple" is none of "normal", "simple", "complex"$', id="misspelt label"),
        pytest.param(_line("A", onsite="true", ai=None), 'traits: ai: null is none of .*; onsite: "true" is none of false, true$', id="two wrong labels"),
        pytest.param(_line("A", bulk=1), "traits: bulk: 1 is none of false, true$", id="number for true"),
        pytest.param(_line("A", duration=["ongoing"]), r'traits: duration: \["ongoing"\] is none of', id="list for a label"),
        pytest.param("\u00e9".encode("cp1252"), "byte 1 is not UTF-8", id="no UTF-8"),
    ],
)  # fmt: skip
def test_what_has_no_labels_is_refused(tmp_path, line, what):
    """A line that is no posting with traits is named by its number, with what it lacks."""
    path = tmp_path / "gold.jsonl"
    path.write_bytes(f"{_line('Cat')}\n".encode() + (line if isinstance(line, bytes) else line.encode()) + b"\n")

    with pytest.raises(InputError, match=rf"gold\.jsonl: line 2: {what}"):
        read_trait_gold(path)


def test_all_wrong_lines_are_named_at_once(tmp_path):
    """One message holds every line that is wrong."""
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join([_line("A", ai="yes"), _line("B"), _line("C", human="no"), "{}"]))

    with pytest.raises(InputError) as caught:
        read_trait_gold(path)

    assert [f"{path}: line {number}" for number in (1, 3, 4)] == [
        line.rsplit(": ", line.count(": ") - 1)[0] for line in str(caught.value).splitlines()
    ]


def test_file_without_postings_is_refused(tmp_path):
    """Zeros of nothing are no scores."""
    path = tmp_path / "gold.jsonl"
    path.write_text("\n \n")

    with pytest.raises(NoRowsError, match=r"gold\.jsonl: holds no posting; give JSON lines with title"):
        read_trait_gold(path)


def test_scores_count_found_and_moving(tagger):
    """Each label has what was given and found; a trait shown with no points is found but moves nothing."""
    gold = [
        TraitGold(RawRecord("Monthly retainer for a cat painter"), {**NEUTRAL, "duration": "ongoing"}),
        TraitGold(RawRecord("Senior cat painter"), {**NEUTRAL, "seniority": "expert"}),
        TraitGold(RawRecord("Paint my cat in secret, sign an NDA"), NEUTRAL),
        TraitGold(RawRecord("Paint my cat"), {**NEUTRAL, "confidential": True}),
    ]
    scores = evaluate_traits(gold, tagger)

    assert scores["duration ongoing"] == {
        "gold": 1, "found": 1, "precision": 1, "recall": 1, "f1": 1, "moving": 1, "precision_moving": 1,
    }  # fmt: skip
    assert scores["confidential"]["found"] == scores["confidential"]["moving"] == 1
    assert scores["confidential"]["f1"] == scores["confidential"]["precision_moving"] == 0
    assert scores["seniority expert"]["moving"] == 0
    assert scores["duration (all)"]["gold"] == 1


def test_counts_add_up():
    """The scores of a field are those of its labels together; without a base they are 0."""
    assert Counts(4, 2, 1, 1, 0) + Counts(1, 2, 1, 0, 0) == Counts(5, 4, 2, 1, 0)
    assert Counts(5, 4, 2, 1, 0).as_row() == {
        "gold": 5, "found": 4, "precision": 0.5, "recall": 0.4, "f1": 0.444, "moving": 1, "precision_moving": 0,
    }  # fmt: skip
    assert set(Counts(0, 0, 0, 0, 0).as_row().values()) == {0}


def test_command_prints_the_table(tmp_path):
    """`evaluate --traits` prints a row for each label, or JSON."""
    path = tmp_path / "gold.jsonl"
    path.write_text(_line("Monthly retainer", duration="ongoing"))
    table = CliRunner().invoke(cli, ["evaluate", str(path), "--traits"])
    scores = json.loads(CliRunner().invoke(cli, ["evaluate", str(path), "--traits", "--json"]).stdout)

    assert table.stdout == report(scores) + "\n"
    assert table.stdout.splitlines()[0].split() == ["trait", *scores["bulk"]]
    assert scores["duration ongoing"]["gold"] == 1


def test_scores_are_written(tmp_path):
    """-o writes what is printed, as text and as JSON."""
    path, folder = tmp_path / "gold.jsonl", tmp_path / "new" / "report"
    path.write_text(_line("Monthly retainer", duration="ongoing"))
    result = CliRunner().invoke(cli, ["evaluate", str(path), "--traits", "-o", str(folder), "--lang", "fr"])

    assert (result.exit_code, result.stderr.splitlines()) == (
        0, [f"{folder / name} écrit" for name in ("report.txt", "report.json")]
    )  # fmt: skip
    assert (folder / "report.txt").read_text("utf-8") == result.stdout
    assert report(json.loads((folder / "report.json").read_text("utf-8"))) + "\n" == result.stdout


@pytest.mark.parametrize(
    "options", [["--errors"], ["--mapping", "MAP"], ["--label", "kind"], ["--delimiter", ";"], ["--title", "a"]]
)
def test_options_that_say_nothing_of_traits_are_refused(tmp_path, options):
    """What would be passed over is named instead."""
    path = tmp_path / "gold.jsonl"
    path.write_text(_line("Monthly retainer"))
    given = [str(path) if option == "MAP" else option for option in options]
    result = CliRunner().invoke(cli, ["evaluate", str(path), "--traits", *given])

    assert (2, True) == (result.exit_code, f"--traits takes no {options[0]}: its FILE is JSON lines" in result.stderr)


def test_help_names_every_label():
    """The help says which labels there are."""
    text = CliRunner().invoke(cli, ["evaluate", "--help"]).output

    for word in {*map(str, NEUTRAL), *(str(value).lower() for _, value in TRAITS_OF_LABEL)}:
        assert word in text, word
