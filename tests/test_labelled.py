"""Labelled postings are read from JSON lines of a gold set and from tables; what is wrong is named by file and row."""

import gzip
import json
import re

import pytest
import xlsxwriter

from jobtagger.batch import ReadOptions
from jobtagger.errors import InputError
from jobtagger.records import RawRecord
from jobtagger.train.labelled import Columns, LabelledPosting, read_labelled

GOLD_ROW = {"title": "Cat", "description": "Paint it.", "skills": ["oil", "ink"], "lang": "en", "primary": "illustration", "secondary": ["legal"]}  # fmt: skip


def _without(key):
    return {name: value for name, value in GOLD_ROW.items() if name != key}


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
        pytest.param("no json", "is not JSON: Expecting value", id="no JSON"),
        pytest.param("[1]", "is no JSON object; write {...}", id="no object"),
        pytest.param({"title": "Cat"}, "has no lang and no primary and no secondary; ", id="no label"),
        pytest.param(_without("secondary"), 'has no secondary; "secondary": [] says that there is no second category', id="no secondary"),
        pytest.param(_without("lang"), "has no lang; ", id="no language"),
        pytest.param({**GOLD_ROW, "secondary": None}, "secondary: None is no list of categories; write []", id="null for a list"),
        pytest.param({**GOLD_ROW, "secondary": "legal"}, "secondary: 'legal' is no list of categories", id="text for a list"),
        pytest.param({**GOLD_ROW, "primary": 5}, "primary: 5 is no category", id="number for a category"),
        pytest.param({**GOLD_ROW, "title": 5}, "title: 5 is no text; put it in quotes", id="number for a text"),
        pytest.param({**GOLD_ROW, "skills": 5}, "skills: 5 is neither a text nor a list of texts", id="number for skills"),
        pytest.param({**GOLD_ROW, "primary": "drawing"}, '"drawing" is no category of taxonomy.toml or the model; map it with --mapping', id="unknown primary"),
        pytest.param({**GOLD_ROW, "secondary": ["drawing"]}, '"drawing" is no category of taxonomy.toml or the model; map it with --mapping', id="unknown secondary"),
    ],
)  # fmt: skip
def test_read_labelled_reports_a_bad_line(tmp_path, knowledge, row, what):
    """A line that is no labelled posting is named with file and number."""
    path = _write(tmp_path / "gold.jsonl", GOLD_ROW, row)

    with pytest.raises(InputError, match=rf"\A{re.escape(str(path))}: line 2: {re.escape(what)}"):
        read_labelled(path, knowledge.categories, knowledge, None)


def test_all_bad_lines_are_named_at_once(tmp_path, knowledge):
    """Every wrong line stands in one message; blank lines are passed over and counted."""
    path = _write(tmp_path / "gold.jsonl", GOLD_ROW, "", {**GOLD_ROW, "title": 5}, _without("secondary"))

    with pytest.raises(InputError) as caught:
        read_labelled(path, knowledge.categories, knowledge)

    assert [f"{path}: line 3: title", f'{path}: line 4: has no secondary; "secondary"'] == [
        ": ".join(line.split(": ")[:3]) for line in str(caught.value).splitlines()
    ]


def test_blank_lines_part_no_posting(tmp_path, knowledge):
    """Blank lines before, between and behind postings are passed over, and a byte order mark too."""
    path = tmp_path / "gold.jsonl"
    path.write_text(f"\n{json.dumps(GOLD_ROW)}\n  \n{json.dumps(GOLD_ROW)}\n\n", "utf-8")
    marked = _write(tmp_path / "marked.jsonl", "\ufeff" + json.dumps(GOLD_ROW))

    assert 2 == len(read_labelled(path, knowledge.categories, knowledge))
    assert 1 == len(read_labelled(marked, knowledge.categories, knowledge))


@pytest.mark.parametrize("first", [b"", json.dumps(GOLD_ROW).encode() + b"\n"], ids=["first line", "second line"])
def test_json_lines_that_are_not_utf_8_are_named(tmp_path, knowledge, first):
    """The line and byte are named, and what to do."""
    path = tmp_path / "gold.jsonl"
    path.write_bytes(first + json.dumps({**GOLD_ROW, "title": "Café"}, ensure_ascii=False).encode("cp1252") + b"\n")

    with pytest.raises(InputError, match=r"line \d: byte 15 is not UTF-8; convert the file to UTF-8 first"):
        read_labelled(path, knowledge.categories, knowledge)


def test_wrong_mapping_is_named_by_its_own_row(tmp_path, knowledge):
    """An id in the mapping that is no category is a mistake of the mapping, not of the postings."""
    path, mapping = _write(tmp_path / "gold.jsonl", {**GOLD_ROW, "primary": "drawing"}), tmp_path / "m.csv"
    mapping.write_text("theirs,ours\nlaw,legal\ndrawing,ilustration\n")

    with pytest.raises(InputError) as caught:
        read_labelled(path, knowledge.categories, knowledge, mapping)

    wrong = (
        f'{mapping}: row 3: "ilustration" is no category of taxonomy.toml or the model; did you mean "illustration"?'
    )
    assert wrong == str(caught.value)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_mapping_is_read_in_any_encoding(tmp_path, knowledge, encoding):
    """A mapping saved by a spreadsheet is read as any table is."""
    path, mapping = tmp_path / "a.csv", tmp_path / "m.csv"
    path.write_text("title,category\nA,métiers créatifs\n", "utf-8")
    mapping.write_bytes("théirs;ours\nmétiers créatifs;illustration\n".encode(encoding))

    assert ["illustration"] == [posting.primary for posting in _read(path, knowledge, mapping=mapping)]


def test_mapping_without_rows_renames_nothing(tmp_path, knowledge):
    """A header alone is a mapping, as training_data/gold_mapping.csv is."""
    path, mapping = _write(tmp_path / "gold.jsonl", GOLD_ROW), tmp_path / "m.csv"
    mapping.write_text("theirs,ours\n")

    assert 1 == len(read_labelled(path, knowledge.categories, knowledge, mapping))


def test_mapping_of_one_column_is_refused(tmp_path, knowledge):
    """Both columns are needed."""
    path, mapping = _write(tmp_path / "gold.jsonl", GOLD_ROW), tmp_path / "m.csv"
    mapping.write_text("theirs\nlaw\n")

    with pytest.raises(InputError, match="has 1 column; the first holds the labels, the second our categories"):
        read_labelled(path, knowledge.categories, knowledge, mapping)


def test_binary_file_is_refused_in_one_printable_line(tmp_path, knowledge):
    """Nothing of the bytes of a program or a picture gets to the terminal."""
    path = tmp_path / "program.csv"
    path.write_bytes(b"\x7fELF\x01\x1b[31m\x00\x02\r\x0b\x00" * 40)

    with pytest.raises(InputError) as caught:
        _read(path, knowledge)

    assert str(caught.value).isprintable()


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


def test_rows_of_a_workbook_are_named_as_it_numbers_them(tmp_path, knowledge):
    """Blank rows are passed over and counted, so that the row named is the row that the user sees."""
    book = xlsxwriter.Workbook(str(tmp_path / "mine.xlsx"))
    sheet = book.add_worksheet()
    for number, cells in ((0, ("title", "category")), (1, ("Cat portrait", "illustration")), (4, ("Dog portrait", ""))):
        sheet.write_row(number, 0, cells)
    book.close()

    with pytest.raises(InputError, match=r"mine\.xlsx: row 5: has no label"):
        _read(tmp_path / "mine.xlsx", knowledge)


def test_json_without_primary_is_a_table(tmp_path, knowledge):
    """JSON lines with a label column, and lists of objects, are tables too; rows count from 1."""
    rows = [{"title": "A", "category": "legal"}, {"title": "B", "category": "wizardry"}]
    path = _write(tmp_path / "a.jsonl", *rows)
    (tmp_path / "a.json").write_text(json.dumps(rows[:1]))

    assert [posting.primary for posting in _read(tmp_path / "a.json", knowledge)] == ["legal"]
    with pytest.raises(InputError, match=r'a\.jsonl: row 2: "wizardry" is no category'):
        _read(path, knowledge)


def test_packed_rows_have_the_numbers_of_unpacked_ones(tmp_path, knowledge):
    """Rows of JSON lines count from 1 and rows below a header from 2, whatever the name of the file."""
    rows, path = (
        '{"title": "A", "category": "legal"}\n{"title": "B", "category": "wizardry"}\n',
        tmp_path / "a.jsonl.gz",
    )
    path.write_bytes(gzip.compress(rows.encode()))
    renamed, table = tmp_path / "a.txt", tmp_path / "a.csv.gz"
    renamed.write_text(rows)
    table.write_bytes(gzip.compress(b"title,category\nA,wizardry\n"))

    for file in (path, renamed, table):
        with pytest.raises(InputError, match='row 2: "wizardry" is no category'):
            _read(file, knowledge)


def test_options_that_there_are_not_are_not_named(tmp_path, knowledge):
    """Training and measuring have no --no-header, so nobody is told to say it."""
    path = tmp_path / "a.csv"
    path.write_text("Logo for a bakery\n")

    with pytest.raises(InputError, match=r"has a header and no rows$"):
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
