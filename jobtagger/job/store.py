"""The SQLite store of the scheduled job: listings, their tags, rejected rows, files done, runs.

Everything that belongs together is committed together, so a kill at any moment leaves a state from which the next
run goes on.
"""

import fcntl
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from jobtagger.errors import InputError
from jobtagger.records import OUTPUT_COLUMNS, RejectedRecord

SCHEMA_VERSION = 1
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS listings (
    listing_key TEXT PRIMARY KEY,   -- the board's id or address, else the digest
    digest TEXT NOT NULL,           -- of title, description and skills
    title TEXT NOT NULL,
    file TEXT NOT NULL,             -- where it was last new or changed
    first_seen TEXT NOT NULL,       -- UTC, ISO 8601
    last_seen TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS tags (
    listing_key TEXT PRIMARY KEY REFERENCES listings (listing_key),
    tagged_at TEXT NOT NULL,
    model TEXT NOT NULL,            -- digest of the model that tagged
    knowledge TEXT NOT NULL,        -- digest of the knowledge files
    {", ".join(f"{name} TEXT NOT NULL" for name in OUTPUT_COLUMNS)}
);
CREATE TABLE IF NOT EXISTS rejected (
    file TEXT NOT NULL, row INTEGER NOT NULL, reason TEXT NOT NULL, content TEXT NOT NULL, seen_at TEXT NOT NULL,
    PRIMARY KEY (file, row)
);
CREATE TABLE IF NOT EXISTS files (
    file TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, done_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS runs (
    started_at TEXT NOT NULL, n_new INTEGER NOT NULL, n_changed INTEGER NOT NULL, n_unchanged INTEGER NOT NULL,
    n_rejected INTEGER NOT NULL, n_problems INTEGER NOT NULL
);
"""


class Listing(NamedTuple):
    """A listing as found in a source."""

    key: str
    digest: str
    title: str


class Store:
    """An open store; use `open_store`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def is_done(self, file: str, size: int, mtime_ns: int) -> bool:
        """Say whether a file of this size and time was read to its end."""
        found = self._db.execute("SELECT size, mtime_ns FROM files WHERE file = ?", (file,)).fetchone()
        return bool(found == (size, mtime_ns))

    def digests(self, keys: Sequence[str]) -> dict[str, str]:
        """Give the stored digest of those keys that are known."""
        found: dict[str, str] = {}
        for key in keys:
            row = self._db.execute("SELECT digest FROM listings WHERE listing_key = ?", (key,)).fetchone()
            if row:
                found[key] = row[0]
        return found

    def save_chunk(
        self,
        file: str,
        now: str,
        tagged: Iterable[tuple[Listing, dict[str, str]]],
        unchanged: Iterable[str],
        rejected: Iterable[RejectedRecord],
        digests: tuple[str, str],
    ) -> None:
        """Commit one chunk as a whole; `digests` name the model and the knowledge."""
        columns = ", ".join(OUTPUT_COLUMNS)
        marks = ", ".join("?" * (4 + len(OUTPUT_COLUMNS)))
        with self._db:
            for listing, row in tagged:
                self._db.execute(
                    "INSERT INTO listings VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (listing_key) DO UPDATE SET "
                    "digest = excluded.digest, title = excluded.title, file = excluded.file, last_seen = excluded.last_seen",
                    (listing.key, listing.digest, listing.title, file, now, now),
                )
                self._db.execute(
                    f"INSERT OR REPLACE INTO tags (listing_key, tagged_at, model, knowledge, {columns}) VALUES ({marks})",  # noqa: S608 - our own column names
                    (listing.key, now, *digests, *row.values()),
                )
            self._db.executemany(
                "UPDATE listings SET last_seen = ? WHERE listing_key = ?", [(now, key) for key in unchanged]
            )
            self._db.executemany(
                "INSERT OR REPLACE INTO rejected VALUES (?, ?, ?, ?, ?)",
                [(file, record.row, record.reason, record.content, now) for record in rejected],
            )

    def finish_file(self, file: str, size: int, mtime_ns: int, now: str) -> None:
        """Note that a file was read to its end."""
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", (file, size, mtime_ns, now))

    def forget_rejected(self, file: str) -> None:
        """Drop what was rejected of an earlier state of a file that is read anew."""
        with self._db:
            self._db.execute("DELETE FROM rejected WHERE file = ?", (file,))

    def note_run(self, started_at: str, counts: Sequence[int]) -> None:
        """Keep the record of a run: new, changed, unchanged, rejected, problems."""
        with self._db:
            self._db.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?)", (started_at, *counts))


@contextmanager
def open_store(path: Path) -> Iterator[Store]:
    """Open or create a store for one run; a second run at the same time is refused.

    Raises
    ------
    InputError
        When another run holds the store, or SQLite reports that it cannot be read or written.
    """
    try:
        with _only_run(path), _connected(path) as connection:
            yield Store(connection)
    except sqlite3.Error as error:
        raise InputError(f"{path}: the database cannot be used: {error}") from error


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, SCHEMA_VERSION):
            raise InputError(
                f"{path}: was made by another version of jobtagger (schema {version}, known {SCHEMA_VERSION})"
            )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_SCHEMA)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        yield connection
    finally:
        connection.close()


@contextmanager
def _only_run(path: Path) -> Iterator[None]:
    """Hold a lock that the system lets go of when the process ends, however it ends."""
    lock = path.with_name(path.name + ".lock")
    try:
        handle = lock.open("w")
    except OSError as error:
        raise InputError(f"{lock}: cannot be written: {error.strerror}") from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(f"{path}: another run is at work on it; this one leaves") from None
        yield
