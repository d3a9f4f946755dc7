"""Weeks, months of whole weeks, and the weeks of which a source's listings are known."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from watched import START, daily_reads, days, monday

from jobtagger.watch.weeks import periods, watched_weeks, week_of, weeks_between


@given(st.dates(date(1970, 1, 1), date(2200, 1, 1)))
def test_week_starts_on_monday_and_holds_its_day(day):
    """The Monday of a week lies 0 to 6 days before each of its days."""
    assert 0 == week_of(day).weekday()
    assert 0 <= (day - week_of(day)).days <= 6


def test_months_are_made_of_whole_weeks():
    """A week belongs to the month of its Thursday; a month that is not there from end to end is left out."""
    found = periods(weeks_between(date(2026, 3, 9), date(2026, 6, 8)), "month")

    assert ["2026-04", "2026-05"] == [period.label for period in found]
    assert (date(2026, 3, 30), date(2026, 5, 3)) == (found[0].start, found[0].end)
    assert [5, 4] == [len(period.weeks) for period in found]


def test_weeks_have_iso_numbers():
    """The week that holds 1 January 2027 is the 53rd of 2026."""
    assert ["2026-W53", "2027-W01"] == [
        period.label for period in periods([date(2026, 12, 28), date(2027, 1, 4)], "week")
    ]


def test_first_week_and_running_week_are_not_watched():
    """The backlog of the first scrape and the week that is not over tell nothing of new listings."""
    reads = daily_reads(START, monday(3) + timedelta(days=3))

    assert {monday(1), monday(2)} == watched_weeks(reads)


def test_week_after_a_gap_is_not_watched():
    """After an outage older listings pile up, so the week of recovery counts as little as those of the outage."""
    reads = [*daily_reads(START, monday(2)), *daily_reads(monday(5), monday(8))]

    assert {monday(1), monday(6), monday(7)} == watched_weeks(reads)


@pytest.mark.parametrize("reads", [[], [START]], ids=["never", "once"])
def test_source_hardly_read_is_never_watched(reads):
    """No read, or a single one, gives no week."""
    assert set() == watched_weeks(reads)


def test_weekly_reading_is_enough():
    """A source read every Monday is watched like one read daily."""
    mondays = [day for day in daily_reads(START, monday(4)) if day.weekday() == 0]

    assert {monday(1), monday(2), monday(3)} == watched_weeks(mondays)
    assert 29 == len(days(START, monday(4)))
