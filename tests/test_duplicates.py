"""Reposts within a run are marked, the first of them is not, and nothing is dropped from the output."""

import csv
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobtagger.batch import RunOptions, tag_file
from jobtagger.batch.duplicates import Duplicates, Fingerprint, Place
from jobtagger.errors import InputError
from jobtagger.tagger import Tagger

LONG = (
    "We are looking for an experienced designer who can make a logo, a menu and two posters for our new bakery in the"
    " old town. You send three drafts in the first week and the final files as vector graphics. Please show us two"
    " earlier works for restaurants or shops, and say when you could start. We pay on delivery."
)
ROWS = [
    ("Logo", LONG),
    ("Voice over", "for a film"),
    ("LOGO ", f"<p>{LONG}</p>"),
    ("Logo", LONG.replace("two posters", "three posters")),
    ("", ""),
    ("", ""),
    ("Logo", "something else entirely"),
]


def _duplicates(tmp_path, tagger, mode, rows=ROWS, **run):
    with (tmp_path / "in.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("title", "description"), *rows])
    summary = tag_file(
        [str(tmp_path / "in.csv")], str(tmp_path / "out.csv"), tagger, run=RunOptions(duplicates=mode, **run)
    )
    with (tmp_path / "out.csv").open(newline="") as file:
        return summary, [row.get("duplicate_of") for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("exact", ["", "", "2", "", "", "", ""]),
        ("near", ["", "", "2", "2", "", "", ""]),
        ("off", [None] * 7),
    ],
)
def test_reposts_name_the_row_of_the_first(tmp_path, tagger, mode, expected):
    """The same text after cleaning is a duplicate, and with `near` nearly the same; rows without text never are."""
    summary, found = _duplicates(tmp_path, tagger, mode)

    assert expected == found
    assert (7, sum(bool(first) for first in expected)) == (summary.n_tagged, summary.n_duplicates)


def test_duplicates_can_stay_out_of_the_statistics(tmp_path, tagger):
    """With count_once the tables count each posting once, the output keeps all rows."""
    summary, found = _duplicates(tmp_path, tagger, "exact", [("Logo for a bakery", "")] * 5, count_once=True)

    assert (5, 4, 1) == (summary.n_tagged, summary.n_duplicates, summary.categories.total())
    assert ["", "2", "2", "2", "2"] == found


def test_duplicates_of_other_files_are_named_with_the_file(tmp_path, tagger):
    """With several inputs the first posting is named by file and row."""
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("title\nLogo for a bakery\n")

    tag_file([str(tmp_path / "?.csv")], str(tmp_path / "out.csv"), tagger, run=RunOptions(duplicates="exact"))

    with (tmp_path / "out.csv").open(newline="") as file:
        assert ["", f"{tmp_path / 'a.csv'}:2"] == [row["duplicate_of"] for row in csv.DictReader(file)]


def test_near_without_its_extra_says_what_to_install(tmp_path, tagger, monkeypatch):
    """Near duplicates need datasketch; without it the extra is named before anything is written."""
    monkeypatch.setitem(__import__("sys").modules, "datasketch", None)

    with pytest.raises(InputError, match=r'--duplicates near: needs the extra "near": pip install "jobtagger\[near\]"'):
        _duplicates(tmp_path, tagger, "near")

    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(("similarity", "expected"), [(0.8, "2"), (0.95, "")])
def test_how_near_is_near_is_said_by_the_policy(tmp_path, tagger, similarity, expected):
    """A posting with a changed word is nearly the same by the shipped number, and not by a stricter one."""
    policy = replace(tagger.knowledge.policy, near_similarity=similarity)
    stricter = Tagger(replace(tagger.knowledge, policy=policy), tagger.model)

    _, found = _duplicates(tmp_path, stricter, "near")

    assert expected == found[3]


@given(st.lists(st.lists(st.integers(0, 60) | st.integers(2**64 - 60, 2**64 - 1), max_size=40), max_size=8))
def test_the_first_of_equal_texts_is_remembered_for_ever(chunks):
    """Whatever the order and however often numbers are packed away, a text's first place is given, and only for repeats."""
    known = Duplicates("exact", 0.8)
    known._first.packed_from = 4
    first: dict[int, Place] = {}

    for source, texts in enumerate(chunks):
        expected = []
        for row, text in enumerate(texts, start=2):
            expected.append(first.get(text))
            if text:
                first.setdefault(text, Place(source, row))
        assert expected == known.firsts_of([Fingerprint(text) for text in texts], source, range(2, 2 + len(texts)))
