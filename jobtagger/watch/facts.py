"""What trends, alerts and status need to know, read from the store."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, case, func, select

from jobtagger.job.schema import listings, run_sources, runs, tags
from jobtagger.watch.counts import DayCount


class SourceRun(NamedTuple):
    """What one run did with one source; `error` is empty where it was read."""

    at: datetime
    n_read: int
    n_new: int
    n_rejected: int
    error: str


class HourCount(NamedTuple):
    """New listings of a source, first seen within an hour, that have category, language and review mark in common."""

    at: datetime
    category_id: str
    language: str
    needs_review: bool
    n: int


@dataclass(slots=True)
class SourceHistory:
    """One source: its runs in order, and its new listings without reposts."""

    runs: list[SourceRun] = field(default_factory=list)
    listings: list[HourCount] = field(default_factory=list)


class Run(NamedTuple):
    """A run as a whole; `finished_at` is None while it is at work, or when it was killed."""

    run_id: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    message: str


def day_counts(connection: Connection) -> list[DayCount]:
    """Count listings by source, day and category as tagged now; reposts are left out.

    The day is that of posting where the source says one that lies not behind the first sight of it, else that of first sight.
    """
    posted = (listings.c.posted_at.is_not(None)) & (listings.c.posted_at <= listings.c.first_seen)
    day = func.substr(case((posted, listings.c.posted_at), else_=listings.c.first_seen), 1, 10).label("day")
    query = (
        select(listings.c.source, day, tags.c.category, func.count())
        .join(tags, (tags.c.listing_id == listings.c.listing_id) & tags.c.is_current)
        .where(listings.c.repost_of.is_(None))
        .group_by(listings.c.source, day, tags.c.category)
    )
    return [DayCount(source, date.fromisoformat(day), name, n) for source, day, name, n in connection.execute(query)]


def read_days(connection: Connection) -> dict[str, set[date]]:
    """Give the days on which each source was read without error and gave something.

    Of sources that no run was noted for, as in stores brought up from version 1, the days of first sight stand in.
    """
    day = func.substr(runs.c.started_at, 1, 10)
    noted = (
        select(run_sources.c.source, day)
        .join(runs, runs.c.run_id == run_sources.c.run_id)
        .where(run_sources.c.error == "", run_sources.c.n_read > 0)
        .distinct()
    )
    seen = select(listings.c.source, func.substr(listings.c.first_seen, 1, 10)).distinct()
    days: dict[str, set[date]] = defaultdict(set)
    for source, text in connection.execute(noted):
        days[source].add(date.fromisoformat(text))
    known = set(connection.scalars(select(run_sources.c.source).distinct()))
    for source, text in connection.execute(seen):
        if source not in known:
            days[source].add(date.fromisoformat(text))
    return dict(days)


def models_used(connection: Connection) -> dict[str, int]:
    """Count listings by the model that tagged them."""
    query = select(tags.c.model, func.count()).where(tags.c.is_current).group_by(tags.c.model)
    return {model: n for model, n in connection.execute(query)}


def histories(connection: Connection, since: datetime) -> dict[str, SourceHistory]:
    """Give the history of every source from a moment on."""
    start = since.isoformat(timespec="seconds")
    found: dict[str, SourceHistory] = defaultdict(SourceHistory)
    of_runs = (
        select(
            run_sources.c.source,
            runs.c.started_at,
            run_sources.c.n_read,
            run_sources.c.n_new,
            run_sources.c.n_rejected,
            run_sources.c.error,
        )
        .join(runs, runs.c.run_id == run_sources.c.run_id)
        .where(runs.c.started_at >= start, (runs.c.outcome != "running") | (run_sources.c.error != ""))
        .order_by(runs.c.run_id)
    )
    for source, at, *rest in connection.execute(of_runs):
        found[source].runs.append(SourceRun(datetime.fromisoformat(at), *rest))
    hour = func.substr(listings.c.first_seen, 1, 13).label("hour")
    marks = (tags.c.category, tags.c.language, tags.c.needs_review)
    of_listings = (
        select(listings.c.source, hour, *marks, func.count())
        .join(tags, (tags.c.listing_id == listings.c.listing_id) & tags.c.is_current)
        .where(listings.c.first_seen >= start, listings.c.repost_of.is_(None))
        .group_by(listings.c.source, hour, *marks)
    )
    for source, text, category, language, review, n in connection.execute(of_listings):
        at = datetime.fromisoformat(f"{text}:00:00+00:00")
        found[source].listings.append(HourCount(at, category, language, review == "true", n))
    return dict(found)


def last_runs(connection: Connection, n: int, up_to: int | None = None) -> list[Run]:
    """Give the last runs, the latest first; only up to a run's id, if given."""
    query = select(runs).order_by(runs.c.run_id.desc()).limit(n)
    if up_to is not None:
        query = query.where(runs.c.run_id <= up_to)
    return [
        Run(
            row.run_id,
            datetime.fromisoformat(row.started_at),
            datetime.fromisoformat(row.finished_at) if row.finished_at else None,
            row.outcome,
            row.message,
        )
        for row in connection.execute(query)
    ]


def sources_of_run(connection: Connection, run_id: int) -> dict[str, Mapping[str, object]]:
    """Give what a run did, by source."""
    query = select(run_sources).where(run_sources.c.run_id == run_id).order_by(run_sources.c.source)
    return {row["source"]: dict(row) for row in connection.execute(query).mappings()}
