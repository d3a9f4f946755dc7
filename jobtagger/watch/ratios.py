"""How much a count or a share changed between two windows of weeks, sources held apart, with an honest interval.

The estimate is the Mantel-Haenszel ratio over the sources (Greenland and Robins 1985, Biometrics 41, 55-68): each source
is compared with itself, so that a change in the mix of sources is no change of the market. Exposure is the number of
weeks watched where counts are compared, and the number of all listings where shares are.

The interval is that of Student's t on the logarithm, with degrees of freedom by Welch and Satterthwaite. Its variance is
that of the jackknife which leaves out weeks (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 11), as
weeks differ by more than chance, and runs of weeks in longer windows (Künsch 1989, Annals of Statistics 17, 1217-1241), as
neighbouring weeks are alike; never less than the variance by chance alone.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.batch.extras import require

_LONG = 6
"""Weeks from which on a window is long enough to leave out runs of weeks."""
Numbers = NDArray[np.float64]


class Ratios(NamedTuple):
    """Recent over base, one value a category: ratio, interval and two-sided p-value; NaN where nothing can be said."""

    ratio: Numbers
    low: Numbers
    high: Numbers
    p_value: Numbers


def ratios(counts: Numbers, exposure: Numbers, is_recent: NDArray[np.bool_], level: float, of_shares: bool) -> Ratios:
    """Compare the recent weeks with the base weeks.

    Parameters
    ----------
    counts : array of shape (n_categories, n_sources, n_weeks)
        Listings, 0 in the weeks in which a source was not watched.
    exposure : array of shape (n_sources, n_weeks)
        What `counts` are measured by: 1 for a week watched, or all listings of the week; 0 for a week not watched.
    is_recent : array of shape (n_weeks,)
        True for the weeks of the recent window, False for those of the base; at least two of each.
    level : float
        Of confidence, such as 0.95.
    of_shares : bool
        Whether `exposure` counts the listings themselves, of which a category is a part.
    """
    sums = _Sums(counts, exposure, is_recent)
    logs, by_chance = sums.log_ratio(), sums.variance_by_chance(of_shares)
    base, recent = _jackknife(sums, ~is_recent), _jackknife(sums, is_recent)
    by_weeks = base.variance + recent.variance
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = by_weeks**2 / (base.variance**2 / (base.n - 1) + recent.variance**2 / (recent.n - 1))
        freedom = np.where(by_weeks > by_chance, freedom, base.n + recent.n - 2)
        error = np.sqrt(np.maximum(by_weeks, by_chance))
        stats = require("scipy.stats", "watch", "trends")
        reach = stats.t.ppf((1 + level) / 2, freedom) * error
        p_value = np.where(error > 0, 2 * stats.t.sf(np.abs(logs) / error, freedom), 1.0)
        said = np.isfinite(reach)
        low, high = np.exp(logs - reach), np.exp(logs + reach)
    return Ratios(*(np.where(said, values, np.nan) for values in (np.exp(logs), low, high, p_value)))


class _Variance(NamedTuple):
    """The part of a window in the variance of a log ratio, and its number of weeks."""

    variance: Numbers
    n: int


class _Sums:
    """Counts and exposure of the two windows, also with one week left out."""

    def __init__(self, counts: Numbers, exposure: Numbers, is_recent: NDArray[np.bool_]) -> None:
        self._counts, self._exposure, self._is_recent = counts, exposure, is_recent

    def log_ratio(self, without: Sequence[int] | NDArray[np.int_] = ()) -> Numbers:
        recent, base, t1, t0 = self._windows(without)
        total = t1 + t0
        with np.errstate(invalid="ignore", divide="ignore"):
            above = np.nansum(recent * t0 / total, axis=1)
            below = np.nansum(base * t1 / total, axis=1)
            return np.asarray(np.log(above) - np.log(below))

    def variance_by_chance(self, of_shares: bool) -> Numbers:
        recent, base, t1, t0 = self._windows(())
        total = t1 + t0
        within = (recent + base) * t1 * t0 / total**2 - (recent * base / total if of_shares else 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            above, below = (recent * t0 / total).sum(axis=1), (base * t1 / total).sum(axis=1)
            return np.asarray(within.sum(axis=1) / (above * below))

    def _windows(self, without: Sequence[int] | NDArray[np.int_]) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        keep = np.ones(len(self._is_recent), bool)
        keep[np.asarray(without, int)] = False
        recent, base = self._is_recent & keep, ~self._is_recent & keep
        counts, exposure = self._counts, self._exposure
        return (
            counts[:, :, recent].sum(axis=2),
            counts[:, :, base].sum(axis=2),
            exposure[:, recent].sum(axis=1),
            exposure[:, base].sum(axis=1),
        )


def _jackknife(sums: _Sums, weeks: NDArray[np.bool_]) -> _Variance:
    """Leave out one week at a time of a short window, and a run of two or three of a longer one."""
    places = np.flatnonzero(weeks)
    n_blocks = len(places) if len(places) < _LONG else max(_LONG - 2, len(places) // 3)
    left = np.array([sums.log_ratio(block) for block in np.array_split(places, n_blocks)])
    with np.errstate(invalid="ignore"):
        variance = (n_blocks - 1) / n_blocks * ((left - left.mean(axis=0)) ** 2).sum(axis=0)
    return _Variance(variance, n_blocks)
