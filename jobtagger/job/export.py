"""The current tags out of the store, into any format that `jobtagger tag` writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from jobtagger.batch.writing import TableWriter, format_of
from jobtagger.errors import InputError
from jobtagger.job.schema import listings, tags
from jobtagger.job.sources.found import stamp
from jobtagger.job.store import Store
from jobtagger.records import OUTPUT_COLUMNS

LISTING_COLUMNS = (
    "listing_id", "source", "listing_key", "url", "title", "description", "skills", "posted_at", "first_seen",
    "last_seen", "repost_of",
)  # fmt: skip
EXPORT_COLUMNS = (*LISTING_COLUMNS, "tagged_at", *OUTPUT_COLUMNS)

_ROWS_AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class Filters:
    """Which listings; an empty filter lets all through. `since` is compared with the posting's date, else with first_seen."""

    categories: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    since: datetime | None = None
    needs_review: bool | None = None
    reposts: bool = True


def export(store: Store, output: str, filters: Filters) -> int:
    """Write the listings with their current tags, in order of arrival; give their number.

    Raises
    ------
    InputError
        When the store cannot be read or the output cannot be written; then there is no output.
    """
    format_of(output)
    _refuse_unknown(store, "source", filters.sources)
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


def _refuse_unknown(store: Store, what: str, names: Sequence[str]) -> None:
    with store.read() as connection:
        known = sorted(connection.scalars(select(listings.c[what]).distinct())) if names else []
    for name in names:
        if name not in known:
            raise InputError(f'{store.name}: holds no listing of {what} "{name}"; there are: {", ".join(known)}')


def _query(filters: Filters) -> Select[Any]:
    columns = [
        (tags if name in tags.c and name not in LISTING_COLUMNS else listings).c[name] for name in EXPORT_COLUMNS
    ]
    asked = select(*columns).join(tags, (tags.c.listing_id == listings.c.listing_id) & tags.c.is_current)
    for of, values in (
        (tags.c.category, filters.categories), (tags.c.risk_level, filters.levels), (listings.c.source, filters.sources),
    ):  # fmt: skip
        if values:
            asked = asked.where(of.in_(values))
    if filters.since:
        asked = asked.where(func.coalesce(listings.c.posted_at, listings.c.first_seen) >= stamp(filters.since))
    if filters.needs_review is not None:
        asked = asked.where(tags.c.needs_review == ("true" if filters.needs_review else "false"))
    if not filters.reposts:
        asked = asked.where(listings.c.repost_of.is_(None))
    return asked.order_by(listings.c.listing_id)
