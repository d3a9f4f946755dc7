"""Postings left out of a fit: which ones, and what is measured on them."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from jobtagger.train.design import Recipe
from jobtagger.train.held_out import best_sharpness, held_out_accuracy, leave_out_in_turn, parts_of


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=60))
def test_parts_are_blocks_of_each_category(labels):
    """A category's parts go up in its order, differ by one in size at most, and leave none of two postings out whole."""
    y = np.array(labels)
    parts = parts_of(y)

    for label in set(labels):
        own = parts[y == label]
        sizes = np.bincount(own, minlength=4)
        assert (np.diff(own) >= 0).all()
        assert sizes.max() - sizes.min() <= 1
        assert sizes[3] == len(own) // 4
        assert len(own) == 1 or sizes.max() < len(own)


def test_sharpness_is_the_one_by_which_labels_were_drawn():
    """Labels drawn from sharpened odds give that sharpness back."""
    generator = np.random.default_rng(1)
    odds = generator.normal(size=(4000, 4))
    labels = np.array([generator.choice(4, p=row) for row in softmax(3.0 * odds, axis=1)])

    assert best_sharpness(odds, labels) == pytest.approx(3.0, abs=0.15)


@pytest.mark.parametrize(("n", "least", "most"), [(6, 0.8, 0.95), (600, 0.99, 0.9999)])
def test_right_answers_are_never_certain(n, least, most):
    """However right all answers are, the more there were the surer."""
    labels = np.arange(n) % 3
    odds = np.eye(3)[labels]
    probability = softmax(best_sharpness(odds, labels) * odds, axis=1).max(axis=1)

    assert least < probability.min() <= probability.max() < most


@pytest.mark.parametrize("doubt", [0.05, 0.2])
def test_doubtful_labels_make_no_certainty(doubt):
    """Where so many readers would say otherwise, right answers are as probable as readers agree."""
    labels = np.arange(3000) % 3
    odds = 4.0 * np.eye(3)[labels] + np.eye(3)[(labels + 1) % 3] * 2.0
    probability = softmax(best_sharpness(odds, labels, doubt) * odds, axis=1).max(axis=1)

    assert probability.mean() == pytest.approx(1 - doubt, abs=0.03)


def test_odds_that_say_nothing_have_no_sharpness():
    """Where the fit is wrong about what it did not see, all categories are about as likely."""
    labels = np.arange(30) % 3
    odds = np.eye(3)[(labels + 1) % 3]

    assert softmax(best_sharpness(odds, labels) * odds, axis=1).max() < 0.36


def test_every_posting_is_left_out_once():
    """A feature that only one quarter of a category has helps nobody: what is measured was not seen."""
    y = np.repeat(["a", "b", "c"], 8)
    told = sp.csr_matrix(np.eye(3)[np.repeat(np.arange(3), 8)])
    apart = sp.csr_matrix(np.eye(24))

    seen, unseen = leave_out_in_turn(told, y, Recipe()), leave_out_in_turn(apart, y, Recipe())

    assert (seen.accuracy, held_out_accuracy(told, y, Recipe())) == (1.0, 1.0)
    assert unseen.accuracy <= 0.5
