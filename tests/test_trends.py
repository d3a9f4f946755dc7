"""Observed trends on simulated listings: growth is found, and what is no growth is not taken for it."""

from datetime import date, timedelta

import numpy as np
import pytest
from watched import START, counts_of, daily_reads, monday

from jobtagger.watch.counts import DayCount, weekly_counts
from jobtagger.watch.no_trend import NoTrendError
from jobtagger.watch.trends import Question, trends

WEEKS = Question("week", 4)


def trend_of(found, category_id):
    """Give one category's trend."""
    return next(entry for entry in found.categories if entry.category_id == category_id)


def constant(n):
    """Expect as many listings every week."""
    return lambda week: n


def test_known_fall_is_found():
    """Writing that loses 3 % a week falls by 37 % in 15 weeks; steady legal work does not."""
    found = trends(counts_of({("a", "writing"): lambda w: 200 * 0.97**w, ("a", "legal"): constant(200)}), WEEKS)

    writing, legal = trend_of(found, "writing"), trend_of(found, "legal")
    assert writing.count.low < 100 * (0.97**15 - 1) < writing.count.high < 0
    assert writing.count.is_clear
    assert legal.count.low < 0 < legal.count.high
    assert not legal.count.is_clear
    assert 0 < legal.share.low  # of a smaller market it has more


def test_source_switched_on_half_way_makes_no_trend():
    """A new source with another mix is left out, and named; the pooled shares would have moved by half."""
    late = monday(10)
    counts = counts_of(
        {
            ("a", "writing"): constant(150),
            ("a", "legal"): constant(50),
            ("b", "writing"): lambda w: 10 if w >= 10 else 0,
            ("b", "legal"): lambda w: 600 if w >= 10 else 0,
        },
        reads={"a": daily_reads(), "b": daily_reads(late)},
    )

    found = trends(counts, WEEKS)

    assert ("a",) == found.sources
    assert [("b", "new", late)] == [tuple(entry) for entry in found.left_out]
    assert 0.7 < trend_of(found, "writing").recent.share < 0.8
    assert [False, False] == [entry.share.is_clear for entry in found.categories]


def test_vanished_source_and_source_with_gaps_are_named():
    """Sources that cannot be compared are left out with their reason."""
    reads = {
        "a": daily_reads(),
        "gone": daily_reads(last=monday(8)),
        "patchy": [*daily_reads(last=monday(15)), *daily_reads(monday(18))],
    }
    counts = counts_of({(source, "legal"): constant(100) for source in reads}, reads=reads)

    found = trends(counts, WEEKS)

    assert [("gone", "gone", monday(8)), ("patchy", "gaps", monday(20))] == [tuple(entry) for entry in found.left_out]


def test_growing_source_with_another_mix_is_no_shift_of_shares():
    """When one source doubles, counts grow, and shares inside the sources stay as they are."""
    counts = counts_of(
        {
            ("a", "writing"): constant(160),
            ("a", "legal"): constant(40),
            ("b", "writing"): lambda w: 20 if w < 10 else 60,
            ("b", "legal"): lambda w: 180 if w < 10 else 540,
        }
    )

    found = trends(counts, WEEKS)

    legal = trend_of(found, "legal")
    assert legal.count.low > 50
    assert legal.share.low < 0 < legal.share.high
    assert found.all.count.is_clear
    assert found.all.share is None


def test_backlog_of_the_first_scrape_is_no_fall():
    """5000 old listings in the first week do not make the market collapse."""
    rows = [DayCount("a", monday(week), "legal", 5000 if week == 0 else 100) for week in range(20)]

    found = trends(weekly_counts(rows, {"a": daily_reads()}), WEEKS)

    assert (monday(1), 400, 400) == (found.base.start, found.all.base.n, found.all.recent.n)


def test_running_week_and_running_month_are_left_out():
    """The windows end with the last complete week or month."""
    counts = counts_of({("a", "legal"): constant(100)}, reads={"a": daily_reads(last=date(2026, 6, 24))})

    assert "2026-W25" == trends(counts, Question("week", 4)).recent.label.split("–")[1]
    assert ("2026-04", "2026-05") == tuple(
        window.label for window in (trends(counts, Question(window=1)).base, trends(counts, Question(window=1)).recent)
    )


def test_small_counts_get_no_percentage():
    """Under 20 listings in a window there are counts and no change in per cent; the minimum can be moved."""
    counts = counts_of({("a", "rare"): constant(4), ("a", "legal"): constant(100)})

    rare = trend_of(trends(counts, WEEKS), "rare")
    allowed = trend_of(trends(counts, Question("week", 4, min_count=5)), "rare")

    assert (None, None) == (rare.count, rare.share)
    assert 0 < rare.base.n < 20
    assert allowed.count.low < allowed.count.pct < allowed.count.high


def test_base_is_a_year_before_where_there_is_one():
    """With 60 weeks the same season of the year before is the base; with --since it is what was asked for."""
    last = START + timedelta(weeks=60)
    rows = [DayCount("a", START + timedelta(weeks=week), "legal", 100) for week in range(60)]
    counts = weekly_counts(rows, {"a": daily_reads(last=last)})

    found = trends(counts, WEEKS)

    assert timedelta(weeks=52) == found.recent.start - found.base.start
    asked = [date(2026, 6, 1), date(2026, 6, 4), date(2026, 6, 5)]  # a Monday, a Thursday, a Friday
    assert [date(2026, 6, 1), date(2026, 6, 1), date(2026, 6, 8)] == [
        trends(counts, Question("week", 4, day)).base.start for day in asked
    ]


def test_short_store_shrinks_its_windows():
    """Six complete weeks are compared three with three."""
    counts = counts_of({("a", "legal"): constant(100)}, reads={"a": daily_reads(last=monday(7))})

    found = trends(counts, WEEKS)

    assert (3, 3) == (len(found.base.weeks), len(found.recent.weeks))


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (Question("month"), "trends: 0 complete months are known; two complete .*; try --by week; come back later"),
        (Question("week", 4), "trends: 3 complete weeks are known; four complete weeks.*; come back later"),
        (
            Question("week", 4, date(2027, 1, 1)),
            "trends: 0 complete weeks are known.*; give an earlier --since, or come",
        ),
        (Question("week", 1), "trends: a window needs two weeks at least; give --window 2"),
    ],
)
def test_too_few_weeks_are_an_error(question, message):
    """Where nothing can be compared, it is said what would be needed; another --since only helps who gave one."""
    counts = counts_of({("a", "legal"): constant(100)}, reads={"a": daily_reads(last=monday(4))})

    with pytest.raises(NoTrendError, match=f"{message}[^-]*$"):
        trends(counts, question)


def test_first_load_is_said_to_be_left_out():
    """Fourteen months of listings found in one reading are no weeks watched; both languages say why."""
    counts = counts_of({("a", "legal"): constant(100)}, reads={"a": [monday(15)]})

    with pytest.raises(NoTrendError) as caught:
        trends(counts, WEEKS)

    assert "0 complete weeks are known" in str(caught.value)
    assert "what a first reading finds has piled up and is left out" in str(caught.value)
    assert "ce que trouve une première lecture s'est accumulé et n'est pas compté" in caught.value.said.fr


def test_no_common_source_is_an_error():
    """Sources that were never watched together cannot be compared, which is said in both languages."""
    reads = {"a": daily_reads(last=monday(8)), "b": daily_reads(monday(9))}

    with pytest.raises(NoTrendError, match=r"no source was watched in both .* a \(gone\), b \(new\)") as caught:
        trends(counts_of({("a", "legal"): constant(9), ("b", "legal"): constant(9)}, reads=reads), WEEKS)

    assert "a (plus lue), b (nouvelle)" in caught.value.said.fr


def test_among_many_steady_categories_few_seem_clear():
    """Of 34 categories without any trend, in 50 repetitions, a clear change is claimed in few repetitions at all."""
    claimed = []
    for seed in range(50):
        expected = {("a", f"c{number}"): constant(15 + number) for number in range(34)}
        found = trends(counts_of(expected, seed), WEEKS)
        claimed.append(any(entry.count.is_clear for entry in found.categories))

    assert 5 >= sum(claimed)


def test_series_gives_every_period_and_gaps():
    """Each period has its listings a week and share; one in which a source was not watched has none."""
    reads = {"a": daily_reads(), "b": [*daily_reads(last=monday(8)), *daily_reads(monday(10))]}
    counts = counts_of({(source, name): constant(50) for source in "ab" for name in ("legal", "writing")}, reads=reads)

    series = trend_of(trends(counts, Question("week", 2)), "legal").series

    assert ["2026-W18", "2026-W19", "2026-W20"] == [value.label for value in series if value.share is None]
    assert np.allclose([100], [np.mean([v.per_week for v in series if v.per_week is not None])], atol=5)
