"""Our features and classifier as a scikit-learn estimator: texts in, any labels out."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import scipy.special
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

from jobtagger.knowledge import Knowledge, load_knowledge
from jobtagger.records import RawRecord
from jobtagger.train.design import Recipe, Statistics, TermWeights, make_design
from jobtagger.train.fit import count_records, feature_matrix, fit_weights
from jobtagger.train.language import LanguageCounts


class PostingClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Classifies texts by words, pairs of neighbours and letter groups, as jobtagger's own model does.

    It learns from the texts it is given alone: neither our training postings nor counts of real ones come in. For a
    model that `jobtagger tag` can use, see `jobtagger train --data`.

    Parameters
    ----------
    C : float
        Inverse strength of regularisation.
    title_separator : str or None
        What parts title and description of a text, such as a line feed; a title counts more. None: all is description.
    min_postings : int
        Texts in which a word or pair must stand to have a weight of its own; other words are read by their letters.

    Attributes
    ----------
    classes_ : array, shape (n_classes,)
        The labels, sorted.
    """

    def __init__(self, C: float = 10.0, title_separator: str | None = "\n", min_postings: int = 2) -> None:
        self.C = C
        self.title_separator = title_separator
        self.min_postings = min_postings

    def fit(self, X: Iterable[str], y: Any) -> "PostingClassifier":
        """Learn from texts and their labels.

        Parameters
        ----------
        X : sequence of str or RawRecord
        y : array-like, shape (n_texts,)
        """
        if y is None:
            raise ValueError("PostingClassifier requires y to be passed, but the target y is None")
        records = self._records(X)
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        if len(records) != len(y):
            raise ValueError(f"X has {len(records)} texts and y has {len(y)} labels; give one label a text")
        places: Any
        self.classes_, places = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y holds {len(self.classes_)} class; a classifier needs two classes or more")
        self._recipe = Recipe(
            C=self.C, real_share=0.0, min_word_postings=self.min_postings, min_pair_postings=self.min_postings
        )
        self._knowledge: Knowledge = load_knowledge()
        counted = count_records(records, self._knowledge)
        pairs = counted.frequent_pairs(self._recipe.min_pair_postings, self._recipe.max_pairs)
        known = Statistics(TermWeights({}, {}, {}, np.zeros(len(self.classes_))), _NoLanguages(), set(), 1.0)
        words = counted.postings_with_word()
        if not words:
            raise ValueError("X holds no word at all; give texts with words")
        self._design = make_design(words, pairs, len(records) + 1, known, self._recipe)
        features = feature_matrix(counted, self._design, self._recipe)
        self._classifier: LogisticRegression = fit_weights(features, places, self._recipe)
        self.n_iter_ = int(np.max(self._classifier.n_iter_))
        return self

    def decision_function(self, X: Iterable[str]) -> NDArray[np.float64]:
        """Give the log-odds, shape (n_texts, n_classes), or (n_texts,) for the second of two classes."""
        check_is_fitted(self)
        records = self._records(X)
        distinct = sorted(set(records))  # so that no sum depends on the order in which texts come
        counted = count_records(distinct, self._knowledge)
        exact = counted._replace(words=counted.words.astype(np.float64), pairs=counted.pairs.astype(np.float64))
        odds = self._classifier.decision_function(feature_matrix(exact, self._design, self._recipe)).astype(np.float64)
        place = {record: number for number, record in enumerate(distinct)}
        ordered: NDArray[np.float64] = odds[[place[record] for record in records]]
        return ordered

    def predict_proba(self, X: Iterable[str]) -> NDArray[np.float64]:
        """Give the probability of each of `classes_`, shape (n_texts, n_classes)."""
        odds = self.decision_function(X)
        if odds.ndim == 1:
            of_second = scipy.special.expit(odds)
            return np.column_stack([1 - of_second, of_second])
        probabilities: NDArray[np.float64] = scipy.special.softmax(odds, axis=1)
        return probabilities

    def predict(self, X: Iterable[str]) -> NDArray[Any]:
        """Give the most probable label of each text, shape (n_texts,)."""
        odds = self.decision_function(X)
        places = (odds > 0).astype(int) if odds.ndim == 1 else odds.argmax(axis=1)
        labels: NDArray[Any] = self.classes_[places]
        return labels

    def __sklearn_tags__(self) -> Any:
        """Say that texts go in, one each, in no table."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        return tags

    def _records(self, X: Iterable[str]) -> list[RawRecord]:
        if isinstance(X, str):
            raise ValueError("X is one text; give a list of texts, even of one")
        if hasattr(X, "columns") or isinstance(X, Mapping):  # going through it would give the names of its columns
            raise ValueError(f'X is a table ({type(X).__name__}); give one column of texts, such as X["description"]')
        records = [self._record(text) for text in X]
        if not records:
            raise ValueError("Found array with 0 sample(s): X holds no texts")
        return records

    def _record(self, text: object) -> RawRecord:
        if isinstance(text, RawRecord):
            return text
        if not isinstance(text, str):
            raise ValueError(f"X holds {type(text).__name__} {text!r:.40}; give texts (str) or RawRecord")
        if self.title_separator is None:
            return RawRecord("", text)
        title, _, description = text.partition(self.title_separator)
        return RawRecord(title, description) if description else RawRecord("", title)


class _NoLanguages(LanguageCounts):
    """Words of no language at all."""

    def __init__(self) -> None:
        self.languages = ()
        self.counts = {}
