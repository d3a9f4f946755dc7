"""`jobtagger tag`: files through the tagger."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobtagger.cli.root import EXIT_REJECTED, cli, model_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobtagger.batch import Summary

_SHOWN = 12
_BAR = 24


@cli.command()
@click.argument("inputs", nargs=-1, required=True, metavar="IN...")
@click.option(
    "-o",
    "--output",
    default="-",
    show_default=True,
    help="File to write (.csv, .tsv, .jsonl); - is standard output.",
)
@click.option("--title", help="Column that holds the title.")
@click.option("--description", help="Column that holds the description.")
@click.option("--skills", help="Column that holds the skills.")
@click.option("--encoding", default="", help="Encoding of the input, such as cp1252; found out if left out.")
@click.option("--delimiter", default="", help="Delimiter of a CSV input; found out if left out.")
@click.option("--advice", is_flag=True, help="One more column: what the documents advise people of the category to do.")
@model_option
@click.option("-q", "--quiet", is_flag=True, help="No progress bar and no summary.")
def tag(  # noqa: PLR0913, PLR0917 - one per option
    inputs: tuple[str, ...],
    output: str,
    encoding: str,
    delimiter: str,
    advice: bool,
    model_folder: str | None,
    quiet: bool,
    **columns: str | None,
) -> None:
    """Tag the postings of one or more files (CSV, TSV, JSON; - is standard input).

    The same rows and columns come out, with the tagger's columns behind them. Columns are recognised by the layouts of
    known boards or by name; --title, --description and --skills name them otherwise. Rows that cannot be read go to a
    file beside the output, with row number and reason, and the exit code is then 3.

    \b
    Examples:
      jobtagger tag postings.csv -o tagged.csv
      cat postings.csv | jobtagger tag - > tagged.csv
      jobtagger tag annonces.csv --title intitule --description texte -o out.csv
    """
    from jobtagger.batch import ReadOptions, tag_file  # noqa: PLC0415
    from jobtagger.risk.advice import AdviceColumn  # noqa: PLC0415
    from jobtagger.tagger import Tagger  # noqa: PLC0415

    named = {field: column for field, column in columns.items() if column}
    tagger = Tagger.from_folder(Path(model_folder) if model_folder else None)
    further = {"advice": AdviceColumn(tagger.knowledge)} if advice else None
    options = ReadOptions(encoding, "\t" if delimiter in ("\\t", "tab") else delimiter)
    with _progress(inputs, quiet) as on_progress:
        summary = tag_file(inputs, output, tagger, options, named, on_progress, further)
    for name in summary.renamed_columns:
        click.echo(f"note: the input has a column of that name already, so ours is called {name}", err=True)
    if not quiet:
        print_summary(summary)
    if summary.n_rejected:
        click.echo(f"{summary.n_rejected} rows were rejected, see {summary.rejected_file}", err=True)
        sys.exit(EXIT_REJECTED)


def print_summary(summary: "Summary") -> None:
    """Print counts by category and level to standard error."""
    click.echo(
        f"{summary.n_tagged} rows tagged, {summary.n_rejected} rejected, {summary.n_review} to review",
        err=True,
    )
    for title, counts in (
        ("category", summary.categories),
        ("risk level", summary.levels),
        ("language", summary.languages),
    ):
        click.echo(f"\n{title}", err=True)
        shown = counts.most_common(_SHOWN)
        for name, n in shown:
            bar = "█" * max(1, round(_BAR * n / shown[0][1]))
            click.echo(f"  {name:24} {n:>8}  {bar}", err=True)
        rest = sum(counts.values()) - sum(n for _, n in shown)
        if rest:
            click.echo(f"  {f'{len(counts) - len(shown)} more':24} {rest:>8}", err=True)


@contextmanager
def _progress(inputs: tuple[str, ...], quiet: bool) -> "Iterator[Callable[[int], None] | None]":
    """Show a bar on a terminal; nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    sizes = [os.path.getsize(path) for path in inputs if os.path.isfile(path)]
    if len(sizes) < len(inputs):
        yield None
        return
    bar: Any
    with click.progressbar(length=sum(sizes), label="tagging", file=sys.stderr, update_min_steps=1 << 16) as bar:
        yield bar.update
