"""Words that each speak a little for or against a trait: weighed in trait_words.csv, added up, as phrases alone miss much.

The score of a trait is its start, plus the weight of every different word that stands in title or description and is not
negated, plus the weight of every different word of the title, plus weights for what phrases found and for the predicted
category. From 0 on the trait is shown, if one of its phrases, or of the words that its phrases are made of, says so. From
`to_count` on it moves the level, if one of its own phrases stands there: nobody's level hangs on words that merely tend to
go with it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.knowledge.types import Trait, WordWeights
from jobtagger.pieces import GENDERS
from jobtagger.risk.automaton import Ids
from jobtagger.risk.matches import Flags, Matches, join
from jobtagger.vocabulary import BOUNDARY, DESCRIPTION, TITLE, Tokens, Vocabulary, pair_key, segment_sums, span_places

_BOUNDARY = 0
_PARTS = 100  # weights have two decimals; whole hundredths add up to the same in any order
_TEXT, _TITLE, _IS_OWN = range(3)  # of a row: weights in the text, in the title, and whether it is the trait's own word
_N_SHOWN = 5  # of weighed words and phrases, the strongest are shown
_LOUD_SHARE = 0.3  # and of those only what weighs this much of the strongest: the rest would persuade nobody
_PLACE_BITS = 32
_SHORTEST, _FEW = 3, 2  # letters of a word that tells a trait, and how many traits' phrases may hold it


class Seen(NamedTuple):
    """The different words of each posting of a chunk, once each: whose, which, and at which token first."""

    owners: Ids
    ids: Ids
    places: Ids


class _Speaking(NamedTuple):
    """What speaks for traits that are shown: for which (posting and trait in one number), from where to where, how loud."""

    pair: Ids
    start: Ids
    end: Ids
    weight: NDArray[np.float64]

    def where(self, kept: Flags | Ids) -> "_Speaking":
        columns: list[Any] = [column[kept] for column in self]
        return _Speaking(*columns)


class WordScorer:
    """Adds up the words of postings for the traits that weigh words.

    Parameters
    ----------
    weights : mapping of trait id to WordWeights
        Those of other traits are passed over.
    traits : sequence of Trait
        In the order of their numbers.
    vocabulary : Vocabulary
        The session's.
    """

    def __init__(self, weights: Mapping[str, WordWeights], traits: Sequence[Trait], vocabulary: Vocabulary) -> None:
        trait_ids = [trait.id for trait in traits]
        self._traits = np.array([n for n, name in enumerate(trait_ids) if name in weights], dtype=np.int64)
        self._weights = [weights[trait_ids[number]] for number in self._traits]
        self._needs_phrase = np.array([traits[number].needs_phrase for number in self._traits], dtype=bool)
        self._is_weighed = np.array([name in weights for name in trait_ids], dtype=bool)
        self._start = _whole([of_trait.start for of_trait in self._weights])
        self._to_count = _whole([of_trait.to_count for of_trait in self._weights])
        self._of_shown = _whole([[of_trait.shown.get(name, 0.0) for of_trait in self._weights] for name in trait_ids])
        of_counting = [[of_trait.counting.get(name, 0.0) for of_trait in self._weights] for name in trait_ids]
        self._of_counting = _whole(of_counting)
        categories = sorted({name for of_trait in self._weights for name in of_trait.category})
        self._category_number = {name: number for number, name in enumerate(categories, 1)}
        of_category = [[of_trait.category.get(name, 0.0) for of_trait in self._weights] for name in ["", *categories]]
        self._of_category = _whole(of_category)
        self._vocabulary = vocabulary
        places = [(of_trait.text, of_trait.title) for of_trait in self._weights]
        own_words = _own_words(traits)
        words = sorted({word for both in places for by_word in both for word in by_word})
        self._row_of = {word: number for number, word in enumerate(words, 1)}
        self._rows = np.zeros((1 + len(words), 3, len(self._weights)), dtype=np.float32)
        for trait, both in enumerate(places):
            for place, by_word in enumerate(both):
                for word, weight in by_word.items():
                    self._rows[self._row_of[word], place, trait] = round(weight * _PARTS)
            for word in own_words[trait_ids[self._traits[trait]]] & self._row_of.keys():
                self._rows[self._row_of[word], _IS_OWN, trait] = 1
        self._row = np.zeros(0, dtype=np.int32)

    def weigh(
        self, found: Matches, tokens: Tokens, is_negated: Flags, categories: Sequence[str] | None = None
    ) -> Matches:
        """Replace the matches of traits that weigh words by the strongest words and phrases that speak for them.

        `categories` are the predicted ones of the postings, if they are known.
        """
        if not len(self._weights):
            return found
        n_postings, n_traits = len(tokens.starts) - 1, len(self._of_shown)
        n_weighed, row = len(self._weights), self._row_of_words()
        text, title = read_words(tokens, is_negated, row > 0)
        rows_of_text, rows_of_title = self._rows.take(row[text.ids], axis=0), self._rows.take(row[title.ids], axis=0)
        of_text, of_title = rows_of_text[:, _TEXT], rows_of_title[:, _TITLE]
        by_phrases, counting = found.shown(n_postings, n_traits), found.counting(n_postings, n_traits)
        totals = self._start + by_phrases @ self._of_shown + counting @ self._of_counting
        if categories is not None:
            number_of = self._category_number
            totals += self._of_category[[number_of.get(category_id, 0) for category_id in categories]]
        for seen, weights in ((text, of_text), (title, of_title)):
            owners, sums = segment_sums(weights, seen.owners)
            totals[owners] += sums.astype(np.int64)  # of whole numbers, and therefore exact
        is_shown = (totals >= 0) & (by_phrases[:, self._traits] | ~self._needs_phrase)
        is_weighed = self._is_weighed[found.trait]
        own = found.where(is_weighed)
        of_own = np.zeros((len(own.owner), n_weighed), dtype=np.int64)
        column = np.searchsorted(self._traits, own.trait)
        of_own[np.arange(len(column)), column] = (
            self._of_shown[own.trait, column] + counting[own.owner, own.trait] * self._of_counting[own.trait, column]
        )
        phrases = _speaking(own.owner, own.start, own.end, of_own, is_shown)
        words = _together(
            _speaking(text.owners, text.places, text.places + 1, of_text * rows_of_text[:, _IS_OWN], is_shown),
            _speaking(title.owners, title.places, title.places + 1, of_title * rows_of_title[:, _IS_OWN], is_shown),
        )
        shown = _strongest(phrases, _outside(words, phrases))
        owner, trait = shown.pair // n_weighed, shown.pair % n_weighed
        counts = (totals[owner, trait] >= self._to_count[trait]) & by_phrases[owner, self._traits[trait]]
        is_sign = np.ones(len(owner), dtype=bool)
        weighed = Matches(owner, self._traits[trait], shown.start, shown.end, is_sign, counts)
        return join(found.where(~is_weighed), weighed)

    def _row_of_words(self) -> NDArray[np.int32]:
        """Give the row of weights of each word of the vocabulary, 0 where it has none."""
        new = self._vocabulary.words[len(self._row) :]
        if new:
            self._row = np.concatenate([self._row, np.array([self._row_of.get(word, 0) for word in new], np.int32)])
        return self._row


def _speaking(owner: Ids, start: Ids, end: Ids, weights: NDArray[Any], is_shown: Flags) -> _Speaking:
    """Give what speaks for a trait that is shown; `weights` has a column per trait."""
    may_speak = np.flatnonzero(np.logical_or.reduce(is_shown, axis=1)[owner])
    number, trait = np.nonzero((weights[may_speak] > 0) & is_shown[owner[may_speak]])
    number = may_speak[number]
    pair = owner[number] * weights.shape[1] + trait
    return _Speaking(pair, start[number], end[number], weights[number, trait].astype(np.float64))


def _together(text: _Speaking, title: _Speaking) -> _Speaking:
    """Add up what a word says as one of the text and as one of the title."""
    pair, start = np.concatenate([text.pair, title.pair]), np.concatenate([text.start, title.start])
    packed, place = np.unique((pair << _PLACE_BITS) | start, return_inverse=True)
    weight: NDArray[Any] = np.bincount(place, np.concatenate([text.weight, title.weight]), len(packed))
    start = packed & ((1 << _PLACE_BITS) - 1)
    return _Speaking(packed >> _PLACE_BITS, start, start + 1, weight)


def _outside(words: _Speaking, phrases: _Speaking) -> _Speaking:
    """Leave out words within a phrase that speaks for the same."""
    length = phrases.end - phrases.start
    said = span_places((phrases.pair << _PLACE_BITS) | phrases.start, length)
    is_outside = ~np.isin((words.pair << _PLACE_BITS) | words.start, said)
    return words.where(is_outside)


def _strongest(*several: _Speaking) -> _Speaking:
    """Keep the loudest few of each pair, in order of their places."""
    every = _Speaking(*map(np.concatenate, zip(*several, strict=True)))
    order = np.lexsort((every.start, -every.weight, every.pair))
    pair, weight = every.pair[order], every.weight[order]
    first = np.searchsorted(pair, pair)
    kept = order[(np.arange(len(pair)) - first < _N_SHOWN) & (weight >= _LOUD_SHARE * weight[first])]
    return every.where(kept)


def read_words(tokens: Tokens, is_negated: Flags, is_asked: Flags | None = None) -> tuple[Seen, Seen]:
    """Give the different words of title and description of each posting, and of its title; without negated ones.

    `is_asked` tells by word number which words to give; none given, all.
    """
    is_read = (tokens.ids != _BOUNDARY) & ~is_negated
    if is_asked is not None:
        is_read &= is_asked[tokens.ids]
    is_title = tokens.part == TITLE
    text = np.flatnonzero(is_read & (is_title | (tokens.part == DESCRIPTION)))
    return _different(tokens, text), _different(tokens, np.flatnonzero(is_read & is_title))


def _different(tokens: Tokens, places: Ids) -> Seen:
    """Keep the first of each word of each posting, ordered by posting."""
    _, first = np.unique(pair_key(tokens.posting[places], tokens.ids[places]), return_index=True)
    kept = places[first]
    return Seen(tokens.posting[kept], tokens.ids[kept], kept)


def is_weighable(word: str) -> bool:
    """Tell whether a normalised word can carry a weight: boundaries, single letters, "h/f" and numbers cannot."""
    return word not in (BOUNDARY, *GENDERS) and len(word) > 1 and not word.isdigit()


def _own_words(traits: Sequence[Trait]) -> dict[str, set[str]]:
    """Give the words of each trait's phrases that a reader would take for a reason: long ones that few other traits use."""
    every = {}
    for trait in traits:
        phrases = (*trait.phrases, *trait.title_phrases, *trait.signs, *trait.title_signs)
        steps = (part.removesuffix("?") for phrase in phrases for part in phrase.split())
        every[trait.id] = {word for step in steps for word in step.split("|") if len(word) >= _SHORTEST}
    n_traits = Counter(word for words in every.values() for word in words)
    return {trait_id: {word for word in words if n_traits[word] <= _FEW} for trait_id, words in every.items()}


def _whole(weights: Sequence[Any]) -> NDArray[np.int64]:
    return np.rint(_PARTS * np.array(weights, dtype=np.float64)).astype(np.int64)
