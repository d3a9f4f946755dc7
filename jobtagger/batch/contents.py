"""What the first rows of a table hold, where the names of its columns do not say."""

import re
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

N_SAMPLE_ROWS = 100
"""Rows that are looked at."""

_LONG = 20  # words in half of the cells: a text
_SENTENCE = 4  # words in half of the cells: more than the name of a kind
_DISTINCT = 0.8  # of the cells of a text are like no other
_ABOUT = 0.4  # of the texts have a word of their title
_ABOUT_MORE = 0.15  # more of them than have one of another row's title
_FEW = 4  # rows, among which others tell nothing
_STEM = 5
_TAG = re.compile(r"<[^<>]{1,200}>")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LISTED = re.compile(r"[^\W\d_]['\"]?[,;|](?=\s|$)")
_NO_TEXT = re.compile(r"\s*(?:https?://\S+|www\.\S+|\S+@\S+|\{.*\}|\[\s*[\[{].*)\s*", re.DOTALL)


class Content(NamedTuple):
    """What the filled cells of a column hold: how many words half of them have, how many are like no other.

    `is_words` says whether most are words at all, and no numbers, addresses or objects of JSON.
    """

    n_words: float
    distinct: float
    is_words: bool

    @property
    def is_long(self) -> bool:
        """Whether these are texts, each its own."""
        return self.n_words >= _LONG and self.distinct >= _DISTINCT

    @property
    def is_sentence(self) -> bool:
        """Whether these may be short texts, and no kinds that repeat."""
        return self.n_words >= _SENTENCE and self.distinct >= _DISTINCT


def content_of(cells: Sequence[str]) -> Content:
    """Look at the cells of a column."""
    filled = [cell for cell in cells if cell.strip()]
    if not filled:
        return Content(0, 0, is_words=True)
    n_texts = sum(_is_text(cell) for cell in filled)
    return Content(median(map(_n_words, filled)), len(set(filled)) / len(filled), n_texts * 2 >= len(filled))


def is_about(titles: Sequence[str], texts: Sequence[str]) -> bool:
    """Tell whether texts are about what the titles of their rows say, and not about the client or the board."""
    pairs = [
        (stems, text.lower())
        for title, text in zip(titles, texts, strict=True)
        if text.strip() and (stems := {word[:_STEM].lower() for word in _WORD.findall(title) if len(word) > 3})
    ]
    if not pairs:
        return False
    own = sum(_has_one(stems, text) for stems, text in pairs) / len(pairs)
    if len(pairs) < _FEW:
        return own >= _ABOUT
    others = [(pairs[number - 1][0], text) for number, (_, text) in enumerate(pairs)]
    return own >= _ABOUT and own >= _ABOUT_MORE + sum(_has_one(stems, text) for stems, text in others) / len(others)


def _has_one(stems: set[str], text: str) -> bool:
    return any(stem in text for stem in stems)


def _is_text(cell: str) -> bool:
    return not _NO_TEXT.fullmatch(cell) and any(map(str.isalpha, cell))


def _n_words(cell: str) -> int:
    """Count the words of a text; addresses, JSON, numbers and lists of names are none."""
    if _NO_TEXT.fullmatch(cell):
        return 0
    text = _TAG.sub(" ", cell)
    n_words = len(_WORD.findall(text))
    return min(n_words, 1) if n_words > 3 and len(_LISTED.findall(text)) * 3 > n_words else n_words
