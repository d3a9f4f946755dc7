"""Engines for the databases of store and sources: SQLite files and PostgreSQL addresses, named without their secrets."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, exc, make_url

from jobtagger.batch.extras import require
from jobtagger.errors import InputError
from jobtagger.job.privacy import mask_params


def sqlite_engine(path: Path, mode: str, busy_seconds: float) -> Engine:
    """Make the engine for a file; `mode` is what SQLite's addresses say of it, such as `mode=ro`."""
    address = f"{path.absolute().as_uri()}?{mode}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, busy_seconds, isolation_level=None, check_same_thread=False, uri=True)

    return create_engine(URL.create("sqlite", database=str(path)), creator=connect)


def postgresql_engine(address: str, wait_seconds: float) -> tuple[Engine, str]:
    """Make the engine for an address, and its name for messages; its own `connect_timeout` comes before ours.

    Raises
    ------
    InputError
        When it is no address of a PostgreSQL database, or psycopg is missing.
    """
    shown = f'"{address.split(":", maxsplit=1)[0]}:..."'
    if address.count("@") > 1:  # where the password ends could only be guessed, and the rest of it would be shown
        raise InputError(f'{shown}: holds more than one "@"; write one that belongs to a name or password as %40')
    try:
        url = make_url(address)
    except (exc.ArgumentError, ValueError):
        raise InputError(f"{shown}: is no database address; write postgresql://...") from None
    name = mask_params(url.render_as_string(hide_password=True))
    if url.get_backend_name() != "postgresql":
        raise InputError(f"{name}: only SQLite files and postgresql:// addresses can be used")
    require("psycopg", "postgresql", name)
    timeout = {"connect_timeout": str(int(wait_seconds) or 1)}
    return create_engine(url.set(drivername="postgresql+psycopg").update_query_dict(timeout | dict(url.query))), name


@contextmanager
def named_errors(name: str) -> Iterator[None]:
    """Turn what a database says into an `InputError` that names it."""
    try:
        yield
    except exc.DBAPIError as error:
        said = str(error.orig).strip().split("\n")[0]
        raise InputError(f"{name}: the database cannot be used: {said}{_remedy(said)}") from error
    except exc.SQLAlchemyError as error:
        raise InputError(f"{name}: the database cannot be used: {str(error).split(chr(10))[0]}") from error


def _remedy(said: str) -> str:
    if "locked" in said:
        return "; another program is writing to it: let it finish, the next run goes on"
    if "readonly" in said:
        return "; it may only be read here: let the account that runs the job do this"
    if "full" in said or "No space" in said:
        return "; make room, the next run goes on where this one stopped"
    return ""
