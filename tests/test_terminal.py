"""Lines fit the terminal they are shown in: real ones, of several widths."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest

PROGRAM = [sys.executable, "-m", "jobtagger.cli"]
ENVIRON = {name: value for name, value in os.environ.items() if name != "COLUMNS"}


def shown(width, *args):
    """Run a command in a terminal of a width and give its lines."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        with subprocess.Popen([*PROGRAM, *args], stdin=theirs, stdout=theirs, stderr=theirs, env=ENVIRON) as process:
            os.close(theirs)
            written = b""
            try:
                while block := terminal.read(65536):
                    written += block
            except OSError:  # how Linux says that the other side is closed
                pass
    assert 0 == process.returncode, written
    return written.decode().replace("\r\n", "\n").splitlines()


@pytest.mark.parametrize("command", [("check", "--lang", "fr", "Logo for a bakery"), ("evidence", "translation")])
@pytest.mark.parametrize(("width", "longest"), [(40, 40), (72, 72), (300, 100)])
def test_lines_fit_the_terminal(command, width, longest):
    """A narrow terminal has no broken lines, and a wide one none that are too long to read; addresses stay whole."""
    lengths = [len(line) for line in shown(width, *command) if line.startswith("  ") and "://" not in line]

    assert longest - 12 < max(lengths) <= longest


def test_lines_of_a_pipe_have_100_columns():
    """Where there is no terminal the answer is the same everywhere."""
    answer = subprocess.run([*PROGRAM, "evidence", "translation"], capture_output=True, env=ENVIRON, check=True).stdout
    lengths = [len(line) for line in answer.decode().splitlines() if line.startswith("  ") and "://" not in line]

    assert 88 < max(lengths) <= 100
