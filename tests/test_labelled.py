"""Labelled postings are read from JSON lines of a gold set and from tables; what is wrong is named by file and row."""

import json
import re

import pytest

from jobtagger.batch import ReadOptions
from jobtagger.errors import InputError
from jobtagger.records import RawRecord
from jobtagger.train.labelled import Columns, LabelledPosting, read_labelled

GOLD_ROW = {"title": "Cat", "description": "Paint it.", "skills": ["oil", "ink"], "lang": "en", "primary": "illustration", "secondary": ["legal"]}  # fmt: skip


def _write(path, *rows):
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "record"),
    [
        pytest.param({}, RawRecord("Cat", "Paint it.", "oil, ink"), id="list of skills"),
        pytest.param({"skills": "oil; ink"}, RawRecord("Cat", "Paint it.", "oil; ink"), id="text of skills"),
        pytest.param({"skills": None}, RawRecord("Cat", "Paint it."), id="null skills"),
        pytest.param(
            {"title": None, "description": None}, RawRecord("", "", "oil, ink"), id="null title and description"
        ),
    ],
)
def test_read_labelled_reads_a_labelled_posting(tmp_path, knowledge, changes, record):
    """A line becomes a record with language, primary and secondary categories; absent texts are empty."""
    path = _write(tmp_path / "gold.jsonl", {**GOLD_ROW, **changes})

    assert read_labelled(path, knowledge.categories, knowledge, None) == [
        LabelledPosting(record, "en", "illustration", ("legal",))
    ]


def test_read_labelled_renames_by_the_mapping(tmp_path, knowledge):
    """The mapping's first row is a header; ids it does not name stay."""
    path = _write(tmp_path / "gold.jsonl", {**GOLD_ROW, "primary": "drawing"}, GOLD_ROW)
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("theirs,ours\ndrawing,illustration\nlegal,finance_accounting\n", "utf-8")

    assert [
        (posting.primary, posting.secondary)
        for posting in read_labelled(path, knowledge.categories, knowledge, mapping)
    ] == [
        ("illustration", ("finance_accounting",)),
        ("illustration", ("finance_accounting",)),
    ]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        pytest.param("no json", "is no labelled posting: Expecting value", id="no JSON"),
        pytest.param("[1]", "is no labelled posting: list indices must be integers", id="no object"),
        pytest.param({"title": "Cat"}, "is no labelled posting: 'primary'", id="no label"),
        pytest.param({**GOLD_ROW, "secondary": None}, "is no labelled posting: Value after", id="null for a list"),
        pytest.param({**GOLD_ROW, "primary": "drawing"}, '"drawing" is no category of taxonomy.toml or the model; map it with --mapping', id="unknown primary"),
        pytest.param({**GOLD_ROW, "secondary": ["drawing"]}, '"drawing" is no category of taxonomy.toml or the model; map it with --mapping', id="unknown secondary"),
        pytest.param(
            {key: value for key, value in GOLD_ROW.items() if key != "lang"}, "is no labelled posting: 'lang'", id="no language"
        ),
    ],
)  # fmt: skip
def test_read_labelled_reports_a_bad_line(tmp_path, knowledge, row, what):
    """A line that is no labelled posting is named with file and number."""
    path = _write(tmp_path / "gold.jsonl", GOLD_ROW, row)

    with pytest.raises(InputError, match=rf"\A{re.escape(str(path))}: line 2: {re.escape(what)}"):
        read_labelled(path, knowledge.categories, knowledge, None)


def test_line_separator_inside_a_text_parts_no_posting(tmp_path, knowledge):
    """A JSON line may hold any character but a line feed; texts copied from web pages hold U+2028."""
    path = _write(tmp_path / "gold.jsonl", {**GOLD_ROW, "description": "One\u2028Two"})

    assert read_labelled(path, knowledge.categories, knowledge, None)[0].record.description == "One\u2028Two"


def _read(path, knowledge, label="category", columns=None, mapping=None):
    return read_labelled(path, knowledge.categories, knowledge, mapping, label, columns)


def test_table_columns_are_found_as_when_tagging(tmp_path, knowledge):
    """A semicolon file of French column names and a language column is read with nothing said but the label."""
    path = tmp_path / "annonces.csv"
    path.write_text(
        "langue;titre;description;competences;metier\nfr;Logo;Pour un café;Illustrator;graphic_design\n", "utf-8"
    )

    (posting,) = _read(path, knowledge, "metier")

    assert posting == LabelledPosting(RawRecord("Logo", "Pour un café", "Illustrator"), "fr", "graphic_design", ())


def test_table_columns_and_encoding_can_be_named(tmp_path, knowledge):
    """Columns, encoding and delimiter that are said are used; without a language column the language is empty."""
    path = tmp_path / "a.csv"
    path.write_bytes("a|b|category\nCafé|other text|legal\n".encode("cp1252"))

    (posting,) = _read(path, knowledge, columns=Columns({"title": "a"}, ReadOptions("cp1252", "|")))

    assert posting == LabelledPosting(RawRecord("Café"), "", "legal", ())


def test_json_without_primary_is_a_table(tmp_path, knowledge):
    """JSON lines with a label column, and lists of objects, are tables too; rows count from 1."""
    rows = [{"title": "A", "category": "legal"}, {"title": "B", "category": "wizardry"}]
    path = _write(tmp_path / "a.jsonl", *rows)
    (tmp_path / "a.json").write_text(json.dumps(rows[:1]))

    assert [posting.primary for posting in _read(tmp_path / "a.json", knowledge)] == ["legal"]
    with pytest.raises(InputError, match=r'a\.jsonl: row 2: "wizardry" is no category'):
        _read(path, knowledge)


def test_labels_of_a_table_are_renamed(tmp_path, knowledge):
    """The mapping renames labels of a table as it does those of JSON lines."""
    path, mapping = tmp_path / "a.csv", tmp_path / "m.csv"
    path.write_text("title,category\nA,law\n")
    mapping.write_text("theirs,ours\nlaw,legal\n")

    assert [posting.primary for posting in _read(path, knowledge, mapping=mapping)] == ["legal"]


def test_all_bad_rows_are_named_at_once(tmp_path, knowledge):
    """Rows without label and rows that cannot be read stand in one message, by number."""
    path = tmp_path / "a.csv"
    path.write_text("title,category\nA,\nB,legal,too,much\nC,legal\n")

    with pytest.raises(InputError) as caught:
        _read(path, knowledge)

    assert str(caught.value).splitlines() == [
        f"{path}: row 2: has no label; label or remove it",
        f"{path}: row 3: 4 cells where the header has 2; correct or remove it",
    ]


def test_missing_label_column_is_named_with_those_there_are(tmp_path, knowledge):
    """Without the label column the message says which columns there are."""
    path = tmp_path / "a.csv"
    path.write_text("title,kind\nA,legal\n")

    with pytest.raises(
        InputError, match='no column "category"; name the one that holds the category with --label: title, kind'
    ):
        _read(path, knowledge)


def test_missing_file_is_no_crash(tmp_path, knowledge):
    """A file that is not there is an input error."""
    with pytest.raises(InputError, match="cannot be read: No such file"):
        _read(tmp_path / "none.csv", knowledge)
