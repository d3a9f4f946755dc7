"""Runs that are stopped from outside: what is said, what is kept, and that no process outlives them."""

import os
import signal
import subprocess
import sys
import time

import pytest

PROGRAM = [sys.executable, "-c", "from jobtagger.cli import main; main()"]


@pytest.fixture
def big(tmp_path):
    """Give a file that takes some seconds."""
    (tmp_path / "in.csv").write_text("title\n" + "".join(f"Logo number {i} for a bakery\n" for i in range(60_000)))
    return tmp_path


def _workers(pid):
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], check=True, capture_output=True, text=True).stdout
    parents = [tuple(map(int, line.split())) for line in listed.splitlines()]
    return [child for child, parent in parents if parent == pid]


def _is_alive(pid):
    """Tell a process that works from none, and from one that has ended and of which nobody took notice."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], check=False, capture_output=True, text=True).stdout
    return bool(shown.strip()) and not shown.startswith("Z")


def _wait(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_worker_outlives_the_run(big, number):
    """When the main process alone is killed, or asked to end, its workers and their helpers end too."""
    command = [*PROGRAM, "tag", "in.csv", "-o", "out.csv", "-q", "-j", "2", "--lang", "en"]
    with subprocess.Popen(command, cwd=big, stderr=subprocess.PIPE, text=True) as program:
        assert _wait((big / "out.csv.resume").exists)
        workers = _workers(program.pid)
        program.send_signal(number)
        complaint = program.stderr.read()
        code = program.wait(timeout=60)

    assert len(workers) >= 2
    assert _wait(lambda: not any(map(_is_alive, workers)))
    if number == signal.SIGTERM:
        assert (143, "jobtagger: stopped; what was done is kept, go on with --resume\n") == (code, complaint)
        assert not (big / "out.csv").exists()


def test_sigterm_to_all_processes_is_one_line_too(big):
    """A service manager tells every process of a run to end: the workers leave that to the main one."""
    command = [*PROGRAM, "tag", "in.csv", "-o", "out.csv", "-q", "-j", "2", "--lang", "fr"]
    with subprocess.Popen(command, cwd=big, stderr=subprocess.PIPE, text=True, start_new_session=True) as program:
        assert _wait((big / "out.csv.resume").exists)
        os.killpg(program.pid, signal.SIGTERM)
        complaint = program.stderr.read()

    assert 143 == program.returncode
    assert "jobtagger : arrêté ; ce qui est fait est gardé, reprendre avec --resume\n" == complaint


def test_a_stopped_standard_output_is_not_called_unwritten(big):
    """Rows that went to standard output before the stop are not denied."""
    with subprocess.Popen(
        [*PROGRAM, "tag", "in.csv", "-q", "-j", "1", "--lang", "en"],
        cwd=big, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as program:  # fmt: skip
        program.stdout.readline()
        program.send_signal(signal.SIGTERM)
        program.stdout.read()
        complaint = program.stderr.read()

    assert (143, True) == (program.returncode, "the rows on standard output end early" in complaint), complaint


_INTERRUPTED_IMPORT = """
import signal, sys
from jobtagger.cli import main
class CtrlC:
    def find_spec(self, name, *_):
        if name == "jobtagger.tagger":
            signal.raise_signal(signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, CtrlC())
main()
"""


@pytest.mark.parametrize("output", ["out.csv", "-"])
def test_ctrl_c_is_one_line_from_the_start(tmp_path, output):
    """Ctrl-C before the tagger is there ends as it does later."""
    (tmp_path / "in.csv").write_text("title\nLogo\n")
    command = [sys.executable, "-c", _INTERRUPTED_IMPORT, "tag", "in.csv", "-o", output, "--lang", "en"]

    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)

    assert (130, "", "jobtagger: stopped; nothing was written\n") == (done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("n_processes", [1, 2, 3, 4])
def test_ctrl_c_while_workers_start_ends_the_run(big, n_processes):
    """Ctrl-C that comes to all processes while the first or last of the workers starts neither hangs nor leaves a trace."""
    script = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);" + PROGRAM[2]
    command = [sys.executable, "-c", script, "tag", "in.csv", "-o", "out.csv", "-q", "-j", "2", "--lang", "en"]
    with subprocess.Popen(command, cwd=big, stderr=subprocess.PIPE, text=True, start_new_session=True) as program:
        assert _wait(lambda: len(_workers(program.pid)) >= n_processes)  # two helpers and two workers
        workers = _workers(program.pid)
        os.killpg(program.pid, signal.SIGINT)
        try:
            complaint = program.communicate(timeout=30)[1]
        finally:
            program.kill()

    assert (130, "jobtagger: stopped; nothing was written\n") == (program.returncode, complaint)
    assert _wait(lambda: not any(map(_is_alive, workers)))
    assert ["in.csv"] == os.listdir(big)
