"""`jobtagger status`: how the scheduled job is doing."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobtagger.cli.language_option import language_option
from jobtagger.cli.root import cli
from jobtagger.cli.status_wording import WORDING
from jobtagger.cli.store_option import opened, store_options
from jobtagger.cli.wording import spoken

if TYPE_CHECKING:
    from jobtagger.watch.status import RunStatus, SourceStatus, Status

EXIT_ATTENTION = 3
"""The status could be read, and something needs a person."""
_MAX_HOURS = 1_000_000
_MINUTES = "%Y-%m-%d %H:%M"


@cli.command()
@store_options
@click.option(
    "--max-age",
    type=click.FloatRange(0, _MAX_HOURS, min_open=True),
    default=26.0,
    show_default=True,
    help="Hours after which the last complete run is too old.",
)
@click.option(
    "--runs", "n_runs", type=click.IntRange(1), default=5, show_default=True, help="How many of the last runs to show."
)
@click.option("--prometheus", "textfile", type=click.Path(dir_okay=False), help="Write metrics for node_exporter too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@language_option
def status(  # noqa: PLR0913, PLR0917 - one parameter an option
    config: str, store: str | None, max_age: float, n_runs: int, textfile: str | None, as_json: bool, lang: str | None
) -> None:
    """Show the last runs, how old they are, counts and failures by source, and alerts that last.

    Exit codes: 0 all is well, 1 the store or the configuration cannot be read, 3 something needs a person: the last run
    failed or had problems, the last complete run is older than --max-age, or there are alerts.

    \b
    Examples:
      jobtagger status --max-age 2
      jobtagger status --json
      jobtagger status --prometheus /var/lib/node_exporter/jobtagger.prom
    """
    from jobtagger.watch.causes import cause  # noqa: PLC0415
    from jobtagger.watch.metrics import write_metrics  # noqa: PLC0415
    from jobtagger.watch.status import read_status  # noqa: PLC0415

    with opened(config, store) as at, at.read() as connection:
        found = read_status(connection, at.name, datetime.now(UTC), n_runs)
    if textfile:
        write_metrics(found, Path(textfile))
    limit = timedelta(hours=max_age)
    if as_json:
        click.echo(json.dumps(found.as_dict(limit), indent=1, ensure_ascii=False))
    else:
        language = spoken(lang)
        click.echo("\n".join(_as_text(found, limit, WORDING[language], partial(cause, language=language))))
    if found.attention(limit):
        sys.exit(EXIT_ATTENTION)


def _as_text(found: "Status", max_age: timedelta, say: dict[str, Any], worded: Callable[[str], str]) -> Iterator[str]:
    yield say["store"].format(store=found.store)
    good = found.last_good
    age = found.at - (good.finished_at or good.started_at) if good else None
    yield say["lag"].format(age=_age(age, say)) if age is not None else say["never"]
    yield ""
    if found.runs:
        yield from table_lines(say["runs"], [_run_cells(entry, say, worded) for entry in found.runs])
        yield ""
    if found.sources:
        yield from table_lines(say["sources"], [_source_cells(entry, worded) for entry in found.sources])
        yield ""
    yield say["totals"].format(**found.totals)
    for alert in found.alerts:
        yield say["alert"].format(**alert._asdict())
    reasons = [say[reason].format(max_age=f"{max_age / timedelta(hours=1):g}") for reason in found.attention(max_age)]
    yield say["attention"].format(reasons=", ".join(reasons)) if reasons else say["well"]


def _run_cells(entry: "RunStatus", say: dict[str, Any], worded: Callable[[str], str]) -> list[str]:
    counts = [str(entry.counts[name]) for name in ("n_read", "n_new", "n_changed", "n_reposts", "n_rejected")]
    started = entry.run.started_at.strftime(_MINUTES)
    return [
        started,
        say["outcomes"][entry.run.outcome],
        *counts,
        str(entry.n_failed_sources),
        worded(entry.run.message),
    ]


def _source_cells(entry: "SourceStatus", worded: Callable[[str], str]) -> list[str]:
    moments = [moment.strftime(_MINUTES) if moment else "-" for moment in (entry.last_read, entry.last_new)]
    counts = [str(entry.counts[name]) for name in ("n_read", "n_new", "n_reposts", "n_rejected")]
    return [entry.source, *moments, *counts, str(entry.n_failures), worded(entry.error)]


def table_lines(header: Sequence[str], rows: list[list[str]]) -> Iterator[str]:
    """Align columns; numbers to the right."""
    cells = [list(header), *rows]
    widths = [max(len(row[place]) for row in cells) for place in range(len(header))]
    for row in cells:
        aligned = [
            value.rjust(width) if rows and rows[0][place].isdigit() else value.ljust(width)
            for place, (value, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(aligned).rstrip()


def _age(age: timedelta, say: dict[str, Any]) -> str:
    minutes = int(age.total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    with_days, with_hours, with_minutes = say["ago"].split("|")
    pattern = with_days if days else with_hours if hours else with_minutes
    return str(pattern.format(days=days, hours=hours, minutes=minutes % 60))
