"""Leaving a server alone for longer and longer while it fails, from run to run."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from jobtagger.job.sources.fetching import FetchError
from jobtagger.job.sources.found import Problem, Reading, stamp

_FIRST_WAIT_S = 300
_LONGEST_WAIT_S = 6 * 3600
_FREE_FAILURES = 2
"""So many failures in a row change nothing: the next run tries as usual."""


def must_wait(place: str, mark: dict[str, Any], now: datetime) -> Iterator[Problem]:
    """Give a problem if a place is to be left alone for now."""
    with suppress(ValueError):
        until = datetime.fromisoformat(mark.get("not_before", ""))
        # The wait is bounded, so that a clock that was wrong for a while does not silence a source for good.
        if timedelta(0) < until - now <= timedelta(seconds=_LONGEST_WAIT_S):
            n_failures = mark.get("failures", 0)
            yield Problem(f"{place}: is left alone until {stamp(until)} after {n_failures} failures in a row")


def failed(place: str, error: FetchError, mark: dict[str, Any], reading: Reading) -> Problem:
    """Note a failure; from the third in a row on, the place is left alone for a while."""
    n_failures = mark.get("failures", 0) + 1
    wait = error.retry_after
    if n_failures > _FREE_FAILURES:
        wait = max(wait, _FIRST_WAIT_S * 2.0 ** min(n_failures - _FREE_FAILURES - 1, 10))
    noted = {key: value for key, value in mark.items() if key != "not_before"} | {"failures": n_failures}
    if wait:
        noted["not_before"] = stamp(reading.now + timedelta(seconds=min(wait, _LONGEST_WAIT_S)))
    return Problem(str(error), {place: json.dumps(noted)})
