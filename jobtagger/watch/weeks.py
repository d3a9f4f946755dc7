"""Weeks and months of whole weeks: a week belongs to the month that holds its Thursday, as ISO 8601 gives it a year.

So every month is made of four or five whole weeks, and none has more weekends than another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Period:
    """A week or a month, by the Mondays of its weeks; `label` is `2026-W07` or `2026-02`."""

    label: str
    weeks: tuple[date, ...]

    @property
    def start(self) -> date:
        """The first day."""
        return self.weeks[0]

    @property
    def end(self) -> date:
        """The last day."""
        return self.weeks[-1] + timedelta(days=6)


def week_of(day: date) -> date:
    """Give the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def weeks_between(first: date, last: date) -> list[date]:
    """Give all Mondays from one to another, both included."""
    return [first + WEEK * n for n in range((last - first).days // 7 + 1)]


def periods(weeks: Sequence[date], by: str) -> list[Period]:
    """Join consecutive weeks to complete periods, by "week" or "month"; incomplete months at either end are left out."""
    grouped: dict[str, list[date]] = {}
    for week in weeks:
        grouped.setdefault(_label(week, by), []).append(week)
    made = [Period(label, tuple(members)) for label, members in grouped.items()]
    if by == "week":
        return made
    return [p for p in made if _label(p.weeks[0] - WEEK, by) != p.label != _label(p.weeks[-1] + WEEK, by)]


def watched_weeks(reads: Iterable[date]) -> set[date]:
    """Give the weeks of which a source's new listings are known, from the days on which it was read.

    These are the weeks in which it was read, if it was read in the week before too (else older listings pile up in it, as
    in the very first week) and in the week after (else its end is missing).
    """
    read_in = {week_of(day) for day in reads}
    return {week for week in read_in if {week - WEEK, week + WEEK} <= read_in}


def _label(week: date, by: str) -> str:
    thursday = week + timedelta(days=3)
    if by == "month":
        return f"{thursday:%Y-%m}"
    year, number, _ = thursday.isocalendar()
    return f"{year}-W{number:02d}"
