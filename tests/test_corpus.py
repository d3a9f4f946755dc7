"""The training postings, read and checked."""

import json
import re

import pytest

from jobtagger.errors import TrainingDataError
from jobtagger.records import RawRecord
from jobtagger.train.corpus import TrainingPosting, read_corpus

CATEGORIES = ("painting", "sewing", "other")
GOOD = {"title": "Paint a cat", "description": "In oil."}


def _write(folder, language, category_id, *rows):
    path = folder / language / f"{category_id}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    """Give training data of our own: one posting a category and language."""
    for language in ("en", "fr"):
        for category_id in CATEGORIES:
            _write(tmp_path, language, category_id, {"title": f"{category_id} {language}", "description": ""})
    return tmp_path


def test_postings_come_by_language_then_category_then_line(folder):
    """The order is that of languages and categories, not that of the disk, and every posting has its label."""
    _write(folder, "en", "sewing", {"title": "b", "description": "2"}, {"title": "a", "description": "1"})

    assert read_corpus(folder, CATEGORIES) == [
        TrainingPosting(RawRecord("painting en"), "painting", "en"),
        TrainingPosting(RawRecord("b", "2"), "sewing", "en"),
        TrainingPosting(RawRecord("a", "1"), "sewing", "en"),
        TrainingPosting(RawRecord("other en"), "other", "en"),
        TrainingPosting(RawRecord("painting fr"), "painting", "fr"),
        TrainingPosting(RawRecord("sewing fr"), "sewing", "fr"),
        TrainingPosting(RawRecord("other fr"), "other", "fr"),
    ]


def test_order_of_categories_is_the_one_given(folder):
    """Categories given in another order are read in that order."""
    labels = [posting.category_id for posting in read_corpus(folder, CATEGORIES[::-1])]

    assert labels == ["other", "sewing", "painting"] * 2


def test_categories_need_not_hold_other(folder):
    """A taxonomy without `other` reads as well as one with it."""
    for language in ("en", "fr"):
        (folder / language / "other.jsonl").unlink()

    assert len(read_corpus(folder, ("painting", "sewing"))) == 4


@pytest.mark.parametrize(
    ("extra", "skills"),
    [
        pytest.param({}, "", id="no skills"),
        pytest.param({"skills": []}, "", id="empty list"),
        pytest.param({"skills": ["oil", "brush work"]}, "oil, brush work", id="list"),
        pytest.param({"skills": ["oil"], "category_2": "sewing"}, "oil", id="second category beside them"),
    ],
)
def test_skills_are_joined(folder, extra, skills):
    """Skills become one text, as boards write them."""
    _write(folder, "en", "painting", {**GOOD, **extra})

    assert read_corpus(folder, CATEGORIES)[0].record == RawRecord("Paint a cat", "In oil.", skills)


@pytest.mark.parametrize(
    ("row", "what"),
    [
        pytest.param("not json", "is not JSON: Expecting value", id="no JSON"),
        pytest.param("", "is not JSON: Expecting value", id="empty line"),
        pytest.param("[1]", "needs title and description, may have skills and category_2", id="no object"),
        pytest.param({"title": "a"}, "needs title and description, may have skills and category_2", id="no description"),
        pytest.param({**GOOD, "label": "x"}, "needs title and description, may have skills and category_2", id="unknown key"),
        pytest.param({**GOOD, "category_2": "swing"}, 'category_2: "swing" is not in taxonomy.toml', id="unknown category"),
        pytest.param(
            {**GOOD, "title": 5}, "title", id="title no text"
        ),
        pytest.param(
            {**GOOD, "skills": "oil, brush"}, "skills", id="skills no list"
        ),
    ],
)  # fmt: skip
def test_bad_line_is_reported_with_its_number(folder, row, what):
    """A line that is no training posting is named as file, line and what is wrong."""
    path = _write(folder, "en", "painting", GOOD, row, GOOD)

    with pytest.raises(TrainingDataError, match=rf"\A{re.escape(str(path))}: line 2: {re.escape(what)}[^\n]*\Z"):
        read_corpus(folder, CATEGORIES)


@pytest.mark.parametrize("separator", ["\u2028", "\x85"], ids=["line separator", "next line"])
def test_line_ends_inside_a_text_part_no_posting(folder, separator):
    """A JSON line may hold any character but a line feed."""
    row = {"title": "Paint", "description": f"One{separator}Two"}
    _write(folder, "en", "painting", row)

    assert read_corpus(folder, CATEGORIES)[0].record.description == f"One{separator}Two"


@pytest.mark.parametrize("content", [None, ""], ids=["no file", "empty file"])
def test_category_without_postings_is_reported(folder, content):
    """Each category needs postings in each language."""
    path = folder / "fr" / "sewing.jsonl"
    path.unlink()
    if content is not None:
        path.write_text(content, "utf-8")

    with pytest.raises(
        TrainingDataError, match=rf"\A{re.escape(str(path))}: no training postings for this category; write some\Z"
    ):
        read_corpus(folder, CATEGORIES)


def test_file_of_no_category_is_reported(folder):
    """A file whose name is no category would be silently left out, so it is refused."""
    path = _write(folder, "en", "swing", GOOD)

    with pytest.raises(TrainingDataError, match=rf"\A{re.escape(str(path))}: names no category\Z"):
        read_corpus(folder, CATEGORIES)


def test_all_problems_come_at_once(folder):
    """One reading reports every bad line of every file."""
    bad = _write(folder, "en", "painting", "x", {"title": "a"}, GOOD)
    stray = _write(folder, "fr", "swing", GOOD)
    (folder / "fr" / "painting.jsonl").unlink()

    with pytest.raises(TrainingDataError, match="line 1") as caught:
        read_corpus(folder, CATEGORIES)

    assert [problem.split(": ", 2)[:2] for problem in str(caught.value).splitlines()] == [
        [str(bad), "line 1"],
        [str(bad), "line 2"],
        [str(stray), "names no category"],
        [str(folder / "fr" / "painting.jsonl"), "no training postings for this category; write some"],
    ]
