"""What is worth an alert: pure checks of one source's history at a moment, by the limits of the configuration.

New listings are counted in blocks of seven days up to that moment. The blocks before are the usual state; those that
reach back to the first reading of the source (its backlog), or in which it was not read, are no usual state.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from jobtagger.watch.facts import HourCount, SourceHistory, SourceRun
from jobtagger.watch.settings import Limits
from jobtagger.watch.shifts import MIN_WEEKS, LevelShift, MixShift, level_shift, mix_shift

N_BLOCKS = 8
"""Blocks of seven days before the running one that make the usual state."""
LOOK_BACK = timedelta(days=7 * (N_BLOCKS + 2))
_WEEK = timedelta(days=7)
_N_MOVED = 3


class Finding(NamedTuple):
    """One thing that is wrong with one source ("" for the job as a whole); `facts` fill its wording."""

    kind: str
    source: str
    facts: dict[str, str]


def check_source(source: str, history: SourceHistory, now: datetime, limits: Limits) -> Iterator[Finding]:
    """Give what is wrong with a source now."""
    for check in (_error, _silence, _rejects, _levels, _mixes, _reviews):
        for kind, facts in check(history, now, limits):
            yield Finding(kind, source, facts)


_Found = Iterator[tuple[str, dict[str, str]]]


def _error(history: SourceHistory, _: datetime, limits: Limits) -> _Found:
    last = history.runs[-limits.failed_runs :]
    if len(last) == limits.failed_runs and all(run.error for run in last):
        yield "source_error", {"n": str(len(last)), "error": last[-1].error}


def _silence(history: SourceHistory, now: datetime, limits: Limits) -> _Found:
    """Tell when nothing is new for longer than `silent_days`, and than twice the longest wait of the weeks before."""
    moments = [run.at for run in history.runs if run.n_new]
    if len(moments) < MIN_WEEKS:
        return
    longest = max((later - earlier for earlier, later in pairwise(moments)), default=timedelta())
    waited = now - moments[-1]
    if waited > max(timedelta(days=limits.silent_days), 2 * longest):
        yield "silent", {"days": f"{waited / timedelta(days=1):.1f}", "longest": f"{longest / timedelta(days=1):.1f}"}


def _rejects(history: SourceHistory, now: datetime, limits: Limits) -> _Found:
    """Look at the share of rejected rows in the last reading."""
    readings = [run for run in history.runs if run.n_read + run.n_rejected]
    if not readings:
        return
    usual = _usual(readings[:-1], _first_reading(history, now), now)
    before = [_outcomes(runs) for runs in usual.values()]
    yield from _rise("rejects", before, _outcomes(readings[-1:]), "rejected", limits.reject_rise, limits)


def _levels(history: SourceHistory, now: datetime, limits: Limits) -> _Found:
    """Look at new listings in seven days, and at rows per reading."""
    usual = _usual(history.runs, _first_reading(history, now), now)
    current = _current(history.runs, now)
    counted: dict[str, Callable[[list[SourceRun]], float]] = {
        "new_listings": lambda runs: float(sum(run.n_new for run in runs)),
        "rows_read": lambda runs: _mean([run.n_read for run in runs if run.n_read]),
    }
    if not any(run.n_read for run in current):
        return  # silence or an error, not a drift
    for kind, count in counted.items():
        shift = level_shift([count(runs) for runs in usual.values()], count(current))
        if shift and _is_far(shift, limits):
            direction = "fell" if shift.ratio < 1 else "rose"
            yield f"{kind}_{direction}", {"now": f"{count(current):.0f}", "usual": f"{shift.usual:.0f}"}


def _mixes(history: SourceHistory, now: datetime, limits: Limits) -> _Found:
    """Look at the categories and the languages of new listings."""
    parts: dict[str, Callable[[HourCount], str]] = {
        "categories": lambda count: count.category_id,
        "languages": lambda count: count.language,
    }
    for kind, part in parts.items():
        before, current = _counted(history, now, part)
        if current.total() < limits.min_listings:
            continue
        shift = mix_shift(before, current)
        if shift and shift.p_value <= limits.p_value and shift.effect >= limits.min_effect:
            yield kind, {"moved": _moved(shift), "effect": f"{shift.effect:.2f}"}


def _reviews(history: SourceHistory, now: datetime, limits: Limits) -> _Found:
    """Look at the share of new listings that need a person."""
    before, current = _counted(history, now, lambda count: "review" if count.needs_review else "sure")
    yield from _rise("reviews", before, current, "review", limits.review_rise, limits)


def _rise(
    kind: str, before: list[Counter[str]], current: Counter[str], part: str, points: float, limits: Limits
) -> _Found:
    """Tell when a part of a whole rose by so many points, and by more than chance and the usual scatter."""
    if current.total() < min(limits.min_listings, 20):
        return
    shift = mix_shift(before, current)
    shares = next((entry for entry in shift.moved if entry[0] == part), None) if shift else None
    if shift and shares and shift.p_value <= limits.p_value and 100 * (shares[2] - shares[1]) >= points:
        yield kind, {"now": f"{100 * shares[2]:.0f}", "usual": f"{100 * shares[1]:.0f}"}


def _is_far(shift: LevelShift, limits: Limits) -> bool:
    is_large = max(shift.ratio, 1 / shift.ratio) >= limits.level_factor
    return is_large and shift.p_value <= limits.p_value


def _counted(
    history: SourceHistory, now: datetime, part: Callable[[HourCount], str]
) -> tuple[list[Counter[str]], Counter[str]]:
    """Count the parts of new listings in the blocks before, and in the running one."""
    blocks: list[Counter[str]] = [Counter() for _ in range(N_BLOCKS + 1)]
    for count in history.listings:
        number = _block_of(count.at, now)
        if 0 <= number <= N_BLOCKS:
            blocks[number][part(count)] += count.n
    usual = _usual(history.runs, _first_reading(history, now), now)
    return [blocks[number] for number in usual], blocks[0]


def _usual(runs: list[SourceRun], first: datetime, now: datetime) -> dict[int, list[SourceRun]]:
    """Give the runs of each block before the running one by its number; those of no usual state are left out."""
    blocks: dict[int, list[SourceRun]] = {}
    for run in runs:
        blocks.setdefault(_block_of(run.at, now), []).append(run)
    return {
        number: blocks[number]
        for number in range(1, N_BLOCKS + 1)
        if any(run.n_read for run in blocks.get(number, [])) and now - _WEEK * (number + 1) >= first
    }


def _first_reading(history: SourceHistory, now: datetime) -> datetime:
    return min((run.at for run in history.runs if run.n_read), default=now)


def _current(runs: list[SourceRun], now: datetime) -> list[SourceRun]:
    return [run for run in runs if _block_of(run.at, now) == 0]


def _block_of(moment: datetime, now: datetime) -> int:
    return (now - moment) // _WEEK


def _outcomes(runs: list[SourceRun]) -> Counter[str]:
    n_rejected = sum(run.n_rejected for run in runs)
    return Counter(rejected=n_rejected, good=max(0, sum(run.n_read for run in runs) - n_rejected))


def _moved(shift: MixShift) -> str:
    return ", ".join(f"{name} {100 * was:.0f} → {100 * now:.0f} %" for name, was, now in shift.moved[:_N_MOVED])


def _mean(values: list[int]) -> float:
    return sum(values) / len(values) if values else 0.0
