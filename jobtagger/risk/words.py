"""Words that each speak a little for or against a trait: weighed in trait_words.csv, added up, as phrases alone miss much.

The score of a trait is its start, plus the weight of every different word that stands in title or description and is not
negated, plus the weight of every different word of the title, plus weights for what phrases found. From 0 on the trait
is shown, from `to_count` on it moves the level.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.knowledge.types import WordWeights
from jobtagger.vocabulary import BOUNDARY, DESCRIPTION, TITLE, Tokens, Vocabulary, WordTable, pair_key

Places = NDArray[np.int64]
_BOUNDARY = 0


class Seen(NamedTuple):
    """The different words of each posting of a chunk, once each: whose, which, and at which token first."""

    owners: Places
    ids: Places
    places: Places


class WordScores(NamedTuple):
    """What the words of a chunk say: scores, shape (n_postings, n_traits), and the words that speak for a trait."""

    totals: NDArray[np.float64]
    text: Seen
    title: Seen
    text_weights: NDArray[np.float32]
    title_weights: NDArray[np.float32]

    def speaking(self, is_shown: NDArray[np.bool_]) -> dict[tuple[int, int], dict[int, float]]:
        """Give weight by first place of each word that speaks for a trait, by posting and trait, where it is shown."""
        found: dict[tuple[int, int], dict[int, float]] = defaultdict(dict)
        for seen, weights in ((self.text, self.text_weights), (self.title, self.title_weights)):
            words, traits = np.nonzero((weights > 0) & is_shown[seen.owners])
            for owner, trait, place, weight in zip(
                seen.owners[words].tolist(), traits.tolist(), seen.places[words].tolist(),
                weights[words, traits].tolist(), strict=True,
            ):  # fmt: skip
                of_pair = found[owner, trait]
                of_pair[place] = of_pair.get(place, 0.0) + weight
        return found


class WordScorer:
    """Adds up the words of postings for the traits that weigh words.

    Parameters
    ----------
    weights : mapping of trait id to WordWeights
    vocabulary : Vocabulary
        The session's.
    """

    def __init__(self, weights: Mapping[str, WordWeights], vocabulary: Vocabulary) -> None:
        self.trait_ids = tuple(weights)
        self._weights = tuple(weights.values())
        self._vocabulary = vocabulary
        self._is_weighed = np.zeros(0, dtype=bool)
        width = 2 * len(self._weights)
        self._row_of: dict[str, NDArray[np.float32]] = defaultdict(lambda: np.zeros(width, dtype=np.float32))
        for trait, of_trait in enumerate(self._weights):
            for column, by_word in ((trait, of_trait.text), (len(self._weights) + trait, of_trait.title)):
                for word, weight in by_word.items():
                    self._row_of[word][column] = weight
        self._table = WordTable(vocabulary, width, self._rows, np.zeros((0, width), dtype=np.float32))

    def score(self, tokens: Tokens, is_negated: NDArray[np.bool_]) -> WordScores:
        """Give the scores of postings from their words that are not negated alone, the start included."""
        rows, half = self._table.rows(), len(self._weights)
        new = rows[len(self._is_weighed) : len(self._vocabulary.words)]
        self._is_weighed = np.concatenate([self._is_weighed, new.any(axis=1)])
        text, title = read_words(tokens, is_negated, self._is_weighed)
        text_weights, title_weights = rows[text.ids, :half], rows[title.ids, half:]
        totals = np.tile([weights.start for weights in self._weights], (len(tokens.starts) - 1, 1)).astype(np.float64)
        for seen, weighed in ((text, text_weights), (title, title_weights)):
            for trait in range(half):
                totals[:, trait] += np.bincount(seen.owners, weighed[:, trait], len(totals))
        return WordScores(totals, text, title, text_weights, title_weights)

    def _rows(self, words: list[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(words), 2 * len(self._weights)), dtype=np.float32)
        for number, word in enumerate(words):
            if word in self._row_of:
                rows[number] = self._row_of[word]
        return rows


def read_words(
    tokens: Tokens, is_negated: NDArray[np.bool_], is_asked: NDArray[np.bool_] | None = None
) -> tuple[Seen, Seen]:
    """Give the different words of title and description of each posting, and of its title; without negated ones.

    `is_asked` tells by word number which words to give; none given, all.
    """
    is_read = (tokens.ids != _BOUNDARY) & ~is_negated
    if is_asked is not None:
        is_read &= is_asked[tokens.ids]
    is_title = tokens.part == TITLE
    text = np.flatnonzero(is_read & (is_title | (tokens.part == DESCRIPTION)))
    return _different(tokens, text), _different(tokens, np.flatnonzero(is_read & is_title))


def _different(tokens: Tokens, places: Places) -> Seen:
    """Keep the first of each word of each posting, ordered by posting."""
    _, first = np.unique(pair_key(tokens.posting[places], tokens.ids[places]), return_index=True)
    kept = places[first]
    return Seen(tokens.posting[kept], tokens.ids[kept], kept)


def are_negated(ids: Places, negations: Places, window: int) -> NDArray[np.bool_]:
    """Tell for each place whether a negation stands before it, within the window and its sentence."""
    places = np.arange(len(ids))
    last_negation = np.maximum.accumulate(np.where(np.isin(ids, negations), places, -1 - window))
    last_boundary = np.maximum.accumulate(np.where(ids == _BOUNDARY, places, -1))
    is_negated = np.zeros(len(ids) + 1, dtype=bool)
    is_negated[1:] = (last_negation > last_boundary) & (places - last_negation < window)
    return is_negated[:-1]


def is_weighable(word: str) -> bool:
    """Tell whether a normalised word can carry a weight: boundaries, single letters and numbers cannot."""
    return word != BOUNDARY and len(word) > 1 and not word.isdigit()
