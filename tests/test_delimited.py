"""CSV as people make it: without a header, of one column, with a line for Excel above it, with any delimiter."""

import csv

import pytest
from click.testing import CliRunner

from jobtagger.batch import ReadOptions, delimited, tag_file
from jobtagger.batch.reading import open_table
from jobtagger.cli import cli
from jobtagger.errors import InputError
from jobtagger.records import RejectedRecord


def _read(path, sources, **options):
    with open_table(str(path), ReadOptions(**options), sources) as table:
        rows = [row.reason if isinstance(row, RejectedRecord) else tuple(row) for row in table.rows]
        return table, rows


def test_of_one_column_the_whole_line_is_the_cell(tmp_path, knowledge):
    """Commas and semicolons part nothing where nothing parts the header; quotes are quotes all the same."""
    (tmp_path / "in.csv").write_text(
        'title\nLogo, banner and flyer\n"Site, ""simple"""\nA "b", c; d|e\tf\n\n"two\nlines, even"\n'
    )

    table, rows = _read(tmp_path / "in.csv", knowledge.sources)

    assert ["Logo, banner and flyer", 'Site, "simple"', 'A "b", c; d|e\tf', "two\nlines, even"] == [
        row[0] for row in rows
    ]
    assert (",", "one column; nothing in the header parts it") == table.shape[3:5]


def test_of_one_column_a_named_delimiter_holds(tmp_path, knowledge):
    """Who says --delimiter means it."""
    (tmp_path / "in.csv").write_text("title\nLogo, banner\n")

    assert ["2 cells where the header has 1"] == _read(tmp_path / "in.csv", knowledge.sources, delimiter=",")[1]


def test_without_header_the_first_row_is_a_row(tmp_path, tagger):
    """--no-header gives the columns names and the first row the number 1."""
    (tmp_path / "in.csv").write_text("Logo for a bakery;30\nragged\nVoice over;20\n")
    read = ReadOptions(columns=(("title", "column_1"),), has_header=False)

    summary = tag_file([str(tmp_path / "in.csv")], str(tmp_path / "out.csv"), tagger, read)

    with (tmp_path / "out.csv").open() as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [("Logo for a bakery", "30"), ("Voice over", "20")] == [(row["column_1"], row["column_2"]) for row in rows]
    assert (2, 1) == (summary.n_tagged, summary.n_rejected)
    with (tmp_path / "out.rejected.csv").open() as file:
        assert ["2"] == [row["row"] for row in csv.DictReader(file)]


def test_the_way_to_read_a_file_without_header_is_said(tmp_path, knowledge):
    """Titles one per line are refused with the option that reads them, and that option does."""
    (tmp_path / "in.csv").write_text("Logo, flyer for a bakery\nVoice over\n")

    refused = CliRunner().invoke(cli, ["columns", str(tmp_path / "in.csv")])
    named = ["--no-header", "--title", "column_1"]
    read = CliRunner().invoke(cli, ["columns", str(tmp_path / "in.csv"), *named])

    assert "or say --no-header if the first row is no header; columns: Logo" in refused.output
    assert 0 == read.exit_code
    (tmp_path / "in.csv").write_text("Logo for a bakery\n")
    refused = CliRunner().invoke(cli, ["columns", str(tmp_path / "in.csv")])
    assert "has a header and no rows; if it is a row, say --no-header" in refused.output
    with pytest.raises(InputError, match=r"has a header and no rows$"):  # who reads it has no such option
        open_table(str(tmp_path / "in.csv"), ReadOptions(), knowledge.sources)


@pytest.mark.parametrize("line", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n'])
def test_the_line_for_excel_is_no_header(tmp_path, knowledge, line):
    """A first line `sep=;` names the delimiter and is no row."""
    (tmp_path / "in.csv").write_bytes(line.encode() + b"title;n\nLogo, a;1\n")

    table, rows = _read(tmp_path / "in.csv", knowledge.sources)

    assert (["title", "n"], [("Logo, a", "1")]) == (table.columns, rows)
    assert (";", 'the first line says "sep=;"', 2) == (*table.shape[3:5], table.first_number)


@pytest.mark.parametrize(
    ("written", "sign"), [("\\t", "\t"), ("tab", "\t"), ("\\x01", "\x01"), ("\t", "\t"), ("é", "é")]
)
def test_delimiters_can_be_written_out(tmp_path, knowledge, written, sign):
    """Signs that a shell hardly lets through can be given by name or number."""
    (tmp_path / "in.csv").write_text(f"title{sign}n\nLogo, a;b{sign}1\n")

    assert [("Logo, a;b", "1")] == _read(tmp_path / "in.csv", knowledge.sources, delimiter=written)[1]


@pytest.mark.parametrize("delimiter", ["||", "xx", "\n", "\r", '"', "\\n", "\\x0a", "\\x1"])
@pytest.mark.parametrize("command", ["tag", "columns"])
def test_what_is_no_delimiter_is_refused(tmp_path, command, delimiter):
    """More than one sign, or one that means something else, is one message with a remedy."""
    (tmp_path / "in.csv").write_text("title,n\nLogo,1\n")

    result = CliRunner().invoke(cli, [command, str(tmp_path / "in.csv"), "--delimiter", delimiter])

    assert 1 == result.exit_code
    assert (
        f"in.csv: --delimiter {delimiter!r} is not one sign; give one, such as ; or | or \\t or \\x01" in result.output
    )


def test_bad_bytes_in_the_header_are_shown(tmp_path, tagger):
    r"""A name with a byte that cannot be decoded is written as \xe9, in every format, and the rows are read."""
    content = "Catégorie,Durée,Été,title,".encode() + "prix é\n".encode("cp1252") + b"a,b,c,Logo,1\n"
    (tmp_path / "in.csv").write_bytes(content)

    for name in ("out.csv", "out.parquet", "out.xlsx"):
        summary = tag_file([str(tmp_path / "in.csv")], str(tmp_path / name), tagger)
        table, _ = _read(tmp_path / name, tagger.knowledge.sources)
        assert (1, "prix \\xe9") == (summary.n_tagged, table.columns[4])


def test_a_header_without_end_is_refused(tmp_path, knowledge):
    """A header that is too long is not read in part."""
    (tmp_path / "in.csv").write_text("title," + "x," * 17_000_000 + "\nLogo,1\n")

    with pytest.raises(InputError, match="row 1: the header cannot be read: longer than 32,000,000 characters"):
        _read(tmp_path / "in.csv", knowledge.sources)


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('"Senior" developer for "Acme",10', ('"Senior" developer for "Acme"', "10")),
        ('"Logo" and "site", 5', ('"Logo" and "site"', " 5")),
        ('"a ""b"", c",1', ('a "b", c', "1")),
        ('"a" ,1', ("a ", "1")),
        ('x,"b" c', ("x", '"b" c')),
        ('"say ""a"", b" c,', ('"say ""a"", b" c', "")),
    ],
)
def test_quotes_round_a_part_of_a_cell_stay(tmp_path, knowledge, line, cells):
    """A quote at the beginning that does not go round the whole cell is text; one that does is not."""
    (tmp_path / "in.csv").write_text(f"title,budget\nbefore,1\n{line}\nafter,2\n")

    assert [("before", "1"), cells, ("after", "2")] == _read(tmp_path / "in.csv", knowledge.sources)[1]


def test_quotes_round_a_part_of_the_only_cell_stay(tmp_path, knowledge):
    """The same in a file of one column."""
    (tmp_path / "in.csv").write_text('title\n"Logo" design, needed\n')

    assert [('"Logo" design, needed',)] == _read(tmp_path / "in.csv", knowledge.sources)[1]


@pytest.mark.parametrize("header", ["title", "title,n"])
@pytest.mark.parametrize("blank", ["  ", "\t", "\x1a", " \x1a"])
def test_a_line_of_blanks_is_no_row(tmp_path, tagger, header, blank):
    """Lines of blanks, and the sign by which DOS ended files, are passed over and not counted, as in JSON lines."""
    cells = "Logo for a bakery" + (",1" if "," in header else "")
    (tmp_path / "in.csv").write_text(f"{blank}\n{header}\n{blank}\n{cells}\n{blank}\n{cells},x,x\n{blank}")
    (tmp_path / "in.jsonl").write_text(f'{{"title": "a"}}\n{blank}\n{{"title": "b"}}\n{blank}')

    table, rows = _read(tmp_path / "in.csv", tagger.knowledge.sources)

    assert (header.split(","), 2, tuple(cells.split(","))) == (table.columns, len(rows), rows[0])
    assert [("a",), ("b",)] == _read(tmp_path / "in.jsonl", tagger.knowledge.sources)[1]


def test_a_blank_cell_in_quotes_is_a_row(tmp_path, knowledge):
    """What was quoted was meant."""
    (tmp_path / "in.csv").write_text('title\n" "\n""\n')

    assert [(" ",), ("",)] == _read(tmp_path / "in.csv", knowledge.sources)[1]


@pytest.mark.parametrize("above", ["Export of 3 February;;\n", "Export of 3 February\n\n", "Offers\nof today\n;;\n"])
def test_headings_above_the_header_are_passed_over(tmp_path, knowledge, above):
    """The header is the first line that names title and description; rows keep the numbers that they have in the file."""
    (tmp_path / "in.csv").write_text(above + "Title;Description;n\nLogo;Draw a logo;1\n")

    with open_table(str(tmp_path / "in.csv"), ReadOptions(), knowledge.sources) as table:
        rows = list(table.numbered())

    n_lines = sum(bool(line) for line in above.split("\n"))
    assert (["Title", "Description", "n"], ";") == (table.columns, table.shape.delimiter)
    assert [(n_lines + 2, ["Logo", "Draw a logo", "1"])] == rows


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_header_of_a_second_file_is_no_posting(tmp_path, knowledge, mark):
    """Where files were put together the header in the middle is rejected, and what is behind it read."""
    (tmp_path / "in.csv").write_text(f"title,n\nLogo,1\n{mark}title,n\nSite,2\n", encoding="utf-8")

    with open_table(str(tmp_path / "in.csv"), ReadOptions(), knowledge.sources) as table:
        logo, again, site = table.rows

    assert (3, "is the header once more") == (again.row, again.reason)
    assert [["Logo", "1"], ["Site", "2"]] == [logo, site]


@pytest.mark.parametrize(("name", "sign"), [("semicolon", ";"), ("colon", ":"), ("Comma", ","), ("point-virgule", ";")])
def test_delimiters_have_names(tmp_path, knowledge, name, sign):
    """What is said of a delimiter can be given as one."""
    (tmp_path / "in.csv").write_text(f"title{sign}n\nLogo{sign}1\n")

    with open_table(str(tmp_path / "in.csv"), ReadOptions(delimiter=name), knowledge.sources) as table:
        assert [["Logo", "1"]] == list(table.rows)


def test_a_sign_that_would_part_the_header_is_named(tmp_path):
    """A file parted by a rare sign is refused with the option that reads it."""
    (tmp_path / "in.csv").write_text("id:title\n1:Logo\n")

    result = CliRunner().invoke(cli, ["columns", str(tmp_path / "in.csv")])

    assert "say --delimiter ':'" in result.output


def _long(path, cell, end='"'):
    rows = [f'{i},Logo,"simple, flat"\n' for i in range(40)]
    path.write_text("id,title,description\n" + rows[0] + f'9,big,"{cell}{end}\n' + "".join(rows[1:]))
    return [tuple(next(csv.reader([row]))) for row in rows]


def test_a_cell_that_is_too_long_costs_its_row(tmp_path, knowledge, monkeypatch):
    """Lines in a cell that is too long are no rows, as its quotes are sound; reading goes on behind it."""
    monkeypatch.setattr(delimited, "MAX_RECORD_CHARS", 100_000)
    monkeypatch.setattr(delimited, "_MAX_AHEAD", 2_000_000)
    rows = _long(tmp_path / "in.csv", 'a ""note"", two, three\n' * 40_000)

    _, found = _read(tmp_path / "in.csv", knowledge.sources)

    assert [rows[0], "longer than 32,000,000 characters", *rows[1:]] == found


def test_a_quote_that_is_never_closed_is_told_from_a_long_cell(tmp_path, knowledge, monkeypatch):
    """A quote that opens and swallows thousands of rows costs its line, wherever the next quote stands."""
    monkeypatch.setattr(delimited, "MAX_RECORD_CHARS", 100_000)
    monkeypatch.setattr(delimited, "_MAX_AHEAD", 600_000)
    rows = _long(tmp_path / "in.csv", "open\n" + "7,Site,good\n" * 80_000, end="")

    _, found = _read(tmp_path / "in.csv", knowledge.sources)

    assert rows[0] == found[0]
    assert "a quote is opened and never closed, or a cell is longer than 32,000,000 characters" == found[1]
    assert [("7", "Site", "good")] * 80_000 == found[2:80_002]
    assert rows[1:] == found[-39:]


@pytest.mark.parametrize("row", ['C,"d', '"Senior" dev,"d'])
def test_a_quote_left_open_at_the_end_is_rejected(tmp_path, knowledge, row):
    """The last line is no exception: its cell is not changed and passed on."""
    (tmp_path / "in.csv").write_text(f"title,description\nLogo,x\n{row}\n")

    _, found = _read(tmp_path / "in.csv", knowledge.sources)

    assert [("Logo", "x"), "a quote is opened and never closed"] == found


def test_the_limit_of_csv_is_as_it_was(tmp_path, tagger):
    """What others read with Python's csv after a run has the limit they chose."""
    (tmp_path / "in.csv").write_text("title\nLogo\n")
    before = csv.field_size_limit(4321)
    try:
        tag_file(str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), tagger)
        assert 4321 == csv.field_size_limit()
    finally:
        csv.field_size_limit(before)
