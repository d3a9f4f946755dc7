"""Which language a posting is written in, from its words and, for unknown words, their letters.

A naive Bayes reading of word frequencies (Cavnar-style letter triples stand in for words never seen): exact enough
for the few languages of freelance boards, and as the rows are kept per word it costs one look-up per token.
General identifiers were measured five times slower than the whole budget of a posting (docs/decisions/003).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.vocabulary import Vocabulary, WordTable

UNDETERMINED = "und"
"""The code of texts in none of the known languages (ISO 639-2)."""

_MIN_WORDS_TO_DOUBT = 5  # shorter texts are often names of tools that stand in no list
_MAX_TOKENS = 120  # more do not change the answer
_UNKNOWN_WEIGHT = 0.35  # letters of an unknown word say less than a known word


class LanguageModel(NamedTuple):
    """Log-odds of the vocabulary's first words and of letter triples, shapes (n, n_languages)."""

    languages: tuple[str, ...]
    word_rows: NDArray[np.float32]
    triples: dict[str, int]
    triple_rows: NDArray[np.float32]


class LanguageIdentifier:
    """Names the language of tokenised postings.

    Parameters
    ----------
    model : LanguageModel
        From the model folder.
    vocabulary : Vocabulary
        The session's.
    min_margin : float
        Log-odds by which the best language must lead, else the fallback is given.
    min_known : float
        Share of the words that must be known from some language, else it is undetermined.
    fallback : str
        Language of texts in which nothing, or nothing clear, speaks for any.
    """

    def __init__(
        self, model: LanguageModel, vocabulary: Vocabulary, min_margin: float, min_known: float, fallback: str
    ) -> None:
        self._model = model
        self._min_margin = min_margin
        self._min_known = min_known
        self._fallback = fallback
        is_known = np.any(model.word_rows != 0, axis=1, keepdims=True)
        known = np.hstack([model.word_rows, is_known, np.ones_like(is_known)]).astype(np.float32)
        self._table = WordTable(vocabulary, known.shape[1], self._row, known)

    def identify(self, token_ids: list[list[int]]) -> list[str]:
        """Name the language of each posting, in order."""
        rows = self._table.rows()
        return [self._name(rows[ids[:_MAX_TOKENS]].sum(axis=0)) if ids else self._fallback for ids in token_ids]

    def _name(self, sums: NDArray[np.float32]) -> str:
        """Decide from the sums of log-odds, of known words and of all words that are not numbers."""
        odds, n_known, n_words = sums[:-2], sums[-2], sums[-1]
        if n_words == 0:
            return self._fallback
        if not odds.any() or (n_words >= _MIN_WORDS_TO_DOUBT and n_known < self._min_known * n_words):
            return UNDETERMINED
        languages = self._model.languages
        best, second = map(int, np.argpartition(-odds, 1)[:2])
        is_close = odds[best] - odds[second] < self._min_margin
        if is_close and odds[languages.index(self._fallback)] > odds[best] - self._min_margin:
            return self._fallback
        return languages[best]

    def _row(self, word: str) -> NDArray[np.float32]:
        model = self._model
        row = np.zeros(len(model.languages) + 2, dtype=np.float32)
        if word.isdigit():
            return row
        row[-1] = 1
        known = [model.triples[triple] for triple in triples_of(word) if triple in model.triples]
        if known:
            row[:-2] = _UNKNOWN_WEIGHT * model.triple_rows[known].mean(axis=0)
        return row


def triples_of(word: str) -> list[str]:
    """Give the letter triples of a word, its ends marked by spaces."""
    padded = f" {word} "
    return [padded[i : i + 3] for i in range(len(padded) - 2)]
