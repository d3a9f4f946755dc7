"""What a fit says of postings it did not see: its accuracy, and how sharp its probabilities have to be to hold there."""

from typing import NamedTuple

import numpy as np
import scipy.optimize
import scipy.sparse as sp
import scipy.special
from numpy.typing import NDArray

from jobtagger.train.design import Recipe
from jobtagger.train.fit import fit_weights

_N_PARTS = 4
_LAST = _N_PARTS - 1
_SHARPNESS = (0.1, 50.0)  # no further than data of any size goes


class LeftOut(NamedTuple):
    """What the postings say that were left out in turn: how many are answered rightly, and the sharpness that fits."""

    accuracy: float
    sharpness: float


def parts_of(y: NDArray[np.str_]) -> NDArray[np.int64]:
    """Part the postings of each category into four blocks by their order; give the number of each posting's block.

    They are left out as blocks, as postings written in one sitting resemble each other. Of two postings or more, none
    are all in one block.
    """
    parts = np.zeros(len(y), dtype=np.int64)
    for label in np.unique(y):
        places = np.flatnonzero(y == label)
        parts[places] = np.arange(len(places)) * _N_PARTS // len(places)
    return parts


def held_out_accuracy(X: sp.csr_matrix, y: NDArray[np.str_], recipe: Recipe) -> float:
    """Give the accuracy on a quarter of every category, the last written ones, by a fit on the others; 0 if there are too few.

    Without the weights of real terms, as these were made with all of our postings.
    """
    is_last = parts_of(y) == _LAST
    if not is_last.any():
        return 0.0
    classifier = fit_weights(X[~is_last], y[~is_last], recipe)
    return float(classifier.score(X[is_last], y[is_last]))


def leave_out_in_turn(X: sp.csr_matrix, y: NDArray[np.str_], recipe: Recipe) -> LeftOut:
    """Ask about each quarter a fit on the others; there are three categories or more, each of two postings or more."""
    names, labels = np.unique(y, return_inverse=True)
    parts, odds = parts_of(y), np.zeros((len(y), len(names)))
    for part in np.unique(parts):
        is_out = parts == part
        odds[is_out] = fit_weights(X[~is_out], y[~is_out], recipe).decision_function(X[is_out])
    return LeftOut(float(np.mean(odds.argmax(axis=1) == labels)), best_sharpness(odds, labels))


def best_sharpness(odds: NDArray[np.float64], labels: NDArray[np.int64], doubt: float = 0.0) -> float:
    """Give the factor on the log-odds under which the labels are likeliest (temperature scaling, Guo et al. 2017).

    One posting more is thought of as labelled at random, so that a few right answers do not make certainty.

    Parameters
    ----------
    odds : array, shape (n, n_categories)
    labels : array, shape (n,)
        Places of the categories.
    doubt : float
        Share of the labels, 0 to 1, in whose stead another reader would give the likeliest other category.
    """
    chance = 1 / (len(labels) + 1)
    rows = np.arange(len(labels))
    others = odds.copy()
    others[rows, labels] = -np.inf
    likeliest_other = others.argmax(axis=1)

    def loss(sharpness: float) -> float:
        logs = scipy.special.log_softmax(sharpness * odds, axis=1)
        said = (1 - doubt) * logs[rows, labels] + doubt * logs[rows, likeliest_other]
        return -float(np.mean((1 - chance) * said + chance * logs.mean(axis=1)))

    return round(float(scipy.optimize.minimize_scalar(loss, bounds=_SHARPNESS, method="bounded").x), 3)
