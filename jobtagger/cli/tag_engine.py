"""`jobtagger tag --engine`: folders of Parquet by Dask or Spark."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobtagger.cli.tag_wording import WORDING
from jobtagger.cli.wording import spoken
from jobtagger.errors import InputError

if TYPE_CHECKING:
    from jobtagger.batch import Summary

_OPTIONS = [
    click.option(
        "--engine",
        type=click.Choice(["dask", "spark"]),
        help="Have Dask or Spark do it: IN is a folder of Parquet files, OUT a new one. See docs/scaling.md.",
    ),
    click.option(
        "--scheduler",
        metavar="ADDRESS",
        default="",
        help="Running cluster of the engine (tcp://HOST:8786, spark://HOST:7077, yarn, ...); processes of this machine"
        " if left out.",
    ),
]
_ALONE = {
    "resume": "--resume", "count_once": "--count-once", "excel_safe": "--excel-safe", "encoding": "--encoding",
    "delimiter": "--delimiter", "rejected": "--rejected", "no_header": "--no-header",
}  # fmt: skip


def engine_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which engine works, and where."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def tag_with_engine(inputs: tuple[str, ...], output: str, options: dict[str, Any]) -> "Summary":
    """Tag a folder by an engine; `options` are those of the command line, by name.

    Raises
    ------
    click.UsageError
        When an option is given that engines do not have.
    """
    refused = [name for key, name in _ALONE.items() if options[key]]
    refused += ["--duplicates near"] if options["duplicates"] == "near" else []
    if refused:
        raise click.UsageError(f"--engine does without {', '.join(refused)}; docs/scaling.md says what to do instead")
    if len(inputs) != 1 or "-" in (*inputs, output):
        raise click.UsageError("--engine takes one folder of Parquet files as IN and a new folder as --output")
    from jobtagger.batch.engines import EngineOptions, tag_folder  # noqa: PLC0415
    from jobtagger.batch.frame import FrameOptions  # noqa: PLC0415
    from jobtagger.batch.outputs import refuse_clashes, summary_written  # noqa: PLC0415
    from jobtagger.batch.summary import write_summary  # noqa: PLC0415

    started = time.monotonic()
    refuse_clashes(summary_written(options["summary_file"]), [])
    named = tuple((field, options[field]) for field in ("title", "description", "skills") if options[field])
    frame = FrameOptions(named, options["advice"], options["duplicates"] == "exact")
    for note in _column_notes(inputs[0], named, spoken(options["lang"])):
        click.echo(note, err=True)
    summary = tag_folder(
        inputs[0], output,
        EngineOptions(options["engine"], options["scheduler"], options["jobs"], _absolute(options["model_folder"]), frame),
    )  # fmt: skip
    if options["summary_file"]:
        write_summary(summary, options["summary_file"], time.monotonic() - started)
    return summary


def _column_notes(source: str, named: tuple[tuple[str, str], ...], language: str) -> Iterator[str]:
    """Say that descriptions are not found, which engines look for by name alone; the first file tells what may hold them."""
    from jobtagger.batch.columns import find_fields  # noqa: PLC0415
    from jobtagger.batch.contents import N_SAMPLE_ROWS  # noqa: PLC0415
    from jobtagger.batch.dask_frames import ENDINGS  # noqa: PLC0415
    from jobtagger.batch.reading import open_table  # noqa: PLC0415
    from jobtagger.batch.table import ReadOptions  # noqa: PLC0415
    from jobtagger.knowledge import load_knowledge  # noqa: PLC0415

    sources = load_knowledge().sources
    first = min((path for path in Path(source).rglob("*") if path.suffix.lower() in ENDINGS), default=None)
    if first is None:
        return
    with suppress(InputError):  # which the engine says better
        with open_table(str(first), ReadOptions(), sources) as table:
            rows = table.first_rows(N_SAMPLE_ROWS)
        found = find_fields(source, table.columns, sources, dict(named))
        seen = find_fields(source, table.columns, sources, dict(named), rows=rows)
        unread = [table.columns[place] for place in dict.fromkeys((*seen.description, *seen.unread))]
        is_known = any(cause.startswith("layout:") for cause in found.causes)
        if unread and not found.description and not is_known:
            yield WORDING[language]["no_description"].format(name=source, unread=", ".join(unread))


def _absolute(folder: str | None) -> str:
    return str(Path(folder).resolve()) if folder else ""
