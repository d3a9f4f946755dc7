"""The command group: turns every `JobtaggerError` into a one-line message, in this one place."""

import os
import sys
from contextlib import suppress
from typing import Any

import click

from jobtagger import __version__
from jobtagger.errors import JobtaggerError

EXIT_REJECTED = 3
"""Done, but some rows were rejected, so that a scheduler notices."""


class _Group(click.Group):
    """Prints our own errors, and what the system refused, as one line each and exits with 1."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except OSError as error:  # click itself answers a closed pipe
            click.echo(f"jobtagger: {error.filename or 'standard output'}: {error.strerror}", err=True)
            _drop_standard_output()
            sys.exit(1)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except JobtaggerError as error:
            for line in str(error).splitlines():
                click.echo(f"jobtagger: {line}", err=True)
            sys.exit(1)


def _drop_standard_output() -> None:
    """Let what is still to be written go nowhere: Python would complain again when it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="jobtagger")
def cli() -> None:
    """Tag freelance job postings with a category and a demand-trend risk level.

    \b
    jobtagger tag postings.csv -o tagged.csv     a whole file
    jobtagger check "Logo for my bakery"         one posting, explained
    jobtagger run --config jobtagger.toml        new listings of folders, feeds, databases, on a schedule

    Exit codes: 0 done, 1 an error (said in one line), 2 wrong usage, 3 done but some rows were rejected.
    """


model_option = click.option(
    "--model",
    "model_folder",
    type=click.Path(file_okay=False),
    help="Model folder to use instead of the shipped one.",
)
