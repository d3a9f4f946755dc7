"""The glossary, read and checked, and what it teaches."""

import csv

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from jobtagger.errors import TrainingDataError
from jobtagger.records import RawRecord
from jobtagger.train.corpus import TrainingPosting
from jobtagger.train.fit import Weights, teach_words
from jobtagger.train.glossary import COLUMNS, read_glossary

CATEGORIES = ("painting", "sewing")


@pytest.fixture
def write(tmp_path):
    """Give a function that writes a glossary of some rows."""

    def write(*rows, header=tuple(COLUMNS)):
        path = tmp_path / "terms.csv"
        with path.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows([header, *rows])
        return path

    return write


def test_terms_are_titles_of_no_language(write):
    """A term is a title with its category, in the order of the file; the second category is left to the reader."""
    path = write(("gouache", "painting", ""), ("ourlet", "sewing", "painting"))

    assert read_glossary(path, CATEGORIES) == [
        TrainingPosting(RawRecord("gouache"), "painting", ""),
        TrainingPosting(RawRecord("ourlet"), "sewing", ""),
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        pytest.param([("gouache", "painting")], "row 2: has 2 values, not 3", id="too few values"),
        pytest.param([("gouache", "baking", "")], 'row 2: category_id: "baking" is not in', id="no category"),
        pytest.param([("hem", "sewing", "baking")], 'row 2: category_2: "baking" is not in', id="no second category"),
        pytest.param([("", "sewing", "")], 'row 2: "" is no term of 1 to 4 words', id="empty"),
        pytest.param([("a b c d e", "sewing", "")], "is no term of 1 to 4 words", id="a sentence"),
        pytest.param(
            [("hem", "sewing", ""), (" HEM", "painting", "")], 'row 3: " HEM" stands in row 2 already', id="twice"
        ),
    ],
)
def test_bad_rows_are_named(write, rows, message):
    """Every bad row is reported with its place and what is wrong."""
    path = write(*rows)

    with pytest.raises(TrainingDataError) as error:
        read_glossary(path, CATEGORIES)

    assert f"{path}: row" in str(error.value)
    assert message in str(error.value)


def test_another_header_is_refused(write):
    """A table with other columns is no glossary."""
    with pytest.raises(TrainingDataError, match="the header must be term,category_id,category_2"):
        read_glossary(write(header=("word", "label")), CATEGORIES)


def test_missing_glossary_is_reported(tmp_path):
    """A missing file is named."""
    with pytest.raises(TrainingDataError, match="cannot be read: No such file"):
        read_glossary(tmp_path / "none.csv", CATEGORIES)


@pytest.mark.parametrize(
    ("title", "category_id"),
    [
        pytest.param("Xactimate", "engineering_architecture", id="a tool of estimators"),
        pytest.param("Déficit foncier", "finance_accounting", id="a term of French tax"),
        pytest.param("BurpSuite", "cybersecurity", id="a tool of penetration testers"),
    ],
)
def test_terms_that_no_posting_teaches_are_known(tagger, title, category_id):
    """A title that is a tool of one trade alone is tagged with that trade."""
    assert next(iter(tagger.tag([RawRecord(title)]))).prediction.category_id == category_id


def test_taught_words_move_nothing_else():
    """Only the asked features get other weights, and with them the terms they stand in."""
    weights = Weights(np.array([[2.0, -2.0], [0.0, 0.0], [1.0, 0.0]]), np.array([0.5, -0.5]), ("painting", "sewing"))
    X = sp.csr_matrix([[1.0, 1.0, 0.0], [0.0, 1.0, 0.0]])

    taught = teach_words(weights, X, np.array(["sewing", "sewing"]), np.array([1]), 20.0)

    assert np.array_equal(taught.features[[0, 2]], weights.features[[0, 2]])
    assert np.array_equal(taught.bias, weights.bias)
    said = X @ taught.features + taught.bias
    assert (said.argmax(axis=1) == 1).all()


def test_taught_words_are_those_of_scikit_learn():
    """Without anything said before, the fit is scikit-learn's own."""
    X = sp.csr_matrix(np.random.default_rng(0).normal(size=(60, 4)))
    y = np.array(["a", "b", "c"] * 20)
    model = LogisticRegression(C=3.0, fit_intercept=False, tol=1e-8, max_iter=1000).fit(X, y)

    taught = teach_words(Weights(np.zeros((4, 3)), np.zeros(3), ("a", "b", "c")), X, y, np.arange(4), 3.0)

    assert taught.features.T == pytest.approx(model.coef_, abs=1e-3)
