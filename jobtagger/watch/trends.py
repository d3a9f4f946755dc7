"""Observed trends: how the count and the share of each category changed in the user's own listings.

Two windows of whole weeks are compared, the mix of sources held fixed; docs/trends.md explains what is left out and why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.batch.extras import require
from jobtagger.watch.counts import WeeklyCounts
from jobtagger.watch.no_trend import nothing_to_compare, too_few_periods, too_short_window
from jobtagger.watch.ratios import Ratios, ratios
from jobtagger.watch.weeks import WEEK, Period, periods

USUAL_WINDOWS = {"month": 3, "week": 8}
"""Periods in each window, where nothing else is asked for; a younger store has shorter ones."""
_MIN_WEEKS = 2
_TO_THURSDAY = timedelta(days=3)  # a week belongs to the day its Thursday is
ALL = "all"
"""Stands for all categories together."""


class Question(NamedTuple):
    """What to compare: periods of a "week" or "month", how many in each window at most, the base's first day.

    Without a first day the base lies a year back, or at the beginning of a younger store.

    A change in per cent is given from `min_count` listings in each window on.
    """

    by: str = "month"
    window: int = USUAL_WINDOWS["month"]
    since: date | None = None
    level: float = 0.95
    min_count: int = 20


@dataclass(frozen=True, slots=True)
class Change:
    """A change in per cent with its interval; `is_clear` where it stands out among all categories tested together."""

    pct: float
    low: float
    high: float
    p_value: float
    is_clear: bool


class WindowValue(NamedTuple):
    """Listings in a window: all, per week watched, and as a share of all categories with the mix of sources held fixed."""

    n: int
    per_week: float
    share: float


@dataclass(frozen=True, slots=True)
class CategoryTrend:
    """One category in the two windows, and the changes of its count and share.

    A change is None where there are too few listings, or all of a window stand in a single week.
    """

    category_id: str
    base: WindowValue
    recent: WindowValue
    count: Change | None
    share: Change | None
    series: tuple["PeriodValue", ...]


class PeriodValue(NamedTuple):
    """New listings of a period per week watched, and their share; None where a source was not watched."""

    label: str
    per_week: float | None
    share: float | None


class LeftOut(NamedTuple):
    """A source that is not compared: `new`, `gone` or `gaps`, and the day it was first or last read."""

    source: str
    reason: str
    day: date


@dataclass(frozen=True, slots=True)
class Trends:
    """The answer to a question; `all` is the market of the compared sources as a whole."""

    question: Question
    base: Period
    recent: Period
    sources: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    all: CategoryTrend
    categories: tuple[CategoryTrend, ...]


def trends(counts: WeeklyCounts, question: Question) -> Trends:
    """Answer a question from weekly counts.

    Raises
    ------
    NoTrendError
        When too few weeks, or no source, can be compared.
    """
    base, recent = choose_windows(counts, question)
    in_base, in_recent = (counts.among(window.weeks) for window in (base, recent))
    panel, left_out = _panel(counts, in_base, in_recent)
    if not panel.any():
        raise nothing_to_compare(base.label, recent.label, [(entry.source, entry.reason) for entry in left_out])
    listings, watched = counts.counts[:, panel], counts.watched[panel]
    named = [name for name, kept in zip(counts.sources, panel, strict=True) if kept]
    shown = [p for p in periods(counts.weeks, question.by) if base.start <= p.start and p.end <= recent.end]
    compared = _Compared(listings, watched, in_base, in_recent, question)
    series = [compared.series(counts.among(p.weeks), p.label) for p in shown]
    rows = compared.rows(counts.categories, list(zip(*series, strict=True)))
    return Trends(question, base, recent, tuple(named), tuple(left_out), rows[-1], tuple(rows[:-1]))


def usual_period(counts: WeeklyCounts, since: date | None) -> str:
    """Give "month" once two full windows of months are known, else "week", which makes more of what is there."""
    return "month" if len(_known(counts, "month", since)) >= 2 * USUAL_WINDOWS["month"] else "week"


def choose_windows(counts: WeeklyCounts, question: Question) -> tuple[Period, Period]:
    """Take the last complete periods, and as many from `since` on, or else from nearest to a year before them.

    The same season a year before is the fairest base; in a store younger than that it is the beginning.
    """
    if question.by == "week" and question.window < _MIN_WEEKS:
        raise too_short_window()
    known = _known(counts, question.by, question.since)
    window = min(question.window, len(known) // 2)
    if not window or sum(len(period.weeks) for period in known[-window:]) < _MIN_WEEKS:
        raise too_few_periods(question.by, len(known), given_since=question.since is not None)
    recent, earlier = _join(known[-window:]), known[:-window]
    starts = range(len(earlier) - window + 1)
    start = 0 if question.since else min(starts, key=lambda i: abs(recent.start - earlier[i].start - 52 * WEEK))
    return _join(earlier[start : start + window]), recent


def _known(counts: WeeklyCounts, by: str, since: date | None) -> list[Period]:
    """Give the complete periods, from a day on, in which any source was watched."""
    return [
        period
        for period in periods(counts.weeks, by)
        if counts.watched[:, counts.among(period.weeks)].any()
        and (since is None or period.start >= since - _TO_THURSDAY)
    ]


class _Compared:
    """The listings of the compared sources in the two windows."""

    def __init__(
        self,
        listings: NDArray[np.float64],
        watched: NDArray[np.bool_],
        in_base: NDArray[np.bool_],
        in_recent: NDArray[np.bool_],
        question: Question,
    ) -> None:
        self._listings = np.concatenate([listings, listings.sum(axis=0, keepdims=True)])
        self._watched, self._in_base, self._in_recent = watched, in_base, in_recent
        self._question = question
        totals = [self._listings[-1][:, weeks].sum(axis=1) for weeks in (in_base, in_recent)]
        with np.errstate(invalid="ignore", divide="ignore"):  # the weights of the Mantel-Haenszel ratio
            self._weights = np.nan_to_num(totals[0] * totals[1] / (totals[0] + totals[1]))

    def rows(self, categories: Sequence[str], series: Sequence[tuple[PeriodValue, ...]]) -> list[CategoryTrend]:
        """Give one trend per category, and that of all together at the end."""
        base, recent = self._window(self._in_base), self._window(self._in_recent)
        enough = np.array([min(b.n, r.n) >= self._question.min_count for b, r in zip(base, recent, strict=True)])
        of_counts = self._changes(self._watched.astype(float), enough, of_shares=False)
        of_shares = [*self._changes(self._listings[-1], enough, of_shares=True)[:-1], None]
        return [
            CategoryTrend(name, base[i], recent[i], of_counts[i], of_shares[i], tuple(series[i]))
            for i, name in enumerate([*categories, ALL])
        ]

    def _window(self, weeks: NDArray[np.bool_]) -> list[WindowValue]:
        n, per_week, shares = self._listings[:, :, weeks].sum(axis=(1, 2)), self._per_week(weeks), self._shares(weeks)
        return [WindowValue(int(n[i]), float(per_week[i]), float(shares[i])) for i in range(len(n))]

    def series(self, weeks: NDArray[np.bool_], label: str) -> list[PeriodValue]:
        """Give the values of one period, one a category and those of all together at the end."""
        if not self._watched[:, weeks].any(axis=1).all():
            return [PeriodValue(label, None, None)] * len(self._listings)
        pairs = zip(self._per_week(weeks), self._shares(weeks), strict=True)
        return [PeriodValue(label, float(per_week), float(share)) for per_week, share in pairs]

    def _per_week(self, weeks: NDArray[np.bool_]) -> NDArray[np.float64]:
        by_source = self._listings[:, :, weeks].sum(axis=2) / self._watched[:, weeks].sum(axis=1)
        return np.asarray(by_source.sum(axis=1))

    def _shares(self, weeks: NDArray[np.bool_]) -> NDArray[np.float64]:
        counted = self._listings[:, :, weeks].sum(axis=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            within = np.nan_to_num(counted / counted[-1])
            weights = np.where(counted[-1] > 0, self._weights, 0)
            return np.asarray(np.nan_to_num(within @ weights / weights.sum()))

    def _changes(
        self, exposure: NDArray[np.float64], enough: NDArray[np.bool_], of_shares: bool
    ) -> list[Change | None]:
        weeks = (self._in_base | self._in_recent) & self._watched.any(axis=0)
        listings, is_recent = self._listings[:, :, weeks], self._in_recent[weeks]
        found = ratios(listings, exposure[:, weeks], is_recent, self._question.level, of_shares)
        said, rate = enough & np.isfinite(found.ratio), 1 - self._question.level
        clear = [*_clear(found.p_value[:-1], said[:-1], rate), found.p_value[-1] <= rate]
        return [_change(found, i, bool(clear[i])) if said[i] else None for i in range(len(said))]


def _panel(
    counts: WeeklyCounts, in_base: NDArray[np.bool_], in_recent: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], list[LeftOut]]:
    """Keep the sources watched, and not empty, in at least half of the weeks of both windows; say of others why not."""
    kept = []
    for weeks in (in_base, in_recent):
        enough = counts.watched[:, weeks].sum(axis=1) >= max(_MIN_WEEKS, ceil(weeks.sum() / 2))
        kept.append(enough & (counts.counts[:, :, weeks].sum(axis=(0, 2)) > 0))
    panel = kept[0] & kept[1]
    left_out = []
    for place in np.flatnonzero(~panel):
        source = counts.sources[place]
        first, last = counts.reads[source]
        if not kept[0][place] and first >= counts.weeks[int(np.flatnonzero(in_base)[0])]:
            left_out.append(LeftOut(source, "new", first))
        elif not kept[1][place] and last < counts.weeks[int(np.flatnonzero(in_recent)[-1])] + WEEK:
            left_out.append(LeftOut(source, "gone", last))
        else:
            left_out.append(LeftOut(source, "gaps", last))
    return panel, left_out


def _clear(p_values: NDArray[np.float64], said: NDArray[np.bool_], rate: float) -> NDArray[np.bool_]:
    """Tell which of the changes tested together stand out (Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57)."""
    clear = np.zeros(len(p_values), bool)
    if said.any():
        stats = require("scipy.stats", "watch", "trends")
        clear[said] = stats.false_discovery_control(p_values[said]) <= rate
    return clear


def _change(found: Ratios, place: int, is_clear: bool) -> Change:
    pct, low, high = (100 * (float(values[place]) - 1) for values in (found.ratio, found.low, found.high))
    return Change(pct, low, high, float(found.p_value[place]), is_clear)


def _join(parts: Sequence[Period]) -> Period:
    weeks = tuple(week for part in parts for week in part.weeks)
    return Period(parts[0].label if len(parts) == 1 else f"{parts[0].label}–{parts[-1].label}", weeks)
