"""Alerts: raised once, told once on every channel, and told to be over.

The state stands in the store, in a table of its own. What could not be told is told by the next run.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, insert, select, update

from jobtagger.job.store import Store
from jobtagger.watch.channels import Channel, Notice, channels
from jobtagger.watch.checks import LOOK_BACK, Finding, check_source
from jobtagger.watch.facts import histories, last_runs, sources_of_run
from jobtagger.watch.settings import AlertSettings, Limits
from jobtagger.watch.wording import line, sentence, subject

metadata = MetaData()
alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),  # empty for the job as a whole
    Column("raised_at", Text, nullable=False),
    Column("found_at", Text, nullable=False),  # when it was last found to last
    Column("cleared_at", Text),  # null while it lasts
    Column("message", Text, nullable=False),
    Column("told", Text, nullable=False, server_default=""),  # names of the channels that know it is raised
    Column("told_over", Text, nullable=False, server_default=""),  # and of those that know it is over
)


class OpenAlert(NamedTuple):
    """An alert that lasts; `found_at` is the run that found it last."""

    kind: str
    source: str
    raised_at: str
    found_at: str
    message: str


@dataclass(frozen=True, slots=True)
class AlertReport:
    """What one call did: alerts raised, cleared, and channels that failed, each with its reason."""

    raised: tuple[str, ...]
    cleared: tuple[str, ...]
    problems: tuple[str, ...]


def send_alerts(store: Store, settings: AlertSettings, environ: Mapping[str, str], now: datetime) -> AlertReport:
    """Look at the store after a run, note what is newly wrong or over, and tell it.

    A channel that fails is a problem of the report, never an exception: the listings are tagged all the same.
    """
    with store.read() as connection:
        findings = find(connection, now, settings.limits)
    with store.write() as connection:
        metadata.create_all(connection)
        raised, cleared = _note(connection, findings, settings, now)
    problems = [problem for channel in channels(settings, environ) for problem in _tell(store, channel, settings)]
    return AlertReport(tuple(raised), tuple(cleared), tuple(problems))


def end_alerts(store: Store, now: datetime) -> None:
    """Clear what was raised while alerts were configured: nobody looks any more whether it lasts."""
    with store.read() as connection:
        are_open = bool(open_alerts(connection))
    if are_open:
        with store.write() as connection:
            ended = update(alerts).where(alerts.c.cleared_at.is_(None))
            connection.execute(ended.values(cleared_at=now.isoformat(timespec="seconds")))


def find(connection: Connection, now: datetime, limits: Limits) -> list[Finding]:
    """Give all that is wrong now, with the sources of the last finished run."""
    runs = [run for run in last_runs(connection, 20) if run.outcome != "running"]
    if not runs:
        return []
    failed = [Finding("run_failed", "", {"error": runs[0].message})] if runs[0].outcome == "failed" else []
    known = set().union(*(sources_of_run(connection, run.run_id) for run in runs[: limits.failed_runs]))
    found = histories(connection, now - LOOK_BACK)
    of_sources = [
        finding
        for source in sorted(known & found.keys())
        for finding in check_source(source, found[source], now, limits)
    ]
    return failed + of_sources


def open_alerts(connection: Connection) -> list[OpenAlert]:
    """Give the alerts that last, the oldest first; none where no alert was ever looked for."""
    if not connection.dialect.has_table(connection, alerts.name):
        return []
    columns = (alerts.c.kind, alerts.c.source, alerts.c.raised_at, alerts.c.found_at, alerts.c.message)
    rows = connection.execute(select(*columns).where(alerts.c.cleared_at.is_(None)).order_by(alerts.c.alert_id))
    return [OpenAlert(*row) for row in rows]


def _note(
    connection: Connection, findings: Iterable[Finding], settings: AlertSettings, now: datetime
) -> tuple[list[str], list[str]]:
    """Raise what is new, and clear what was not found for `clear_after_hours`; so what comes and goes is told once."""
    stamp = now.isoformat(timespec="seconds")
    quiet_since = (now - timedelta(hours=settings.limits.clear_after_hours)).isoformat(timespec="seconds")
    current = {(finding.kind, finding.source): sentence(finding, settings.language) for finding in findings}
    lasting = {(alert.kind, alert.source): alert for alert in open_alerts(connection)}
    raised = {key: message for key, message in current.items() if key not in lasting}
    for (kind, source), message in raised.items():
        values = {"kind": kind, "source": source, "raised_at": stamp, "found_at": stamp, "message": message}
        connection.execute(insert(alerts).values(values))
    over = [alert for key, alert in lasting.items() if key not in current and alert.found_at <= quiet_since]
    for alert in lasting.values():
        is_it = (alerts.c.kind == alert.kind) & (alerts.c.source == alert.source) & alerts.c.cleared_at.is_(None)
        if (alert.kind, alert.source) in current:
            connection.execute(update(alerts).where(is_it).values(found_at=stamp))
        elif alert in over:
            connection.execute(update(alerts).where(is_it).values(cleared_at=stamp))
    return list(raised.values()), [alert.message for alert in over]


def _tell(store: Store, channel: Channel, settings: AlertSettings) -> list[str]:
    """Tell a channel what it does not know yet; give the reason if it fails."""
    with store.read() as connection:
        rows = connection.execute(select(alerts).order_by(alerts.c.alert_id)).mappings().all()
    raised = [row for row in rows if row["cleared_at"] is None and channel.name not in row["told"].split()]
    over = [
        row
        for row in rows
        if row["cleared_at"] and settings.tell_cleared and channel.name in row["told"].split()
        and channel.name not in row["told_over"].split()
    ]  # fmt: skip
    if not raised and not over:
        return []
    lines = [line(row["message"], False, settings.language) for row in raised]
    lines += [line(row["message"], True, settings.language) for row in over]
    entries = tuple(
        {key: row[key] for key in ("kind", "source", "raised_at", "cleared_at", "message")} for row in (*raised, *over)
    )
    problem = channel.tell(Notice(subject(len(raised), len(over), settings.language), "\n".join(lines), entries))
    if problem:
        return [f"alerts: {channel.name}: {problem}; the next run tries again"]
    with store.write() as connection:
        for row, column in [*((row, "told") for row in raised), *((row, "told_over") for row in over)]:
            names = f"{row[column]} {channel.name}".strip()
            connection.execute(update(alerts).where(alerts.c.alert_id == row["alert_id"]).values({column: names}))
    return []
