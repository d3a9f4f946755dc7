"""Everything malformed ends in tagged rows, rejected rows with reasons, or one clear message; never in half a file."""

import bz2
import csv
import gzip
import json
import lzma
import os
import subprocess
import sys
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
import zstandard

from jobtagger.batch import ReadOptions, RunOptions, tag_file
from jobtagger.batch.columns import find_fields
from jobtagger.batch.reading import open_table
from jobtagger.errors import InputError
from jobtagger.records import OUTPUT_COLUMNS, RejectedRecord

PROGRAM = [sys.executable, "-c", "from jobtagger.cli import main; main()"]


def _csv(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_everything_malformed_in_one_file(tmp_path, tagger):
    """One file with every kind of damage: each good row is tagged, each bad one rejected with its reason."""
    good = b'1,"Logo for a bakery",ok,x\n'
    content = b"".join([
        b"\xef\xbb\xbfid,title,category,title\n",
        good,
        b"2,ragged\n",
        b'3,"never closed,oops,x\n',
        good,
        b"4,\xff\xfe\x00\x01\x80 junk,x,y\n",
        b"5,d\xe9veloppeur,cp1252,y\n",
        "6,Développeur à Orléans,utf8,y\n".encode() * 3,
        b"7,nul\x00 inside,x,y\n",
        b'8,"' + b"x" * 50_000_000 + b'",x,y\n',
        b"9,=HYPERLINK(1),+1,@x\n",
        good,
    ])  # fmt: skip
    (tmp_path / "in.csv").write_bytes(content)

    summary = tag_file([str(tmp_path / "in.csv")], str(tmp_path / "out.csv"), tagger)

    header, *rows = _csv(tmp_path / "out.csv")
    rejected = _csv(tmp_path / "out.rejected.csv")[1:]
    assert header[4:] == ["jobtagger_category", *list(OUTPUT_COLUMNS)[1:]]
    assert ["1", "1", "6", "6", "6", "7", "9", "1"] == [row[0] for row in rows]
    assert ["=HYPERLINK(1)", "+1", "@x"] == rows[6][1:4]
    assert [
        ("3", "2 cells where the header has 4"),
        ("4", "a quote is opened and never closed"),
        ("6", "byte 0xFF is not utf-8; say --encoding if the whole file is in another"),
        ("7", "byte 0xE9 is not utf-8; say --encoding if the whole file is in another"),
        ("12", "longer than 32,000,000 characters; is a quote never closed?"),
    ] == [(row[1], row[2]) for row in rejected]
    assert len(rejected[-1][3]) < 2000
    assert (8, 5) == (summary.n_tagged, summary.n_rejected)


def test_a_line_without_end_is_given_up_in_bounded_memory(tmp_path, knowledge):
    """A line longer than any record is rejected without being held whole, and what follows is read."""
    with (tmp_path / "in.csv").open("wb") as file:
        file.write(b"title\n")
        for _ in range(80):
            file.write(b"x" * 1_000_000)
        file.write(b"\nLogo\n")

    with open_table(str(tmp_path / "in.csv"), ReadOptions(), knowledge.sources) as table:
        rows = list(table.rows)

    assert [RejectedRecord, list] == [type(row) for row in rows]
    assert ["Logo"] == rows[1]


def test_a_million_columns(tmp_path, tagger):
    """A million columns are a wide file, nothing worse."""
    n = 1_000_000
    header = ",".join(["title", *(f"c{i}" for i in range(n - 1))])
    (tmp_path / "in.csv").write_text(header + "\nLogo for a bakery" + ",1" * (n - 1) + "\nshort\n")

    summary = tag_file([str(tmp_path / "in.csv")], str(tmp_path / "out.csv"), tagger)

    assert (1, 1) == (summary.n_tagged, summary.n_rejected)
    with (tmp_path / "out.csv").open() as file:
        next(file)
        row = next(file).rstrip("\n").split(",")
    assert ("1", "graphic_design") == (row[n - 1], row[n])


def test_binary_junk_is_no_crash(tmp_path, tagger):
    """A file of random bytes is refused or rejected row by row."""
    import random  # noqa: PLC0415 - for this junk alone

    (tmp_path / "in.csv").write_bytes(b"title,n\n" + random.Random(1).randbytes(300_000))  # noqa: S311

    summary = tag_file([str(tmp_path / "in.csv")], str(tmp_path / "out.csv"), tagger)

    assert summary.n_tagged + summary.n_rejected > 500


def test_our_own_output_can_be_tagged_again(tmp_path, tagger):
    """A file that went through twice has our columns three times, each under its own name."""
    (tmp_path / "a.csv").write_text("title\nLogo\n")
    for before, after in (("a", "b"), ("b", "c"), ("c", "d")):
        tag_file([str(tmp_path / f"{before}.csv")], str(tmp_path / f"{after}.csv"), tagger)

    header = _csv(tmp_path / "d.csv")[0]
    assert len(header) == len(set(header)) == 1 + 3 * len(OUTPUT_COLUMNS)
    assert "jobtagger_jobtagger_category" in header


def test_json_that_breaks_off_gives_what_was_whole(tmp_path, tagger):
    """Of a JSON array that ends in the middle the whole records are tagged and the rest is one rejected row."""
    whole = json.dumps([{"title": "Logo for a bakery"}, {"title": "Voice over"}, {"title": "lost"}])
    (tmp_path / "in.json").write_text(whole[:-12])

    summary = tag_file([str(tmp_path / "in.json")], str(tmp_path / "out.csv"), tagger)

    assert (2, 1) == (summary.n_tagged, summary.n_rejected)
    place = whole.index("{", 40)
    assert [
        "3",
        "the document is damaged from here on, or breaks off: its end is not found (character 59)",
        whole[place:-12],
    ] == _csv(tmp_path / "out.rejected.csv")[1][1:]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("in.json", b'{"title": ', r"is not JSON: ", id="JSON"),
        pytest.param("in.csv", b"\xef\xbb\xbf", "is empty", id="a mark alone"),
        pytest.param("in.csv", b"\xff\xfe\r\0\n\0", "is empty", id="a mark and a line's end"),
        pytest.param(
            "in.csv.bz2", bz2.compress(b"title\nLogo\n"), "is packed by bzip2, no table; unpack it", id="bzip2"
        ),
        pytest.param("in.csv.xz", lzma.compress(b"title\nLogo\n"), "is packed by xz, no table; unpack it", id="xz"),
        pytest.param(
            "in.csv.gz",
            gzip.compress(gzip.compress(b"title\nLogo\n")),
            "is packed twice, the second time by gzip; unpack it once",
            id="gzip twice",
        ),
        pytest.param(
            "in.csv", b"\x89PNG\r\n\x1a\n" + b"x" * 50, r"is a picture \(PNG\), no table; export", id="picture"
        ),
        pytest.param("in.csv", b"%PDF-1.7\n" + b"x" * 50, "is a PDF, no table; export", id="PDF"),
        pytest.param("in.csv", b"<!DOCTYPE html>\n<p>Logo\n", r"is a web page \(HTML\), no table; export", id="HTML"),
        pytest.param("in.csv", b'\xef\xbb\xbf <?xml version="1.0"?>\n<a/>', "is XML, no table; export", id="XML"),
        pytest.param("in.csv", b"a/b" + b"\0" * 254 + b"ustar\0" + b"x" * 300, r"is an archive \(tar\)", id="tar"),
        pytest.param("in.json", b"[1, 2]", r"holds no records: is no JSON object \(1\)", id="no objects"),
        pytest.param("in.parquet", b"PAR1" + b"x" * 50 + b"PAR1", "is no Parquet file that can be read", id="Parquet"),
        pytest.param("in.xlsx", b"PK\x03\x04" + b"x" * 50, "is no workbook that can be read", id="Excel"),
        pytest.param(
            "in.zip", b"PK\x03\x04" + b"x" * 50, "is an archive or an office document, no table", id="archive"
        ),
        pytest.param(
            "in.csv.gz", gzip.compress(b"title\n" + os.urandom(999))[:-300], "gzip data is damaged", id="gzip"
        ),
        pytest.param("in.csv.zst", b"\x28\xb5\x2f\xfd" + b"\xff" * 50, "the zstd data is damaged", id="zstd"),
        pytest.param(
            "in.csv.zst",
            zstandard.compress(b"title\n" + b"Logo\n" * 99 + os.urandom(999))[:-300],
            "zstd data is damaged or breaks off",
            id="zstd cut off",
        ),
        pytest.param(
            "in.csv.zst",
            zstandard.compress(b"title\n") + zstandard.compress(b"Logo\n")[:-1],
            "zstd data is damaged or breaks off",
            id="zstd cut off in a later frame",
        ),
    ],
)
def test_damaged_containers_are_refused(tmp_path, tagger, name, content, message):
    """A file whose wrapping is broken is one message, and nothing is written."""
    (tmp_path / name).write_bytes(content)

    with pytest.raises(InputError, match=message):
        tag_file([str(tmp_path / name)], str(tmp_path / "out.csv"), tagger)

    assert [name] == os.listdir(tmp_path)


def test_zstd_that_breaks_off_late_gives_no_file(tmp_path, tagger):
    """Half of a large file is not taken for the whole of it, though most rows were read by then."""
    packed = zstandard.compress(b"title,n\n" + b"".join(b"Logo,%d\n" % number for number in range(200_000)))
    (tmp_path / "in.csv.zst").write_bytes(packed[: len(packed) // 2])

    with pytest.raises(InputError, match=r"in\.csv\.zst: the zstd data is damaged or breaks off"):
        tag_file([str(tmp_path / "in.csv.zst")], str(tmp_path / "out.csv"), tagger)

    assert not (tmp_path / "out.csv").exists()


def test_bombs_are_stopped_by_the_stated_limit(tmp_path, tagger, monkeypatch):
    """A packed file that unpacks beyond every reason is stopped, whatever the packing."""
    for module in ("streams", "excel", "parquet"):
        monkeypatch.setattr(f"jobtagger.batch.{module}.UNPACKED_FREE", 1_000_000)
    bomb = b"title\n" + (b"a " * 5000 + b"\n") * 4000
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(bomb))
    (tmp_path / "in.csv.zst").write_bytes(zstandard.compress(bomb))
    with zipfile.ZipFile(tmp_path / "in.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 2_000_000)
    one_text = pa.DictionaryArray.from_arrays(pa.array([0] * 9000, pa.int32()), ["x" * 10_000])
    pq.write_table(pa.table({"title": one_text}), tmp_path / "said_once.parquet")
    pq.write_table(pa.table({"title": ["x" * 5_000_000]}), tmp_path / "packed.parquet", compression="zstd")

    for path in sorted(tmp_path.iterdir()):
        with pytest.raises(InputError, match="unpacks to more than"):
            tag_file([str(path)], str(tmp_path / "out.csv"), tagger)

    assert not (tmp_path / "out.csv").exists()


def test_bad_bytes_in_parquet_cost_their_row(tmp_path, tagger):
    """A text that is no UTF-8 is rejected with the byte, also within lists; bytes that need not be text are shown."""
    raw = pa.array([b"Logo", b"D\xe9veloppeur", None, b"Voice over"], pa.binary())
    lists = pa.ListArray.from_arrays([0, 1, 1, 1, 2], pa.array([b"\xff", b"x"], pa.binary()).view(pa.string()))
    four = pa.array([b"abcd", b"\xe9\x00ab", None, b"\xff\xfe\x00\x01"], pa.binary(4))
    columns = {"title": raw.view(pa.string()), "list": lists, "fixed": four, "bytes": raw}
    pq.write_table(pa.table(columns), tmp_path / "in.parquet")

    summary = tag_file([str(tmp_path / "in.parquet")], str(tmp_path / "out.csv"), tagger)

    assert (2, 2) == (summary.n_tagged, summary.n_rejected)
    assert [["1", "byte 0xFF is not utf-8"], ["2", "byte 0xE9 is not utf-8"]] == [
        row[1:3] for row in _csv(tmp_path / "out.rejected.csv")[1:]
    ]
    assert [["", "[]", "", ""], ["Voice over", '["x"]', "\\xff\\xfe\0\x01", "Voice over"]] == [
        row[:4] for row in _csv(tmp_path / "out.csv")[1:]
    ]


def test_a_text_that_repeats_is_held_once(tmp_path, knowledge):
    """Of a Parquet file that says one text thousands of times, the rows share the text: 3 GB would not fit otherwise."""
    one_text = pa.DictionaryArray.from_arrays(pa.array([0, None] * 3000, pa.int32()), ["x" * 300_000])
    pq.write_table(pa.table({"title": one_text}), tmp_path / "in.parquet")

    with open_table(str(tmp_path / "in.parquet"), ReadOptions(), knowledge.sources) as table:
        rows = [next(table.rows) for _ in range(2000)]

    assert ["x" * 300_000, ""] == [row[0] for row in rows[:2]]
    assert 1 == len({id(row[0]) for row in rows[::2]})


def test_a_workbook_of_one_far_cell_is_refused(tmp_path, tagger):
    """A cell in the last corner makes a workbook of kilobytes take half a terabyte; that is said, and we live on."""
    book = xlsxwriter.Workbook(tmp_path / "in.xlsx")
    sheet = book.add_worksheet()
    for row, column, text in ((0, 0, "title"), (1, 0, "Logo"), (1_048_575, 16_383, "far")):
        sheet.write(row, column, text)
    book.close()

    with pytest.raises(InputError, match=r"in\.xlsx: takes more than 4 GB of memory; save it as CSV and tag that"):
        tag_file([str(tmp_path / "in.xlsx")], str(tmp_path / "out.csv"), tagger)

    assert ["in.xlsx"] == os.listdir(tmp_path)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("[" * 100_000 + "]" * 100_000, id="nested without end"),
        pytest.param('{"a":' * 2000 + "1" + "}" * 2000, id="nested too deeply for Python"),
    ],
)
@pytest.mark.parametrize("name", ["in.json", "in.jsonl"])
def test_json_that_makes_parsers_fall_costs_its_record(tmp_path, tagger, name, value):
    """Rows before and behind it are tagged, the bad one is rejected."""
    good = ['{"title": "Logo for a bakery"}'] * 3000
    rows = [*good, f'{{"title": "x", "n": {value}}}', *good]
    (tmp_path / name).write_text("[" + ",".join(rows) + "]" if name == "in.json" else "\n".join(rows))

    summary = tag_file([str(tmp_path / name)], str(tmp_path / "out.csv"), tagger)

    assert ["3001", "is nested too deeply"] == _csv(tmp_path / "out.rejected.csv")[1][1:3]
    assert (6000, 1) == (summary.n_tagged, summary.n_rejected)


def test_json_nested_as_deep_as_python_just_reads(tmp_path, tagger):
    """Wherever Python's own limit lies, a line near it is a row or a rejected row."""
    lines = ['{"title": "x", "n": ' + "[" * depth + "]" * depth + "}" for depth in range(900, 1000)]
    (tmp_path / "in.jsonl").write_text("\n".join(lines))

    summary = tag_file([str(tmp_path / "in.jsonl")], str(tmp_path / "out.csv"), tagger)

    assert 100 == summary.n_tagged + summary.n_rejected


def test_half_characters_of_json_can_be_written(tmp_path, tagger):
    """Half an emoji, as scrapers cut them, becomes the replacement character."""
    (tmp_path / "in.jsonl").write_text('{"title": "Logo \\ud83d", "n": ["\\ud83d"]}\n{"title": "b"}\n')

    tag_file([str(tmp_path / "in.jsonl")], str(tmp_path / "out.csv"), tagger)

    assert ["Logo \ufffd", '["\ufffd"]'] == _csv(tmp_path / "out.csv")[1][:2]


def test_a_closed_pipe_ends_in_one_line(tmp_path):
    """`jobtagger tag ... | head` ends with one message and exit code 1, without a trace."""
    (tmp_path / "in.csv").write_text("title\n" + "Logo for a bakery\n" * 20_000)

    with subprocess.Popen(
        [*PROGRAM, "tag", str(tmp_path / "in.csv"), "-q", "--jobs", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        program.stdout.readline()
        program.stdout.close()
        complaint = program.stderr.read().decode()

    assert "jobtagger: standard output was closed before everything was written\n" == complaint
    assert 1 == program.returncode


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's always-full device")
@pytest.mark.parametrize("where", ["out.csv.part", "out.rejected.csv.part"])
def test_a_full_disk_leaves_nothing_under_the_final_name(tmp_path, tagger, where):
    """A write that fails for want of space names the file, and no output appears."""
    (tmp_path / "in.csv").write_text("title,n\n" + "Logo for a bakery,1\nragged\n" * 3000)
    (tmp_path / where).symlink_to("/dev/full")

    with pytest.raises(InputError, match=rf"{where}: cannot be written: No space left on device"):
        tag_file([str(tmp_path / "in.csv")], str(tmp_path / "out.csv"), tagger, run=RunOptions(jobs=1))

    assert not (tmp_path / "out.csv").exists()
    assert not (tmp_path / "out.rejected.csv").exists()


def test_a_full_standard_output_ends_in_one_line(tmp_path):
    """Standard output on a full disk is said in one line."""
    (tmp_path / "in.csv").write_text("title\n" + "Logo for a bakery\n" * 3000)

    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [*PROGRAM, "tag", str(tmp_path / "in.csv"), "-q"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert (1, "jobtagger: standard output: cannot be written: No space left on device\n") == (
        result.returncode,
        result.stderr,
    )


def test_columns_of_junk_are_named_in_one_short_line(knowledge):
    """What is no table is refused with a message that a terminal can show."""
    columns = ["a\x1b[31m\nb\x07", "z" * 5000]

    with pytest.raises(InputError) as refusal:
        find_fields("junk.csv", columns, knowledge.sources, {})

    assert "columns: a?[31m?b?, " + "z" * 40 + "..." in str(refusal.value)
    assert len(str(refusal.value)) < 300
    assert str(refusal.value).isprintable()
