"""The current tags out of the store, into any format that `jobtagger tag` writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, func, literal_column, select

from jobtagger.batch.writing import TableWriter, format_of
from jobtagger.errors import InputError
from jobtagger.job.schema import CORRECTED, listings, tags
from jobtagger.job.sources.found import stamp
from jobtagger.job.store import Store
from jobtagger.knowledge.schema import did_you_mean
from jobtagger.records import OUTPUT_COLUMNS

LISTING_COLUMNS = (
    "listing_id", "source", "listing_key", "url", "title", "description", "skills", "posted_at", "first_seen",
    "last_seen", "repost_of",
)  # fmt: skip
EXPORT_COLUMNS = (*LISTING_COLUMNS, "tagged_at", "corrected_category", *OUTPUT_COLUMNS)

_LISTING = listings.alias("l")
_CORRECTED: ColumnElement[str] = literal_column(CORRECTED)

_ROWS_AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class Filters:
    """Which listings; an empty filter lets all through.

    A category is the one a person gave the text, else that of the tag; `since` is compared with the posting's date, else
    with first_seen.
    """

    categories: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    since: datetime | None = None
    needs_review: bool | None = None
    reposts: bool = True


def export(store: Store, output: str, filters: Filters, categories: Iterable[str] = ()) -> int:
    """Write the listings with their current tags, in order of arrival; give their number.

    `categories` may be asked for though the store holds none of them.

    Raises
    ------
    InputError
        When the store cannot be read, the output cannot be written, or a filter names what is not known; then there is no
        output.
    """
    format_of(output)
    with store.read() as connection:
        _refuse_unknown(connection, store.name, "source", filters.sources, listings.c.source, ())
        _refuse_unknown(connection, store.name, "category", filters.categories, tags.c.category, categories)
    writer = TableWriter(output, EXPORT_COLUMNS, ",", has_bom=False)
    n_rows = 0
    try:
        with store.read() as connection:
            result = connection.execution_options(stream_results=True, yield_per=_ROWS_AT_ONCE).execute(_query(filters))
            for rows in result.partitions():
                writer.write_rows([["" if cell is None else str(cell) for cell in row] for row in rows])
                n_rows += len(rows)
        writer.finish()
    except BaseException:
        writer.abandon(keep=False)
        raise
    return n_rows


def _refuse_unknown(
    connection: Connection, store: str, what: str, names: Sequence[str], column: Column[str], more: Iterable[str]
) -> None:
    known = sorted({*connection.scalars(select(column).distinct()), *more}) if names else []
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            raise InputError(f'{store}: holds no listing of {what} "{name}"{hint}; there are: {", ".join(known)}')


def _query(filters: Filters) -> Select[Any]:
    asked = select(*map(_column, EXPORT_COLUMNS)).join(
        tags, (tags.c.listing_id == _LISTING.c.listing_id) & tags.c.is_current
    )
    for of, values in (
        (func.coalesce(_CORRECTED, tags.c.category), filters.categories),
        (tags.c.risk_level, filters.levels),
        (_LISTING.c.source, filters.sources),
    ):
        if values:
            asked = asked.where(of.in_(values))
    if filters.since:
        asked = asked.where(func.coalesce(_LISTING.c.posted_at, _LISTING.c.first_seen) >= stamp(filters.since))
    if filters.needs_review is not None:
        asked = asked.where(tags.c.needs_review == ("true" if filters.needs_review else "false"))
    if not filters.reposts:
        asked = asked.where(_LISTING.c.repost_of.is_(None))
    return asked.order_by(_LISTING.c.listing_id)


def _column(name: str) -> ColumnElement[Any]:
    if name == "corrected_category":
        return _CORRECTED.label(name)
    return _LISTING.c[name] if name in LISTING_COLUMNS else tags.c[name]
