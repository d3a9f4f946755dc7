"""What a word is made of, as features: itself, its letter groups, and what real postings say of it.

Every feature belongs to a word or to a pair of neighbours, so the feature matrix of postings is (counts of words) x
(what words are made of), and fitted weights multiplied back through the same matrix give one row per word.
"""

import csv
import math
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from jobtagger.classify.features import N_BUCKETS, subword_buckets

_MAX_IDF = 6.0
_TYPICAL_IDF = 4.0


class Recipe(NamedTuple):
    """What can be tuned; the defaults are what docs/decisions/004 settled on."""

    C: float = 10.0
    word_scale: float = 4.0
    subword_scale: float = 3.0
    real_scale: float = 1.0
    real_prior: float = 1.0
    pair_scale: float = 3.0
    unknown_norm_share: float = 0.3
    min_word_postings: int = 2
    min_pair_postings: int = 2
    max_pairs: int = 40_000


class RealTerms:
    """What labelled real postings say of words and pairs: their smoothed log-odds per category.

    The odds compare in how many postings of a category a term stands with in how many it would if it were spread evenly;
    `prior` postings are added to both, so that rare terms say little.
    """

    def __init__(self, statistics: Path, categories: tuple[str, ...], prior: float) -> None:
        self.categories = categories
        place = {category_id: number for number, category_id in enumerate(categories)}
        counts: dict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(len(categories)))
        with (statistics / "category_terms.csv").open(encoding="utf-8", newline="") as table:
            for term, category_id, n_postings in list(csv.reader(table))[1:]:
                counts[term][place[category_id]] = float(n_postings)
        n_postings_of = counts.pop("")  # the empty term stands in every posting
        self._rows = {
            term: _log_odds(row, n_postings_of, prior).astype(np.float32) for term, row in counts.items()
        }

    def rows(self, terms: list[str]) -> sp.csr_matrix:
        """Give the log-odds of terms, shape (n_terms, C); zeros for terms never counted."""
        nothing = np.zeros(len(self.categories), dtype=np.float32)
        return sp.csr_matrix(np.array([self._rows.get(term, nothing) for term in terms]).reshape(len(terms), -1))

    def words(self) -> list[str]:
        """Give the single words that were counted."""
        return [term for term in self._rows if " " not in term]

    def pairs(self) -> list[tuple[str, str]]:
        """Give the pairs of words that were counted."""
        return [(first, second) for first, _, second in (term.partition(" ") for term in self._rows) if second]


class Design(NamedTuple):
    """The fixed side of the features: which words and pairs there are and what they are made of."""

    words: list[str]
    pairs: list[tuple[str, str]]
    word_parts: sp.csr_matrix  # (n_words, n_features)
    pair_parts: sp.csr_matrix  # (n_pairs, n_features)
    norms: NDArray[np.float32]  # (n_words,)
    unknown_norm: float
    first_bucket: int


def make_design(
    words: dict[str, int], pairs: list[tuple[str, str]], n_postings: int, real: RealTerms, stop_words: set[str], recipe: Recipe, more_words: Iterable[str] = ()
) -> Design:
    """Say what words and pairs are made of.

    Parameters
    ----------
    words : dict
        Word to the number of training postings it stands in.
    pairs : list of pairs of words
    n_postings : int
    real : RealTerms
    stop_words : set of str
        Words that get no weight: they tell languages and moods apart, not kinds of work.
    recipe : Recipe
    more_words : iterable of str
        Words to know without training postings, as something else is known of them (their language).
    """
    names = sorted({word for word, n in words.items() if n >= recipe.min_word_postings} | set(more_words) | set(real.words()))
    known = set(names)
    pairs = [pair for pair in pairs if pair[0] in known and pair[1] in known]
    trained = np.array([words.get(name, 0) >= recipe.min_word_postings for name in names], dtype=np.float64)
    weight = np.array([word_weight(words.get(name, 0), n_postings) * (name not in stop_words) for name in names])
    weight = np.where(trained > 0, weight, 1.0)  # words without a weight of their own are read by letters alone
    n_words, n_pairs, n_categories = len(names), len(pairs), len(real.categories)
    word_parts = sp.diags(weight) @ sp.hstack([
        recipe.word_scale * sp.diags(trained),
        recipe.subword_scale * subwords(names),
        sp.csr_matrix((n_words, n_pairs)),
        recipe.real_scale * real.rows(names),
    ])  # fmt: skip
    pair_parts = sp.hstack([
        sp.csr_matrix((n_pairs, n_words + N_BUCKETS)),
        recipe.pair_scale * sp.identity(n_pairs),
        recipe.real_scale * real.rows([f"{first} {second}" for first, second in pairs]),
    ])  # fmt: skip
    own = word_parts.tocsr()[:, : n_words + N_BUCKETS]
    norms = np.asarray(own.multiply(own).sum(axis=1)).ravel().astype(np.float32)
    unknown_norm = recipe.unknown_norm_share * float(np.median(norms[(trained > 0) & (weight > 0)]))
    norms[trained == 0] = unknown_norm
    assert word_parts.shape[1] == n_words + N_BUCKETS + n_pairs + n_categories  # noqa: S101 - the layout of features
    return Design(names, pairs, word_parts.tocsr(), pair_parts.tocsr(), norms, unknown_norm, n_words)


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


def read_stop_words(statistics: Path) -> set[str]:
    """Read the words of the classified languages that say nothing of the kind of work."""
    table = tomllib.loads((statistics / "stop_words.toml").read_text("utf-8"))
    return {word for words in table.values() for word in words.split()}


def _log_odds(row: NDArray[np.float64], n_postings_of: NDArray[np.float64], prior: float) -> NDArray[np.float64]:
    expected = n_postings_of * row.sum() / n_postings_of.sum()
    return np.log((row + prior) / (expected + prior))
