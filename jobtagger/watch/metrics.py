"""The status as a text file for Prometheus, to be picked up by the textfile collector of node_exporter."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jobtagger.batch.extras import require
from jobtagger.errors import InputError
from jobtagger.job.schema import COUNTS
from jobtagger.watch.status import SourceStatus, Status

if TYPE_CHECKING:
    from prometheus_client.core import Metric

_GAUGES = {
    "jobtagger_last_run_start_timestamp_seconds": "When the last finished run started.",
    "jobtagger_last_good_run_timestamp_seconds": "When the last run that went to its end was finished.",
    "jobtagger_last_run_ok": "1 if the last finished run had no problems.",
    "jobtagger_listings": "Listings in the store.",
    "jobtagger_reposts": "Listings that repeat an earlier one.",
    "jobtagger_to_review": "Listings a person should look at.",
    "jobtagger_corrected": "Listings a person has corrected.",
    "jobtagger_rejected": "Rows in the table of rejected rows.",
}


def _seconds(moment: datetime | None) -> float | None:
    """Give seconds since 1970, and nothing for never."""
    return moment.timestamp() if moment else None


_OF_SOURCE: dict[str, tuple[str, Callable[[SourceStatus], float | None]]] = {
    "error": ("1 if the source failed in its last run.", lambda entry: float(bool(entry.error))),
    "seconds": ("How long the source took in its last run.", lambda entry: entry.seconds),
    "last_read_timestamp_seconds": ("When it was last read.", lambda entry: _seconds(entry.last_read)),
    "last_new_timestamp_seconds": ("When it last had a new listing.", lambda entry: _seconds(entry.last_new)),
}


def write_metrics(status: Status, path: Path) -> None:
    """Write the file as a whole or not at all.

    Raises
    ------
    InputError
        When it cannot be written, or prometheus_client is missing.
    """
    client = require("prometheus_client", "watch", str(path))
    registry = client.CollectorRegistry()
    registry.register(_Collector(status))
    try:
        client.write_to_textfile(str(path), registry)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None


class _Collector:
    """Gives the status in the way prometheus_client asks for it."""

    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> "Iterator[Metric]":
        core = require("prometheus_client.core", "watch", "metrics")
        last, good = self._status.last_finished, self._status.last_good
        values: dict[str, float | None] = {f"jobtagger_{name}": n for name, n in self._status.totals.items()}
        values["jobtagger_last_run_ok"] = float(last is not None and last.outcome == "ok")
        values["jobtagger_last_run_start_timestamp_seconds"] = _seconds(last.started_at if last else None)
        values["jobtagger_last_good_run_timestamp_seconds"] = _seconds(good.finished_at if good else None)
        for name, meaning in _GAUGES.items():
            yield core.GaugeMetricFamily(name, meaning, value=values[name])
        yield from self._of_sources()

    def _of_sources(self) -> "Iterator[Metric]":
        core = require("prometheus_client.core", "watch", "metrics")
        sources = self._status.sources
        of_last = core.GaugeMetricFamily(
            "jobtagger_source_last_run_rows", "Rows of the last run by what became of them.", labels=["source", "kind"]
        )
        of_all = core.CounterMetricFamily(
            "jobtagger_source_rows", "Rows of all runs by what became of them.", labels=["source", "kind"]
        )
        for entry in sources:
            for name in COUNTS:
                of_last.add_metric([entry.source, name.removeprefix("n_")], entry.counts[name])
                of_all.add_metric([entry.source, name.removeprefix("n_")], entry.totals[name])
        yield of_last
        yield of_all
        failures = core.CounterMetricFamily(
            "jobtagger_source_failures", "Runs in which a source failed.", labels=["source"]
        )
        for entry in sources:
            failures.add_metric([entry.source], entry.n_failures)
        yield failures
        for name, (meaning, value) in _OF_SOURCE.items():
            gauge = core.GaugeMetricFamily(f"jobtagger_source_{name}", meaning, labels=["source"])
            for entry in sources:
                if (number := value(entry)) is not None:
                    gauge.add_metric([entry.source], number)
            yield gauge
        raised = core.GaugeMetricFamily("jobtagger_alert", "1 for an alert that lasts.", labels=["kind", "source"])
        for alert in self._status.alerts:
            raised.add_metric([alert.kind, alert.source], 1)
        yield raised
