"""The command line: options in, one call, output out. Heavy imports stand inside the commands."""

import io
import os
import sys

from jobtagger.cli.root import cli

__all__ = ["cli", "main"]


def main() -> None:
    """Run the command line; the entry point of the installed program."""
    _open_standard_streams()
    sys.exit(cli())


def _open_standard_streams() -> None:
    """Open those that the caller closed, or the next file would take their number: empty to read, and refusing writes."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            unused = os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
            if unused != number:
                os.dup2(unused, number)
                os.close(unused)
            stream = open(number, "r" if name == "stdin" else "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may hold what is no character


# Importing a command module adds its commands to the group.
from jobtagger.cli import (  # noqa: E402
    check,  # noqa: F401
    columns,  # noqa: F401
    doctor,  # noqa: F401
    evidence,  # noqa: F401
    export,  # noqa: F401
    review,  # noqa: F401
    run,  # noqa: F401
    schedule,  # noqa: F401
    status,  # noqa: F401
    tag,  # noqa: F401
    train,  # noqa: F401
    trends,  # noqa: F401
)
