"""How the scheduled job is doing: its last runs, how old its knowledge is, counts and failures by source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from jobtagger.job.schema import COUNTS, corrections, listings, rejected, run_sources, runs
from jobtagger.watch.alerts import OpenAlert, open_alerts
from jobtagger.watch.corrections import to_review
from jobtagger.watch.facts import Run, last_runs, sources_of_run

GOOD = ("ok", "problems")
"""Outcomes of runs that went to their end."""


class RunStatus(NamedTuple):
    """A run with its counts over all sources, named as in the table `run_sources`."""

    run: Run
    counts: dict[str, int]
    n_failed_sources: int


class SourceStatus(NamedTuple):
    """A source: what its last run did, when it was last read and last brought something new; totals of all runs."""

    source: str
    counts: dict[str, int]
    seconds: float
    error: str
    last_read: datetime | None
    last_new: datetime | None
    totals: dict[str, int]
    n_failures: int


@dataclass(frozen=True, slots=True)
class Status:
    """Everything `jobtagger status` says; `totals` counts what the store holds."""

    store: str
    at: datetime
    runs: tuple[RunStatus, ...]
    sources: tuple[SourceStatus, ...]
    totals: dict[str, int]
    alerts: tuple[OpenAlert, ...]

    @property
    def last_finished(self) -> Run | None:
        """The last run that is not at work."""
        return next((entry.run for entry in self.runs if entry.run.outcome != "running"), None)

    @property
    def last_good(self) -> Run | None:
        """The last run that went to its end, though single sources may have failed."""
        return next((entry.run for entry in self.runs if entry.run.outcome in GOOD), None)

    def attention(self, max_age: timedelta) -> tuple[str, ...]:
        """Name what needs a person: `no_run`, `failed`, `problems`, `late`, `alerts`; empty when all is well."""
        last, good = self.last_finished, self.last_good
        if last is None:
            return ("no_run",)
        reasons = [last.outcome] if last.outcome != "ok" else []
        if good is None or self.at - (good.finished_at or good.started_at) > max_age:
            reasons.append("late")
        if self.alerts:
            reasons.append("alerts")
        return tuple(reasons)

    def as_dict(self, max_age: timedelta) -> dict[str, Any]:
        """Give it as plain values."""
        good = self.last_good
        return {
            "store": self.store,
            "at": _text(self.at),
            "attention": list(self.attention(max_age)),
            "lag_seconds": (self.at - (good.finished_at or good.started_at)).total_seconds() if good else None,
            "runs": [
                {
                    "run_id": entry.run.run_id,
                    "started_at": _text(entry.run.started_at),
                    "finished_at": _text(entry.run.finished_at),
                    "outcome": entry.run.outcome,
                    "message": entry.run.message,
                    **entry.counts,
                    "n_failed_sources": entry.n_failed_sources,
                }
                for entry in self.runs
            ],
            "sources": [
                {
                    **entry._asdict(),
                    "last_read": _text(entry.last_read),
                    "last_new": _text(entry.last_new),
                }
                for entry in self.sources
            ],
            "totals": self.totals,
            "alerts": [alert._asdict() for alert in self.alerts],
        }


def read_status(connection: Connection, store: str, now: datetime, n_runs: int = 10) -> Status:
    """Read the status from a store; at least the last good run is among its runs, if there was any."""
    shown = last_runs(connection, n_runs)
    good = connection.scalar(select(func.max(runs.c.run_id)).where(runs.c.outcome.in_(GOOD)))
    if good is not None and all(run.run_id != good for run in shown):
        shown += last_runs(connection, 1, good)
    by_run = {run.run_id: sources_of_run(connection, run.run_id) for run in shown}
    return Status(
        store,
        now,
        tuple(_run_status(run, by_run[run.run_id]) for run in shown),
        tuple(_source_statuses(connection)),
        _totals(connection),
        tuple(open_alerts(connection)),
    )


def _run_status(run: Run, sources: Mapping[str, Mapping[str, Any]]) -> RunStatus:
    counts = {name: sum(int(row[name]) for row in sources.values()) for name in COUNTS}
    return RunStatus(run, counts, sum(bool(row["error"]) for row in sources.values()))


def _source_statuses(connection: Connection) -> list[SourceStatus]:
    joined = run_sources.join(runs, runs.c.run_id == run_sources.c.run_id)
    is_read = (run_sources.c.error == "") & (runs.c.outcome != "running")
    sums = [func.sum(run_sources.c[name]).label(name) for name in COUNTS]
    query = (
        select(
            run_sources.c.source,
            func.max(run_sources.c.run_id).label("last_run"),
            func.max(runs.c.started_at).filter(is_read).label("last_read"),
            func.max(runs.c.started_at).filter(run_sources.c.n_new > 0).label("last_new"),
            func.count().filter(run_sources.c.error != "").label("n_failures"),
            *sums,
        )
        .select_from(joined)
        .group_by(run_sources.c.source)
        .order_by(run_sources.c.source)
    )
    return [
        _source_status(dict(row), sources_of_run(connection, row["last_run"])[row["source"]])
        for row in connection.execute(query).mappings().all()
    ]


def _source_status(row: dict[str, Any], last: Mapping[str, Any]) -> SourceStatus:
    return SourceStatus(
        row["source"],
        {name: int(last[name]) for name in COUNTS},
        float(last["seconds"]),
        str(last["error"]),
        datetime.fromisoformat(row["last_read"]) if row["last_read"] else None,
        datetime.fromisoformat(row["last_new"]) if row["last_new"] else None,
        {name: int(row[name]) for name in COUNTS},
        int(row["n_failures"]),
    )


def _totals(connection: Connection) -> dict[str, int]:
    queries = {
        "listings": select(func.count()).select_from(listings),
        "reposts": select(func.count()).select_from(listings).where(listings.c.repost_of.is_not(None)),
        "to_review": select(func.count()).select_from(to_review().subquery()),
        "corrected": select(func.count(corrections.c.listing_id.distinct())),
        "rejected": select(func.count()).select_from(rejected),
    }
    return {name: int(connection.scalar(query) or 0) for name, query in queries.items()}


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
