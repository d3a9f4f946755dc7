"""What a word is made of, as features: itself, its letter groups, and what real postings say of it.

Every feature belongs to a word or to a pair of neighbours, so the feature matrix of postings is (counts of words) x
(what words are made of), and fitted weights multiplied back through the same matrix give one row per word.
"""

import csv
import math
import tomllib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from jobtagger.classify.features import N_BUCKETS, subword_buckets
from jobtagger.train.language import LanguageCounts

_MAX_IDF = 6.0
_TYPICAL_IDF = 4.0
_MIN_POSTINGS = 1_000  # in fewer no word is rare, so words are weighed as if they stood among so many


class Recipe(NamedTuple):
    """What can be tuned; the defaults are what docs/decisions/004 settled on."""

    C: float = 10.0
    word_scale: float = 4.0
    subword_scale: float = 3.0
    real_share: float = 1.0
    pair_scale: float = 6.0
    unknown_norm_share: float = 0.3
    min_word_postings: int = 2
    min_pair_postings: int = 2
    glossary_weight: float = 0.1
    glossary_C: float = 20.0
    max_pairs: int = 40_000
    kept_pairs: int = 8_000


class TermWeights(NamedTuple):
    """What terms of labelled real postings say of each category, in units of the features below, each shape (C,)."""

    words: dict[str, NDArray[np.float64]]
    pairs: dict[tuple[str, str], NDArray[np.float64]]
    letters: dict[int, NDArray[np.float64]]  # by bucket
    bias: NDArray[np.float64]

    def of(self, words: list[str], pairs: list[tuple[str, str]]) -> sp.csr_matrix:
        """Give the weights of all features, shape (n_words + N_BUCKETS + n_pairs, C); zeros for terms not kept."""
        nothing = np.zeros(len(self.bias))
        rows = [self.words.get(word, nothing) for word in words]
        rows += [self.letters.get(bucket, nothing) for bucket in range(N_BUCKETS)]
        rows += [self.pairs.get(pair, nothing) for pair in pairs]
        return sp.csr_matrix(np.vstack(rows))


def read_term_weights(path: Path, categories: tuple[str, ...]) -> TermWeights:
    """Read the table that make_term_weights.py wrote: kind, term, and a weight in tenths per category."""
    weights = TermWeights({}, {}, {}, np.zeros(len(categories)))
    with path.open(encoding="utf-8", newline="") as table:
        rows = csv.reader(table)
        columns = next(rows)[2:]
        unknown = len(columns)  # a category of the user's own has no weights yet
        places = [columns.index(name) if name in columns else unknown for name in categories]
        for kind, term, *tenths in rows:
            values = np.array([float(value or 0) / 10 for value in [*tenths, "0"]])[places]
            if kind == "word":
                weights.words[term] = values
            elif kind == "pair":
                first, second = term.split(" ")
                weights.pairs[first, second] = values
            elif kind == "letters":
                weights.letters[int(term)] = values
            else:
                weights.bias[:] = values
    return weights


class Statistics(NamedTuple):
    """What is known of words before any posting of ours is read."""

    real: TermWeights
    language: LanguageCounts
    stop_words: set[str]  # they tell languages and moods apart, not kinds of work, and get no weight
    sharpness: float  # factor on the log-odds under which probabilities of labelled real postings fit best


def read_statistics(folder: Path, categories: tuple[str, ...]) -> Statistics:
    """Read training_data/statistics."""
    calibration = tomllib.loads((folder / "calibration.toml").read_text("utf-8"))
    weights = read_term_weights(folder / "term_weights.csv", categories)
    return Statistics(weights, LanguageCounts(folder), read_stop_words(folder), float(calibration["sharpness"]))


def read_stop_words(folder: Path) -> set[str]:
    """Read the words of the classified languages that say nothing of the kind of work."""
    table = tomllib.loads((folder / "stop_words.toml").read_text("utf-8"))
    return {word for words in table.values() for word in words.split()}


class Design(NamedTuple):
    """The fixed side of the features: which words and pairs there are and what they are made of."""

    words: list[str]
    pairs: list[tuple[str, str]]
    word_parts: sp.csr_matrix  # (n_words, n_features)
    pair_parts: sp.csr_matrix  # (n_pairs, n_features)
    real_weights: sp.csr_matrix  # (n_features, C), fixed: what real postings say of each feature
    real_bias: NDArray[np.float64]  # (C,)
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
    counted = set(real.words)
    frequent = {word for word, n in words.items() if n >= recipe.min_word_postings}
    names = sorted(frequent | counted | set(known.language.counts))
    named = set(names)
    pairs = [pair for pair in sorted({*pairs, *real.pairs}) if pair[0] in named and pair[1] in named]
    has_own = np.array([name in frequent or name in counted for name in names], dtype=np.float64)
    n_postings = max(n_postings, _MIN_POSTINGS)
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
    weighed = norms[(has_own > 0) & (weight > 0)]
    typical = float(np.median(weighed)) if len(weighed) else recipe.word_scale**2 + recipe.subword_scale**2
    unknown_norm = recipe.unknown_norm_share * typical
    norms[has_own == 0] = unknown_norm
    real_weights = recipe.real_share * real.of(names, pairs)
    real_bias = recipe.real_share * real.bias
    return Design(
        names, pairs, word_parts.tocsr(), pair_parts.tocsr(), real_weights, real_bias, norms, unknown_norm, n_words
    )


def word_weight(n_with_word: int, n_postings: int) -> float:
    """Weigh a word by how rare it is: the square of its capped inverse document frequency, 1 for a typical word."""
    idf = min(_MAX_IDF, math.log((n_postings + 1) / (n_with_word + 1)))
    return (idf / _TYPICAL_IDF) ** 2


def subwords(words: list[str]) -> sp.csr_matrix:
    """Give the letter groups of words, shape (n_words, N_BUCKETS), each row of length 1; none for numbers."""
    groups = subword_buckets(words)
    values = 1 / np.sqrt(np.bincount(groups.word, minlength=len(words))[groups.word])
    return sp.csr_matrix((values, (groups.word, groups.bucket)), shape=(len(words), N_BUCKETS), dtype=np.float32)
