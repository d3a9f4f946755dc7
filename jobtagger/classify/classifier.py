"""The linear classifier: counted terms in, one prediction per posting out, with the words that decided.

Multinomial logistic regression over words, pairs of words and letter groups. Weights are centred over the
categories, so a positive weight speaks for a category against the average one.
"""

from functools import cache
from itertools import pairwise, repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.classify.features import NONE, EmphasisReader, Terms, count_pairs, count_words, subword_buckets
from jobtagger.classify.model_store import Model
from jobtagger.knowledge.types import EmphasisWords, Policy
from jobtagger.records import Prediction, WordWeight, from_columns
from jobtagger.vocabulary import PairSet, Tokens, Vocabulary, WordSet, WordTable, pair_key, parts_of_pair, segment_sums

OTHER = "other"
_REFUSALS = ("", "too_short", "language", "too_close")


class Scores(NamedTuple):
    """What a chunk was found to be: probabilities, shape (n_postings, C), and where they come from.

    `said` is what each term says for the category its posting is predicted to be, in log-odds: words, then pairs.
    """

    probabilities: NDArray[np.float32]
    words: Terms
    pairs: Terms
    norms: NDArray[np.float32]
    said: NDArray[np.float32]


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
    emphasis_words : EmphasisWords
        Those the model was trained with.
    """

    def __init__(self, model: Model, vocabulary: Vocabulary, policy: Policy, emphasis_words: EmphasisWords) -> None:
        self._model = model
        self._vocabulary = vocabulary
        self._policy = policy
        self._emphasis = EmphasisReader(emphasis_words, vocabulary)
        self._names = np.array(model.categories, dtype=object)
        self._other = model.categories.index(OTHER) if OTHER in model.categories else -1
        self._bias = np.asarray(model.facts["bias"], dtype=np.float32)
        self._sharpness = float(model.facts["sharpness"])
        self._subword_scale = float(model.facts["subword_scale"])
        self._unknown_norm = float(model.facts["unknown_norm"])
        rows = np.hstack([model.word_weights, model.word_norms[:, None]]).astype(np.float32)
        self._bucket_weights = model.bucket_weights.astype(np.float32)
        self._table = WordTable(vocabulary, rows.shape[1], self._rows, rows)
        self._weightless = WordSet(vocabulary, np.array(model.words, dtype=object)[~rows.any(axis=1)])
        pairs = model.pair_words.astype(np.int64) + 1
        keys = pair_key(pairs[:, 0], pairs[:, 1])
        self._pairs = PairSet(keys)
        self._is_word: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self._pair_text = cache(self._spell_pair)
        self._pair_rows = model.pair_weights[np.argsort(keys)].astype(np.float32)

    def predict(self, tokens: Tokens, languages: list[str]) -> list[Prediction]:
        """Predict one category per posting, in order.

        Abstains below `policy.abstain_below`, on languages that are not classified and on texts without words.
        """
        if not languages:
            return []
        scores, policy = self.score(tokens), self._policy
        ranked = np.argsort(-scores.probabilities, axis=1, kind="stable")[:, : 1 + max(1, policy.n_alternatives)]
        probabilities = np.take_along_axis(scores.probabilities, ranked, axis=1).astype(np.float64)
        best, second = probabilities[:, 0], probabilities[:, 1]
        n_words = np.bincount(scores.words.posting, self._are_words()[scores.words.key], minlength=len(languages))
        refusals = self._refusals(best, n_words, languages)
        is_sure = refusals == 0
        names = [self._names[places].tolist() for places in ranked.T]
        ranking = [
            zip(named, values, strict=True) for named, values in zip(names, probabilities.T.tolist(), strict=True)
        ]
        alternatives = ranking[1 : 1 + policy.n_alternatives]
        has_second = is_sure & (second >= policy.category_2_from) & (ranked[:, 1] != self._other)
        return from_columns(
            Prediction,
            names[0],
            best.tolist(),
            zip(*alternatives, strict=True) if alternatives else repeat((), len(languages)),
            [name if has else "" for name, has in zip(names[1], has_second.tolist(), strict=True)],
            self._deciding_words(scores),
            [_REFUSALS[number] for number in refusals.tolist()],
            (~is_sure | (best < policy.review_below)).tolist(),
        )

    def score(self, tokens: Tokens) -> Scores:
        """Give the calibrated probability of every category for every posting."""
        emphasis = self._emphasis.read(tokens)
        words = count_words(tokens, np.where(self._weightless.has(tokens.ids), np.int8(NONE), emphasis))
        pairs = count_pairs(tokens, emphasis, self._pairs)
        n_postings, n_categories = len(tokens.starts) - 1, len(self._bias)
        sums = np.zeros((n_postings, n_categories + 1), dtype=np.float32)
        weighted = self._table.rows().take(words.key, axis=0)
        weighted[:, :-1] *= words.value[:, None]
        weighted[:, -1] *= words.value**2
        owners, of_words = segment_sums(weighted, words.posting)
        sums[owners] = of_words
        weighted_pairs = self._pair_rows.take(pairs.key, axis=0)
        weighted_pairs *= pairs.value[:, None]
        owners, of_pairs = segment_sums(weighted_pairs, pairs.posting)
        sums[owners, :-1] += of_pairs
        norms = np.sqrt(np.maximum(sums[:, -1], np.float32(1)))
        logits = self._sharpness * (self._bias + sums[:, :-1] / norms[:, None])
        probabilities = _softmax(logits)
        predicted = probabilities.argmax(axis=1)  # the first of equal ones, as it is ranked
        said = np.concatenate([
            weighted[np.arange(len(words.key)), predicted[words.posting]] / norms[words.posting],
            weighted_pairs[np.arange(len(pairs.key)), predicted[pairs.posting]] / norms[pairs.posting],
        ])  # fmt: skip
        return Scores(probabilities, words, pairs, norms, np.float32(self._sharpness) * said)

    def _deciding_words(self, scores: Scores) -> list[tuple[WordWeight, ...]]:
        """Give, per posting, the terms that spoke loudest for its predicted category, in log-odds; no numbers."""
        owner = np.concatenate([scores.words.posting, scores.pairs.posting])
        is_speaking = scores.said > 0
        is_speaking[: len(scores.words.key)] &= self._are_words()[scores.words.key]
        speaking = np.flatnonzero(is_speaking)
        said, owner = scores.said[speaking], owner[speaking]
        loudest = loudest_first(owner, said)
        n_speaking = np.bincount(owner, minlength=len(scores.norms))
        n_shown = np.minimum(n_speaking, self._policy.n_words)
        rank = np.arange(len(owner)) - np.repeat(np.cumsum(n_speaking) - n_speaking, n_speaking)
        shown = speaking[loudest[rank < self._policy.n_words]]
        keys = np.concatenate([scores.words.key, scores.pairs.key])[shown].tolist()
        are_words = (shown < len(scores.words.key)).tolist()
        words, pair_text = self._vocabulary.words, self._pair_text
        texts = [words[key] if is_word else pair_text(key) for key, is_word in zip(keys, are_words, strict=True)]
        deciding = list(zip(texts, scores.said[shown].tolist(), strict=True))
        ends = np.cumsum(n_shown).tolist()
        return [tuple(deciding[start:end]) for start, end in pairwise([0, *ends])]

    def _are_words(self) -> NDArray[np.bool_]:
        """Tell of each word of the vocabulary whether it is one: a number names no kind of work."""
        new = self._vocabulary.words[len(self._is_word) :]
        if new:
            self._is_word = np.concatenate([self._is_word, [not word.isdigit() for word in new]])
        return self._is_word

    def _refusals(
        self, probabilities: NDArray[np.float64], n_words: NDArray[Any], languages: list[str]
    ) -> NDArray[np.int64]:
        """Give the place in `_REFUSALS` of the reason to abstain from each posting."""
        policy = self._policy
        is_foreign = np.array([language not in policy.classified_languages for language in languages])
        is_close = probabilities < policy.abstain_below
        return np.select([n_words < policy.min_words, is_foreign, is_close], [1, 2, 3], 0)

    def _spell_pair(self, place: int) -> str:
        first, second = parts_of_pair(int(self._pairs.keys[place]))
        return f"{self._vocabulary.words[first]} {self._vocabulary.words[second]}"

    def _rows(self, words: list[str]) -> NDArray[np.float32]:
        """Weigh words that are not in the model by their letter groups."""
        rows = np.zeros((len(words), len(self._bias) + 1), dtype=np.float32)
        rows[:, -1] = self._unknown_norm
        groups = subword_buckets(words)
        filled, sums = segment_sums(self._bucket_weights.take(groups.bucket, axis=0), groups.word)
        n_groups = np.bincount(groups.word, minlength=len(words))[filled]
        rows[filled, :-1] = sums * (self._subword_scale / np.sqrt(n_groups[:, None])).astype(np.float32)
        return rows


def loudest_first(owner: NDArray[np.int64], said: NDArray[np.float32]) -> NDArray[np.int64]:
    """Give the places of terms by owner, the loudest first, of equally loud ones the first.

    Floats above zero are ordered like their bits, so that one number holds whose it is, how loud and where it stands;
    sorting those takes a fifth of sorting places by them. Bits that do not fit are the last ones of how loud.
    """
    place_bits, owner_bits = len(owner).bit_length(), int(owner.max(initial=0)).bit_length()
    said_bits = min(31, 63 - place_bits - owner_bits)
    quiet = (0x7FFFFFFF - said.view(np.int32).astype(np.int64)) >> (31 - said_bits)
    packed = (((owner << said_bits) | quiet) << place_bits) | np.arange(len(owner))
    return np.sort(packed) & ((1 << place_bits) - 1)


def _softmax(logits: NDArray[Any]) -> NDArray[np.float32]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]
