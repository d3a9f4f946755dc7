"""The store a command works on: that of the job's configuration, or one named outright."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobtagger.cli.run import config_option

if TYPE_CHECKING:
    from jobtagger.job.store import Store


def store_options(command: "Callable[..., Any]") -> "Callable[..., Any]":
    """Add the options that name the store."""
    for option in (
        click.option("--store", help="SQLite file or postgresql:// address, in place of the store of --config."),
        config_option,
    ):
        command = option(command)
    return command


@contextmanager
def opened(config: str, store: str | None) -> "Iterator[Store]":
    """Open the store, which must be there: only a run makes one."""
    from jobtagger.job.store import open_store  # noqa: PLC0415

    where = _configured(config) if not store else store if "://" in store else Path(store)
    with open_store(where, must_exist=True) as opened_store:
        yield opened_store


def model_folder_of(config: str, store: str | None) -> Path | None:
    """Give the model of the job; the shipped one where only a store is named."""
    from jobtagger.job.config import read_config  # noqa: PLC0415

    return None if store else read_config(Path(config), os.environ).model_folder


def _configured(config: str) -> Path | str:
    from jobtagger.job.config import read_config  # noqa: PLC0415

    return read_config(Path(config), os.environ).location()
