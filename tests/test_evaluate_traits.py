"""Scores of the traits, on labelled postings of our own."""

import json

import pytest
from click.testing import CliRunner

from jobtagger.cli import cli
from jobtagger.errors import InputError
from jobtagger.records import RawRecord
from jobtagger.train.evaluate_traits import Counts, TraitGold, evaluate_traits, read_trait_gold, report

NEUTRAL = {
    "complexity": "normal", "duration": "unclear", "seniority": "unspecified", "ai": "none",
    "human": False, "confidential": False, "bulk": False, "onsite": False,
}  # fmt: skip


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
        pytest.param("\u00e9".encode("cp1252"), "byte 1 is not UTF-8", id="no UTF-8"),
    ],
)
def test_what_has_no_labels_is_refused(tmp_path, line, what):
    """A line that is no posting with traits is named by its number, with what it lacks."""
    path = tmp_path / "gold.jsonl"
    path.write_bytes(f"{_line('Cat')}\n".encode() + (line if isinstance(line, bytes) else line.encode()) + b"\n")

    with pytest.raises(InputError, match=rf"gold\.jsonl: line 2: {what}"):
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
