"""What follows a run: alerts are sent and the metrics are written. The one call that `jobtagger run` makes."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from jobtagger.errors import JobtaggerError
from jobtagger.job.settings import Settings
from jobtagger.job.store import Store, open_store
from jobtagger.watch.alerts import end_alerts, send_alerts
from jobtagger.watch.metrics import write_metrics
from jobtagger.watch.settings import AlertSettings, WatchSettings
from jobtagger.watch.status import read_status


def after_run(settings: Settings, watched: WatchSettings, now: datetime) -> list[str]:
    """Send alerts and write metrics, as far as they are configured, once the run is noted as finished.

    Gives what went wrong, one line each, and raises none of it: the run itself is done and stays done.
    """
    steps: list[Callable[[Store], list[str]]] = []
    if watched.alerts:
        alerts = watched.alerts
        steps.append(lambda store: _alerts(store, settings, alerts, now))
    else:
        _end_alerts(settings, now)
    if watched.textfile:
        textfile = watched.textfile
        steps.append(lambda store: _metrics(store, textfile, now))
    problems = []
    for step in steps:
        try:
            with open_store(settings.location(), must_exist=True, busy_seconds=settings.busy_seconds) as store:
                problems += step(store)
        except JobtaggerError as error:
            problems.append(str(error))
    return problems


def _alerts(store: Store, settings: Settings, alerts: AlertSettings, now: datetime) -> list[str]:
    return list(send_alerts(store, alerts, settings.environ, now).problems)


def _end_alerts(settings: Settings, now: datetime) -> None:
    """End what lasts of alerts that are no longer configured; a store that cannot be used was named by the run."""
    with (
        suppress(JobtaggerError),
        open_store(settings.location(), must_exist=True, busy_seconds=settings.busy_seconds) as store,
    ):
        end_alerts(store, now)


def _metrics(store: Store, textfile: Path, now: datetime) -> list[str]:
    with store.read() as connection:
        write_metrics(read_status(connection, store.name, now), textfile)
    return []
