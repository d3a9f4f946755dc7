"""`jobtagger tag`: files through the tagger."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobtagger.cli.root import EXIT_REJECTED, cli, model_option
from jobtagger.cli.tag_engine import engine_options, tag_with_engine
from jobtagger.cli.tag_wording import WORDING, counted
from jobtagger.cli.wording import spoken

if TYPE_CHECKING:
    from jobtagger.batch import ReadOptions, Summary

EXIT_STOPPED, EXIT_TERMINATED = 130, 143
_SHOWN = 12
_SHOWN_COLUMNS = 6
_BAR = 24
_OPTIONS = [
    click.option("--title", help="Column that holds the title."),
    click.option("--description", help="Column that holds the description."),
    click.option("--skills", help="Column that holds the skills."),
    click.option("--encoding", default="", help="Encoding of the input, such as cp1252; found out if left out."),
    click.option(
        "--delimiter", default="", help="Delimiter of a CSV input, also as \\t or \\x01; found out if left out."
    ),
    click.option(
        "--no-header", is_flag=True, help="A CSV input starts with a row; its columns are column_1, column_2, ..."
    ),
    click.option(
        "--lang", type=click.Choice(["en", "fr"]), help="Language of messages; that of the locale if left out."
    ),
]


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say how inputs are read."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_options(encoding: str, delimiter: str, no_header: bool, **columns: str | None) -> "ReadOptions":
    """Make `ReadOptions` of what was given on the command line."""
    from jobtagger.batch import ReadOptions  # noqa: PLC0415

    named = tuple((field, column) for field, column in columns.items() if column)
    return ReadOptions(encoding, delimiter, named, not no_header, names_no_header=True)


@cli.command()
@click.argument("inputs", nargs=-1, required=True, metavar="IN...")
@click.option(
    "-o",
    "--output",
    default="-",
    show_default=True,
    help="File to write (.csv, .tsv, .jsonl, .json, .parquet, .xlsx; .csv, .tsv and .jsonl also with .gz or .zst); - is"
    " standard output.",
)
@reading_options
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(0),
    default=0,
    help="Processes to use; one per core if left out. Small inputs use one.",
)
@click.option("--resume", is_flag=True, help="Go on with a run of the same inputs and output that was stopped.")
@click.option(
    "--duplicates",
    type=click.Choice(["exact", "near", "off"]),
    default="exact",
    show_default=True,
    help="Mark reposts in the column duplicate_of: same text after cleaning, or nearly the same (slow).",
)
@click.option("--count-once", is_flag=True, help="Count duplicates only once in the summary's tables.")
@click.option("--excel-safe", is_flag=True, help="Put ' before cells that a spreadsheet would take for a formula.")
@click.option("--advice", is_flag=True, help="One more column: what the documents advise people of the category to do.")
@click.option(
    "--rejected",
    metavar="FILE.csv",
    default="",
    help="File for rejected rows; if left out, the output's name with .rejected.csv, or rejected.csv.",
)
@click.option(
    "--summary",
    "summary_file",
    metavar="FILE.json",
    default="",
    help="Write the summary to a file, for programs; - is standard output.",
)
@engine_options
@model_option
@click.option("-q", "--quiet", is_flag=True, help="No progress bar and no summary.")
def tag(  # noqa: PLR0913, PLR0917 - one per option
    inputs: tuple[str, ...],
    output: str,
    lang: str | None,
    jobs: int,
    resume: bool,
    duplicates: str,
    count_once: bool,
    excel_safe: bool,
    advice: bool,
    rejected: str,
    summary_file: str,
    engine: str | None,
    scheduler: str,
    model_folder: str | None,
    quiet: bool,
    **reading: Any,
) -> None:
    """Tag the postings of one or more files (CSV, TSV, JSON, Parquet, Excel; - is standard input).

    The same rows and columns come out, with the tagger's columns behind them. Columns are recognised by the layouts of
    known boards or by name; --title, --description and --skills name them otherwise (`jobtagger columns` shows what is
    recognised). Rows that cannot be read go to a file beside the output, with row number and reason, and the exit code
    is then 3.

    \b
    Examples:
      jobtagger tag postings.csv -o tagged.csv
      cat postings.csv | jobtagger tag - > tagged.csv
      jobtagger tag 'exports/*.jsonl.gz' -o tagged.parquet --summary tagged.json
      jobtagger tag annonces.csv --title intitule --description texte -o out.csv
      jobtagger tag postings_folder -o tagged_folder --engine dask
    """
    language = spoken(lang)
    with _stopping(output, WORDING[language]):
        from jobtagger.batch import RunOptions, tag_file  # noqa: PLC0415
        from jobtagger.tagger import Tagger  # noqa: PLC0415

        if engine:
            summary = tag_with_engine(inputs, output, click.get_current_context().params)
        elif scheduler:
            raise click.UsageError("--scheduler needs --engine")
        else:
            tagger = Tagger.from_folder(Path(model_folder) if model_folder else None)
            run = RunOptions(jobs, resume, duplicates, count_once, excel_safe, advice, rejected, summary_file)
            with _progress(inputs, quiet) as on_progress:
                summary = tag_file(inputs, output, tagger, read_options(**reading), run, on_progress)
    _report(summary, language, quiet)
    if summary.n_rejected:
        sys.exit(EXIT_REJECTED)


def print_summary(summary: "Summary", language: str) -> None:
    """Print counts by category, level and language to standard error."""
    say = WORDING[language]
    counts = {"tagged": summary.n_tagged, "rejected": summary.n_rejected, "duplicates": summary.n_duplicates}
    if not summary.inputs:  # engines know no duplicates
        counts.pop("duplicates")
    done = [counted(language, name, n) for name, n in (counts | {"review": summary.n_review}).items()]
    click.echo(", ".join(done), err=True)
    for table in ("categories", "levels", "languages"):
        counts = getattr(summary, table)
        click.echo(f"\n{say[table]}", err=True)
        shown = counts.most_common(_SHOWN)
        total = counts.total()
        for name, n in shown:
            bar = "█" * max(1, round(_BAR * n / shown[0][1]))
            click.echo(f"  {name:24} {n:>10,} {n / total:>6.1%}  {bar}", err=True)
        rest = total - sum(n for _, n in shown)
        if rest:
            click.echo(
                f"  {counted(language, 'more', len(counts) - len(shown)):24} {rest:>10,} {rest / total:>6.1%}", err=True
            )


def _report(summary: "Summary", language: str, quiet: bool) -> None:
    for note in _notes(summary, language):
        click.echo(note, err=True)
    if not quiet:
        if guessed := _guessed(summary, language):
            click.echo(guessed, err=True)
        print_summary(summary, language)
    if summary.n_rejected:
        click.echo(counted(language, "see_rejected", summary.n_rejected, file=summary.rejected_file), err=True)


def _notes(summary: "Summary", language: str) -> Iterator[str]:
    """Say what was left out, renamed or cut."""
    say = WORDING[language]
    for entry in summary.left_out:
        yield say[f"left_out_{entry['reason']}"].format(name=entry["name"])
    for entry in summary.inputs:
        if others := ", ".join(entry["other_sheets"]):
            yield say["sheets_left_out"].format(name=entry["name"], sheet=entry["sheet"], others=others)
        if others := ", ".join(entry["other_lists"]):
            yield say["lists_left_out"].format(name=entry["name"], others=others)
    yield from _column_notes(summary, language)
    for name in summary.renamed_columns:
        yield say["renamed"].format(name=name)
    if summary.n_cut_cells:
        yield counted(language, "cut", summary.n_cut_cells)


def _column_notes(summary: "Summary", language: str) -> Iterator[str]:
    """Say which texts were found by content alone, or not at all, once for inputs of the same columns."""
    say = WORDING[language]
    inputs: dict[str, list[dict[str, Any]]] = {}
    for entry in summary.inputs:
        facts = {key: entry[key] for key in ("fields", "by_content", "not_found", "unread")}
        inputs.setdefault(json.dumps(facts), []).append(entry)
    for entry, *others in inputs.values():
        name = entry["name"] + (f" ({counted(language, 'more', len(others))})" if others else "")
        for field in entry["by_content"]:
            yield say["by_content_note"].format(name=name, column=entry["fields"][field][0], field=field)
        unread = ", ".join(entry["unread"][:_SHOWN_COLUMNS])
        for field in entry["not_found"]:
            if unread:
                yield say[f"no_{field}"].format(name=name, unread=unread)


def _guessed(summary: "Summary", language: str) -> str:
    """Give a line with the encodings that are not sure, the least sure input of each; empty if all are."""
    say = WORDING[language]
    guesses: dict[str, list[dict[str, Any]]] = {}
    for entry in sorted(summary.inputs, key=lambda entry: entry["encoding_confidence"]):
        if entry["encoding_confidence"] < 1:
            guesses.setdefault(entry["encoding"], []).append(entry)
    found = [
        say["guess"].format(
            encoding=encoding, percent=f"{100 * entries[0]['encoding_confidence']:.0f}", name=entries[0]["name"]
        )
        + (f" ({counted(language, 'more', len(entries) - 1)})" if entries[1:] else "")
        for encoding, entries in guesses.items()
    ]
    return say["guessed"].format(guesses=", ".join(found)) if found else ""


@contextmanager
def _stopping(output: str, say: dict[str, str]) -> Iterator[None]:
    """Answer Ctrl-C and SIGTERM with one line, saying whether the run can go on later."""
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    except KeyboardInterrupt as stop:
        click.echo(say[_stopped(output)], err=True)
        sys.exit(EXIT_TERMINATED if isinstance(stop, _Terminated) else EXIT_STOPPED)
    finally:
        signal.signal(signal.SIGTERM, before)


def _stopped(output: str) -> str:
    """Give the wording for what a stopped run leaves; one that was still importing has written nothing."""
    path_of = getattr(sys.modules.get("jobtagger.batch.checkpoint"), "checkpoint_path", None)
    if path_of is None:
        return "stopped_early"
    if output == "-":
        return "stopped_output"
    return "stopped" if path_of(output).exists() else "stopped_early"


class _Terminated(KeyboardInterrupt):
    """SIGTERM came, which ends a run as Ctrl-C does."""


def _terminate(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough
    raise _Terminated


@contextmanager
def _progress(inputs: tuple[str, ...], quiet: bool) -> "Iterator[Callable[[int], None] | None]":
    """Show a bar on a terminal; nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from jobtagger.batch.outputs import without_rejected  # noqa: PLC0415
    from jobtagger.batch.streams import expand_inputs  # noqa: PLC0415

    paths, _ = without_rejected(inputs, expand_inputs(inputs))
    sizes = [os.path.getsize(path) for path in paths if os.path.isfile(path)]
    if len(sizes) < len(paths):
        yield None
        return
    bar: Any
    with click.progressbar(length=sum(sizes), label="tagging", file=sys.stderr, update_min_steps=1 << 16) as bar:
        yield bar.update
