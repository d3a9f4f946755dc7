"""Dask and Spark, as they are: folders and frames come back with the rows of a single process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from jobtagger.batch import EngineOptions, RunOptions, dask_frames, tag_file, tag_folder
from jobtagger.cli import cli
from jobtagger.errors import InputError
from jobtagger.records import FRAME_COLUMNS, OUTPUT_COLUMNS

HERE = Path(__file__).parent
PROGRAM = [sys.executable, "-c", "from jobtagger.cli import main; main()"]
TITLES = ["Logo for a bakery", None, "Traduire un contrat", "Voix off", "", "d\u00e9veloppeur web", "=1+1"]
N_FILES, N_ROWS = 4, 210


@pytest.fixture(scope="module")
def folder(tmp_path_factory, tagger):
    """Give a folder with `in`, partitioned Parquet, and `out.parquet`, the same rows by a single process."""
    made = tmp_path_factory.mktemp("engines")
    (made / "in").mkdir()
    for i in range(N_FILES):
        ids = list(range(i * N_ROWS, (i + 1) * N_ROWS))
        pd.DataFrame(
            {
                "id": pd.array([2**53 + n if n % 5 else None for n in ids], dtype="Int64"),
                "title": [TITLES[n % len(TITLES)] for n in ids],
                "description": [f"please, {n}" if n % 3 else None for n in ids],
                "skills": [["a", "b"] if n % 2 else None for n in ids],
                "category": ["theirs"] * N_ROWS,
                "row": [f"{n:05}" for n in ids],
            }
        ).to_parquet(made / "in" / f"part-{i}.parquet", index=False)
    tag_file([str(made / "in" / "*.parquet")], str(made / "out.parquet"), tagger, run=RunOptions(jobs=1))
    return made


def _program(*arguments):
    return subprocess.run([*PROGRAM, *map(str, arguments)], check=False, capture_output=True, text=True)


def _script(name, *arguments):
    done = subprocess.run(
        [sys.executable, str(HERE / name), *map(str, arguments)], check=False, capture_output=True, text=True
    )
    assert 0 == done.returncode, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("engine", ["dask", "spark"])
def test_rows_of_a_folder_are_those_of_one_process(folder, tmp_path, engine):
    """A folder of Parquet comes out with the same rows that one process writes, and with the types it came with."""
    target = tmp_path / "tagged"

    result = _program(
        "tag", folder / "in", "-o", target, "--engine", engine, "--jobs", "2", "--summary", tmp_path / "s.json",
        "--lang", "en",
    )  # fmt: skip

    assert 0 == result.returncode, result.stderr[-3000:]
    expected = pd.read_parquet(folder / "out.parquet").set_index("row").sort_index()
    found = pd.read_parquet(target).set_index("row").sort_index()
    names = ["jobtagger_category", *list(OUTPUT_COLUMNS)[1:]]
    assert expected[names].to_numpy().tolist() == found[names].to_numpy().tolist()
    before, after = (pq.read_table(folder / "in").sort_by("row"), pq.read_table(target).sort_by("row"))
    assert [*before.column_names, *names, *FRAME_COLUMNS] == after.column_names
    for name in before.column_names:
        assert before[name].to_pylist() == after[name].to_pylist(), name
        assert before.schema.field(name).type == after.schema.field(name).type
    facts = json.loads((tmp_path / "s.json").read_text())
    assert (N_FILES * N_ROWS, 0) == (facts["n_tagged"], facts["n_rejected"])
    assert expected["jobtagger_category"].value_counts().to_dict() == facts["categories"]
    assert "840 rows tagged, 0 rejected, " in result.stderr
    assert ["s.json", "tagged"] == sorted(os.listdir(tmp_path))


def test_dask_workers_load_the_tagger_once(folder):
    """Eight partitions on two processes load it twice; the cluster can be named by its address; a wrong model is refused."""
    seen = _script("engine_dask.py", folder)

    assert ["title", *OUTPUT_COLUMNS, *FRAME_COLUMNS] == seen["columns"]
    assert ["graphic_design", "audio_voice"] * 20 == seen["categories"]
    assert (8, list(range(40))) == (seen["partitions"], seen["index"])
    assert [1, 1] == [misses for _, misses, _, _ in seen["loads"]]
    assert sum(hits for hits, *_ in seen["loads"]) >= 6
    assert "install the same jobtagger, with the same model folder, on all machines" in seen["complaint"]
    assert [0, ""] == seen["by_address"]
    assert N_FILES * N_ROWS == pq.read_table(folder / "by_address").num_rows


@pytest.mark.parametrize("n_workers", [1, 3])
def test_dask_starts_as_many_workers_as_asked(n_workers):
    """However many cores there are."""
    with dask_frames._cluster("", n_workers) as client:
        assert n_workers == len(client.scheduler_info(n_workers=-1)["workers"])


def test_spark_workers_load_the_tagger_once(tmp_path):
    """Eight partitions on two processes load it once in each; a wrong model and a folder without Parquet are refused."""
    (tmp_path / "a.txt").write_text("no Parquet")

    seen = _script("engine_spark.py", tmp_path)  # as the user of a session of their own

    assert ["n", "title", *OUTPUT_COLUMNS, *FRAME_COLUMNS] == seen["columns"]
    assert ["graphic_design", "audio_voice"] * 20 == seen["categories"]
    assert list(range(40)) == seen["numbers"]
    assert 8 == seen["partitions"]
    assert {1} == set(seen["loads"])
    assert seen["processes"] < 8
    assert 3 == seen["still_there"]  # the session of the user
    assert "install the same jobtagger, with the same model folder, on all machines" in seen["complaint"]
    assert seen["junk"].startswith(f"{tmp_path}: org.apache.spark.SparkException: [FAILED_READ_FILE")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--resume"], "--engine does without --resume"),
        (["--duplicates", "near", "--excel-safe"], "--engine does without --excel-safe, --duplicates near"),
        (["--encoding", "cp1252"], "--engine does without --encoding"),
        (["another"], "--engine takes one folder of Parquet files as IN"),
    ],
)
def test_what_engines_do_not_have_is_refused(folder, tmp_path, arguments, message):
    """Options that make no sense across machines are refused before anything starts."""
    command = ["tag", str(folder / "in"), "-o", str(tmp_path / "out"), "--engine", "dask", *arguments]

    result = CliRunner().invoke(cli, command)

    assert (2, True) == (result.exit_code, message in result.output), result.output


def test_a_scheduler_needs_an_engine(folder, tmp_path):
    """An address alone is wrong usage."""
    result = CliRunner().invoke(cli, ["tag", str(folder / "in"), "-o", str(tmp_path / "out"), "--scheduler", "x"])

    assert (2, True) == (result.exit_code, "--scheduler needs --engine" in result.output)


def test_folders_that_cannot_be_are_said(folder, tmp_path):
    """A missing source, a target that is there and a folder without Parquet end in one line; nothing is written."""
    with pytest.raises(InputError, match="nowhere: no such folder"):
        tag_folder(str(tmp_path / "nowhere"), str(tmp_path / "out"), EngineOptions("dask"))
    with pytest.raises(InputError, match="exists already; engines write a new folder"):
        tag_folder(str(folder / "in"), str(tmp_path), EngineOptions("spark"))
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "a.txt").write_text("no Parquet")

    result = _program("tag", tmp_path / "junk", "-o", tmp_path / "out", "--engine", "dask", "--jobs", "1")

    assert (1, 1) == (result.returncode, len(result.stderr.splitlines())), result.stderr
    assert (
        f"jobtagger: {tmp_path / 'junk'}: cannot be read as Parquet: no file in it is called .parquet" in result.stderr
    )
    assert ["junk"] == os.listdir(tmp_path)


@pytest.mark.parametrize(("engine", "module"), [("dask", "dask.dataframe"), ("spark", "pyspark.sql")])
def test_engines_without_their_extra_say_what_to_install(folder, tmp_path, monkeypatch, engine, module):
    """The extra is named."""
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(InputError, match=rf'--engine {engine}: needs the extra "{engine}": pip install'):
        tag_folder(str(folder / "in"), str(tmp_path / "out"), EngineOptions(engine))


def test_spark_without_java_says_what_to_install(folder, tmp_path, monkeypatch):
    """Java is no Python package, so it is named with the way to get it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)

    with pytest.raises(InputError, match="--engine spark: needs Java 17 or newer; on Debian: apt-get install"):
        tag_folder(str(folder / "in"), str(tmp_path / "out"), EngineOptions("spark"))


@pytest.fixture
def broken(tmp_path):
    """Give a function that makes a folder of three files, of which the second is wrong in some way."""

    def make(kind):
        made = tmp_path / kind
        made.mkdir()
        for i in range(3):
            table = pd.DataFrame({"title": [f"Logo {i} {n}" for n in range(2000)], "n": list(range(2000))})
            table.to_parquet(made / f"{i}.parquet", index=False, compression="zstd")
        middle = made / "1.parquet"
        content = bytearray(middle.read_bytes())
        if kind == "end":
            middle.write_bytes(content[:500])
        elif kind == "pages":
            content[40:400] = b"\xff" * 360
            middle.write_bytes(content)
        else:
            pd.DataFrame({"titre": ["Logo"]}).to_parquet(middle, index=False)
        return made

    return make


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("end", "cannot be read as Parquet: "),
        ("pages", "the Parquet data is damaged: "),
        ("columns", 'has other columns than the first file, see "n"; tag it apart'),
    ],
)
def test_dask_names_the_file_that_is_wrong(broken, tmp_path, kind, message):
    """A damaged file, and one of other columns, are named in one line without the cluster's log; nothing is left behind."""
    folder = broken(kind)

    result = _program("tag", folder, "-o", tmp_path / "out", "--engine", "dask", "--jobs", "1", "-q")

    assert (1, 1) == (result.returncode, len(result.stderr.splitlines())), result.stderr
    assert f"jobtagger: {folder / '1.parquet'}: {message}" in result.stderr
    assert [kind] == os.listdir(tmp_path)


def test_spark_leaves_nothing_behind(broken, tmp_path):
    """A folder with a damaged file ends in one line, and no unfinished folder stays."""
    folder = broken("pages")

    result = _program("tag", folder, "-o", tmp_path / "out", "--engine", "spark", "--jobs", "1", "-q")

    assert (1, 1) == (result.returncode, len(result.stderr.splitlines())), result.stderr  # no word of Java's
    assert result.stderr.startswith(f"jobtagger: {folder}: "), result.stderr
    assert ["pages"] == os.listdir(tmp_path)


def test_an_unfinished_folder_is_no_source(broken):
    """What would be written over is not read."""
    folder = broken("columns")
    folder.rename(folder.parent / "out.part")

    with pytest.raises(InputError, match="the output stands there until it is whole; give the output another name"):
        tag_folder(str(folder.parent / "out.part"), str(folder.parent / "out"), EngineOptions("dask"))


@pytest.mark.parametrize("engine", ["dask", "spark"])
def test_an_unfinished_folder_is_not_deleted(folder, tmp_path, engine):
    """What stands where the output is made may be somebody's, and is left as it is."""
    (tmp_path / "out.part").mkdir()
    (tmp_path / "out.part" / "theirs.txt").write_text("precious")

    with pytest.raises(InputError, match=r"out\.part: exists already, .*: remove it, or give the output another name"):
        tag_folder(str(folder / "in"), str(tmp_path / "out"), EngineOptions(engine))

    assert "precious" == (tmp_path / "out.part" / "theirs.txt").read_text()


def _tag_by_dask(source, target):
    return _program("tag", source, "-o", target, "--engine", "dask", "--jobs", "1", "-q", "--lang", "en")


def test_dask_reads_what_pandas_and_spark_leave_in_folders(tmp_path):
    """An index is a column, an empty column has the type of the others, files that are no Parquet by name are passed over."""
    source = tmp_path / "in"
    (source / "_temporary").mkdir(parents=True)
    keys = pd.Index(["a", "b"], name="key")
    pd.DataFrame({"title": ["Logo", "Site"], "note": [None, None], "n": [1, 2]}, keys).to_parquet(source / "0.parquet")
    pd.DataFrame({"title": ["Voice"], "note": ["x"], "n": [0.5]}, keys[:1]).to_parquet(source / "1.parquet")
    for name in ("readme.txt", "_SUCCESS", ".0.parquet.crc", "_temporary/2.parquet"):
        (source / name).write_text("no Parquet")

    result = _tag_by_dask(source, tmp_path / "out")

    left_out = f"note: {source / 'readme.txt'} was left out: its name is none of Parquet (.parquet, .parq, .pq)\n"
    assert (0, left_out) == (result.returncode, result.stderr)
    rows = pq.read_table(tmp_path / "out", columns=["key", "title", "note", "n"]).sort_by("n").to_pylist()
    assert [("a", "Voice", "x", 0.5), ("a", "Logo", None, 1.0), ("b", "Site", None, 2.0)] == [
        tuple(row.values()) for row in rows
    ]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["x"], "1.parquet: has a column of another type than the files before: Unable to merge: Field n has incompat"),
        ([0.5], "in: cannot be tagged: Integer value 9007199254740993 not in range"),
    ],
)
def test_dask_names_the_column_of_another_type(tmp_path, cells, message):
    """Types that do not go together, or numbers that would lose digits, end in one line."""
    (tmp_path / "in").mkdir()
    for number, values in enumerate(([2**53 + 1], cells)):
        pd.DataFrame({"title": ["Logo"], "n": values}).to_parquet(tmp_path / "in" / f"{number}.parquet", index=False)

    result = _tag_by_dask(tmp_path / "in", tmp_path / "out")

    assert (1, 1, True) == (result.returncode, len(result.stderr.splitlines()), message in result.stderr), result.stderr
    assert ["in"] == os.listdir(tmp_path)


@pytest.mark.parametrize("engine", ["dask", "spark"])
def test_folders_in_parts_keep_the_columns_of_their_names(tmp_path, engine):
    """What stands in the names of folders alone is a column of text, digit for digit."""
    frame = pd.DataFrame({"title": ["Logo", "Voix off", "Site", "Flyer"], "dept": ["007", "8", None, "a b/c"]})
    frame.to_parquet(tmp_path / "in", partition_cols=["dept"], index=False)

    result = _program("tag", tmp_path / "in", "-o", tmp_path / "out", "--engine", engine, "--jobs", "1", "-q")

    assert (0, "") == (result.returncode, result.stderr)
    table = pq.read_table(tmp_path / "out")
    assert ["title", "dept", *OUTPUT_COLUMNS, *FRAME_COLUMNS] == table.column_names
    rows = zip(table["title"].to_pylist(), table["dept"].to_pylist(), strict=True)
    assert sorted(zip(frame["title"], ["007", "8", None, "a b/c"], strict=True)) == sorted(rows)
