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
    fallback : str
        Language of texts in which nothing, or nothing clear, speaks for any.
    """

    def __init__(self, model: LanguageModel, vocabulary: Vocabulary, min_margin: float, fallback: str) -> None:
        self._model = model
        self._min_margin = min_margin
        self._fallback = fallback
        self._table = WordTable(vocabulary, len(model.languages), self._row, model.word_rows)

    def identify(self, token_ids: list[list[int]]) -> list[str]:
        """Name the language of each posting, in order."""
        rows = self._table.rows()
        languages = self._model.languages
        answers = []
        for ids in token_ids:
            odds = rows[ids[:_MAX_TOKENS]].sum(axis=0) if ids else rows[0]
            best, second = np.argpartition(-odds, 1)[:2]
            if odds[best] - odds[second] < self._min_margin:
                fallback_ties = odds[languages.index(self._fallback)] > odds[best] - self._min_margin
                answers.append(self._fallback if fallback_ties else languages[best])
            else:
                answers.append(languages[best])
        return answers

    def _row(self, word: str) -> NDArray[np.float32]:
        model = self._model
        known = [model.triples[triple] for triple in triples_of(word) if triple in model.triples]
        if not known or word.isdigit():
            return np.zeros(len(model.languages), dtype=np.float32)
        row: NDArray[np.float32] = _UNKNOWN_WEIGHT * model.triple_rows[known].mean(axis=0)
        return row


def triples_of(word: str) -> list[str]:
    """Give the letter triples of a word, its ends marked by spaces."""
    padded = f" {word} "
    return [padded[i : i + 3] for i in range(len(padded) - 2)]
