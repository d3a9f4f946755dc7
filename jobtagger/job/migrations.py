"""The way from each version of the store to the next; decision 010 says why these are functions of our own.

A store that is brought up to date keeps everything it holds. All steps happen in the transaction of the opening: they
are done together or not at all.
"""

import logging
from collections.abc import Callable

from sqlalchemy import Connection, bindparam, insert, inspect, select, text, update

from jobtagger.errors import InputError
from jobtagger.job.keys import text_digest_of
from jobtagger.job.ledger import empty_keys, relink
from jobtagger.job.schema import SCHEMA_VERSION, VIEWS, listings, metadata, schema_info, tags, view_statements
from jobtagger.records import OUTPUT_COLUMNS

FIRST_SOURCE = "folder"
"""The source that listings of version 1 belong to: it knew one folder, which had no name."""

_log = logging.getLogger(__name__)


def is_up_to_date(connection: Connection, name: str) -> bool:
    """Say whether there is nothing to do for `bring_up_to_date`, which raises what this one raises."""
    version = _version(connection, name)
    if version > SCHEMA_VERSION:
        raise InputError(
            f"{name}: was made by another version of jobtagger (schema {version}, known {SCHEMA_VERSION});"
            " run it with that version, or name another store"
        )
    return version == SCHEMA_VERSION and not _missing_columns(connection)


def is_older(connection: Connection, name: str) -> bool:
    """Say whether there is a store of an earlier version."""
    return 0 < _version(connection, name) < SCHEMA_VERSION


def bring_up_to_date(connection: Connection, name: str) -> None:
    """Make the tables in an empty database, or change those of an older version.

    Raises
    ------
    InputError
        When the store was made by a newer version, or the database holds tables of the same names that are not ours.
    """
    if connection.dialect.name == "postgresql":  # two programs that open a new database at once: one after the other
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('jobtagger schema'))"))
    if is_up_to_date(connection, name):
        return
    version = _version(connection, name)
    if 0 < version < SCHEMA_VERSION:
        _log.warning("%s: is brought from schema %s to %s", name, version, SCHEMA_VERSION)
    for step in range(version or SCHEMA_VERSION, SCHEMA_VERSION):
        STEPS[step](connection)
    metadata.create_all(connection)
    for column in _missing_columns(connection):
        connection.execute(text(f"ALTER TABLE tags ADD COLUMN {column} TEXT NOT NULL DEFAULT ''"))
    _make_views(connection)
    connection.execute(schema_info.delete())
    connection.execute(insert(schema_info).values(version=SCHEMA_VERSION))


def _version(connection: Connection, name: str) -> int:
    """Give the version of the schema, 0 for a database without one."""
    tables = set(inspect(connection).get_table_names())
    if "schema_info" in tables:
        return int(connection.scalar(select(schema_info.c.version)) or 0)
    if connection.dialect.name == "sqlite" and (version := connection.exec_driver_sql("PRAGMA user_version").scalar()):
        return int(version)
    if strangers := sorted(tables & set(metadata.tables)):
        raise InputError(
            f"{name}: holds tables that are not ours under our names: {', '.join(strangers)}; name another store"
        )
    return 0


def _missing_columns(connection: Connection) -> list[str]:
    """Name the output columns that came after the store was made."""
    inspector = inspect(connection)
    if not inspector.has_table("tags"):
        return []
    there = {column["name"] for column in inspector.get_columns("tags")}
    return [column for column in OUTPUT_COLUMNS if column not in there]


def _make_views(connection: Connection) -> None:
    for view in reversed(VIEWS):
        connection.execute(text(f"DROP VIEW IF EXISTS {view}"))
    for statement in view_statements(connection.dialect.name):
        connection.execute(text(statement))


def _from_1(connection: Connection) -> None:
    """Turn the first store, of one folder in SQLite, into listings with a history.

    It kept no texts, so its listings keep their titles and tags, and are tagged again when they are seen again.
    """
    for table in ("listings", "tags", "rejected", "runs"):
        connection.execute(text(f"ALTER TABLE {table} RENAME TO old_{table}"))
    metadata.create_all(connection)
    old = connection.execute(text("SELECT * FROM old_listings ORDER BY first_seen, rowid")).mappings()
    ids = {}
    for listing_id, row in enumerate(old, 1):
        ids[row["listing_key"]] = listing_id
        values = {
            "listing_id": listing_id, "source": FIRST_SOURCE, "listing_key": row["listing_key"],
            "digest": row["digest"], "text_digest": row["digest"], "title": row["title"],
            "first_seen": row["first_seen"], "last_seen": row["last_seen"],
        }  # fmt: skip
        connection.execute(insert(listings).values(values))
    joined = (
        "SELECT t.*, l.digest FROM old_tags t JOIN old_listings l ON l.listing_key = t.listing_key ORDER BY t.rowid"
    )
    for tag in connection.execute(text(joined)).mappings():
        kept = {column: tag[column] for column in (*OUTPUT_COLUMNS, "digest", "model", "knowledge", "tagged_at")}
        connection.execute(insert(tags).values(kept | {"listing_id": ids[tag["listing_key"]], "is_current": True}))
    # Rejected rows and files are found again by the next run, which reads every file anew.
    for table in ("old_tags", "old_listings", "old_rejected", "old_runs", "files"):
        connection.execute(text(f"DROP TABLE {table}"))
    connection.exec_driver_sql("PRAGMA user_version = 0")


def _from_2(connection: Connection) -> None:
    """Take addresses out of the keys of emptied listings; texts that are mere skills are told apart; links are mended.

    Keys that schema 2 masked are made anew by the run that finds their listing again.
    """
    empty_keys(connection, listings.c.title.is_(None) & listings.c.description.is_(None))
    columns = (listings.c.listing_id, listings.c.text_digest, listings.c.skills)
    has_skills_only = (listings.c.title == "") & (listings.c.description == "") & (listings.c.skills != "")
    rows = connection.execute(select(*columns).where(has_skills_only)).all()
    if rows:
        renamed = [{"this_id": row.listing_id, "text_digest": text_digest_of("", "", row.skills)} for row in rows]
        connection.execute(update(listings).where(listings.c.listing_id == bindparam("this_id")), renamed)
    first = listings.alias()
    stale = (
        select(listings.c.listing_id)
        .join(first, first.c.listing_id == listings.c.repost_of)
        .where(first.c.text_digest != listings.c.text_digest)
    )
    if moved := sorted({*connection.scalars(stale), *(row.listing_id for row in rows)}):
        relink(connection, moved, {row.text_digest for row in rows})


STEPS: dict[int, Callable[[Connection], None]] = {1: _from_1, 2: _from_2}
"""What leads from a version to the next."""
