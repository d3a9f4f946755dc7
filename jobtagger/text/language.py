"""Which language a posting is written in, from its words and, for unknown words, their letters.

A naive Bayes reading of word frequencies (Cavnar-style letter triples stand in for words never seen): exact enough
for the few languages of freelance boards, and as the rows are kept per word it costs one look-up per token.
General identifiers were measured five times slower than the whole budget of a posting (docs/decisions/003).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.knowledge.types import Policy
from jobtagger.vocabulary import DETAILS, Tokens, Vocabulary, WordTable, segment_sums

UNDETERMINED = "und"
"""The code of texts in none of the known languages (ISO 639-2)."""

_MIN_WORDS_TO_DOUBT = 5  # shorter texts are often names of tools that stand in no list
_MAX_TOKENS = 120  # more do not change the answer
_SIGN_BITS = 21  # Unicode needs no more
_UNKNOWN_WEIGHT = 0.35  # letters of an unknown word say less than a known word


class LanguageModel(NamedTuple):
    """Log-odds of the vocabulary's first words and of letter triples, shapes (n, n_languages)."""

    languages: tuple[str, ...]
    word_rows: NDArray[np.float32]
    triples: Sequence[str]
    triple_rows: NDArray[np.float32]


class LanguageIdentifier:
    """Names the language of tokenised postings.

    Parameters
    ----------
    model : LanguageModel
        From the model folder.
    vocabulary : Vocabulary
        The session's.
    policy : Policy
        For its margins, the fallback, and how much rarer a language is than the common ones.
    """

    def __init__(self, model: LanguageModel, vocabulary: Vocabulary, policy: Policy) -> None:
        self._model = model
        self._policy = policy
        is_common = np.array([name in policy.language_common for name in model.languages])
        self._prior = np.where(is_common, 0, -policy.language_rarity).astype(np.float32)
        is_known = np.any(model.word_rows != 0, axis=1, keepdims=True)
        known = np.hstack([model.word_rows, is_known, np.ones_like(is_known)]).astype(np.float32)
        keys = _triple_keys("".join(model.triples))[::3]
        order = keys.argsort()
        self._triple_keys = np.append(keys[order], np.iinfo(np.int64).max)  # the last one is behind all keys
        self._triple_rows = model.triple_rows[order]
        self._table = WordTable(vocabulary, known.shape[1], self._rows, known)

    def identify(self, tokens: Tokens) -> list[str]:
        """Name the language of each posting, in order; of a long one the beginning decides."""
        place = np.arange(len(tokens.ids)) - tokens.starts[tokens.posting]
        read = np.flatnonzero((place < _MAX_TOKENS) & (tokens.part != DETAILS) & (tokens.ids != 0))
        rows = self._table.rows()
        owners, sums = segment_sums(rows.take(tokens.ids[read], axis=0), tokens.posting[read])
        every = np.zeros((len(tokens.starts) - 1, rows.shape[1]), dtype=np.float32)
        every[owners] = sums
        return self._names(every)

    def _names(self, sums: NDArray[np.float32]) -> list[str]:
        """Decide from the sums of log-odds, of known words and of all words that are not numbers, one row a posting."""
        policy, languages = self._policy, self._model.languages
        odds, n_known, n_words = sums[:, :-2] + self._prior, sums[:, -2], sums[:, -1]
        every = np.arange(len(sums))
        best, second = np.argpartition(-odds, 1, axis=1)[:, :2].T
        lead = odds[every, best]
        fallback = languages.index(policy.language_fallback)
        is_close = lead - odds[every, second] < policy.language_min_margin
        is_fallback = is_close & (odds[:, fallback] > lead - policy.language_min_margin)
        is_foreign = (n_words >= _MIN_WORDS_TO_DOUBT) & (n_known < policy.language_min_known * n_words)
        names = np.array([*languages, UNDETERMINED])[np.where(is_fallback, fallback, best)]
        names[is_foreign | ~sums[:, :-2].any(axis=1)] = UNDETERMINED
        return names.tolist()  # type: ignore[no-any-return]

    def _rows(self, words: list[str]) -> NDArray[np.float32]:
        """Weigh words that are not in the model by their letters; numbers are in no language."""
        rows = np.zeros((len(words), len(self._model.languages) + 2), dtype=np.float32)
        is_word = np.array([not word.isdigit() for word in words])
        rows[:, -1] = is_word
        # Every word stands between blanks of its own, so that no triple of the model reaches over two.
        keys = _triple_keys("".join([f" {word} " for word in words]))
        owners = np.repeat(np.arange(len(words)), [len(word) + 2 for word in words])[:-2]
        places = np.searchsorted(self._triple_keys, keys)
        known = np.flatnonzero((self._triple_keys[places] == keys) & is_word[owners])
        filled, sums = segment_sums(self._triple_rows.take(places[known], axis=0), owners[known])
        n_known = np.bincount(owners[known], minlength=len(words))[filled]
        rows[filled, :-2] = sums * (np.float32(_UNKNOWN_WEIGHT) / n_known[:, None].astype(np.float32))
        return rows


def triples_of(word: str) -> list[str]:
    """Give the letter triples of a word, its ends marked by spaces."""
    padded = f" {word} "
    return [padded[i : i + 3] for i in range(len(padded) - 2)]


def _triple_keys(text: str) -> NDArray[np.int64]:
    """Give one number for each three neighbouring signs of a text."""
    signs = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)
    return (signs[:-2] << 2 * _SIGN_BITS) | (signs[1:-1] << _SIGN_BITS) | signs[2:]
