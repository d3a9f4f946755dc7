"""The tests behind the alerts: they see what is large and unusual, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from jobtagger.watch.shifts import level_shift, mix_shift

WEEKS = st.lists(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 500)), min_size=0, max_size=9)


def week(**counts):
    """Give a week's parts."""
    return counts


@given(WEEKS, st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 500)))
def test_any_weeks_give_proper_numbers(before, now):
    """Whatever was counted, there is no answer or one with an effect and a p-value between 0 and 1, and shares that add up."""
    shift = mix_shift(before, now)

    if shift is not None:
        assert 0 <= shift.effect <= 1
        assert 0 <= shift.p_value <= 1
        assert pytest.approx([1, 1]) == [sum(entry[1] for entry in shift.moved), sum(entry[2] for entry in shift.moved)]


@given(st.lists(st.floats(0, 1e6), max_size=9), st.floats(0, 1e6))
def test_any_levels_give_proper_numbers(before, now):
    """Whatever was counted, the ratio is above 0 and the p-value between 0 and 1."""
    shift = level_shift(before, now)

    if shift is not None:
        assert 0 < shift.ratio < np.inf
        assert 0 <= shift.p_value <= 1


def test_same_mix_is_no_shift():
    """Equal weeks have no effect at all."""
    shift = mix_shift([week(a=100, b=50)] * 5, week(a=100, b=50))

    assert 0 == shift.effect
    assert shift.p_value > 0.9


def test_g_statistic_by_hand():
    """With weeks that do not differ among themselves, the test is the plain G-test with an F distribution."""
    before, now = [week(a=80, b=20)] * 4, week(a=60, b=40)
    observed = np.array([[320, 80], [60, 40]], float)
    expected = observed.sum(axis=1, keepdims=True) * observed.sum(axis=0) / observed.sum()
    g = 2 * (observed * np.log(observed / expected)).sum()

    shift = mix_shift(before, now)

    assert stats.f.sf(g, 1, 3 + 4) == pytest.approx(shift.p_value)
    by_hand = (0.2**2 / 0.7 + 0.2**2 / 0.3) / 4 - 500 / (4 * 400 * 100)
    assert np.sqrt(by_hand) == pytest.approx(shift.effect)
    assert ("b", 0.2, 0.4) == pytest.approx(shift.moved[1]) or ("a", 0.8, 0.6) == pytest.approx(shift.moved[1])


@pytest.mark.parametrize("n_weeks", [3, 5, 8])
def test_effect_is_the_same_however_many_weeks(n_weeks):
    """Ten points between two halves are an effect of 0.1, after three weeks and after eight."""
    shift = mix_shift([week(a=5000, b=5000)] * n_weeks, week(a=4000, b=6000))

    assert 0.1 == pytest.approx(shift.effect, abs=0.002)


def test_usual_unrest_excuses_a_shift():
    """The same week is a shift after quiet weeks, and none after weeks that went up and down as much."""
    now = week(a=600, b=400)
    quiet = [week(a=800, b=200), week(a=790, b=210), week(a=805, b=195), week(a=800, b=200)]
    restless = [week(a=950, b=50), week(a=620, b=380), week(a=900, b=100), week(a=690, b=310)]

    assert mix_shift(quiet, now).p_value < 0.005
    assert mix_shift(restless, now).p_value > 0.05


def test_big_counts_have_small_effects():
    """A hundred thousand listings make a point of difference significant; the effect says that it is nothing."""
    before = [week(a=50_000, b=50_000)] * 6

    shift = mix_shift(before, week(a=51_500, b=48_500))

    assert shift.p_value < 0.005
    assert shift.effect < 0.02


def test_rare_parts_are_taken_together():
    """Twenty categories of one listing each are no twenty tests."""
    many = {f"r{number}": 1 for number in range(20)}
    others = {f"s{number}": 1 for number in range(20)}

    assert mix_shift([{"a": 200} | many] * 4, {"a": 200} | others).effect < 0.05


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ([week(a=5, b=5)] * 2, week(a=5)),
        ([week(a=5)] * 5, week()),
        ([week()] * 5, week(a=5)),
        ([week(a=5)] * 5, week(a=9)),
    ],
    ids=["two weeks", "nothing now", "nothing before", "one part"],
)
def test_too_little_to_compare_is_no_answer(before, now):
    """Where nothing can be compared there is no answer."""
    assert None is mix_shift(before, now)


def test_levels_by_the_usual_scatter():
    """Half is far after steady weeks, and usual after weeks that halve and double."""
    assert level_shift([100, 110, 95, 105], 40).p_value < 0.005
    assert level_shift([100, 220, 50, 180], 40).p_value > 0.05
    assert 0.39 == pytest.approx(level_shift([100, 110, 95, 105], 40).ratio, abs=0.01)
    assert 102 == pytest.approx(level_shift([100, 110, 95, 105], 40).usual, abs=1)


def test_small_levels_scatter_by_chance():
    """Four equal weeks of 3 listings do not make a week of none unusual."""
    assert level_shift([3, 3, 3, 3], 0).p_value > 0.005


def test_source_that_is_mostly_empty_has_no_level():
    """Where most weeks brought nothing there is no usual level, and two weeks are too few for one."""
    assert None is level_shift([0, 0, 0, 50], 10)
    assert None is level_shift([50, 60], 10)
