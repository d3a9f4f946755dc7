"""Workbooks as people make them: headings above the header, several sheets, any name."""

import csv
import datetime as dt

import pytest
import xlsxwriter
from click.testing import CliRunner

from jobtagger.batch import ReadOptions, RunOptions, tag_file
from jobtagger.batch.reading import open_table
from jobtagger.cli import cli
from jobtagger.errors import InputError


def _write(path, **sheets):
    book = xlsxwriter.Workbook(str(path))
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()


def _read(path, sources, **options):
    with open_table(str(path), ReadOptions(**options), sources) as table:
        return table, list(table.rows)


def test_one_row_is_a_table(tmp_path, knowledge):
    """A header and a single row are read."""
    _write(tmp_path / "in.xlsx", jobs=[["title"], ["Logo"]])

    assert [["Logo"]] == _read(tmp_path / "in.xlsx", knowledge.sources)[1]


@pytest.mark.parametrize("sheets", [{}, {"a": []}, {"a": [["title"]]}, {"a": [[], ["title", "n"]]}])
def test_no_row_is_none(tmp_path, knowledge, sheets):
    """A header alone is not."""
    _write(tmp_path / "in.xlsx", **sheets)

    with pytest.raises(InputError, match=r"in\.xlsx: has no sheet with a header and rows"):
        _read(tmp_path / "in.xlsx", knowledge.sources)


@pytest.mark.parametrize(
    "above", [[[]] * 3, [["Our jobs of 2025"], []], [["Job"], ["as of", dt.date(2025, 1, 2).year]]]
)
def test_the_header_is_found_below_headings(tmp_path, knowledge, above):
    """Empty rows and headings above the header are passed over; rows keep the numbers of the sheet."""
    _write(tmp_path / "in.xlsx", jobs=[*above, ["n", "title", "description"], [1, "Logo", "x"], [], [2, "Site", "y"]])

    table, rows = _read(tmp_path / "in.xlsx", knowledge.sources)

    assert (["n", "title", "description"], len(above) + 2) == (table.columns, table.first_number)
    assert [["1", "Logo", "x"], ["2", "Site", "y"]] == rows
    assert [len(above) + 2, len(above) + 4] == list(table.numbers)


def test_a_named_column_says_which_row_is_the_header(tmp_path, knowledge):
    """--title is looked for in the rows below the first too; where nothing is found the first one is the header."""
    _write(tmp_path / "in.xlsx", jobs=[["Title"], ["n", "quoi"], [1, "Logo"]])
    _write(tmp_path / "none.xlsx", jobs=[[], ["a", "b"], [1, "Logo"]])

    assert ["n", "quoi"] == _read(tmp_path / "in.xlsx", knowledge.sources, columns=(("title", "quoi"),))[0].columns
    assert ["a", "b"] == _read(tmp_path / "none.xlsx", knowledge.sources)[0].columns


def test_without_header_the_first_row_is_a_row(tmp_path, knowledge):
    """--no-header holds for workbooks too."""
    _write(tmp_path / "in.xlsx", jobs=[[], ["Logo", 1], ["Site", 2]])

    table, rows = _read(tmp_path / "in.xlsx", knowledge.sources, has_header=False)

    assert (["column_1", "column_2"], [["Logo", "1"], ["Site", "2"]], 2) == (table.columns, rows, table.first_number)


def test_the_sheet_that_holds_texts_is_read_and_the_others_are_named(tmp_path, knowledge):
    """A sheet of notes before it is passed over; `columns` and `tag` say which were not read, in both languages."""
    rows = [["title"], ["Logo"]]
    _write(tmp_path / "in.xlsx", notes=[["Read me"], ["Made by hand"]], jobs=rows, older=rows, empty=[])

    table, read = _read(tmp_path / "in.xlsx", knowledge.sources)
    said = [
        CliRunner().invoke(cli, ["columns", str(tmp_path / "in.xlsx"), "--lang", lang]).output for lang in ("en", "fr")
    ]

    tagged = [
        CliRunner().invoke(
            cli, ["tag", str(tmp_path / "in.xlsx"), "-o", str(tmp_path / "out.csv"), "-q", "--lang", lang]
        )
        for lang in ("en", "fr")
    ]

    assert [["Logo"]] == read
    assert "of its sheets jobs was read; not read: notes, older, empty (" in tagged[0].output
    assert "seule la feuille jobs a été lue ; non lues : notes, older, empty (" in tagged[1].output
    assert ("jobs", ("notes", "older", "empty")) == (table.shape.sheet, table.shape.other_sheets)
    assert "Sheet          jobs; not read: notes, older, empty\n" in said[0]
    assert "Feuille        jobs ; non lues : notes, older, empty\n" in said[1]


def test_a_workbook_is_known_by_its_content(tmp_path, knowledge):
    """A workbook under any name is read; other archives are still refused."""
    _write(tmp_path / "in.xlsx", jobs=[["title"], ["Logo"]])
    for name in ("jobs", "jobs.csv", "jobs.xls"):
        (tmp_path / name).write_bytes((tmp_path / "in.xlsx").read_bytes())
        assert [["Logo"]] == _read(tmp_path / name, knowledge.sources)[1]


def test_blank_rows_are_no_rows(tmp_path, tagger):
    """Cells that are coloured but empty, and those of blanks, are not tagged; the others keep the numbers of the sheet."""
    book = xlsxwriter.Workbook(str(tmp_path / "in.xlsx"))
    sheet, colour = book.add_worksheet("jobs"), book.add_format({"bg_color": "yellow"})
    rows = [["title", "n"], ["", ""], ["Logo for a bakery", "1"], ["  ", "\xa0"], ["Logo for a bakery", "2"], ["", ""]]
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell, colour)
    book.close()

    summary = tag_file(
        [str(tmp_path / "in.xlsx")], str(tmp_path / "out.csv"), tagger, run=RunOptions(duplicates="exact")
    )

    assert (2, 0) == (summary.n_tagged, summary.n_rejected)
    with (tmp_path / "out.csv").open() as file:
        assert [("1", ""), ("2", "3")] == [(row["n"], row["duplicate_of"]) for row in csv.DictReader(file)]


def test_blank_rows_alone_are_no_table(tmp_path, knowledge):
    """A header above nothing but blanks is passed over for a sheet that has rows, and refused alone."""
    _write(tmp_path / "in.xlsx", a=[["title"], [" "]], b=[["title"], ["Logo"]])
    _write(tmp_path / "none.xlsx", a=[["title"], [" "]])

    assert "b" == _read(tmp_path / "in.xlsx", knowledge.sources)[0].shape.sheet
    with pytest.raises(InputError, match=r"none\.xlsx: has no sheet with a header and rows"):
        _read(tmp_path / "none.xlsx", knowledge.sources)


@pytest.mark.parametrize("module", ["python_calamine", "resource"])
def test_files_of_the_current_folder_are_not_run(tmp_path, knowledge, monkeypatch, module):
    """A file beside a workbook that is called like a library is no library."""
    _write(tmp_path / "in.xlsx", jobs=[["title"], ["Logo"]])
    (tmp_path / f"{module}.py").write_text("open('was_run', 'w')\n")
    monkeypatch.chdir(tmp_path)

    assert [["Logo"]] == _read("in.xlsx", knowledge.sources)[1]
    assert not (tmp_path / "was_run").exists()
