"""The job that stays up by itself: a run every so often, by APScheduler, until it is asked to stop."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event

from jobtagger.batch.extras import require


def stay_up(run: Callable[[], object], every_s: int, stop: Event) -> None:
    """Run at once, and then every `every_s` seconds; a run that takes longer puts the next one off.

    Comes back when `stop` is set and the run under way has ended.
    """
    background = require("apscheduler.schedulers.background", "job", "--every")
    scheduler = background.BackgroundScheduler(timezone=UTC)
    scheduler.add_job(
        run,
        "interval",
        seconds=every_s,
        next_run_time=datetime.now(UTC),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    scheduler.start()
    try:
        stop.wait()
    finally:
        scheduler.shutdown(wait=True)
