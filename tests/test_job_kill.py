"""Kill -9 at every moment: the next run completes what a killed one began, nothing lost, nothing doubled."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from jobs import Job
from sqlalchemy import Engine, event

from jobtagger.job import RunOptions
from jobtagger.job.sources import found as found_module

ROWS = {
    "a.csv": [("1", "Logo for a bakery", "in blue"), ("2", "Voice over", ""), ("3", "Logo for a bakery", "in blue"), ("4",),
              ("5", "Translate a contract", "to French"), ("6", "Cold calling", ""), ("7", "", ""), ("1", "Logo", "in red")],
    "b.csv": [("2", "Voice over for a film", ""), ("8", "Write a poem", ""), ("5", "Translate a contract", "to French"),
              ("1", "Logo", "in green"), ("9", "Logo for a bakery", "in blue")],
}  # fmt: skip
LATER = {
    "c.csv": [("8", "Write two poems", ""), ("10", "Product video", ""), ("3", "Logo for a bakery", "in blue"),
              ("11", "Write two poems", "")],
}  # fmt: skip


@pytest.fixture
def make_job(tmp_path, tagger, request, monkeypatch):
    """Give a function that makes a job whose first run is over; chunks are small, so that there are many."""
    monkeypatch.setattr(found_module, "CHUNK_ROWS", 3)
    numbers = iter(range(10_000))

    def make(kind: str) -> Job:
        home = tmp_path / str(next(numbers))
        place = request.getfixturevalue("postgres").new_database() if kind == "postgresql" else None
        return Job(home, tagger, place)

    return make


def killed_after(n_events: int, run: Callable[[], object]) -> bool:
    """Run in a process of its own that kills itself at its n-th word with the database; say whether it came to that."""
    pid = os.fork()
    if not pid:
        left = n_events

        def count(*_: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(Engine, name, count)
        try:
            run()
        except BaseException:  # an exit of its own, not pytest's
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code == -signal.SIGKILL


def play(job: Job, *all_files: dict[str, list[tuple[str, ...]]]) -> None:
    """Add files and run, and then others and run again."""
    for files in all_files:
        for name, rows in files.items():
            if not (job.folder / name).exists():
                job.add(name, rows)
        job.run(RunOptions(retag=True))


@pytest.mark.parametrize(("kind", "step"), [("sqlite", 3), ("postgresql", 17)])
def test_killed_at_any_word_with_the_database(make_job, kind, step):
    """Wherever in its work with the database a run is killed, the end is that of an undisturbed one, history included."""
    undisturbed = make_job(kind)
    play(undisturbed, ROWS)
    expected = undisturbed.truth(times=False)
    assert 7 == len([tag for tag in expected["tags"] if tag[3]])
    assert 3 == len([tag for tag in expected["tags"] if not tag[3]])

    n_killed = 0
    for n_events in range(0, 1000, step):
        job = make_job(kind)
        for name, rows in ROWS.items():
            job.add(name, rows)
        was_killed = killed_after(n_events, job.run)
        n_killed += was_killed
        play(job, ROWS)
        assert expected == job.truth(times=False), f"killed at {n_events}"
        if not was_killed:
            break
    assert n_killed * step > 60


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_run_killed_again_and_again(make_job, kind):
    """A job that is killed a little later each time gets to its end all the same."""
    undisturbed = make_job(kind)
    play(undisturbed, ROWS, LATER)

    job = make_job(kind)
    for files in (ROWS, LATER):
        for name, rows in files.items():
            job.add(name, rows)
        n_events = 10
        while killed_after(n_events, job.run):
            n_events += 17
    assert undisturbed.truth(times=False) == job.truth(times=False)
    broken = job.query("SELECT message FROM runs WHERE outcome = 'failed'")
    assert len(broken) > 3
    assert all(message.startswith("ended without a word (killed") for (message,) in broken)
    assert [] == job.query("SELECT * FROM runs WHERE outcome = 'running'")


@pytest.mark.parametrize("wait", [0.0, 0.4, 0.8, 1.2])
def test_killed_program_is_completed_by_the_next(tmp_path, tagger, wait):
    """Kill -9 of the real program, started as cron starts it, after any time loses no listing and doubles none."""
    job = Job(tmp_path, tagger)
    n_rows = 6000
    job.add("a.csv", [(str(i), f"Logo number {i} for a bakery", "") for i in range(n_rows)])
    command = [sys.executable, "-c", "from jobtagger.cli import main; main()", "run", "--config", str(job.config)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline and not (tmp_path / "jobtagger.sqlite-wal").exists():
        time.sleep(0.005)
    time.sleep(wait)
    process.kill()
    process.wait()

    n_before = job.query("SELECT count(*) FROM listings")[0][0] if job.store.exists() else 0
    report = job.run()

    assert n_rows == n_before + report.sources[0].counts["n_new"]
    assert [(n_rows, n_rows)] == job.query("SELECT count(*), count(DISTINCT listing_id) FROM tags")
