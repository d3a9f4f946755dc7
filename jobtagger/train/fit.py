"""Fits the classifier on training_data/ and assembles the model folder.

Every feature belongs to a word or a pair of words, so the feature matrix is (counts of words) x (what a word is made
of): itself, its letter groups, and its in-domain vector if the statistics know it. Multiplying the fitted weights
back through the same matrix gives the one row per word that the tagger uses.
"""

import hashlib
import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from jobtagger.classify.features import (
    N_BUCKETS,
    Terms,
    count_pairs,
    count_words,
    parts_of_pair,
    stream_of,
    subword_buckets,
)
from jobtagger.classify.model_store import Model
from jobtagger.knowledge import Knowledge
from jobtagger.text import Preparer
from jobtagger.train.corpus import TrainingPosting
from jobtagger.train.language import LanguageCounts
from jobtagger.vocabulary import Vocabulary


class Recipe(NamedTuple):
    """What can be tuned; the defaults are what docs/decisions/004 settled on."""

    C: float = 10.0
    subword_scale: float = 1.0
    min_word_postings: int = 1
    min_pair_postings: int = 2
    pair_scale: float = 3.0
    max_pairs: int = 40_000


class Design(NamedTuple):
    """The fixed side of the features: which words and pairs there are and what they are made of."""

    words: list[str]
    pairs: list[tuple[str, str]]
    idf: NDArray[np.float32]
    made_of: sp.csr_matrix  # (n_words, n_words + N_BUCKETS)
    norms: NDArray[np.float32]
    unknown_norm: float


class Counted(NamedTuple):
    """The counts of some postings over a vocabulary: (n_postings, n_words seen) and (n_postings, n_pairs seen)."""

    vocabulary: Vocabulary
    words: sp.csr_matrix
    pairs: sp.csr_matrix
    pair_keys: NDArray[np.int64]


def count_corpus(postings: list[TrainingPosting], knowledge: Knowledge) -> Counted:
    """Clean, tokenise and count training postings."""
    vocabulary = Vocabulary()
    preparer = Preparer(knowledge.sources, knowledge.policy, vocabulary)
    stream = stream_of([preparer.prepare(posting.record) for posting in postings])
    words, pairs = count_words(stream), count_pairs(stream)
    pair_keys, columns = np.unique(pairs.key, return_inverse=True)
    return Counted(
        vocabulary,
        _matrix(words, words.key, len(postings), len(vocabulary.words)),
        _matrix(pairs, columns, len(postings), len(pair_keys)),
        pair_keys,
    )


def make_design(counted: Counted, recipe: Recipe, extra_words: list[str]) -> Design:
    """Choose words and pairs and say what each word is made of; `extra_words` are known without training postings."""
    postings_with = np.diff(counted.words.tocsc().indptr)
    seen = counted.vocabulary.words
    chosen = [number for number in range(1, len(seen)) if postings_with[number] >= recipe.min_word_postings]
    words = sorted({seen[number] for number in chosen} | set(extra_words))
    number_of = {word: number for number, word in enumerate(seen)}
    n_postings = counted.words.shape[0]
    with_word = np.array([postings_with[number_of[w]] if w in number_of else 0 for w in words])
    idf = (np.log((n_postings + 1) / (with_word + 1)) + 1).astype(np.float32)
    with_pair = np.diff(counted.pairs.tocsc().indptr)
    frequent = np.argsort(-with_pair, kind="stable")[: recipe.max_pairs]
    frequent = frequent[with_pair[frequent] >= recipe.min_pair_postings]
    known = set(words)
    parts = [parts_of_pair(int(counted.pair_keys[place])) for place in sorted(frequent)]
    pairs = [(seen[first], seen[second]) for first, second in parts if seen[first] in known and seen[second] in known]
    made_of = _made_of(words, idf, recipe.subword_scale)
    norms = np.asarray(made_of.multiply(made_of).sum(axis=1)).ravel().astype(np.float32)
    return Design(words, pairs, idf, made_of, norms, float(np.median(norms)))


def feature_matrix(counted: Counted, design: Design, recipe: Recipe) -> sp.csr_matrix:
    """Give the features of counted postings, one row per posting, scaled to the norm of its words."""
    seen = {word: number for number, word in enumerate(counted.vocabulary.words)}
    columns = [seen.get(word, 0) for word in design.words]  # column 0, the boundary, is always empty
    tf = counted.words[:, columns]
    known = set(columns)
    unknown = [number for number in range(1, len(seen)) if number not in known]
    norms = tf.multiply(tf) @ design.norms
    n_unknown = counted.words[:, unknown]
    norms = norms + np.asarray(n_unknown.multiply(n_unknown).sum(axis=1)).ravel() * design.unknown_norm
    unknown_made_of = _made_of(
        [counted.vocabulary.words[n] for n in unknown], None, recipe.subword_scale, len(design.words)
    )
    base = tf @ design.made_of + n_unknown @ unknown_made_of
    place_of = {int(key): place for place, key in enumerate(counted.pair_keys)}
    keys = [(seen.get(a, 0) << 32) | seen.get(b, 0) for a, b in design.pairs]
    pair_columns = [place_of.get(key, -1) for key in keys]
    padded = sp.hstack([counted.pairs, sp.csr_matrix((counted.pairs.shape[0], 1))]).tocsr()
    pairs = padded[:, pair_columns] * recipe.pair_scale
    scale = sp.diags(1 / np.sqrt(np.maximum(norms, 1.0)))
    return (scale @ sp.hstack([base, pairs])).tocsr().astype(np.float32)


def fit_weights(X: sp.csr_matrix, y: NDArray[np.str_], recipe: Recipe, sample_weight: Any = None) -> LogisticRegression:
    """Fit multinomial logistic regression."""
    classifier = LogisticRegression(C=recipe.C, max_iter=300, tol=1e-4)
    return classifier.fit(X, y, sample_weight=sample_weight)


def assemble(
    classifier: LogisticRegression,
    design: Design,
    recipe: Recipe,
    language: LanguageCounts,
    facts: dict[str, Any],
) -> Model:
    """Multiply the weights through and give the model as it is stored."""
    weights = classifier.coef_.T - classifier.coef_.mean(axis=0)[:, None]
    n_base = design.made_of.shape[1]
    n_words = len(design.words)
    place = {word: number for number, word in enumerate(design.words)}
    pair_words = np.array([[place[a], place[b]] for a, b in design.pairs], dtype=np.int32).reshape(-1, 2)
    triples, triple_rows = language.triples()
    bias = classifier.intercept_ - classifier.intercept_.mean()
    return Model(
        categories=tuple(map(str, classifier.classes_)),
        languages=language.languages,
        words=design.words,
        word_weights=(design.made_of @ weights[:n_base]).astype(np.float16),
        word_norms=design.norms.astype(np.float16),
        word_languages=language.word_rows(design.words).astype(np.float16),
        bucket_weights=weights[n_words:n_base].astype(np.float16),
        pair_words=pair_words,
        pair_weights=(weights[n_base:] * recipe.pair_scale).astype(np.float16),
        triples=triples,
        triple_languages=triple_rows.astype(np.float16),
        facts={
            **facts,
            "bias": [round(float(value), 4) for value in bias],
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


def _made_of(
    words: list[str], idf: NDArray[np.float32] | None, subword_scale: float, n_words: int | None = None
) -> sp.csr_matrix:
    """Say what words are made of: themselves (if `idf` is given) and their letter groups."""
    first_bucket = len(words) if n_words is None else n_words
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for number, word in enumerate(words):
        if idf is not None:
            rows.append(number)
            columns.append(number)
            values.append(float(idf[number]))
        for bucket in [] if word.isdigit() else (buckets := subword_buckets(word)):
            rows.append(number)
            columns.append(first_bucket + bucket)
            values.append(subword_scale / math.sqrt(len(buckets)))
    return sp.csr_matrix((values, (rows, columns)), shape=(len(words), first_bucket + N_BUCKETS), dtype=np.float32)


def _matrix(terms: Terms, columns: NDArray[np.int64], n_rows: int, n_columns: int) -> sp.csr_matrix:
    return sp.csr_matrix((terms.value, (terms.posting, columns)), shape=(n_rows, n_columns), dtype=np.float32)
