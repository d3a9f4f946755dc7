"""What follows a run: alerts are sent and the metrics are written. The one call that `jobtagger run` makes."""

from collections.abc import Mapping
from datetime import datetime

from jobtagger.errors import InputError
from jobtagger.job.store import Store
from jobtagger.watch.alerts import send_alerts
from jobtagger.watch.metrics import write_metrics
from jobtagger.watch.settings import WatchSettings
from jobtagger.watch.status import read_status


def after_run(store: Store, settings: WatchSettings, environ: Mapping[str, str], now: datetime) -> list[str]:
    """Send alerts and write metrics, as far as they are configured, once the run is noted as finished.

    Gives what went wrong, one line each; the run itself is done and stays done.
    """
    problems: list[str] = []
    if settings.alerts:
        problems += send_alerts(store, settings.alerts, environ, now).problems
    if settings.textfile:
        try:
            with store.read() as connection:
                write_metrics(read_status(connection, store.name, now), settings.textfile)
        except InputError as error:
            problems.append(str(error))
    return problems
