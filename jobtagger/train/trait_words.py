"""Weights of words and phrases for traits: trait_words.csv, learned from postings labelled with traits."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold

from jobtagger.knowledge.types import Knowledge, Trait, WordWeights
from jobtagger.records import Posting
from jobtagger.risk import TraitFinder
from jobtagger.risk.words import is_weighable, read_words
from jobtagger.vocabulary import Vocabulary

Flags = NDArray[np.bool_]
Matrix = Any  # a sparse matrix; scipy ships no types

MIN_POSTINGS = 6  # a word of fewer is dropped, as nobody could tell from so few
MIN_WEIGHT = 0.1  # a smaller one is dropped, as nobody would see the difference
PHRASE_SCALE = 2.0  # phrases, chosen by hand, are held back less than single words
CATEGORY_SCALE = 2.0  # and so are categories, which many words decided
_SCALES = {"shown": PHRASE_SCALE, "counting": PHRASE_SCALE, "category": CATEGORY_SCALE}
C = 0.2
N_FOLDS = 5
N_REPEATS = 3  # a cut found once hangs on how the folds fell
PRECISION_TO_COUNT = 0.88  # what moves a level should be right about this often
MIN_TO_COUNT = 25  # and that is believed from so many postings on
COLUMNS = ("trait", "place", "word", "weight")
_SEED = 7


class Features(NamedTuple):
    """One row per posting, one column per name: place and word as in trait_words.csv."""

    matrix: Matrix
    names: list[tuple[str, str]]


def read_features(
    postings: list[Posting],
    knowledge: Knowledge,
    vocabulary: Vocabulary,
    stop_words: Collection[str] = (),
    categories: Sequence[str] = (),
) -> Features:
    """Give what can carry a weight in each posting: words of text and title, traits shown and counting by phrases.

    If `categories` are given, the predicted ones of the postings, these carry one too.

    `stop_words` carry none: nobody would take them for a reason.
    """
    finder = TraitFinder(knowledge.traits.values(), knowledge.negation, knowledge.policy, vocabulary)
    tokens = vocabulary.tokenise(postings)
    is_negated, by_phrases = finder.read(tokens)
    rows: list[dict[tuple[str, str], float]] = [{} for _ in postings]
    for place, seen in zip(("text", "title"), read_words(tokens, is_negated), strict=True):
        for owner, number in zip(seen.owners.tolist(), seen.ids.tolist(), strict=True):
            word = vocabulary.words[number]
            if is_weighable(word) and word not in stop_words:
                rows[owner][place, word] = 1.0
    for owner, trait, counts in zip(by_phrases.owner, by_phrases.trait, by_phrases.counts, strict=True):
        rows[owner]["shown", finder.trait_ids[trait]] = PHRASE_SCALE
        if counts:
            rows[owner]["counting", finder.trait_ids[trait]] = PHRASE_SCALE
    for row, category_id in zip(rows, categories, strict=False):
        row["category", category_id] = CATEGORY_SCALE
    n_postings = Counter(name for row in rows for name in row)
    names = sorted(name for name, count in n_postings.items() if count >= MIN_POSTINGS)
    column = {name: index for index, name in enumerate(names)}
    cells = [(i, column[name], value) for i, row in enumerate(rows) for name, value in row.items() if name in column]
    matrix = sp.lil_matrix((len(rows), len(names)))
    for i, j, value in cells:
        matrix[i, j] = value
    return Features(matrix.tocsr(), names)


def fit_words(features: Features, is_labelled: Flags, is_client: Flags, trait: Trait) -> WordWeights:
    """Learn one trait's weights; from which score on it is shown and counts is decided on postings left out in turn.

    `is_client` tells the postings of clients, at which that decision looks, from our own examples.
    """
    held_out = np.zeros(len(is_labelled))
    folds = RepeatedStratifiedKFold(n_splits=N_FOLDS, n_repeats=N_REPEATS, random_state=_SEED)
    for train, test in folds.split(features.matrix, is_labelled):
        weights, start = _fit(features.matrix[train], is_labelled[train])
        held_out[test] += (features.matrix[test] @ weights + start) / N_REPEATS
    by_phrase = np.where(_has(features, "shown", trait.id), held_out, -np.inf)
    to_show, _ = cuts((by_phrase if trait.needs_phrase else held_out)[is_client], is_labelled[is_client])
    _, to_count = cuts(by_phrase[is_client], is_labelled[is_client])
    weights, start = _fit(features.matrix, is_labelled)
    places: dict[str, dict[str, float]] = {"text": {}, "title": {}, "shown": {}, "counting": {}, "category": {}}
    for (place, word), weight in zip(features.names, weights.tolist(), strict=True):
        scaled = weight * _SCALES.get(place, 1.0)
        if abs(scaled) >= MIN_WEIGHT:
            places[place][word] = round(scaled, 2)
    return WordWeights(round(start - to_show, 2), round(max(to_count - to_show, 0.0), 2), **places)


def _has(features: Features, place: str, word: str) -> Flags:
    """Tell which postings have a feature; where nothing is known of it, all may."""
    if (place, word) not in features.names:
        return np.ones(features.matrix.shape[0], dtype=bool)
    column: Flags = features.matrix[:, features.names.index((place, word))].toarray().ravel() > 0
    return column


def cuts(scores: NDArray[np.float64], is_labelled: Flags) -> tuple[float, float]:
    """Give the score with the best F1, and the lowest one from which on PRECISION_TO_COUNT is kept; else a higher one."""
    order = np.argsort(-scores, kind="stable")
    n_right = np.cumsum(is_labelled[order])
    n_taken = np.arange(1, len(scores) + 1)
    best = int(np.argmax(2 * n_right / (n_taken + is_labelled.sum())))
    enough = np.flatnonzero((n_right / n_taken >= PRECISION_TO_COUNT) & (n_taken >= MIN_TO_COUNT))
    to_show = float(scores[order][best])
    to_count = float(scores[order][enough[-1]]) if len(enough) else float(scores.max()) + 1
    return to_show, max(to_count, to_show)


def as_rows(weights: dict[str, WordWeights]) -> Iterable[tuple[str, str, str, str]]:
    """Give the rows of trait_words.csv, of each trait and place the strongest first."""
    for trait_id, of_trait in weights.items():
        yield trait_id, "start", "", f"{of_trait.start:g}"
        yield trait_id, "to_count", "", f"{of_trait.to_count:g}"
        for place in ("category", "shown", "counting", "text", "title"):
            for word, weight in sorted(getattr(of_trait, place).items(), key=lambda item: (-item[1], item[0])):
                yield trait_id, place, word, f"{weight:g}"


def _fit(matrix: Matrix, is_labelled: Flags) -> tuple[NDArray[np.float64], float]:
    model = LogisticRegression(C=C, max_iter=1000).fit(matrix, is_labelled)
    return model.coef_[0], float(model.intercept_[0])
