"""Chunks over processes: same rows in the same order, a falling row named, a dying worker said."""

import os
import signal
import subprocess
import sys
import weakref

import pytest

from jobtagger import vocabulary
from jobtagger.batch import RunOptions, tag_file, workers
from jobtagger.batch.workers import Wanted, answer, sparing_collections
from jobtagger.errors import InputError
from jobtagger.records import RawRecord
from jobtagger.tagger import Tagger

N_ROWS = 6000


class FallingTagger(Tagger):
    """Falls over one posting, and dies of another."""

    def tag_postings(self, postings):
        """Tag, fall or die."""
        for posting in postings:
            if "fall here" in posting.title:
                raise RuntimeError("over the edge")
            if "die here" in posting.title:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().tag_postings(postings)


def _inputs(tmp_path, **special):
    rows = [special.get(f"row{i}", f"Logo for bakery {i}") for i in range(N_ROWS)]
    (tmp_path / "in.csv").write_text("title\n" + "\n".join(rows) + "\n")
    return [str(tmp_path / "in.csv")]


def test_order_and_bytes_are_those_of_one_process(tmp_path, tagger):
    """Two workers give the same file as one process."""
    inputs = _inputs(tmp_path)
    for jobs in (1, 2):
        tag_file(inputs, str(tmp_path / f"out{jobs}.csv"), tagger, run=RunOptions(jobs=jobs, duplicates="exact"))

    assert (tmp_path / "out1.csv").read_bytes() == (tmp_path / "out2.csv").read_bytes()


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_row_that_makes_us_fall_is_rejected_by_its_number(tmp_path, tagger, jobs):
    """An exception while tagging costs its row alone, in this process and in a worker, and says what it was."""
    inputs = _inputs(tmp_path, row4321="fall here")
    falling = FallingTagger(tagger.knowledge, tagger.model)

    summary = tag_file(inputs, str(tmp_path / "out.csv"), falling, run=RunOptions(jobs=jobs, duplicates="exact"))

    assert (N_ROWS - 1, 1) == (summary.n_tagged, summary.n_rejected)
    rejected = (tmp_path / "out.rejected.csv").read_text().splitlines()[1]
    assert f"{inputs[0]},4323,could not be tagged: RuntimeError: over the edge,fall here" == rejected


def test_a_worker_that_dies_ends_the_run_with_a_message(tmp_path, tagger):
    """When the system kills a worker, that is said, and nothing stands under the final name."""
    inputs = _inputs(tmp_path, row5000="die here")

    with pytest.raises(
        InputError,
        match="a worker process died, probably for want of memory, or could not start; run with fewer --jobs",
    ):
        tag_file(
            inputs, str(tmp_path / "out.csv"), FallingTagger(tagger.knowledge, tagger.model), run=RunOptions(jobs=2)
        )

    assert ["in.csv"] == os.listdir(tmp_path)


def test_a_worker_that_dies_late_says_how_to_go_on(tmp_path, tagger):
    """Behind a mark nothing is lost when a worker dies, and the message says so."""
    rows = [f"Logo for bakery {i}" for i in range(20_000)]
    (tmp_path / "in.csv").write_text("\n".join(["title", *rows, "die here", ""]))
    dying = FallingTagger(tagger.knowledge, tagger.model)

    with pytest.raises(InputError, match="fewer --jobs; what was done is kept, go on with --resume"):
        tag_file(str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), dying, run=RunOptions(jobs=2))
    summary = tag_file(str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), tagger, run=RunOptions(resume=True))

    assert 20_001 == summary.n_tagged


def test_small_inputs_stay_in_one_process(tmp_path, tagger):
    """A few rows are tagged by the very tagger given, without starting workers: it dies with us, so it must not be asked."""
    (tmp_path / "in.csv").write_text("title\nfall here\n")
    falling = FallingTagger(tagger.knowledge, tagger.model)
    falling.tag_postings = lambda postings: tagger.tag_postings([tagger.prepare(RawRecord("Logo")) for _ in postings])

    summary = tag_file([str(tmp_path / "in.csv")], str(tmp_path / "out.csv"), falling, run=RunOptions(jobs=2))

    assert 1 == summary.n_tagged


def test_chunks_of_an_earlier_part_are_only_known_again(tagger):
    """What is done already is not tagged again, but its fingerprints are there for later duplicates."""
    records = [RawRecord("Logo"), RawRecord("Flyer")]

    assert ([], []) == answer(tagger, records, Wanted("off", False), is_done=True)
    again = answer(tagger, records, Wanted("exact", False), is_done=True)
    assert ([], 2) == (again.rows, len(again.fingerprints))
    assert again.fingerprints == answer(tagger, records, Wanted("exact", False), is_done=False).fingerprints


def test_sessions_that_are_over_are_forgotten(monkeypatch):
    """With the collector kept off frozen objects, the words of ended sessions do not pile up."""
    monkeypatch.setattr(vocabulary, "_MAX_PIECES", 200)
    tagger = Tagger()
    first = weakref.ref(tagger._vocabulary)
    with sparing_collections():
        for number in range(3):
            answer(tagger, [RawRecord(f"word{number}x{i} for a cat") for i in range(300)], Wanted("off", False), False)

    assert tagger.n_sessions >= 3
    assert first() is None


HARMFUL = "import pathlib\npathlib.Path(__file__).with_suffix('.was_run').touch()\nraise SystemExit(1)\n"
PROGRAM = [sys.executable, "-P", "-c", "from jobtagger.cli import main; main()"]


@pytest.mark.parametrize("module", ["random", "threading", "warnings", "resource"])
def test_files_of_the_current_folder_are_not_run_by_workers(tmp_path, module):
    """A `random.py` that lies where the user works is no part of us."""
    _inputs(tmp_path)
    (tmp_path / f"{module}.py").write_text(HARMFUL)

    done = subprocess.run(
        [*PROGRAM, "tag", "in.csv", "-o", "out.csv", "-q", "-j", "2"],
        check=False, capture_output=True, text=True, cwd=tmp_path, timeout=120,
    )  # fmt: skip

    assert (0, "") == (done.returncode, done.stderr)
    assert ["in.csv", "out.csv", f"{module}.py"] == sorted(os.listdir(tmp_path))


def test_workers_that_cannot_start_end_the_run_with_a_message(tmp_path):
    """A worker that falls before it reads a word is said; nobody waits for it, and no file is left."""
    _inputs(tmp_path)
    (tmp_path / "site").mkdir()
    (tmp_path / "temporary").mkdir()
    fall = "import os, sys\nif any('popen_loky' in word for word in sys.orig_argv):\n    os._exit(3)\n"
    (tmp_path / "site" / "sitecustomize.py").write_text(fall)
    paths = os.pathsep.join([str(tmp_path / "site"), *sys.path])

    done = subprocess.run(
        [*PROGRAM, "tag", "in.csv", "-o", "out.csv", "-q", "-j", "2"], check=False, capture_output=True, text=True,
        cwd=tmp_path, timeout=120, env={**os.environ, "PYTHONPATH": paths, "TMPDIR": str(tmp_path / "temporary")},
    )  # fmt: skip

    assert (1, True) == (done.returncode, "jobtagger: a worker process died" in done.stderr), done.stderr
    assert [] == os.listdir(tmp_path / "temporary")
    assert ["in.csv", "site", "temporary"] == sorted(os.listdir(tmp_path))


def test_advice_is_looked_up_once_for_all_chunks(tagger, monkeypatch):
    """Postings of one category and the same traits share a look into the documents, in whatever chunk they come."""
    asked = []
    own = Tagger(tagger.knowledge, tagger.model)
    find = workers.AdviceColumn._find
    monkeypatch.setattr(workers.AdviceColumn, "_find", lambda self, *key: asked.append(key) or find(self, *key))

    for _ in range(3):
        answer(own, [RawRecord("Logo for a bakery")], Wanted("off", True), is_done=False)

    assert 1 == len(asked)
