"""The change of counts and shares between two windows: right on average, and as sure as it says."""

import numpy as np
import pytest

from jobtagger.watch.ratios import ratios

N_REPEATS = 2000
SIZES = np.array([40.0, 20.0, 10.0])  # listings a week of three sources


def windows(n_base, n_recent):
    """Say which weeks are recent."""
    return np.arange(n_base + n_recent) >= n_base


def draw(means, dispersion, seed):
    """Draw counts with a variance of `dispersion` times the mean: negative binomial, or Poisson where it is 1."""
    random = np.random.default_rng(seed)
    if dispersion == 1:
        return random.poisson(means).astype(float)
    return random.negative_binomial(means / (dispersion - 1), 1 / dispersion).astype(float)


@pytest.mark.parametrize("dispersion", [1, 3])
@pytest.mark.parametrize(("n_base", "n_recent"), [(4, 4), (4, 5), (8, 8)])
@pytest.mark.parametrize("change", [0.7, 1.0, 1.5])
def test_interval_holds_the_true_change_of_counts(dispersion, n_base, n_recent, change):
    """In 2000 repetitions the 95 % interval holds the true change at least 94 % of the time, and is no mere 100 %."""
    is_recent = windows(n_base, n_recent)
    means = np.broadcast_to(SIZES[:, None] * np.where(is_recent, change, 1.0), (N_REPEATS, len(SIZES), len(is_recent)))
    found = ratios(draw(means, dispersion, 7), np.ones(means.shape[1:]), is_recent, 0.95, of_shares=False)

    held = ((found.low <= change) & (change <= found.high)).mean()

    assert 0.94 <= held <= 0.995
    assert change == pytest.approx(np.exp(np.log(found.ratio).mean()), rel=0.02)


@pytest.mark.parametrize("n_weeks", [4, 8, 13])
def test_weeks_that_resemble_their_neighbours_cost_little_honesty(n_weeks):
    """When good weeks follow good weeks (autocorrelation 0.5), the 95 % interval still holds the truth 92 % of the time."""
    random = np.random.default_rng(4)
    is_recent = windows(n_weeks, n_weeks)
    swings = random.normal(size=(N_REPEATS, 2 * n_weeks))
    for week in range(1, 2 * n_weeks):
        swings[:, week] = 0.5 * swings[:, week - 1] + np.sqrt(0.75) * swings[:, week]
    counts = draw(SIZES[:, None] * np.exp(0.15 * swings)[:, None, :], 2, 9)

    found = ratios(counts, np.ones(counts.shape[1:]), is_recent, 0.95, of_shares=False)

    assert 0.92 <= ((found.low <= 1) & (found.high >= 1)).mean() <= 0.985


def test_interval_holds_no_change_of_a_share_while_the_market_swings():
    """Weeks in which the whole market is half or double leave a constant share constant, and the interval says so."""
    random = np.random.default_rng(3)
    is_recent = windows(4, 4)
    held = []
    for seed in range(400):
        swing = np.exp(random.normal(0, 0.4, 8)) * np.where(is_recent, 2.0, 1.0)
        listings = draw(np.array([SIZES[:, None] * swing, 5 * SIZES[:, None] * swing]), 1.5, seed)
        found = ratios(listings[:1], listings.sum(axis=0), is_recent, 0.95, of_shares=True)
        held.append(found.low[0] <= 1 <= found.high[0])

    assert 0.93 <= np.mean(held) <= 0.995


def test_unlike_sources_are_not_mixed():
    """A source with other categories that brings more in the recent weeks moves no share (Simpson's paradox)."""
    is_recent = windows(4, 4)
    share, n = np.array([0.8, 0.1]), np.array([np.repeat([100.0, 100.0], 4), np.repeat([100.0, 900.0], 4)])
    counts = share[:, None] * n

    found = ratios(counts[None], n, is_recent, 0.95, of_shares=True)

    assert 1.0 == pytest.approx(found.ratio[0])
    assert 0.5 > (counts[:, is_recent].sum() / n[:, is_recent].sum()) / (
        counts[:, ~is_recent].sum() / n[:, ~is_recent].sum()
    )


def test_weeks_not_watched_are_no_zeros():
    """A source that misses two weeks of a window is compared by its weeks that are there."""
    exposure = np.ones((2, 8))
    exposure[0, 4:6] = 0
    counts = np.array([[50.0] * 8, [30.0] * 8]) * exposure

    assert 1.0 == pytest.approx(ratios(counts[None], exposure, windows(4, 4), 0.95, of_shares=False).ratio[0])


def test_by_hand():
    """One source, 100 a week and then 80, without any scatter: -20 %, and the interval by chance alone."""
    counts = np.array([[[100.0] * 4 + [80.0] * 4]])

    found = ratios(counts, np.ones((1, 8)), windows(4, 4), 0.95, of_shares=False)

    error = np.sqrt(1 / 400 + 1 / 320)
    assert 0.8 == pytest.approx(found.ratio[0])
    assert (np.exp(np.log(0.8) - 2.4469 * error), np.exp(np.log(0.8) + 2.4469 * error)) == pytest.approx(
        (found.low[0], found.high[0]), rel=1e-4
    )


def test_category_without_listings_says_nothing():
    """Where a window holds none, or all in a single week, there is no ratio and no interval."""
    counts = np.zeros((2, 1, 8))
    counts[1, 0, 0] = counts[1, 0, 7] = 50

    found = ratios(counts, np.ones((1, 8)), windows(4, 4), 0.95, of_shares=False)

    assert np.isnan(np.array(found)).all()
