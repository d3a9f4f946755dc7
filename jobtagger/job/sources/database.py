"""A table or a query in SQLite or PostgreSQL as a source; nothing is ever written to it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from jobtagger.errors import InputError
from jobtagger.job.engines import named_errors, postgresql_engine, sqlite_engine
from jobtagger.job.settings import DatabaseSource, fill, fill_address
from jobtagger.job.sources.found import Chunk, Columns, Problem, Reading, cut_rows, settings_digest

_SQLITE = "sqlite:///"
_WAIT_SECONDS = 15.0
"""How long to wait for a server, or for somebody who writes to a file."""


def read_database(source: DatabaseSource, reading: Reading) -> Iterator[Chunk | Problem]:
    """Read the rows, with `since_column` only those that are not below the highest value seen.

    Raises
    ------
    InputError
        When the database cannot be reached or says no.
    """
    place = source.table or "query"
    settings = settings_digest(source.table, source.query, source.since_column, source.columns)
    mark = reading.mark(place)
    highest = mark.get("highest") if mark.get("settings") == settings else None
    engine, name = _engine(source, reading)
    try:
        with named_errors(name), engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield from _chunks(connection, source, reading, place, {"settings": settings, "highest": highest})
    finally:
        engine.dispose()


def _chunks(
    connection: Connection, source: DatabaseSource, reading: Reading, place: str, mark: dict[str, Any]
) -> Iterator[Chunk]:
    statement, values = _statement(connection, source, mark["highest"])
    result = connection.execution_options(stream_results=True, yield_per=2048).execute(text(statement), values)
    names = list(result.keys())
    columns = Columns(f'source "{source.name}"', names, reading.layouts, source.columns)
    since = names.index(source.since_column) if source.since_column in names else None
    if source.since_column and since is None:
        raise InputError(f'source "{source.name}": no column "{source.since_column}"; columns: {", ".join(names)}')
    n_done = 0
    for rows in cut_rows(result, lambda row: sum(len(cell) for cell in row if isinstance(cell, str))):
        # Rows come in the order of the column, so what is committed so far can be passed over by the next run.
        marks = {place: json.dumps(mark | {"highest": _plain(rows[-1][since])})} if since is not None else {}
        found = [columns.found([_cell(value) for value in row]) for row in rows]
        yield Chunk(place, found, numbers=range(n_done + 1, n_done + len(rows) + 1), marks=marks)
        n_done += len(rows)


def _statement(connection: Connection, source: DatabaseSource, highest: Any) -> tuple[str, dict[str, Any]]:
    quote = connection.dialect.identifier_preparer.quote
    table = ".".join(quote(part) for part in source.table.split("."))
    rows = _as_it_stands(table if source.table else f"({source.query.strip().rstrip(';')}) AS listings_of_the_source")
    if not source.since_column:
        return f"SELECT * FROM {rows}", {}  # noqa: S608 - the query is the operator's own
    column = _as_it_stands(quote(source.since_column))
    # The column was ordered as what it is, so it is compared as that too, not as the text it is kept as.
    where = (
        f"WHERE {column} >= {_typed(connection, rows, column)}"
        if highest is not None
        else f"WHERE {column} IS NOT NULL"
    )
    return f"SELECT * FROM {rows} {where} ORDER BY {column}", {"highest": highest} if highest is not None else {}  # noqa: S608


def _typed(connection: Connection, rows: str, column: str) -> str:
    if connection.dialect.name == "sqlite":
        return ":highest"
    kind = connection.scalar(text(f"SELECT pg_typeof({column})::text FROM {rows} LIMIT 1"))  # noqa: S608
    return f"CAST(CAST(:highest AS text) AS {kind or 'text'})"


def _as_it_stands(sql: str) -> str:
    """Keep a colon from being taken for the beginning of a parameter of ours."""
    return sql.replace(":", r"\:")


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | str) else str(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(map(_cell, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _engine(source: DatabaseSource, reading: Reading) -> tuple[Engine, str]:
    place = f'source "{source.name}": url'
    if not source.url.startswith(_SQLITE):
        return postgresql_engine(fill_address(source.url, reading.environ, place), _WAIT_SECONDS)
    path = Path(fill(source.url.removeprefix(_SQLITE), reading.environ, place))
    if not path.is_file():
        raise InputError(f"{path}: no such database")
    engine = sqlite_engine(path, "mode=ro", _WAIT_SECONDS)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA query_only = ON")

    return engine, str(path)
