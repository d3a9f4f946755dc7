"""A run never deletes or overwrites what it did not make: inputs, files of other runs, files of the user."""

import csv
import json
import os
import subprocess
import sys

import pytest
from pyarrow import parquet

from jobtagger.batch import ReadOptions, RunOptions, tag_file
from jobtagger.batch.outputs import rejected_path
from jobtagger.errors import InputError

PROGRAM = [sys.executable, "-c", "from jobtagger.cli import main; main()"]
GOOD = "title,n\nLogo for a bakery,1\n"
RAGGED = "title,n\nLogo for a bakery,1\nragged\n"
REJECTED = "file,row,reason,content\nin.csv,3,1 cells where the header has 2,ragged\n"


@pytest.fixture
def tag(tagger, tmp_path, monkeypatch):
    """Give a function that tags within a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(inputs, output="out.csv", read=None, **options):
        return tag_file(inputs, output, tagger, read, RunOptions(**options))

    return run


def _program(*arguments, cwd, stdin=None, **more):
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)], check=False, capture_output=True, text=True, cwd=cwd, input=stdin, **more
    )


def _cells(path):
    with path.open(newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("content", [GOOD, RAGGED])
@pytest.mark.parametrize("theirs", [REJECTED, "the user's own"])
def test_standard_output_leaves_a_rejected_file_alone(tmp_path, content, theirs):
    """With a rejected.csv in the folder, standard output is refused before a row is written; a name of one's own goes."""
    (tmp_path / "rejected.csv").write_text(theirs)

    done = _program("tag", "-", "-q", cwd=tmp_path, stdin=content)

    assert (1, "") == (done.returncode, done.stdout)
    assert "rejected.csv: is there already, perhaps from another run; move it away, or name another" in done.stderr
    assert "--rejected" in done.stderr
    named = _program("tag", "-", "-q", "--rejected", "mine.csv", cwd=tmp_path, stdin=content)
    assert (3 if content == RAGGED else 0, (content == RAGGED)) == (
        named.returncode, (tmp_path / "mine.csv").exists(),
    )  # fmt: skip
    assert theirs == (tmp_path / "rejected.csv").read_text()


def test_standard_output_does_not_remove_what_appeared_meanwhile(tmp_path):
    """A rejected.csv that another run made while this one was at work stays."""
    (tmp_path / "in.csv").write_text(GOOD + "Logo for a bakery,1\n" * 3000)
    with subprocess.Popen(
        [*PROGRAM, "tag", "in.csv", "-q", "-j1"], cwd=tmp_path, text=True, stdout=subprocess.PIPE
    ) as program:
        program.stdout.readline()  # it is past its checks
        (tmp_path / "rejected.csv").write_text(REJECTED)
        program.communicate(timeout=60)

    assert REJECTED == (tmp_path / "rejected.csv").read_text()


@pytest.mark.parametrize(
    ("name", "output", "options", "message"),
    [
        pytest.param("rejected.csv", "-", {}, "rejected.csv: is an input too; name another file", id="rejected"),
        pytest.param("out.rejected.csv", "out.csv", {}, "is an input too; name another file", id="rejected beside"),
        pytest.param("out.csv.part", "out.csv", {}, "is an input too; give the output another name", id="part"),
        pytest.param("out.csv.resume", "out.csv", {}, "is an input too; give the output another name", id="mark"),
        pytest.param("o.parquet.made", "o.parquet", {}, "is an input too; give the output another name", id="made"),
        pytest.param("s.csv", "out.csv", {"summary": "s.csv"}, "is an input too; give the summary", id="summary"),
        pytest.param("r.csv", "out.csv", {"rejected": "r.csv"}, "is an input too; name another", id="named rejected"),
    ],
)
def test_no_file_of_a_run_is_its_input(tag, tmp_path, name, output, options, message):
    """Whatever a run would write, move or delete, it is refused where an input stands."""
    (tmp_path / name).write_text(RAGGED)

    with pytest.raises(InputError, match=message):
        tag([name], output, **options)

    assert [name] == os.listdir(tmp_path)
    assert RAGGED == (tmp_path / name).read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"summary": "out.csv"}, "out.csv: would be written twice, as the output and as the summary"),
        ({"summary": "./out.rejected.csv"}, "as the file of rejected rows and as the summary; give the summary"),
        ({"rejected": "out.csv"}, "as the output and as the file of rejected rows; name another file"),
        ({"rejected": "out.csv.part"}, "as the unfinished output and as the file of rejected rows"),
        ({"summary": "no/s.json"}, "no/s.json: cannot be written: there is no folder no; make it, or give the summary"),
        ({"rejected": "no/r.csv"}, "no/r.csv: cannot be written: there is no folder no; make it, or name another"),
    ],
)
def test_files_of_a_run_are_told_apart_before_it_starts(tag, tmp_path, options, message):
    """Two files under one name and a missing folder are refused before anything is written."""
    (tmp_path / "in.csv").write_text(RAGGED)

    with pytest.raises(InputError, match=message):
        tag(["in.csv"], **options)

    assert ["in.csv"] == os.listdir(tmp_path)


@pytest.mark.parametrize(
    ("output", "folder"),
    [
        ("-", "rejected.csv"), ("out.csv", "out.csv"), ("out.csv", "out.csv.part"), ("out.csv", "out.csv.resume"),
        ("out.csv", "out.rejected.csv"), ("out.parquet", "out.parquet.made"),
    ],
)  # fmt: skip
def test_a_folder_in_the_way_is_said(tag, tmp_path, output, folder):
    """A folder where a file shall stand is one line, before anything is written."""
    (tmp_path / "in.csv").write_text(RAGGED)
    (tmp_path / folder).mkdir()

    with pytest.raises(InputError, match=f"{folder}: is a folder, where the .* shall stand; move it, or "):
        tag(["in.csv"], output)

    assert sorted(["in.csv", folder]) == sorted(os.listdir(tmp_path))


def test_outputs_of_one_stem_have_rejected_files_of_their_own(tag, tmp_path):
    """A clean run to t.parquet leaves the rejected rows of t.csv where they are."""
    (tmp_path / "bad.csv").write_text(RAGGED)
    (tmp_path / "good.csv").write_text(GOOD)
    outputs = ["t.csv", "t.csv.gz", "t.parquet", "t.jsonl", "t.tsv"]

    for output in outputs:
        tag(["bad.csv"], output)
    names = [str(rejected_path(output)) for output in outputs]
    assert "t.rejected.csv" == names[0]
    assert 5 == len(set(names))
    assert all((tmp_path / name).exists() for name in names)
    tag(["good.csv"], "t.parquet")

    assert [True, True, False, True, True] == [(tmp_path / name).exists() for name in names]


@pytest.mark.parametrize("content", [GOOD, RAGGED])
@pytest.mark.parametrize("options", [{}, {"rejected": "out.rejected.csv"}])
def test_a_file_of_another_kind_is_no_rejected_file(tag, tmp_path, content, options):
    """A file that merely has the name is neither replaced nor removed; one that a run made is, and so is an empty one."""
    (tmp_path / "in.csv").write_text(content)
    beside = tmp_path / "out.rejected.csv"
    beside.write_text("the user's own")

    with pytest.raises(InputError, match=r"out\.rejected\.csv: is there already and no file of rejected rows; move it"):
        tag(["in.csv"], **options)

    assert "the user's own" == beside.read_text()
    for theirs in (REJECTED, ""):
        beside.write_text(theirs)
        tag(["in.csv"], **options)
        assert (content == RAGGED) == beside.exists()


def test_patterns_pass_over_rejected_files(tag, tmp_path):
    """A second run over a pattern does not tag the rejected rows of the first; it says so, and by name they are read."""
    (tmp_path / "in.csv").write_text(RAGGED)
    (tmp_path / "my.rejected.csv").write_text("title\nVoice over\n")

    summaries = [tag(["*.csv"], "out.tsv") for _ in range(2)]

    assert [2, 2] == [summary.n_tagged for summary in summaries]
    assert [[], [{"name": "out.tsv.rejected.csv", "reason": "rejected_rows"}]] == [
        summary.left_out for summary in summaries
    ]
    with pytest.raises(InputError, match="only files of rejected rows fit the pattern; name them to read them"):
        tag(["out.tsv.r*.csv"], "again.csv")
    assert 1 == tag(["out.tsv.rejected.csv", "in.csv"], "again.csv", rejected="r.csv").n_tagged - 1
    said = _program("tag", "*.csv", "-o", "said.tsv", "--lang", "fr", cwd=tmp_path).stderr
    assert "out.tsv.rejected.csv est laissé de côté" in said


def test_a_folder_that_takes_no_files_is_said_before_the_first_row(tmp_path):
    """Without a place for rejected rows nothing goes to standard output; with one the rows do."""
    (tmp_path / "in.csv").write_text(RAGGED)
    where = "/proc"
    if not os.path.isdir(where):
        pytest.skip("needs a folder that takes no files from anybody")

    refused = _program("tag", tmp_path / "in.csv", "-q", cwd=where)
    named = _program("tag", tmp_path / "in.csv", "-q", "--rejected", tmp_path / "r.csv", cwd=where)

    assert (1, "") == (refused.returncode, refused.stdout)
    assert refused.stderr.startswith("jobtagger: rejected.csv: cannot be written: ")
    assert refused.stderr.endswith("; name another file for rejected rows with --rejected\n")
    assert (3, 2, True) == (named.returncode, len(named.stdout.splitlines()), (tmp_path / "r.csv").exists())


def test_a_summary_can_go_to_standard_output(tmp_path):
    """`--summary -` prints JSON where the rows go to a file, makes no file called -, and is refused beside the rows."""
    (tmp_path / "in.csv").write_text(GOOD)

    done = _program("tag", "in.csv", "-o", "out.csv", "-q", "--summary", "-", cwd=tmp_path)
    refused = _program("tag", "in.csv", "-q", "--summary", "-", cwd=tmp_path)

    assert (0, 1) == (done.returncode, json.loads(done.stdout)["n_tagged"])
    assert ["in.csv", "out.csv"] == sorted(os.listdir(tmp_path))
    assert (1, "") == (refused.returncode, refused.stdout)
    assert "summary: the rows go to standard output already; give one of them a file" in refused.stderr


@pytest.mark.parametrize("output", ["out.parquet", "out.xlsx"])
def test_cells_of_any_length_reach_every_format(tag, tmp_path, output):
    """A cell longer than the csv module takes by itself comes out of JSON lines into Parquet; a sheet cuts it."""
    text = "Logo for a bakery, " * 10_000
    (tmp_path / "in.jsonl").write_text(json.dumps({"title": "Logo", "description": text}) + "\n")

    summary = tag(["in.jsonl"], output)

    assert (1, output == "out.xlsx") == (summary.n_tagged, summary.n_cut_cells == 1)
    if output == "out.parquet":
        assert [text] == parquet.read_table(tmp_path / output)["description"].to_pylist()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's always-full device")
def test_a_workbook_that_finds_no_room_is_one_line(tmp_path):
    """A disk that is full when the workbook is closed is said in one line, and nothing else is."""
    (tmp_path / "in.csv").write_text(GOOD)
    (tmp_path / "out.xlsx.made").symlink_to("/dev/full")

    done = _program("tag", "in.csv", "-o", "out.xlsx", "-q", cwd=tmp_path)

    assert (1, "jobtagger: out.xlsx.made: cannot be written: No space left on device\n") == (
        done.returncode, done.stderr,
    )  # fmt: skip
    assert ["in.csv"] == os.listdir(tmp_path)


def test_excel_safe_covers_rejected_rows_and_line_breaks(tag, tmp_path):
    """Neither the content of a rejected row nor a cell that begins with a line break is taken for a formula."""
    (tmp_path / "in.csv").write_text('title,n\n=1+1\n"\n=1+1",2\n')

    tag(["in.csv"], excel_safe=True)

    rejected = _cells(tmp_path / "out.rejected.csv")
    assert ["in.csv", "2", "1 cells where the header has 2", "'=1+1"] == rejected[1]
    assert "'\n=1+1" == _cells(tmp_path / "out.csv")[1][0]
    tag(["in.csv"])
    assert "=1+1" == _cells(tmp_path / "out.rejected.csv")[1][3]


def test_a_byte_of_no_character_is_shown_as_it_stood(tag, tmp_path):
    """In rejected content the byte E9 is \\xe9."""
    (tmp_path / "in.csv").write_bytes(b"title,n\n" + "D\u00e9veloppeur,1\n".encode() * 20 + b"D\xe9veloppeur,1\n")

    tag(["in.csv"], read=ReadOptions("utf-8"))

    assert "D\\xe9veloppeur,1" == _cells(tmp_path / "out.rejected.csv")[1][3]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs Linux's always-full device")
@pytest.mark.parametrize("arguments", [["columns", "in.csv"], ["doctor"], ["tag", "--help"]])
def test_a_full_standard_output_is_one_line_in_every_command(tmp_path, arguments):
    """What cannot be written to standard output is said once, without a trace."""
    (tmp_path / "in.csv").write_text(GOOD)

    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path
        )

    assert (1, "jobtagger: standard output: No space left on device\n") == (done.returncode, done.stderr)


@pytest.mark.skipif(os.name != "posix", reason="needs a shell that closes streams")
@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("tag in.csv -q >&-", 1, "jobtagger: standard output: cannot be written: Bad file descriptor\n"),
        ("tag - -q <&-", 1, "jobtagger: standard input: is empty\n"),
        ("tag in.csv -o out.csv -q <&- >&-", 0, ""),
        ("tag in.csv -o out.csv <&- >&- 2>&-", 0, ""),
        ("columns in.csv >&-", 1, "jobtagger: standard output: Bad file descriptor\n"),
    ],
)
def test_closed_standard_streams_are_no_trace(tmp_path, command, code, message):
    """A program whose caller closed its streams says so, or does without them, and no file takes their place."""
    (tmp_path / "in.csv").write_text(GOOD)
    script = f'exec "{sys.executable}" -c "{PROGRAM[2]}" {command}'

    done = subprocess.run(["/bin/sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (code, message) == (done.returncode, done.stderr)
    if "-o" in command:
        assert 2 == len((tmp_path / "out.csv").read_text().splitlines())


@pytest.mark.skipif(sys.platform != "linux", reason="needs names that are no text")
def test_names_that_are_no_text_reach_the_summary(tmp_path):
    """A file name that is not UTF-8 stands in the summary so that JSON gives it back, and `columns` shows it."""
    name = os.fsdecode(b"d\xe9v.csv")
    (tmp_path / name).write_text(RAGGED)

    done = _program("tag", name, "-o", "out.csv", "--summary", "s.json", cwd=tmp_path)
    shown = _program("columns", name, "--json", cwd=tmp_path)

    assert (3, name) == (done.returncode, json.loads((tmp_path / "s.json").read_text())["inputs"][0]["name"]), done
    assert (0, name) == (shown.returncode, json.loads(shown.stdout)["name"]), shown


def test_calls_that_cannot_be_are_refused_with_what_to_do(tmp_path, tagger):
    """No input, a folder for an input, and an option that would do nothing are said."""
    with pytest.raises(InputError, match="no input is named"):
        tag_file([], str(tmp_path / "out.csv"), tagger)
    with pytest.raises(InputError, match=r"is a folder; name the files in it, as with '.*/\*\.csv'"):
        tag_file(str(tmp_path), str(tmp_path / "out.csv"), tagger)
    with pytest.raises(InputError, match="count once: needs duplicates, which are off; let them be exact or near"):
        RunOptions(count_once=True)
    with pytest.raises(InputError, match='columns: no field "titel"; did you mean "title"'):
        ReadOptions(columns={"titel": "t"})
    assert ReadOptions(columns=(("title", "t"),)) == ReadOptions(columns={"title": "t"})
