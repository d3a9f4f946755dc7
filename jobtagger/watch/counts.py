"""New listings by category, source and week, as arrays: what trends are measured on."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.watch.weeks import watched_weeks, week_of, weeks_between


class DayCount(NamedTuple):
    """How many new listings of a category a source had on a day."""

    source: str
    day: date
    category_id: str
    n: int


@dataclass(frozen=True, slots=True)
class WeeklyCounts:
    """New listings of consecutive weeks.

    Attributes
    ----------
    weeks : tuple of date
        Their Mondays.
    counts : array of shape (n_categories, n_sources, n_weeks)
        0 wherever the source was not watched.
    watched : array of shape (n_sources, n_weeks)
    reads : dict of source to the first and the last day on which it was read
    """

    categories: tuple[str, ...]
    sources: tuple[str, ...]
    weeks: tuple[date, ...]
    counts: NDArray[np.float64]
    watched: NDArray[np.bool_]
    reads: dict[str, tuple[date, date]]

    def among(self, weeks: Collection[date]) -> NDArray[np.bool_]:
        """Tell of each week whether it is one of these."""
        return np.array([week in weeks for week in self.weeks], bool)


def weekly_counts(rows: Iterable[DayCount], reads: Mapping[str, Collection[date]]) -> WeeklyCounts:
    """Count what is known for sure: listings of weeks in which their source was watched (see `watched_weeks`)."""
    days = {source: sorted(of_source) for source, of_source in reads.items() if of_source}
    watched = {source: watched_weeks(of_source) for source, of_source in days.items()}
    kept = [row for row in rows if week_of(row.day) in watched.get(row.source, ())]
    all_weeks = set().union(*watched.values())
    weeks = weeks_between(min(all_weeks), max(all_weeks)) if all_weeks else []
    sources = tuple(sorted(watched))
    categories = tuple(sorted({row.category_id for row in kept}))
    counts = np.zeros((len(categories), len(sources), len(weeks)))
    place_of_category = {name: place for place, name in enumerate(categories)}
    place_of_source = {name: place for place, name in enumerate(sources)}
    for row in kept:
        week = (week_of(row.day) - weeks[0]).days // 7
        counts[place_of_category[row.category_id], place_of_source[row.source], week] += row.n
    seen = np.array([[week in watched[source] for week in weeks] for source in sources], bool)
    ends = {source: (of_source[0], of_source[-1]) for source, of_source in days.items()}
    return WeeklyCounts(categories, sources, tuple(weeks), counts, seen.reshape(len(sources), len(weeks)), ends)
