"""`jobtagger export`: the tagged listings of the store as a file."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from jobtagger.cli.job_wording import WORDING
from jobtagger.cli.language_option import language_option
from jobtagger.cli.root import cli
from jobtagger.cli.run import config_option
from jobtagger.cli.wording import spoken
from jobtagger.records import UNKNOWN

LEVELS = ("growing", "low", "moderate", "high", "critical", "unknown")


@cli.command()
@config_option
@click.option(
    "-o", "--output", required=True, help="CSV, Parquet, JSON lines or Excel, by its ending; - is standard output."
)
@click.option(
    "--category",
    "categories",
    metavar="ID",
    multiple=True,
    help="This category only, as corrected, else as tagged; may be repeated.",
)
@click.option(
    "--level", "levels", type=click.Choice(LEVELS), multiple=True, help="This risk level only; may be repeated."
)
@click.option("--source", "sources", metavar="NAME", multiple=True, help="This source only; may be repeated.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Posted (else first seen) on this day or later (UTC).")
@click.option(
    "--needs-review/--no-needs-review", default=None, help="Only those that a person should look at, or none."
)
@click.option("--reposts/--no-reposts", default=True, show_default=True, help="Whether reposts are listed too.")
@language_option
def export(  # noqa: PLR0913, PLR0917 - one parameter per option
    config: str, output: str, categories: tuple[str, ...], levels: tuple[str, ...], sources: tuple[str, ...],
    since: datetime | None, needs_review: bool | None, reposts: bool, lang: str | None,
) -> None:  # fmt: skip
    """Write listings with their current tags to a file; all of them, or those that pass every filter.

    The column corrected_category holds what people said in `jobtagger review`; the other columns stay those of the tag.
    """
    from jobtagger.job.config import read_config  # noqa: PLC0415
    from jobtagger.job.export import Filters, export  # noqa: PLC0415
    from jobtagger.job.store import open_store  # noqa: PLC0415
    from jobtagger.knowledge import load_knowledge  # noqa: PLC0415

    settings = read_config(Path(config), os.environ)
    day = since and since.replace(tzinfo=UTC)
    filters = Filters(categories, levels, sources, day, needs_review, reposts)
    with open_store(settings.location(), must_exist=True, busy_seconds=settings.busy_seconds) as store:
        n = export(store, output, filters, [*load_knowledge().categories, UNKNOWN])
    click.echo(WORDING[spoken(lang)]["exported"].format(n=n), err=True)
