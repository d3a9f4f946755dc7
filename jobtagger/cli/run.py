"""`jobtagger run`: the scheduled job."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from jobtagger.cli.root import EXIT_REJECTED, cli


@cli.command()
@click.option("--config", default="jobtagger.toml", show_default=True, help="Configuration of the job.")
def run(config: str) -> None:
    """Tag every new or changed listing of the configured folder once, into a SQLite database.

    Running it again does nothing; a run that was killed is completed by the next. The configuration:

    \b
      [source]
      folder = "listings"       # relative to the configuration file
      pattern = "*.csv"
      [store]
      database = "jobtagger.sqlite"
    """
    from jobtagger.job import read_config, run_job  # noqa: PLC0415
    from jobtagger.tagger import Tagger  # noqa: PLC0415

    settings = read_config(Path(config))
    report = run_job(settings, Tagger, datetime.now(UTC))
    click.echo(
        f"{report.n_files} files read, {report.n_unchanged_files} unchanged; "
        f"{report.n_new} listings new, {report.n_changed} changed, {report.n_unchanged} unchanged, {report.n_rejected} rejected"
    )
    for problem in report.problems:
        click.echo(f"jobtagger: {problem}", err=True)
    if report.problems:
        sys.exit(1)
    if report.n_rejected:
        sys.exit(EXIT_REJECTED)
