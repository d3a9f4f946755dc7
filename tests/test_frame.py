"""`tag_frame`: a frame of pandas comes back with our columns behind, all its own as they were."""

import csv
import sys

import numpy as np
import pandas as pd
import pytest

from jobtagger.batch import FrameOptions, RunOptions, tag_file, tag_frame
from jobtagger.batch.frame import REJECTED
from jobtagger.batch.partitions import PartitionTagger, process_tagger
from jobtagger.errors import InputError
from jobtagger.records import FRAME_COLUMNS, OUTPUT_COLUMNS
from jobtagger.tagger import Tagger

OWN = [*OUTPUT_COLUMNS, *FRAME_COLUMNS]


class FallingTagger(Tagger):
    """Falls over one posting."""

    def tag_postings(self, postings):
        """Tag or fall."""
        if any("fall here" in posting.title for posting in postings):
            raise RuntimeError("over the edge")
        return super().tag_postings(postings)


def test_rows_are_those_of_a_file(tmp_path, tagger):
    """A frame gets what a file with the same rows gets, also where there is no text or a column of our name."""
    titles = ["Logo for a bakery", "", "Traduire un contrat", "Voix off", "=1+1", "d\u00e9veloppeur"] * 120
    rows = [(f"{i:03}", title, "urgent" * (i % 2), "theirs", "$5") for i, title in enumerate(titles)]
    with (tmp_path / "in.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("id", "title", "description", "category", "budget"), *rows])
    tag_file([str(tmp_path / "in.csv")], str(tmp_path / "out.csv"), tagger, run=RunOptions())

    frame = pd.read_csv(tmp_path / "in.csv", dtype=str, keep_default_na=False)
    tagged = tag_frame(frame, tagger, FrameOptions(text_id=False))

    expected = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    assert list(expected.columns) == list(tagged.columns)
    assert expected.to_numpy().tolist() == tagged.to_numpy().tolist()
    assert ["theirs"] * 720 == list(tagged["category"])


def test_their_columns_and_index_are_untouched(tagger):
    """Types, missing values, the index and repeated names stay; ours are all text."""
    frame = pd.DataFrame(
        {
            "n": pd.array([2**53 + 1, None, 3], dtype="Int64"),
            "title": ["Logo for a bakery", None, float("nan")],
            "skills": [["logo", "vector"], None, np.array([])],
            "when": pd.to_datetime(["2026-01-02", None, None]),
        },
        index=[7, 7, "x"],
    )
    frame = pd.concat([frame, frame[["n"]]], axis=1)

    tagged = tag_frame(frame, tagger)

    pd.testing.assert_frame_equal(frame, tagged.iloc[:, :5])
    assert OWN == list(tagged.columns[5:])
    assert all(isinstance(cell, str) for row in tagged[OWN].to_numpy() for cell in row)
    assert ["graphic_design", "unknown", "unknown"] == list(tagged["category"])


def test_missing_values_are_no_text(tagger):
    """None, NaN, NA and NaT say nothing; lists are read as the file formats read them, numbers without point."""
    nothing = [None, float("nan"), pd.NA, pd.NaT, ""]
    tagged = tag_frame(pd.DataFrame({"title": pd.Series(nothing, dtype=object)}), tagger)

    assert {"abstained:too_short"} == set(tagged["reasons"])
    assert {""} == set(tagged["text_id"])
    numbers = tag_frame(pd.DataFrame({"title": [7.0, 7, "7"]}, dtype=object), tagger)["text_id"]
    assert 1 == numbers.nunique()


def test_named_columns_advice_and_no_text_id(tagger):
    """Options name the text column and choose the columns that are added."""
    frame = pd.DataFrame({"a": ["Traduire un contrat"], "b": ["Logo for a bakery"]})

    tagged = tag_frame(frame, tagger, FrameOptions((("title", "b"),), advice=True, text_id=False))

    assert ["a", "b", *OUTPUT_COLUMNS, "advice"] == list(tagged.columns)
    assert ("graphic_design", True) == (tagged["category"][0], bool(tagged["advice"][0]))
    with pytest.raises(InputError, match=r"frame: no text column found; name it with --title"):
        tag_frame(frame, tagger)


def test_reposts_have_the_same_text_id(tagger):
    """The text after cleaning decides, not case or tags."""
    ids = tag_frame(pd.DataFrame({"title": ["Logo", "LOGO ", "<b>logo</b>", "Flyer"]}), tagger)["text_id"]

    assert [0, 0, 0, 1] == list(pd.factorize(ids)[0])
    assert ids.str.fullmatch("[0-9a-f]{16}").all()


def test_an_empty_frame_has_our_columns(tagger):
    """No rows in, no rows out, with the columns and types that a full one has."""
    full = tag_frame(pd.DataFrame({"title": ["Logo"]}), tagger)
    empty = tag_frame(pd.DataFrame({"title": ["Logo"]}).iloc[:0], tagger)

    assert (0, list(full.columns), list(full.dtypes)) == (len(empty), list(empty.columns), list(empty.dtypes))


def test_a_row_that_makes_us_fall_says_so(tagger):
    """An exception costs its row alone: ours are empty there, and the reasons say what happened."""
    frame = pd.DataFrame({"title": ["Logo", "fall here", "Flyer"]})

    tagged = tag_frame(frame, FallingTagger(tagger.knowledge, tagger.model), FrameOptions(advice=True))

    assert [True, False, True] == [bool(category) for category in tagged["category"]]
    assert f"{REJECTED}could not be tagged: RuntimeError: over the edge" == tagged["reasons"][1]
    assert "" == "".join(tagged.drop(columns=["title", "reasons"]).iloc[1])


def test_without_its_extra_it_says_what_to_install(tagger, monkeypatch):
    """Without pandas the extra is named."""
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)

    with pytest.raises(InputError, match=r'tag_frame: needs the extra "frame": pip install "jobtagger\[frame\]"'):
        tag_frame(None, tagger)


def test_partitions_may_come_from_several_threads():
    """A worker with several threads gives what one thread gives, whatever new words each partition brings."""
    interval = sys.getswitchinterval()
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    frames = [
        pd.DataFrame({"title": [f"Logo for shop zq{number}{letter}" for letter in "abcdefgh" * 8]})
        for number in range(40)
    ]
    tagger = PartitionTagger.here()
    alone = [tagger(frame) for frame in frames]

    process_tagger.cache_clear()
    process_tagger("")  # one for all threads, with all words still new
    sys.setswitchinterval(1e-6)  # so that threads really come between each other
    try:
        with ThreadPoolExecutor(4) as threads:
            together = list(threads.map(tagger, frames))
    finally:
        sys.setswitchinterval(interval)

    for one, other in zip(alone, together, strict=True):
        pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("wrong", [["Logo"], pd.Series(["Logo"])])
def test_what_is_no_frame_is_refused(tagger, wrong):
    """A list or a series has no columns."""
    with pytest.raises(ValueError, match=f"frame: is a {type(wrong).__name__}; make a frame of it: pandas.DataFrame"):
        tag_frame(wrong, tagger)


def test_columns_can_be_a_mapping(tagger):
    """Fields and their columns may stand in a dict."""
    tagged = tag_frame(pd.DataFrame({"x": ["Logo for a bakery"]}), tagger, FrameOptions(columns={"title": "x"}))

    assert ["graphic_design"] == tagged["category"].tolist()
