"""Is this week unlike the weeks before it? The tests behind the alerts, on plain counts.

Weeks differ by more than chance even when nothing is wrong, so each test takes the usual difference of weeks from the
weeks before, and asks besides for an effect that is worth a look: big counts must not cry wolf.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.batch.extras import require

MIN_WEEKS = 3
"""Weeks before, under which nothing is tested."""
_MIN_EXPECTED = 5.0
_PRIOR_FREEDOM = 4
_PRIOR_SCATTER = 0.15


class MixShift(NamedTuple):
    """How far a mix moved: corrected Cramér's V of equal halves, the p-value, and each part's share before and now, most moved first."""

    effect: float
    p_value: float
    moved: tuple[tuple[str, float, float], ...]


class LevelShift(NamedTuple):
    """A number against its usual level: the ratio of the two, the usual level and the p-value."""

    ratio: float
    usual: float
    p_value: float


def mix_shift(before: Sequence[Mapping[str, int]], now: Mapping[str, int]) -> MixShift | None:
    """Compare the parts of this week with those of the weeks before; None where there is too little to compare.

    The G-test of this week against the sum of the others, divided by the heterogeneity of the others among themselves
    where that is more than chance: the F-test of quasi-likelihood (McCullagh and Nelder 1989, Generalized Linear Models,
    chapter 4.5). As few weeks tell little of that heterogeneity, chance alone is given the weight of `_PRIOR_FREEDOM` more
    (moderation after Smyth 2004, Stat. Appl. Genet. Mol. Biol. 3, 3). The effect is Cramér's V of the two mixes as if equally
    many listings stood behind them, less what chance and that heterogeneity bring by themselves (after Bergsma 2013, J. Korean
    Stat. Soc. 42, 323-328): 0.1 is ten points between two halves, or a part that doubles from 5 %. Parts
    with fewer than 5 expected are taken together.
    """
    before = [week for week in before if sum(week.values())]
    if len(before) < MIN_WEEKS or not sum(now.values()):
        return None
    names = sorted({name for week in (*before, now) for name, n in week.items() if n})
    table = np.array([[week.get(name, 0) for name in names] for week in (*before, now)], float)
    pooled = _pooled(table)
    if pooled.shape[1] < 2:
        return None
    halves = np.array([pooled[:-1].sum(axis=0), pooled[-1]])
    parts = pooled.shape[1] - 1
    spread, freedom = _g(pooled[:-1]), (len(before) - 1) * parts
    freedom += _PRIOR_FREEDOM
    dispersion = max(1.0, (spread + _PRIOR_FREEDOM) / freedom)
    stats = require("scipy.stats", "watch", "alerts")
    p_value = float(stats.f.sf(_g(halves) / parts / dispersion, parts, freedom))
    effect = _effect(halves, dispersion)
    shares = np.array([table[:-1].sum(axis=0), table[-1]])
    shares /= shares.sum(axis=1, keepdims=True)
    order = np.argsort(-np.abs(shares[1] - shares[0]), kind="stable")
    return MixShift(effect, p_value, tuple((names[i], float(shares[0, i]), float(shares[1, i])) for i in order))


def _effect(halves: NDArray[np.float64], dispersion: float) -> float:
    """Give the corrected Cramér's V of two rows, taken as equally long."""
    sizes = halves.sum(axis=1)
    before, now = halves / sizes[:, None]
    raw = ((before - now) ** 2 / (before + now)).sum() / 2
    by_itself = dispersion * (halves.shape[1] - 1) * sizes.sum() / (4 * sizes.prod())
    return float(np.sqrt(max(0.0, raw - by_itself)))


def level_shift(before: Sequence[float], now: float) -> LevelShift | None:
    """Compare a count with those of the weeks before by the prediction interval of their logarithms.

    Student's t for one further value (Hahn and Meeker 1991, Statistical Intervals, chapter 4.7). The scatter is that of the
    weeks before, moderated as in `mix_shift` towards `_PRIOR_SCATTER`, and no less than that of counting alone. None where there are too few weeks or nothing was counted in most of them.
    """
    values = np.array(before, float)
    if len(values) < MIN_WEEKS or np.median(values) == 0:
        return None
    logs, seen = np.log(values + 0.5), np.log(now + 0.5)
    freedom = len(values) - 1 + _PRIOR_FREEDOM
    moderated = ((len(values) - 1) * logs.var(ddof=1) + _PRIOR_FREEDOM * _PRIOR_SCATTER**2) / freedom
    scatter = max(float(np.sqrt(moderated)), float(1 / np.sqrt(values.mean() + 0.5)))
    stats = require("scipy.stats", "watch", "alerts")
    t = abs(seen - logs.mean()) / (scatter * np.sqrt(1 + 1 / len(values)))
    usual = float(np.exp(logs.mean()) - 0.5)
    return LevelShift(float(np.exp(seen - logs.mean())), usual, float(2 * stats.t.sf(t, freedom)))


def _pooled(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take parts together of which this week would hold too few for a test."""
    expected = table.sum(axis=0) * table[-1].sum() / table.sum()
    rare = expected < _MIN_EXPECTED
    rest = table[:, rare].sum(axis=1, keepdims=True)
    kept = table[:, ~rare]
    return np.hstack([kept, rest]) if rest.sum() else kept


def _g(table: NDArray[np.float64]) -> float:
    """Give the G statistic of a table: twice the log-likelihood ratio against equal mixes."""
    table = table[:, table.sum(axis=0) > 0]
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / table.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(2 * np.nansum(np.where(table > 0, table * np.log(table / expected), 0.0)))
