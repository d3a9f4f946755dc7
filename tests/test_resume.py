"""A run that was killed goes on: same bytes as an undisturbed one, no row twice, none missing."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from jobtagger.batch import ReadOptions, RunOptions, tag_file
from jobtagger.batch.checkpoint import checkpoint_path
from jobtagger.batch.outputs import rejected_path
from jobtagger.errors import InputError

PROGRAM = [sys.executable, "-c", "from jobtagger.cli import main; main()"]
TITLES = ["Logo for a bakery", "Traduire un contrat", "Fix my WordPress site", "Voix off", "Cold calling", "=1+1"]
N_ROWS = 40_000


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """Give two files whose rows differ, some of them repeated, some ragged."""
    chance = random.Random(7)  # noqa: S311 - test data
    folder = tmp_path_factory.mktemp("big")
    for name in ("a.csv", "b.csv"):
        with (folder / name).open("w") as file:
            file.write("id,title,description\n")
            for i in range(N_ROWS // 2):
                text = f"{chance.choice(TITLES)} {chance.randrange(9000)}"
                file.write(f"{i:05},{text}\n" if i % 997 == 0 else f"{i:05},{text},please {chance.randrange(3)}\n")
    return folder


def _run(folder, output, *options, kill_after=None):
    command = [*PROGRAM, "tag", str(folder / "*.csv"), "-o", str(output), "-q", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as program:
        if kill_after is not None:
            _wait_for(checkpoint_path(str(output)), program)
            time.sleep(kill_after)
            os.killpg(program.pid, signal.SIGKILL)
        complaint = program.stderr.read()
    return program.returncode, complaint


def _run_one(source, output):
    return subprocess.run([*PROGRAM, "tag", str(source), "-o", str(output), "-q", "-j", "1"], check=False).returncode


def _wait_for(path, program):
    while not path.exists() and program.poll() is None:
        time.sleep(0.01)


@pytest.mark.parametrize(("name", "jobs"), [("out.csv", "1"), ("out.jsonl.gz", "2"), ("out.parquet", "1")])
def test_killed_runs_go_on_to_the_same_bytes(big, tmp_path, name, jobs):
    """Killed with SIGKILL at random moments and resumed, a run ends in the very bytes of an undisturbed one."""
    chance = random.Random(name)  # noqa: S311 - moments to kill at
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    whole, killed = tmp_path / "whole" / name, tmp_path / "killed" / name
    code, complaint = _run(big, whole, "--jobs", jobs)
    assert 3 == code, complaint

    n_kills = 0
    for _ in range(3):
        code, complaint = _run(big, killed, "--resume", "--jobs", jobs, kill_after=chance.uniform(0, 0.8))
        assert code in (-signal.SIGKILL, 3), complaint
        n_kills += code == -signal.SIGKILL
        assert code == 3 or not killed.exists()
    if code != 3:
        code, complaint = _run(big, killed, "--resume", "--jobs", jobs)

    assert (3, True) == (code, n_kills > 0), complaint
    assert whole.read_bytes() == killed.read_bytes()
    for folder in (whole.parent, killed.parent):
        assert sorted([rejected_path(name).name, name]) == sorted(os.listdir(folder))
    beside = [rejected_path(str(path)).read_text() for path in (whole, killed)]
    assert beside[0] == beside[1]


def test_counts_are_those_of_the_whole_run(big, tmp_path):
    """The summary of a resumed run counts every row once, also those of the part that was killed."""
    whole, killed = tmp_path / "whole.csv", tmp_path / "killed.csv"
    _run(big, whole, "--jobs", "1", "--summary", str(tmp_path / "whole.json"))
    code, _ = _run(big, killed, "--jobs", "1", kill_after=0.1)
    assert -signal.SIGKILL == code
    _run(big, killed, "--jobs", "1", "--resume", "--summary", str(tmp_path / "killed.json"))

    counts = [json.loads((tmp_path / name).read_text()) for name in ("whole.json", "killed.json")]
    for facts in counts:
        facts.pop("seconds")
        facts.pop("rejected_file")
    assert counts[0] == counts[1]
    assert N_ROWS == counts[0]["n_rows"]
    assert counts[0]["n_duplicates"] > 1000


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_is_clean(big, tmp_path, jobs):
    """Ctrl-C ends with one line that says how to go on, without a trace, and nothing under the final name."""
    output = tmp_path / "out.csv"
    # A shell that runs the tests in the background lets us ignore Ctrl-C, and so would the program.
    script = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);" + PROGRAM[2]
    command = [sys.executable, "-c", script, "tag", str(big / "*.csv"), "-o", str(output), "-q", "--jobs", jobs]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as program:
        _wait_for(checkpoint_path(str(output)), program)
        os.killpg(program.pid, signal.SIGINT)
        complaint = program.stderr.read()

    assert (130, "jobtagger: stopped; what was done is kept, go on with --resume\n") == (program.returncode, complaint)
    assert not output.exists()
    assert 3 == _run(big, output, "--resume")[0]


def test_another_run_is_not_gone_on_with(big, tmp_path, tagger):
    """A checkpoint of other inputs or options is refused, and so is one whose file was shortened."""
    output = tmp_path / "out.csv"
    assert -signal.SIGKILL == _run(big, output, "--jobs", "1", kill_after=0)[0]
    inputs = [str(big / "a.csv"), str(big / "b.csv")]

    with pytest.raises(InputError, match="had other inputs, options, model or knowledge; run without --resume"):
        tag_file(inputs[:1], str(output), tagger, run=RunOptions(resume=True, duplicates="exact"))
    with pytest.raises(InputError, match="had other inputs, options, model or knowledge"):
        tag_file(inputs, str(output), tagger, ReadOptions("cp1252"), RunOptions(resume=True, duplicates="exact"))
    (tmp_path / "out.csv.part").write_text("short")
    with pytest.raises(InputError, match=r"out\.csv\.part: is shorter than it was; run without --resume"):
        tag_file(inputs, str(output), tagger, run=RunOptions(resume=True, duplicates="exact"))


def test_resume_needs_names(tagger, tmp_path):
    """Standard input cannot be read again, so --resume refuses it; without anything to resume a run starts anew."""
    with pytest.raises(InputError, match="resume: needs files by name"):
        tag_file(["-"], str(tmp_path / "out.csv"), tagger, run=RunOptions(resume=True))
    (tmp_path / "in.csv").write_text("title\nLogo\n")

    assert (
        1
        == tag_file([str(tmp_path / "in.csv")], str(tmp_path / "out.csv"), tagger, run=RunOptions(resume=True)).n_tagged
    )


def test_an_unfinished_output_that_is_gone_is_said(big, tmp_path):
    """With the mark but without the rows there is nothing to go on from, and the remedy is named."""
    output = tmp_path / "out.csv"
    assert -signal.SIGKILL == _run(big, output, "--jobs", "1", kill_after=0)[0]
    (tmp_path / "out.csv.part").unlink()

    code, complaint = _run(big, output, "--resume", "--jobs", "1")

    assert (1, f"jobtagger: {output}.part: is gone; run without --resume\n") == (code, complaint)


def test_a_full_disk_says_how_to_go_on(big, tmp_path):
    """When the disk fills up after a mark, the message names --resume, and with room again the run goes on."""
    output = tmp_path / "out.csv"
    limited = "import resource, signal; resource.setrlimit(resource.RLIMIT_FSIZE, (6_000_000,) * 2);" + PROGRAM[2]

    done = subprocess.run(
        [sys.executable, "-c", limited, "tag", str(big / "*.csv"), "-o", str(output), "-q", "--jobs", "1"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip

    message = (
        f"jobtagger: {output}.part: cannot be written: File too large; what was done is kept, go on with --resume\n"
    )
    assert (1, message) == (done.returncode, done.stderr)
    assert 3 == _run(big, output, "--resume", "--jobs", "1")[0]


_DYING = """
import os, signal, sys
from jobtagger.batch import RunOptions, tag_file
from jobtagger.tagger import Tagger

source, output, tagger = sys.argv[1], sys.argv[2], Tagger()

def dying(work):
    def done(*arguments, **options):
        global n_left
        work(*arguments, **options)
        n_left -= 1
        if n_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return done

for n_steps in range(1, 100):
    child = os.fork()
    if child == 0:
        n_left, os.replace, os.unlink = n_steps, dying(os.replace), dying(os.unlink)
        tag_file(source, output, tagger, run=RunOptions(duplicates="exact"))
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
    n_rejected = tag_file(source, output, tagger, run=RunOptions(duplicates="exact", resume=True)).n_rejected
    files = sorted(os.listdir(os.path.dirname(output)))
    contents = {name: open(os.path.join(os.path.dirname(output), name), "rb").read().hex() for name in files}
    print(n_steps, n_rejected, repr(contents))
    for name in files:
        os.unlink(os.path.join(os.path.dirname(output), name))
"""


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl.gz", "out.json", "out.parquet", "out.xlsx"])
def test_a_run_killed_between_its_last_moves_goes_on(tmp_path, name):
    """Killed after any of the steps by which files get and lose their names, a run is made whole by --resume."""
    chance = random.Random(7)  # noqa: S311 - texts that pack badly: the made file is longer than the mark says
    rows = "".join(f"{i},Logo {chance.getrandbits(900)}\n" for i in range(8_300))
    (tmp_path / "in.csv").write_text(f"id,title\nragged\n{rows}")
    (tmp_path / "out").mkdir()
    (tmp_path / "whole").mkdir()
    whole = tmp_path / "whole" / name
    assert 3 == _run_one(tmp_path / "in.csv", whole)

    done = subprocess.run(
        [sys.executable, "-c", _DYING, str(tmp_path / "in.csv"), str(tmp_path / "out" / name)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip

    expected = {file.name: file.read_bytes().hex() for file in sorted(whole.parent.iterdir())}
    assert ("", 2) == (done.stderr, len(expected))
    lines = done.stdout.splitlines()
    assert len(lines) >= 5  # mark at 8,192 rows, mark at the end, two moves, mark dropped
    for number, line in enumerate(lines, 1):
        assert f"{number} 1 {expected!r}" == line
