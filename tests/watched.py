"""Made-up weekly counts for the tests of trends: sources, weeks and categories with known growth."""

from datetime import date, timedelta

import numpy as np

from jobtagger.watch.counts import DayCount, WeeklyCounts, weekly_counts

START = date(2026, 3, 2)  # a Monday
N_WEEKS = 20


def daily_reads(first=START, last=None):
    """Give the days of a source that is read every day."""
    return days(first, last or START + timedelta(weeks=N_WEEKS))


def days(first, last):
    """Give all days from one to another, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def monday(number):
    """Give the Monday of a week, counted from 0."""
    return START + timedelta(weeks=number)


def counts_of(expected, seed=1, reads=None) -> WeeklyCounts:
    """Draw listings: `expected` maps (source, category) to a function of the week's number, Poisson about it."""
    random = np.random.default_rng(seed)
    rows = [
        DayCount(source, monday(week) + timedelta(days=2), category, int(random.poisson(mean(week))))
        for (source, category), mean in expected.items()
        for week in range(N_WEEKS)
    ]
    return weekly_counts(rows, reads or {source: daily_reads() for source, _ in expected})
