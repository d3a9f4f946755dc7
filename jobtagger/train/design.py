"""What a word is made of, as features: itself, its letter groups, and what real postings say of it.

Every feature belongs to a word or to a pair of neighbours, so the feature matrix of postings is (counts of words) x
(what words are made of), and fitted weights multiplied back through the same matrix give one row per word.
"""

import csv
import math
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from jobtagger.classify.features import N_BUCKETS, subword_buckets
from jobtagger.train.language import LanguageCounts

_MAX_IDF = 6.0
_TYPICAL_IDF = 4.0


class Recipe(NamedTuple):
    """What can be tuned; the defaults are what docs/decisions/004 settled on."""

    C: float = 10.0
    word_scale: float = 4.0
    subword_scale: float = 3.0
    real_share: float = 1.5
    real_smoothing: float = 1.0
    pair_scale: float = 3.0
    unknown_norm_share: float = 0.3
    min_word_postings: int = 2
    min_pair_postings: int = 2
    max_pairs: int = 40_000


class RealTerms:
    """In how many labelled real postings of each category words and pairs stand."""

    def __init__(self, statistics: Path, categories: tuple[str, ...]) -> None:
        self.categories = categories
        place = {category_id: number for number, category_id in enumerate(categories)}
        self._counts: dict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(len(categories)))
        with (statistics / "category_terms.csv").open(encoding="utf-8", newline="") as table:
            for term, category_id, n_postings in list(csv.reader(table))[1:]:
                self._counts[term][place[category_id]] = float(n_postings)
        self.n_postings = int(self._counts.pop("").sum())  # the empty term stands in every posting

    def counts(self, terms: list[str]) -> NDArray[np.float64]:
        """Give the counts of terms, shape (n_terms, C); zeros for terms never counted."""
        nothing = np.zeros(len(self.categories))
        return np.array([self._counts.get(term, nothing) for term in terms]).reshape(len(terms), -1)

    def words(self) -> list[str]:
        """Give the single words that were counted."""
        return [term for term in self._counts if " " not in term]

    def pairs(self) -> list[tuple[str, str]]:
        """Give the pairs of words that were counted."""
        return [(first, second) for first, _, second in (term.partition(" ") for term in self._counts) if second]


def complement_weights(counts: NDArray[np.float64], smoothing: float) -> NDArray[np.float32]:
    """Give complement naive Bayes weights of terms, shape (n_terms, C), centred; zeros for terms never counted.

    A term speaks for a category if it is rare in all the others (Rennie et al. 2003), which does not suffer from
    categories with few postings as plain naive Bayes does.
    """
    complement = counts.sum(axis=1, keepdims=True) - counts + smoothing
    weights = -np.log(complement / complement.sum(axis=0, keepdims=True))
    weights -= weights.mean(axis=1, keepdims=True)
    weights[counts.sum(axis=1) == 0] = 0
    single: NDArray[np.float32] = weights.astype(np.float32)
    return single


class Statistics(NamedTuple):
    """What is known of words before any posting of ours is read."""

    real: RealTerms
    language: LanguageCounts
    stop_words: set[str]  # they tell languages and moods apart, not kinds of work, and get no weight


def read_statistics(folder: Path, categories: tuple[str, ...]) -> Statistics:
    """Read training_data/statistics."""
    table = tomllib.loads((folder / "stop_words.toml").read_text("utf-8"))
    stop_words = {word for words in table.values() for word in words.split()}
    return Statistics(RealTerms(folder, categories), LanguageCounts(folder), stop_words)


class Design(NamedTuple):
    """The fixed side of the features: which words and pairs there are and what they are made of."""

    words: list[str]
    pairs: list[tuple[str, str]]
    word_parts: sp.csr_matrix  # (n_words, n_features)
    pair_parts: sp.csr_matrix  # (n_pairs, n_features)
    real_weights: sp.csr_matrix  # (n_features, C), fixed: what real postings say of each feature
    norms: NDArray[np.float32]  # (n_words,)
    unknown_norm: float
    first_bucket: int


def make_design(
    words: dict[str, int], pairs: list[tuple[str, str]], n_postings: int, known: Statistics, recipe: Recipe
) -> Design:
    """Say what words and pairs are made of.

    Parameters
    ----------
    words : dict
        Word to the number of training postings it stands in.
    pairs : list of pairs of words
        Those of the training postings that may get a weight; the ones counted in real postings come on top.
    n_postings : int
    known : Statistics
    recipe : Recipe
    """
    real = known.real
    counted = set(real.words())
    frequent = {word for word, n in words.items() if n >= recipe.min_word_postings}
    names = sorted(frequent | counted | set(known.language.counts))
    named = set(names)
    pairs = [pair for pair in sorted({*pairs, *real.pairs()}) if pair[0] in named and pair[1] in named]
    has_own = np.array([name in frequent or name in counted for name in names], dtype=np.float64)
    weight = np.array([word_weight(words.get(name, 0), n_postings) * (name not in known.stop_words) for name in names])
    weight = np.where(has_own > 0, weight, 1.0)  # words without a weight of their own are read by letters alone
    n_words, n_pairs = len(names), len(pairs)
    word_parts = sp.diags(weight) @ sp.hstack([
        recipe.word_scale * sp.diags(has_own),
        recipe.subword_scale * subwords(names),
        sp.csr_matrix((n_words, n_pairs)),
    ])  # fmt: skip
    pair_parts = sp.hstack([sp.csr_matrix((n_pairs, n_words + N_BUCKETS)), recipe.pair_scale * sp.identity(n_pairs)])
    norms = np.asarray(word_parts.multiply(word_parts).sum(axis=1)).ravel().astype(np.float32)
    unknown_norm = recipe.unknown_norm_share * float(np.median(norms[(has_own > 0) & (weight > 0)]))
    norms[has_own == 0] = unknown_norm
    real_counts = np.vstack([
        real.counts(names) * (recipe.word_scale * weight)[:, None],
        real.counts([f"{first} {second}" for first, second in pairs]) * recipe.pair_scale,
    ])  # fmt: skip
    fixed = recipe.real_share * complement_weights(real_counts, recipe.real_smoothing)
    no_letters = sp.csr_matrix((N_BUCKETS, len(real.categories)))
    real_weights = sp.vstack([sp.csr_matrix(fixed[:n_words]), no_letters, sp.csr_matrix(fixed[n_words:])]).tocsr()
    return Design(names, pairs, word_parts.tocsr(), pair_parts.tocsr(), real_weights, norms, unknown_norm, n_words)


def word_weight(n_with_word: int, n_postings: int) -> float:
    """Weigh a word by how rare it is: the square of its capped inverse document frequency, 1 for a typical word."""
    idf = min(_MAX_IDF, math.log((n_postings + 1) / (n_with_word + 1)))
    return (idf / _TYPICAL_IDF) ** 2


def subwords(words: list[str]) -> sp.csr_matrix:
    """Give the letter groups of words, shape (n_words, N_BUCKETS), each row of length 1; none for numbers."""
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for number, word in enumerate(words):
        buckets = [] if word.isdigit() else subword_buckets(word)
        rows += [number] * len(buckets)
        columns += buckets
        values += [1 / math.sqrt(len(buckets))] * len(buckets) if buckets else []
    return sp.csr_matrix((values, (rows, columns)), shape=(len(words), N_BUCKETS), dtype=np.float32)
