"""The command line: options in, one call, output out. Heavy imports stand inside the commands."""

import sys

from jobtagger.cli.root import cli

__all__ = ["cli", "main"]


def main() -> None:
    """Run the command line; the entry point of the installed program."""
    sys.exit(cli())


# Importing a command module adds its commands to the group.
from jobtagger.cli import check, columns, doctor, evidence, export, run, schedule, tag, train  # noqa: E402, F401
