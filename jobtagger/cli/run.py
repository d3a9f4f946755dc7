"""`jobtagger run`: the scheduled job, once or again and again."""

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from jobtagger.cli.job_wording import WORDING
from jobtagger.cli.language_option import language_option
from jobtagger.cli.logs import set_up_logs
from jobtagger.cli.root import EXIT_REJECTED, cli
from jobtagger.cli.wording import spoken
from jobtagger.errors import JobtaggerError

if TYPE_CHECKING:
    from jobtagger.job import RunReport

_log = logging.getLogger(__name__)

config_option = click.option(
    "--config",
    default="jobtagger.toml",
    show_default=True,
    help="Configuration of the job; `jobtagger init` writes one.",
)


@cli.command()
@config_option
@click.option("--source", "sources", metavar="NAME", multiple=True, help="Read this source only; may be repeated.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Pass over listings posted before this day (UTC).")
@click.option("--retag", is_flag=True, help="Tag again what another model or other knowledge tagged; history is kept.")
@click.option("--dry-run", is_flag=True, help="Read and tag, write nothing, say what would be done.")
@click.option("--every", metavar="DURATION", help="Stay up and run every 30m, 2h, 1d, until SIGTERM or Ctrl-C.")
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Log lines.")
@language_option
def run(  # noqa: PLR0913, PLR0917 - one parameter per option
    config: str, sources: tuple[str, ...], since: datetime | None, retag: bool, dry_run: bool, every: str | None,
    log_format: str, lang: str | None,
) -> None:  # fmt: skip
    """Tag every new or edited listing of the configured sources once, into a store.

    Running it again does nothing; a run that was killed is completed by the next. Made for cron, systemd, GitHub
    Actions and Airflow; `jobtagger init` writes a configuration, `jobtagger schedule` what starts it.

    Exit codes: 0 done, 1 a source (or all) could not be read, 3 done but some rows were rejected.
    """
    from jobtagger.job import RunOptions, World, run_job  # noqa: PLC0415
    from jobtagger.tagger import Tagger  # noqa: PLC0415
    from jobtagger.watch import after_run, read_whole_config  # noqa: PLC0415

    every_s = _seconds(every) if every else 0
    set_up_logs(log_format)
    settings, watched = read_whole_config(Path(config), os.environ)
    tagger = Tagger.from_folder(settings.model_folder)
    options = RunOptions(sources, since and since.replace(tzinfo=UTC), retag, dry_run)
    words = WORDING[spoken(lang)]

    def once() -> int:
        try:
            report = run_job(settings, tagger, world, options)
        finally:
            for problem in [] if dry_run else after_run(settings, watched, world.clock()):
                _log.warning("%s", problem)
        if log_format == "text":
            _tell(report, words, is_dry=dry_run)
        _log.info("run ended", extra={"fields": _fields(report)})
        return exit_code(report)

    with _stop_on_signals() as stop:
        world = World(lambda: datetime.now(UTC), stop.wait, stop.is_set)
        if not every_s:
            sys.exit(once())
        _again_and_again(once, every_s, stop)
    click.echo(words["stopped"], err=True)


def exit_code(report: "RunReport") -> int:
    """Give the exit code that tells a scheduler how a run went."""
    if report.outcome != "ok":
        return 1
    return EXIT_REJECTED if report.total("n_rejected") else 0


def _again_and_again(once: Callable[[], int], every_s: int, stop: Event) -> None:
    from jobtagger.job.stay_up import stay_up  # noqa: PLC0415

    def survive() -> None:
        try:
            once()
        except JobtaggerError as error:  # the next run may find things in order again
            _log.error("%s", error)

    stay_up(survive, every_s, stop)


@contextmanager
def _stop_on_signals() -> Iterator[Event]:
    """Let SIGTERM and Ctrl-C end the run between two chunks."""
    stop = Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _seconds(every: str) -> int:
    from jobtagger.job.units import seconds_of  # noqa: PLC0415

    try:
        return seconds_of(every)
    except ValueError as error:
        raise click.UsageError(f"--every: {error}") from None


def _tell(report: "RunReport", words: Mapping[str, str], *, is_dry: bool) -> None:
    for source in report.sources:
        retagged = words["retagged"].format(**source.counts) if source.counts["n_retagged"] else ""
        click.echo(words["source"].format(name=source.name, **source.counts) + retagged)
    if report.n_emptied:
        click.echo(words["emptied"].format(n=report.n_emptied))
    if is_dry:
        click.echo(words["dry"])


def _fields(report: "RunReport") -> dict[str, object]:
    from jobtagger.job.schema import COUNTS  # noqa: PLC0415

    totals = {name: report.total(name) for name in COUNTS}
    return {"run_id": report.run_id, "outcome": report.outcome, "detail": report.message, **totals}
