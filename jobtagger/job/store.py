"""Opening the store: a SQLite file, or a PostgreSQL database; one run at a time, any number of readers.

Everything that belongs together is written in one transaction, so a kill at any moment leaves a state from which the
next run goes on.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from jobtagger.errors import InputError
from jobtagger.job.engines import named_errors, postgresql_engine, sqlite_engine
from jobtagger.job.migrations import bring_up_to_date, is_older, is_up_to_date

BUSY_SECONDS = 30.0
"""How long a SQLite file that somebody else is writing to is waited for."""

_LOCK_KEY = 0x6A6F6274  # "jobt": our number among the advisory locks of a PostgreSQL database


class Store:
    """An open store; use `open_store`.

    Attributes
    ----------
    engine : sqlalchemy.Engine
    name : str
        For messages; without the password.
    frozen : Path, optional
        The file, if it is read as if nobody could change it, since there is no way to notice that somebody does.
    """

    def __init__(self, engine: Engine, name: str, frozen: Path | None = None) -> None:
        self.engine = engine
        self.name = name
        self.frozen = frozen

    @property
    def dialect(self) -> str:
        """Say "sqlite" or "postgresql"."""
        return self.engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that reads one consistent state."""
        before = self.frozen and _state(self.frozen)
        with named_errors(self.name), self.engine.connect() as connection:
            yield connection
        if self.frozen and _state(self.frozen) != before:
            raise InputError(f"{self.name}: was written to while it was read; ask again")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept together at the end, or not at all."""
        with (
            named_errors(self.name),
            self.engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection


@contextmanager
def open_store(
    where: Path | str, *, for_run: bool = False, must_exist: bool = False, busy_seconds: float = BUSY_SECONDS
) -> Iterator[Store]:
    """Open or create a store, and bring an older one up to date.

    Parameters
    ----------
    where : Path or str
        A SQLite file, or the address of a PostgreSQL database.
    for_run : bool
        Keep other runs away as long as it is open; make the folder of a SQLite file if it is not there.
    must_exist : bool
        Refuse a SQLite file that is not there instead of creating it.
    busy_seconds : float
        How long to wait for somebody else's transaction.

    Raises
    ------
    InputError
        When another run holds the store, or the database cannot be read or written.
    """
    if must_exist and isinstance(where, Path) and not where.exists():
        raise InputError(f'{where}: no such store; "jobtagger run" makes it')
    if for_run and isinstance(where, Path):
        _make_folder(where.parent)
    engine, name = connect(where, busy_seconds)
    try:
        with _only_run(engine, where, name) if for_run else nullcontext():
            store = Store(engine, name, where if isinstance(where, Path) and _is_frozen(where) else None)
            with store.read() as connection:
                is_ready = is_up_to_date(connection, name)
            if not is_ready:
                with store.write() as connection:
                    bring_up_to_date(connection, name)
            yield store
    finally:
        engine.dispose()


def is_store(where: Path | str, busy_seconds: float = BUSY_SECONDS) -> bool:
    """Say whether there is a store at a place; nothing is created.

    Raises
    ------
    InputError
        When the database cannot be read, or its store is of an older version.
    """
    if isinstance(where, Path) and not where.exists():
        return False
    engine, name = connect(where, busy_seconds)
    try:
        with named_errors(name), engine.connect() as connection:
            if is_up_to_date(connection, name):
                return True
            if is_older(connection, name):
                raise InputError(f"{name}: was made by an older version; a real run brings it up to date")
            return False
    finally:
        engine.dispose()


def connect(where: Path | str, busy_seconds: float = BUSY_SECONDS) -> tuple[Engine, str]:
    """Make the engine for a file or an address, and its name for messages.

    Raises
    ------
    InputError
        When the address is of another kind of database, or psycopg is missing.
    """
    if isinstance(where, Path):
        return _sqlite(where, busy_seconds), str(where)
    return postgresql_engine(where, busy_seconds)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: the folder of the store cannot be made: {error.strerror}") from None


def _sqlite(path: Path, busy_seconds: float) -> Engine:
    read_only = _is_read_only(path)
    engine = sqlite_engine(path, _mode(path, read_only), busy_seconds)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(
                "PRAGMA synchronous = NORMAL"
            )  # with WAL: a power cut may lose the last commits, no more
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")  # texts that retention takes out leave no trace in the file
        connection.execute("PRAGMA cache_size = -65536")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that begins as a reader cannot wait for its turn to write: SQLite refuses it at once.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _mode(path: Path, read_only: bool) -> str:
    if not read_only:
        return "mode=rwc"
    return "mode=ro&immutable=1" if _is_frozen(path) else "mode=ro"


def _is_read_only(path: Path) -> bool:
    """Say whether this account may only read a store: SQLite needs to write the file, and files beside it."""
    return path.exists() and not (_may_write(path) and _may_write(path.resolve().parent))


def _is_frozen(path: Path) -> bool:
    """Say whether a store that may only be read lacks the files by which SQLite sees what others write.

    They are there while somebody has it open. Made by a mere reader, they would be in the next run's way.
    """
    return _is_read_only(path) and not _changes_of(path).exists()


def _changes_of(path: Path) -> Path:
    """Give the file of what is not yet in the store's own."""
    real = path.resolve()
    return real.with_name(real.name + "-wal")


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _state(path: Path) -> tuple[bool, int, int]:
    """Tell a file that was written to from one that was not."""
    state = path.stat()
    return _changes_of(path).exists(), state.st_mtime_ns, state.st_size


@contextmanager
def _only_run(engine: Engine, where: Path | str, name: str) -> Iterator[None]:
    """Hold a lock that is let go of when the process ends, however it ends."""
    with _file_lock(where) if isinstance(where, Path) else _advisory_lock(engine, name):
        yield


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    try:
        import fcntl  # noqa: PLC0415 - not on Windows, where a store may still be asked
    except ImportError:
        raise InputError(
            f"{path}: a SQLite store cannot be locked on this system; let Linux or macOS run the job, or use PostgreSQL"
        ) from None
    lock = path.with_name(path.name + ".lock")
    try:
        handle = lock.open("w")
    except OSError as error:
        raise InputError(f"{lock}: cannot be written: {error.strerror}") from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(_at_work(str(path))) from None
        yield


@contextmanager
def _advisory_lock(engine: Engine, name: str) -> Iterator[None]:
    with named_errors(name), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        key = {"ours": _LOCK_KEY}
        is_ours = connection.scalar(text("SELECT pg_try_advisory_lock(:ours, hashtext(current_schema()))"), key)
        if not is_ours:
            raise InputError(_at_work(name))
        yield


def _at_work(name: str) -> str:
    return f"{name}: another run is at work on it; this one leaves"
