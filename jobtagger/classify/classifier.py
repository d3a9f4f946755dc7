"""The linear classifier: counted terms in, one prediction per posting out, with the words that decided.

Multinomial logistic regression over words, pairs of words and letter groups. Weights are centred over the
categories, so a positive weight speaks for a category against the average one.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.classify.features import (
    Terms,
    count_pairs,
    count_words,
    stream_of,
    subword_buckets,
)
from jobtagger.classify.model_store import Model
from jobtagger.knowledge.types import Policy
from jobtagger.records import Alternative, Posting, Prediction, WordWeight
from jobtagger.vocabulary import PairSet, Vocabulary, WordTable, pair_key, parts_of_pair

OTHER = "other"


class Scores(NamedTuple):
    """What a chunk was found to be: probabilities, shape (n_postings, C), and where they come from."""

    probabilities: NDArray[np.float32]
    words: Terms
    pairs: Terms
    norms: NDArray[np.float32]


class Classifier:
    """Predicts categories with a trained model.

    Parameters
    ----------
    model : Model
        From the model folder.
    vocabulary : Vocabulary
        The session's; it must have been made from `model.words`.
    policy : Policy
        For thresholds and how much to tell.
    """

    def __init__(self, model: Model, vocabulary: Vocabulary, policy: Policy) -> None:
        self._model = model
        self._vocabulary = vocabulary
        self._policy = policy
        self._bias = np.asarray(model.facts["bias"], dtype=np.float32)
        self._sharpness = float(model.facts["sharpness"])
        self._subword_scale = float(model.facts["subword_scale"])
        self._unknown_norm = float(model.facts["unknown_norm"])
        rows = np.hstack([model.word_weights, model.word_norms[:, None]]).astype(np.float32)
        self._table = WordTable(vocabulary, rows.shape[1], self._row, rows)
        pairs = model.pair_words.astype(np.int64) + 1
        keys = pair_key(pairs[:, 0], pairs[:, 1])
        self._pairs = PairSet(keys)
        self._pair_rows = model.pair_weights[np.argsort(keys)].astype(np.float32)

    def predict(self, postings: list[Posting], languages: list[str]) -> list[Prediction]:
        """Predict one category per posting, in order.

        Abstains below `policy.abstain_below`, on languages that are not classified and on texts without words.
        """
        if not postings:
            return []
        scores = self.score(postings)
        deciding = self._deciding_words(scores)
        n_words = np.bincount(scores.words.posting, minlength=len(postings))
        n_shown = self._policy.n_alternatives + 1
        ranked = np.argsort(-scores.probabilities, axis=1, kind="stable")[:, :n_shown]
        return [
            self._decide(scores.probabilities[i], ranked[i], int(n_words[i]), languages[i], deciding[i])
            for i in range(len(postings))
        ]

    def score(self, postings: list[Posting]) -> Scores:
        """Give the calibrated probability of every category for every posting."""
        stream = stream_of(postings)
        words = count_words(stream)
        pairs = count_pairs(stream, self._pairs)
        rows = self._table.rows()
        sums = np.zeros((len(postings), len(self._bias)), dtype=np.float32)
        norms = np.zeros(len(postings), dtype=np.float32)
        if len(words.key):
            weighted = rows[words.key]
            weighted[:, :-1] *= words.value[:, None]
            weighted[:, -1] *= words.value**2
            owners, starts = _segments(words.posting)
            summed = np.add.reduceat(weighted, starts, axis=0)
            sums[owners] = summed[:, :-1]
            norms[owners] = summed[:, -1]
        if len(pairs.key):
            owners, starts = _segments(pairs.posting)
            sums[owners] += np.add.reduceat(self._pair_rows[pairs.key] * pairs.value[:, None], starts, axis=0)
        norms = np.sqrt(np.maximum(norms, np.float32(1)))
        logits = self._sharpness * (self._bias + sums / norms[:, None])
        return Scores(_softmax(logits), words, pairs, norms)

    def _deciding_words(self, scores: Scores) -> list[tuple[WordWeight, ...]]:
        """Give, per posting, the terms that spoke loudest for its predicted category, in log-odds."""
        predicted = scores.probabilities.argmax(axis=1)
        words, pairs = scores.words, scores.pairs
        owner = np.concatenate([words.posting, pairs.posting])
        said = np.concatenate([
            self._table.rows()[words.key, predicted[words.posting]] * words.value,
            self._pair_rows[pairs.key, predicted[pairs.posting]] * pairs.value,
        ])  # fmt: skip
        said *= self._sharpness / scores.norms[owner]
        loudest = np.lexsort((-said, owner))
        loudest = loudest[said[loudest] > 0]
        owner_of, n_words = owner[loudest], len(words.key)
        rank = np.arange(len(loudest)) - np.searchsorted(owner_of, owner_of)
        deciding: list[list[WordWeight]] = [[] for _ in predicted]
        for place in loudest[rank < self._policy.n_words].tolist():
            text = (
                self._vocabulary.words[words.key[place]]
                if place < n_words
                else self._pair_text(pairs.key[place - n_words])
            )
            deciding[owner[place]].append(WordWeight(text, float(said[place])))
        return list(map(tuple, deciding))

    def _pair_text(self, place: np.int64) -> str:
        first, second = parts_of_pair(int(self._pairs.keys[place]))
        return f"{self._vocabulary.words[first]} {self._vocabulary.words[second]}"

    def _decide(
        self,
        probabilities: NDArray[np.float32],
        ranked: NDArray[np.int64],
        n_words: int,
        language: str,
        words: tuple[WordWeight, ...],
    ) -> Prediction:
        policy, categories = self._policy, self._model.categories
        best = int(ranked[0])
        probability = float(probabilities[best])
        abstained = self._refusal(probability, n_words, language)
        second = int(ranked[1])
        has_second = not abstained and probabilities[second] >= policy.category_2_from
        return Prediction(
            category_id=categories[best],
            probability=probability,
            alternatives=tuple(Alternative(categories[int(i)], float(probabilities[i])) for i in ranked[1:]),
            category_2=categories[second] if has_second and categories[second] != OTHER else "",
            words=words,
            abstained=abstained,
            needs_review=bool(abstained) or probability < policy.review_below,
        )

    def _refusal(self, probability: float, n_words: int, language: str) -> str:
        """Name the reason to abstain, if there is one."""
        if n_words < self._policy.min_words:
            return "too_short"
        if language not in self._policy.classified_languages:
            return "language"
        return "too_close" if probability < self._policy.abstain_below else ""

    def _row(self, word: str) -> NDArray[np.float32]:
        """Weigh a word that is not in the model by its letter groups."""
        row = np.zeros(len(self._bias) + 1, dtype=np.float32)
        row[-1] = self._unknown_norm
        buckets = [] if word.isdigit() else subword_buckets(word)
        if buckets:
            row[:-1] = self._model.bucket_weights[buckets].astype(np.float32).sum(axis=0)
            row[:-1] *= self._subword_scale / np.sqrt(len(buckets))
        return row


def _segments(owner: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the distinct owners of a sorted array and where each begins."""
    starts = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
    return owner[starts], starts


def _softmax(logits: NDArray[Any]) -> NDArray[np.float32]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]
