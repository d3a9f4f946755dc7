"""The language part of the model: log-odds of words and letter triples, from words counted in real postings and ours.

Ours matter for the names of tools: boards of one language may never mention what is common on those of another.
"""

import csv
import tomllib
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jobtagger.text.language import triples_of

_FUNCTION_WORD_COUNT = 300  # as many postings as a frequent word of the smallest counted language stands in
_SMOOTHING = 0.5
_SHARED = 0.05  # every language is taken to hold this share of what the others hold of a word
_CLIP = 5.0  # log-odds a word can lack at most against the language it speaks for
_MIN_WRITTEN = 2
_MIN_TRIPLE_COUNT = 20


class LanguageCounts:
    """How often each word stands in each language, scaled so that languages weigh the same."""

    def __init__(self, statistics: Path) -> None:
        with (statistics / "language_terms.csv").open(encoding="utf-8", newline="") as table:
            rows = list(csv.DictReader(table))
        extra = tomllib.loads((statistics / "function_words.toml").read_text("utf-8"))
        counted = [name for name in rows[0] if name != "word"]
        self.languages = (*counted, *(name for name in extra if name not in counted))
        self.counts: dict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(len(self.languages)))
        for row in rows:
            self.counts[row["word"]][: len(counted)] = [float(row[name]) for name in counted]
        for name, words in extra.items():
            for word in words.split():
                self.counts[word][self.languages.index(name)] += _FUNCTION_WORD_COUNT

    def add(self, language: str, words: dict[str, int]) -> None:
        """Count words of postings of a language on top."""
        for word, n_postings in words.items():
            if n_postings >= _MIN_WRITTEN:
                self.counts[word][self.languages.index(language)] += n_postings

    @property
    def _scale(self) -> NDArray[np.float64]:
        """Factors that make all languages weigh the same."""
        total: NDArray[np.float64] = np.sum(list(self.counts.values()), axis=0)
        scale: NDArray[np.float64] = total.max() / total
        return scale

    def word_rows(self, words: list[str]) -> NDArray[np.float32]:
        """Give the log-odds of words, shape (n_words, n_languages); zeros for words never counted."""
        counts = np.array([self.counts.get(word, np.zeros(len(self.languages))) for word in words])
        return _log_odds(counts * self._scale)

    def triples(self) -> tuple[list[str], NDArray[np.float32]]:
        """Give the letter triples of all counted words and their log-odds, shape (n_triples, n_languages)."""
        counts: dict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(len(self.languages)))
        scale = self._scale
        for word, row in self.counts.items():
            for triple in triples_of(word):
                counts[triple] += np.sqrt(row * scale)
        names = sorted(name for name, row in counts.items() if row.sum() >= _MIN_TRIPLE_COUNT)
        return names, _log_odds(np.array([counts[name] for name in names]))


def _log_odds(counts: NDArray[np.float64]) -> NDArray[np.float32]:
    """Give log shares against their mean over the languages, clipped; uncounted rows are zero."""
    shares = (1 - _SHARED) * counts + _SHARED * counts.mean(axis=1, keepdims=True) + _SMOOTHING
    logs = np.log(shares)
    logs = np.maximum(logs, logs.max(axis=1, keepdims=True) - _CLIP)
    odds: NDArray[np.float32] = (logs - logs.mean(axis=1, keepdims=True)).astype(np.float32)
    return odds
