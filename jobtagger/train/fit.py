"""Fits the classifier on counted postings and multiplies its weights back into one row per word."""

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy.optimize
import scipy.sparse as sp
import scipy.special
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from jobtagger.classify.features import (
    N_BUCKETS,
    EmphasisReader,
    Terms,
    count_pairs,
    count_words,
)
from jobtagger.classify.model_store import Model
from jobtagger.knowledge import Knowledge
from jobtagger.records import RawRecord
from jobtagger.text import Preparer
from jobtagger.train.design import Design, Recipe, subwords
from jobtagger.train.language import LanguageCounts
from jobtagger.vocabulary import Vocabulary, pair_key, parts_of_pair

MAX_ITERATIONS = 1000
TOLERANCE = 1e-4  # ten times looser costs a point of accuracy on held-out real postings


class Counted(NamedTuple):
    """Counts of postings over a vocabulary: (n_postings, n_words seen) and (n_postings, n_pairs seen)."""

    vocabulary: Vocabulary
    words: sp.csr_matrix
    pairs: sp.csr_matrix
    pair_keys: NDArray[np.int64]

    def postings_with_word(self, wanted: NDArray[np.bool_] | None = None) -> dict[str, int]:
        """Give in how many postings, or in how many of the wanted ones, each word stands."""
        words = self.words if wanted is None else self.words[wanted]
        n_with = np.diff(words.tocsc().indptr)
        return {word: int(n) for word, n in zip(self.vocabulary.words, n_with, strict=True) if n}

    def frequent_pairs(self, min_postings: int, limit: int) -> list[tuple[str, str]]:
        """Give the pairs of at least `min_postings` postings, at most `limit`, the most frequent ones."""
        n_with = np.diff(self.pairs.tocsc().indptr)
        order = np.argsort(-n_with, kind="stable")[:limit]
        words = self.vocabulary.words
        parts = [parts_of_pair(int(self.pair_keys[place])) for place in sorted(order[n_with[order] >= min_postings])]
        return [(words[first], words[second]) for first, second in parts]


def count_records(records: list[RawRecord], knowledge: Knowledge) -> Counted:
    """Clean, tokenise and count postings."""
    vocabulary = Vocabulary()
    preparer = Preparer(knowledge.sources, knowledge.policy)
    tokens = vocabulary.tokenise(list(map(preparer.prepare, records)))
    emphasis = EmphasisReader(knowledge.emphasis_words, vocabulary).read(tokens)
    words, pairs = count_words(tokens, emphasis), count_pairs(tokens, emphasis)
    pair_keys, columns = np.unique(pairs.key, return_inverse=True)
    return Counted(
        vocabulary,
        _matrix(words, words.key, len(records), len(vocabulary.words)),
        _matrix(pairs, columns, len(records), len(pair_keys)),
        pair_keys,
    )


def feature_matrix(counted: Counted, design: Design, recipe: Recipe) -> sp.csr_matrix:
    """Give the features of counted postings, one row per posting, scaled by the norm of its words."""
    seen = {word: number for number, word in enumerate(counted.vocabulary.words)}
    columns = [seen.get(word, 0) for word in design.words]  # column 0, the boundary, is always empty
    known = counted.words[:, columns]
    unknown_ids = sorted(set(range(1, len(seen))) - set(columns))
    unknown = counted.words[:, unknown_ids]
    squares = known.multiply(known) @ design.norms
    squares = squares + np.asarray(unknown.multiply(unknown).sum(axis=1)).ravel() * design.unknown_norm
    n_features = design.word_parts.shape[1]
    letters = subwords([counted.vocabulary.words[number] for number in unknown_ids]) * recipe.subword_scale
    behind = n_features - design.first_bucket - N_BUCKETS
    unknown_parts = sp.hstack([
        sp.csr_matrix((len(unknown_ids), design.first_bucket)), letters, sp.csr_matrix((len(unknown_ids), behind)),
    ]).tocsr()  # fmt: skip
    place_of = {int(key): place for place, key in enumerate(counted.pair_keys)}
    keys = [pair_key(seen.get(a, 0), seen.get(b, 0)) for a, b in design.pairs]
    padded = sp.hstack([counted.pairs, sp.csr_matrix((counted.pairs.shape[0], 1))]).tocsr()
    pairs = padded[:, [place_of.get(key, -1) for key in keys]]
    features = known @ design.word_parts + unknown @ unknown_parts + pairs @ design.pair_parts
    return (sp.diags(1 / np.sqrt(np.maximum(squares, 1.0))) @ features).tocsr().astype(np.float32)


def fit_weights(
    X: sp.csr_matrix, y: NDArray[np.str_], recipe: Recipe, sample_weight: NDArray[np.float64] | None = None
) -> LogisticRegression:
    """Fit multinomial logistic regression."""
    return LogisticRegression(C=recipe.C, max_iter=MAX_ITERATIONS, tol=TOLERANCE).fit(X, y, sample_weight)


class Weights(NamedTuple):
    """What each feature and nothing at all say for each category, shapes (n_features, C) and (C,), with their names."""

    features: NDArray[np.float64]
    bias: NDArray[np.float64]
    categories: tuple[str, ...]


def with_real(classifier: LogisticRegression, design: Design) -> Weights:
    """Add what real postings say to what was fitted."""
    fitted = classifier.coef_.T - classifier.coef_.mean(axis=0)[:, None]
    bias = classifier.intercept_ + design.real_bias
    return Weights(fitted + design.real_weights.toarray(), bias - bias.mean(), tuple(map(str, classifier.classes_)))


def teach_words(
    weights: Weights, X: sp.csr_matrix, y: NDArray[np.str_], columns: NDArray[np.int64], C: float
) -> Weights:
    """Fit the weights of some features anew, on top of all others as they are.

    Multinomial logistic regression with what the others say as offset, held back by squares as scikit-learn does, whose
    own knows no offsets. So words of the glossary that no posting holds learn all they can, and nothing else moves.

    Parameters
    ----------
    weights : Weights
    X : sparse matrix, shape (n, n_features)
    y : array of str, shape (n,)
        Categories of `weights`.
    columns : array, shape (n_columns,)
        Places of the features.
    C : float
        How little weights are held back.
    """
    own = X[:, columns].tocsr()
    said = X @ weights.features + weights.bias
    is_it = y[:, None] == np.array(weights.categories)[None, :]
    shape = (len(columns), len(weights.categories))

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        taught = flat.reshape(shape)
        logits = said + own @ taught
        surprise = scipy.special.logsumexp(logits, axis=1) - logits[is_it]
        excess = scipy.special.softmax(logits, axis=1) - is_it
        value = C * surprise.sum() + np.square(taught).sum() / 2
        return float(value), (C * (own.T @ excess) + taught).ravel()

    found = scipy.optimize.minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B")
    features = weights.features.copy()
    features[columns] += found.x.reshape(shape)
    return weights._replace(features=features)


def assemble(
    weights: Weights, design: Design, recipe: Recipe, language: LanguageCounts, facts: dict[str, Any]
) -> Model:
    """Multiply the weights through and give the model as it is stored, with the loudest pairs alone."""
    place = {word: number for number, word in enumerate(design.words)}
    pair_words = np.array([[place[a], place[b]] for a, b in design.pairs], dtype=np.int32).reshape(-1, 2)
    pair_weights = design.pair_parts @ weights.features
    loudest = np.argsort(-np.abs(pair_weights).max(axis=1), kind="stable")[: recipe.kept_pairs]
    kept = np.sort(loudest)
    triples, triple_rows = language.triples()
    return Model(
        categories=weights.categories,
        languages=language.languages,
        words=design.words,
        word_weights=(design.word_parts @ weights.features).astype(np.float16),
        word_norms=design.norms.astype(np.float16),
        word_languages=language.word_rows(design.words).astype(np.float16),
        bucket_weights=weights.features[design.first_bucket : design.first_bucket + N_BUCKETS].astype(np.float16),
        pair_words=pair_words[kept],
        pair_weights=pair_weights[kept].astype(np.float16),
        triples=triples,
        triple_languages=triple_rows.astype(np.float16),
        facts={
            **facts,
            "bias": [round(float(value), 4) for value in weights.bias],
            "subword_scale": recipe.subword_scale,
            "unknown_norm": design.unknown_norm,
            "recipe": recipe._asdict(),
        },
    )


def digest_of(folder: Path) -> str:
    """Name the state of a folder's files."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _matrix(terms: Terms, columns: NDArray[np.int64], n_rows: int, n_columns: int) -> sp.csr_matrix:
    return sp.csr_matrix((terms.value, (terms.posting, columns)), shape=(n_rows, n_columns), dtype=np.float32)
