"""Every format in and out: what was text stays the text it was, whatever it is wrapped in."""

import csv
import gzip
import io
import itertools
import json

import pyarrow
import pyarrow.parquet
import pytest
import python_calamine
import xlsxwriter
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobtagger.batch import ReadOptions, RunOptions, tag_file
from jobtagger.batch.delimited import _Lines, _Records, sniff
from jobtagger.batch.encodings import DecodedLines, find_encoding
from jobtagger.batch.reading import open_table
from jobtagger.batch.streams import InputStream, expand_inputs
from jobtagger.batch.writing import TableWriter, excel_safe, unique_names
from jobtagger.errors import InputError
from jobtagger.records import OUTPUT_COLUMNS, RejectedRecord

ROWS = [("007", "Logo for a bakery", "NA"), ("12345678901234567890", "Développer un site « vitrine »", "1.10")]
HEADER = ["id", "title", "note"]
TEXT = "id,title,note\n" + "".join(",".join(row) + "\n" for row in ROWS)


def _read(path, sources, **options):
    with open_table(str(path), ReadOptions(**options), sources) as table:
        return table, [tuple(row) if isinstance(row, list) else row.reason for row in table.rows]


def _tag(source, output, tagger, **run):
    return tag_file([str(source)], str(output), tagger, run=RunOptions(**run))


def _write_excel(path, rows):
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()


@pytest.mark.parametrize(
    "name", ["in.csv", "in.csv.gz", "in.csv.zst", "in.jsonl.gz", "in.json.zst", "in.parquet", "in.xlsx"]
)
def test_all_formats_give_the_same_text(tmp_path, knowledge, name):
    """Ids with zeros before them, NA and long numbers come out of every format as they went in."""
    path = tmp_path / name
    objects = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    content = TEXT
    if ".json" in name:
        content = json.dumps(objects) if name.startswith("in.json.") else "\n".join(map(json.dumps, objects))
    if name.endswith(".parquet"):
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(objects), path)
    elif name.endswith(".xlsx"):
        book = xlsxwriter.Workbook(str(path))
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADER, *ROWS]):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)
        book.close()
    elif name.endswith(".gz"):
        path.write_bytes(gzip.compress(content.encode()))
    elif name.endswith(".zst"):
        path.write_bytes(zstandard.compress(content.encode()))
    else:
        path.write_text(content)

    table, rows = _read(path, knowledge.sources)

    assert (HEADER, ROWS) == (table.columns, rows)


def test_packed_parts_put_together_are_one_file(tmp_path, knowledge):
    """Several gzip members or zstd frames in one file, as `cat` makes them, are all read."""
    parts = ["id,title,note\n", "1,Logo,a\n" * 70_000, "", "2,Site,b\n"]
    (tmp_path / "in.csv.gz").write_bytes(b"".join(gzip.compress(part.encode()) for part in parts))
    (tmp_path / "in.csv.zst").write_bytes(b"".join(zstandard.compress(part.encode()) for part in parts))

    for name in ("in.csv.gz", "in.csv.zst"):
        rows = _read(tmp_path / name, knowledge.sources)[1]
        assert (70_001, ("1", "Logo", "a"), ("2", "Site", "b")) == (len(rows), rows[69_999], rows[-1])


def test_numbers_of_json_parquet_and_excel_are_written_plainly(tmp_path, knowledge):
    """A number has the digits it was written with, null is empty, lists and objects are JSON."""
    (tmp_path / "a.json").write_text(
        '[{"title": "a", "n": 1.10, "big": 12345678901234567890123, "x": null, "l": [1.5, "é"]}]'
    )
    pyarrow.parquet.write_table(
        pyarrow.table({"title": ["a", None], "n": [1, 2], "l": [[1], None], "b": [b"x", None]}), tmp_path / "a.parquet"
    )
    _write_excel(tmp_path / "a.xlsx", [["title", "n", "b"], ["a", 12345.0, True], ["b", 0.5, False]])

    assert [("a", "1.10", "12345678901234567890123", "", '[1.5, "é"]')] == _read(
        tmp_path / "a.json", knowledge.sources
    )[1]
    assert [("a", "1", "[1]", "x"), ("", "2", "", "")] == _read(tmp_path / "a.parquet", knowledge.sources)[1]
    assert [("a", "12345", "TRUE"), ("b", "0.5", "FALSE")] == _read(tmp_path / "a.xlsx", knowledge.sources)[1]


def test_odd_values_of_parquet_are_written_all_the_same(tmp_path, knowledge):
    """What Python cannot hold, JSON does not have or this machine does not know costs no column and no file."""
    zone = pyarrow.timestamp("ms", tz="Nowhere/AtAll")
    twice = pyarrow.StructArray.from_arrays([pyarrow.array([1, None]), pyarrow.array(["x", "é"])], names=["a", "a"])
    columns = {
        "title": (["Logo", "Site"], ("Logo", "Site")),
        "twice": (twice, ('{"a": 1, "a": "x"}', '{"a": null, "a": "é"}')),
        "late": (
            pyarrow.array([[300_000_000_000_000, None], [1]], pyarrow.list_(pyarrow.timestamp("ms"))),
            ('["11476-08-15 05:20:00.000", null]', '["1970-01-01 00:00:00.001000"]'),
        ),
        "long": (
            pyarrow.array([[("a", 2**62)], None], pyarrow.map_(pyarrow.string(), pyarrow.duration("s"))),
            ('[["a", "4611686018427387904"]]', ""),
        ),
        "zone": (pyarrow.array([None, 1], zone), ("", "1970-01-01 00:00:00.001Z")),
        "zones": (pyarrow.array([[], [1]], pyarrow.list_(zone)), ("[]", '["1970-01-01 00:00:00.001Z"]')),
        "nan": (pyarrow.array([{"n": float("nan")}, {"n": 0.5}]), ('{"n": null}', '{"n": 0.5}')),
        "bytes": (pyarrow.array([[b"x\xe9"], [b"y"]]), ('["x\\\\xe9"]', '["y"]')),
    }
    table = pyarrow.table({name: cells for name, (cells, _) in columns.items()})
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")

    _, rows = _read(tmp_path / "a.parquet", knowledge.sources)

    for place, (name, (_, texts)) in enumerate(columns.items()):
        assert texts == tuple(row[place] for row in rows), name


@pytest.mark.parametrize("ending", ["csv.gz", "csv.zst", "jsonl.gz", "json", "parquet", "xlsx"])
def test_outputs_of_all_formats_hold_the_same_rows(tmp_path, tagger, ending):
    """What is written packed, as Parquet or as a workbook reads back as what the plain CSV holds."""
    source = tmp_path / "in.csv"
    source.write_text("id,title,id\n" + "".join(f"{i:03},Logo {i} for a bakery,=1+{i}\n" for i in range(1200)))
    _tag(source, tmp_path / "out.csv", tagger)
    _tag(source, tmp_path / f"out.{ending}", tagger)

    plain, rows = _read(tmp_path / "out.csv", tagger.knowledge.sources)
    other, same = _read(tmp_path / f"out.{ending}", tagger.knowledge.sources)

    assert rows == same
    assert ["id", "title", "id" if ending.startswith("csv") else "id (2)", *OUTPUT_COLUMNS] == other.columns
    assert ["id", "title", "id", *OUTPUT_COLUMNS] == plain.columns
    assert ["in.csv", f"out.{ending}", "out.csv"] == sorted(
        (p.name for p in tmp_path.iterdir()), key=lambda n: (n == "out.csv", n)
    )


@pytest.mark.parametrize("n_rows", [16_383, 16_384, 16_385, 40_000])
@pytest.mark.parametrize("ending", ["parquet", "csv.gz"])
def test_every_row_of_a_long_output_is_in_the_file(tmp_path, ending, n_rows):
    """No row is lost where one group of rows ends and the next begins."""
    path = tmp_path / f"out.{ending}"
    writer = TableWriter(str(path), ["n"], ",", has_bom=False)
    writer.write_rows([(str(number),) for number in range(n_rows)])
    writer.finish()

    if ending == "parquet":
        written = pyarrow.parquet.read_table(path)["n"].to_pylist()
    else:
        written = gzip.decompress(path.read_bytes()).decode().splitlines()[1:]
    assert [str(number) for number in range(n_rows)] == written


def test_workbook_holds_text_alone_and_says_what_it_cut(tmp_path, tagger):
    """No cell of a workbook is a formula, and a cell beyond a spreadsheet's limit is cut and counted."""
    (tmp_path / "in.csv").write_text(f'title,note\nLogo,=1+1\nFlyer,"{"x" * 40_000}"\n')

    summary = _tag(tmp_path / "in.csv", tmp_path / "out.xlsx", tagger)

    sheet = python_calamine.CalamineWorkbook.from_path(tmp_path / "out.xlsx").get_sheet_by_index(0).to_python()
    assert ("=1+1", 32_767, 1) == (sheet[1][1], len(sheet[2][1]), summary.n_cut_cells)


def test_excel_safe_guards_formulas_and_leaves_numbers(tmp_path, tagger):
    """With excel_safe a cell that would be a formula gets an apostrophe; without it nothing is touched."""
    cells = ["=1+1", "+cmd", "-2", "-2,5", "@x", "+12 %", "plain", "-"]
    assert ["'=1+1", "'+cmd", "-2", "-2,5", "'@x", "'+12 %", "plain", "'-"] == [excel_safe(cell) for cell in cells]

    (tmp_path / "in.csv").write_text("title,note\nLogo,=1+1\n")
    notes = []
    for is_safe in (False, True):
        _tag(tmp_path / "in.csv", tmp_path / "out.csv", tagger, excel_safe=is_safe)
        with (tmp_path / "out.csv").open(newline="") as file:
            notes.append(next(csv.DictReader(file))["note"])
    assert ["=1+1", "'=1+1"] == notes


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("cp1252", "cp1252"),
        ("latin-1", "cp1252"),
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
    ],
)
def test_encodings_are_found_with_their_confidence(tmp_path, knowledge, encoding, found):
    """French comes through in all common encodings, and how sure we are is stated."""
    path = tmp_path / "in.csv"
    path.write_bytes(
        "titre,ville\nDéveloppeur à l'aise avec les maquettes,Orléans\nCréation d'un très bel été,Nîmes\n".encode(
            encoding
        )
    )

    table, rows = _read(path, knowledge.sources)

    assert (found, ("Création d'un très bel été", "Nîmes")) == (table.shape.encoding.name, rows[1])
    assert 0.5 < table.shape.encoding.confidence <= 1
    assert table.shape.encoding.reason


def test_cyrillic_is_found_too():
    """Other alphabets are not taken for Western text."""
    head = "название,описание\nРазработка сайта для магазина,Нужен программист на длительный срок\n".encode("cp1251")

    assert "cp1251" == find_encoding("f", head, "").name


def test_few_bad_lines_do_not_change_the_encoding(tmp_path, knowledge):
    """A file of UTF-8 with a line of something else in it stays UTF-8, and only that line is rejected."""
    path = tmp_path / "in.csv"
    good, bad = "Créer un logo,x\n".encode(), "Créer un autre logo,x\n".encode("cp1252")
    path.write_bytes(b"title,n\n" + good * 5 + bad + good * 5)

    _, rows = _read(path, knowledge.sources)

    assert 11 == len(rows)
    assert "byte 0xE9 is not utf-8; say --encoding if the whole file is in another" == rows[5]
    assert {("Créer un logo", "x")} == set(rows[:5] + rows[6:])


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        pytest.param("title;budget, max;city\nLogo, flyer;100, 200;Lyon\nSite;1;Nice\n", ";", id="commas in text"),
        pytest.param("title\nLogo, please\nSite; web\n", ",", id="one column"),
        pytest.param('"a;b","c"\n"x;y","z"\n', ",", id="semicolons in quotes"),
        pytest.param("a|b\nx, y|z\n", "|", id="bar"),
    ],
)
def test_delimiter_is_the_one_that_fits_the_rows(text, delimiter):
    """Not the commonest sign wins, but the one that parts header and rows alike."""
    assert delimiter == sniff(text.splitlines(keepends=True))[0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text('a,"\r ', max_size=8).map(lambda text: text + "\n")), cuts=st.sets(st.integers(0, 9)))
def test_rows_are_the_same_however_the_file_comes_in(tmp_path, lines, cuts):
    """Where blocks end decides nothing, whatever is wrong with the quotes; no line is lost, none is read twice."""
    (tmp_path / "in.csv").write_bytes(b"")
    with InputStream(str(tmp_path / "in.csv")) as stream:
        decoded = DecodedLines(stream, find_encoding("in.csv", b"", "utf-8"))

        def read(*places):
            blocks = [lines[start:end] for start, end in itertools.pairwise([0, *places, len(lines)]) if start < end]
            return list(_Records("in.csv", _Lines(iter(blocks)), ",", decoded, 2).rows())

        whole = read()
        assert whole == read(*sorted(cuts & set(range(len(lines))))) == read(*range(len(lines)))
    letters = "".join(row.content if isinstance(row, RejectedRecord) else "".join(row) for row in whole)
    assert "".join(lines).count("a") == letters.count("a")


def test_delimiter_can_be_fixed(tmp_path, knowledge):
    """--delimiter decides, whatever it is."""
    (tmp_path / "in.csv").write_text("title^note\nLogo, a;b^1\n")

    table, rows = _read(tmp_path / "in.csv", knowledge.sources, delimiter="^")

    assert [("Logo, a;b", "1")] == rows
    assert "--delimiter" == table.shape.delimiter_reason


def test_patterns_name_several_files(tmp_path, monkeypatch):
    """A pattern stands for the files that fit, sorted; one that fits none is an error; a name that exists is a name."""
    for name in ("b.csv", "a.csv", "c[1].csv"):
        (tmp_path / name).write_text("x")
    monkeypatch.chdir(tmp_path)

    assert ["a.csv", "b.csv", "c[1].csv"] == expand_inputs(["?.csv", "c[1].csv"])
    with pytest.raises(InputError, match=r"\*\.tsv: no file fits this pattern"):
        expand_inputs(["*.tsv"])
    with pytest.raises(InputError, match="standard input can be read only once"):
        expand_inputs(["-", "-"])


def test_many_inputs_are_not_all_open_at_once(tmp_path, tagger):
    """More files than a process may open are tagged all the same."""
    import resource  # noqa: PLC0415 - Unix alone

    for number in range(120):
        (tmp_path / f"in{number:03}.csv").write_text(f"title,n\nLogo,{number}\n")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (80, limits[1]))
    try:
        summary = tag_file([str(tmp_path / "in*.csv")], str(tmp_path / "out.csv"), tagger)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)

    assert 120 == summary.n_tagged


def test_json_document_is_not_held_whole(tmp_path, knowledge):
    """A JSON array of many megabytes is read in little memory."""
    import tracemalloc  # noqa: PLC0415 - for this measure alone

    path = tmp_path / "in.json"
    with path.open("w") as file:
        file.write("[")
        for number in range(20_000):
            file.write(("," if number else "") + json.dumps({"id": number, "title": "Logo", "description": "x" * 1000}))
        file.write("]")

    tracemalloc.start()
    with open_table(str(path), ReadOptions(), knowledge.sources) as table:
        n_rows = sum(1 for _ in table.rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert 20_000 == n_rows
    assert peak < path.stat().st_size / 4


def test_repeated_and_later_keys_of_json_are_columns(tmp_path, knowledge):
    """A key that first appears in a later record is a column, empty before."""
    (tmp_path / "in.jsonl").write_text('{"title": "a"}\n{"title": "b", "late": "x"}\n')

    table, rows = _read(tmp_path / "in.jsonl", knowledge.sources)

    assert (["title", "late"], [("a", ""), ("b", "x")]) == (table.columns, rows)


def test_names_for_formats_that_need_distinct_ones():
    """Repeated names are numbered without meeting a name that is there already."""
    assert ["a", "a (2)", "b", "a (3)"] == unique_names(["a", "a", "b", "a"])
    assert 3 == len(set(unique_names(["a", "a (2)", "a"])))


@pytest.mark.parametrize("name", ["out.parquet.gz", "out.docx", "out"])
def test_unknown_outputs_are_refused(tmp_path, tagger, name):
    """An ending that is not known is answered with those that are."""
    (tmp_path / "in.csv").write_text("title\nLogo\n")

    with pytest.raises(InputError, match=r"is not known; known: \.csv, .*\.parquet, \.xlsx"):
        _tag(tmp_path / "in.csv", tmp_path / name, tagger)


@pytest.mark.parametrize(
    ("module", "name", "extra"),
    [
        ("pyarrow", "in.parquet", "parquet"),
        ("python_calamine", "in.xlsx", "excel"),
        ("zstandard", "in.csv.zst", "zstd"),
    ],
)
def test_a_missing_extra_is_named(tmp_path, knowledge, monkeypatch, module, name, extra):
    """A format whose library is not installed says what to install."""
    magic = {"in.parquet": b"PAR1xxxx", "in.xlsx": b"PK\x03\x04xx", "in.csv.zst": b"\x28\xb5\x2f\xfdxx"}[name]
    (tmp_path / name).write_bytes(magic)
    monkeypatch.setitem(__import__("sys").modules, module, None)

    with pytest.raises(InputError, match=rf'needs the extra "{extra}": pip install "jobtagger\[{extra}\]"'):
        _read(tmp_path / name, knowledge.sources)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(*[st.text("ab,;|\"' \r\n\t=+", max_size=6)] * 3), max_size=4),
    delimiter=st.sampled_from(",;\t|"),
    n_first=st.integers(1, 3),
)
def test_delimited_rows_read_back_as_they_were(tmp_path, rows, delimiter, n_first):
    """Quotes, delimiters and line ends within cells come back; the bytes are those of `csv.writer`."""
    path = tmp_path / "out.csv"
    writer = TableWriter(str(path), ["a", "b", "c"], delimiter, has_bom=False)
    parts = [[row[:n_first] for row in rows], [row[n_first:] for row in rows]]
    writer.write_rows(*parts[: 1 + (n_first < 3)])
    writer.finish()

    with path.open(encoding="utf-8", newline="") as file:
        assert [("a", "b", "c"), *rows] == [tuple(row) for row in csv.reader(file, delimiter=delimiter)]
    if not any("\r" in cell for row in rows for cell in row):  # before Python 3.13 it forgot to quote those
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([("a", "b", "c"), *rows])
        assert text.getvalue() == path.read_bytes().decode()
