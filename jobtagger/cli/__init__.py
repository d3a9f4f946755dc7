"""The command line: options in, one call, output out. Heavy imports stand inside the commands."""

import sys

from jobtagger.cli.root import cli

__all__ = ["cli", "main"]


def main() -> None:
    """Run the command line; the entry point of the installed program."""
    sys.exit(cli())


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
