"""`jobtagger init` and `jobtagger schedule`: what an operator needs once."""

import os
import shutil
import sys
from pathlib import Path

import click

from jobtagger.cli.job_wording import WORDING
from jobtagger.cli.language_option import language_option
from jobtagger.cli.root import cli
from jobtagger.cli.run import config_option
from jobtagger.cli.wording import spoken
from jobtagger.errors import ConfigError

KINDS = ("cron", "systemd", "github-actions")


@cli.command()
@click.argument("path", default="jobtagger.toml", type=click.Path(dir_okay=False, path_type=Path))
@language_option
def init(path: Path, lang: str | None) -> None:
    """Write a commented configuration for `jobtagger run`; an existing file is left alone."""
    from importlib.resources import files  # noqa: PLC0415

    example = files("jobtagger.job").joinpath("example.toml").read_bytes()
    try:
        with path.open("xb") as file:
            file.write(example)
    except FileExistsError:
        raise ConfigError(f"{path}: exists already and is left alone; name another file") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
    click.echo(WORDING[spoken(lang)]["written"].format(path=path))


@cli.command()
@config_option
@click.option("--as", "kind", type=click.Choice(KINDS), required=True, help="What shall start the job.")
@click.option("--every", metavar="DURATION", default="30m", show_default=True, help="How often: 30m, 2h, 1d.")
def schedule(config: str, kind: str, every: str) -> None:
    """Print a ready unit that starts `jobtagger run` every so often."""
    from jobtagger.job.config import read_config  # noqa: PLC0415
    from jobtagger.job.units import UNITS, Job, seconds_of  # noqa: PLC0415

    read_config(Path(config), os.environ)
    program = shutil.which(sys.argv[0]) or shutil.which("jobtagger") or "jobtagger"
    try:
        program = os.path.abspath(program) if os.sep in program else program
        job = Job(program, Path(config).absolute(), seconds_of(every), _account_of(Path(config)))
        click.echo(UNITS[kind](job), nl=False)
    except ValueError as error:
        raise click.UsageError(f"--every: {error}") from None


def _account_of(config: Path) -> str:
    """Give the account that a service should run under: the configuration's owner, unless that may do anything."""
    try:
        owner = config.owner()
    except (KeyError, NotImplementedError):  # an owner without a name; a system without owners
        return "jobtagger"
    return "jobtagger" if owner == "root" else owner
