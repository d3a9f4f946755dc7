"""The scikit-learn estimator: scikit-learn's own checks, and texts."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.model_selection import cross_val_score
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks
from sklearn.utils.validation import validate_data

from jobtagger.records import RawRecord
from jobtagger.train.estimator import PostingClassifier

TEXTS = [
    "Logo for a bakery", "Logo and flyer for a florist", "Business card and logo wanted", "Flyer for a concert",
    "Translate a contract to French", "Translate my menu", "Traduire un contrat", "Translate letters from Polish",
    "Edit a podcast episode", "Podcast editing and mixing", "Mix a podcast", "Edit and mix my podcast",
]  # fmt: skip
LABELS = ["design"] * 4 + ["translation"] * 4 + ["audio"] * 4


class NumbersAsTexts(PostingClassifier):
    """Turns rows of numbers into texts, so that scikit-learn's checks, which know only numbers, can be run.

    A number becomes words that say in which column it stands and between which steps it lies, as far as it goes.
    """

    def fit(self, X, y):
        """Check as every estimator of tables does, then learn from the texts."""
        X, y = validate_data(self, X, y) if y is not None else (X, y)
        return super().fit(_spell(X) if y is not None else X, y)

    def decision_function(self, X):
        """Check as every estimator of tables does, then ask of the texts."""
        if not hasattr(self, "classes_"):
            raise NotFittedError("fit first")
        return super().decision_function(_spell(validate_data(self, X, reset=False)))

    def __sklearn_tags__(self):
        """Say that tables go in."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = False
        tags.input_tags.one_d_array = False
        tags.input_tags.two_d_array = True
        return tags


def _spell(X):
    """Write each number as words: for every half step from -2 to 2, whether it is reached."""
    return [
        " . ".join(
            f"{'over' if value > step / 2 else 'under'}{chr(97 + i % 26)}{chr(101 + step)}"
            for i, value in enumerate(row)
            for step in range(-4, 5)
        )
        for row in np.asarray(X, dtype=float)
    ]


def test_scikit_learn_passes_over_estimators_of_texts():
    """scikit-learn has no checks for texts and says so; hence the checks for tables below, with numbers as texts."""
    with pytest.warns(SkipTestWarning, match="requires input"):
        check_estimator(PostingClassifier())


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks([NumbersAsTexts(min_postings=1)])
def test_table_checks_of_scikit_learn(estimator, check):
    """The checks for tables of numbers pass too, once numbers are written as texts."""
    check(estimator)


def test_texts_are_learnt():
    """Labels of unseen texts come out, in the order of the texts, most probable first."""
    classifier = PostingClassifier().fit(TEXTS, LABELS)
    probabilities = classifier.predict_proba(["A logo, please", "Traduire une lettre", "A podcast to mix"])

    assert list(classifier.classes_) == ["audio", "design", "translation"]
    assert list(classifier.classes_[probabilities.argmax(axis=1)]) == ["design", "translation", "audio"]
    assert list(classifier.predict(["A logo, please"])) == ["design"]
    assert np.allclose(probabilities.sum(axis=1), 1)


def test_two_classes_have_one_column_of_odds():
    """Of two classes the odds are those of the second, as with every classifier of scikit-learn."""
    classifier = PostingClassifier().fit(TEXTS[:8], LABELS[:8])

    assert classifier.decision_function(TEXTS[:3]).shape == (3,)
    assert classifier.predict_proba(TEXTS[:3]).shape == (3, 2)
    assert list(classifier.predict(TEXTS[:8])) == LABELS[:8]


def test_title_counts_more_than_description():
    """What stands before the separator is the title; without separator all words count alike."""
    texts = ["Logo\nTranslate", "Translate\nLogo"]

    assert list(PostingClassifier().fit(TEXTS, LABELS).predict(texts)) == ["design", "translation"]
    flat = PostingClassifier(title_separator=None).fit(TEXTS, LABELS).predict_proba(texts)
    assert np.allclose(flat[0], flat[1])


def test_records_are_texts_too():
    """A RawRecord says itself what its title is."""
    classifier = PostingClassifier().fit([RawRecord(text) for text in TEXTS], LABELS)

    assert list(classifier.predict([RawRecord("Logo", "for a shop")])) == ["design"]


def test_words_that_stand_nowhere_else_are_read_by_their_letters():
    """Texts that share no word, as few texts may, are learnt all the same; nothing is computed with what is no number."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        classifier = PostingClassifier().fit(["red apple", "blue boat"], ["a", "b"])

    assert list(classifier.predict(["red apples", "blue boats"])) == ["a", "b"]


def test_probabilities_are_as_annotated():
    """They are exact numbers, of two classes and of three."""
    for n in (8, 12):
        classifier = PostingClassifier().fit(TEXTS[:n], LABELS[:n])
        assert classifier.predict_proba(TEXTS).dtype == classifier.decision_function(TEXTS).dtype == np.float64


def test_works_in_cross_validation_and_pickles():
    """It can be cloned, scored by scikit-learn and stored."""
    classifier = PostingClassifier(C=5.0).fit(TEXTS, LABELS)

    assert cross_val_score(PostingClassifier(C=5.0), TEXTS, LABELS, cv=2).mean() > 0.7
    again = pickle.loads(pickle.dumps(classifier))  # noqa: S301 - our own bytes
    assert np.array_equal(again.predict_proba(TEXTS), classifier.predict_proba(TEXTS))


def test_tags_say_that_texts_go_in():
    """Programs can ask which input is taken."""
    tags = get_tags(PostingClassifier()).input_tags

    assert (tags.string, tags.one_d_array, tags.two_d_array) == (True, True, False)


@pytest.mark.parametrize(
    ("X", "y", "problem"),
    [
        pytest.param("one text", ["a"], "X is one text; give a list", id="a string"),
        pytest.param([], [], "0 sample", id="nothing"),
        pytest.param([1, 2], ["a", "b"], "X holds int 1; give texts", id="numbers"),
        pytest.param(["a b", "c d"], ["a"], "X has 2 texts and y has 1 labels", id="lengths"),
        pytest.param(["a b", "c d"], ["a", "a"], "two classes or more", id="one class"),
        pytest.param(["...", "!"], ["a", "b"], "X holds no word at all", id="no words"),
        pytest.param(["a b", "c d"], None, "requires y", id="no labels"),
        pytest.param(pd.DataFrame({"a b": ["c"], "d e": ["f"]}), ["a", "b"], r"X is a table \(DataFrame\); give one column", id="data frame"),
        pytest.param({"a b": 1, "c d": 2}, ["a", "b"], r"X is a table \(dict\); give one column", id="dictionary"),
    ],
)  # fmt: skip
def test_wrong_input_is_named(X, y, problem):
    """What is wrong with texts or labels is said."""
    with pytest.raises(ValueError, match=problem):
        PostingClassifier().fit(X, y)


def test_table_is_refused_when_predicting_too():
    """A data frame is not answered column by column; one column of it is answered row by row."""
    table = pd.DataFrame({"title": TEXTS, "client": "me"})
    classifier = PostingClassifier().fit(table["title"], LABELS)

    with pytest.raises(ValueError, match='such as X\\["description"\\]'):
        classifier.predict(table)
    assert len(TEXTS) == len(classifier.predict(table["title"]))
