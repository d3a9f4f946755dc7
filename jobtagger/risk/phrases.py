"""Phrases of traits.toml, compiled for one session: a sequence of steps, each a set of word numbers.

Looking at which words stand alone as a phrase and which two neighbours can open one sifts a whole chunk in numpy, so
that phrases are tried only where something may be found.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.vocabulary import Vocabulary

ANY_NUMBER = "#"
_SHIFT = 32


class Step(NamedTuple):
    """One place of a phrase: the word numbers that fit, and whether it may be left out."""

    numbers: frozenset[int]
    is_optional: bool


class Phrase(NamedTuple):
    """A phrase and the trait it shows."""

    trait_id: str
    steps: tuple[Step, ...]


class PhraseBook:
    """All phrases of a session, found by the words they can open with."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._number_of: dict[str, int] = {}
        self.any_number = vocabulary.id_of(ANY_NUMBER)
        self._alone: dict[int, list[Phrase]] = defaultdict(list)
        self._opened: dict[int, list[Phrase]] = defaultdict(list)
        self._is_number = np.zeros(0, dtype=bool)
        self._alone_keys = self._opened_keys = np.zeros(0, dtype=np.int64)

    def add(self, trait_id: str, phrases: Iterable[str]) -> None:
        """Compile phrases of a trait.

        Raises
        ------
        ValueError
            When a word of a phrase is not one token of the vocabulary.
        """
        for text in phrases:
            phrase = Phrase(trait_id, tuple(self._step(part) for part in text.split()))
            for first, second in _openings(phrase.steps):
                if second is None:
                    self._alone[first].append(phrase)
                else:
                    self._opened[first << _SHIFT | second].append(phrase)

    def close(self) -> None:
        """Make ready for looking up, after the last phrase was added."""
        self._alone_keys = np.sort(np.fromiter(self._alone, np.int64, len(self._alone)))
        self._opened_keys = np.sort(np.fromiter(self._opened, np.int64, len(self._opened)))

    def places(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the places of a token stream at which a phrase can start, in order."""
        if not len(ids):
            return np.zeros(0, dtype=np.int64)
        as_number = np.where(self._numbers_so_far()[ids], self.any_number, ids)
        hits = _isin(ids, self._alone_keys) | _isin(as_number, self._alone_keys)
        for first, second in product((ids, as_number), repeat=2):
            hits[:-1] |= _isin((first[:-1] << _SHIFT) | second[1:], self._opened_keys)
        return np.flatnonzero(hits)

    def match(self, ids: list[int], place: int) -> dict[str, int]:
        """Give, per trait, the end of its longest phrase that starts at a place."""
        kinds = [self._kinds(number) for number in ids[place : place + 2]]
        candidates = [phrase for first in kinds[0] for phrase in self._alone.get(first, ())]
        if len(kinds) > 1:
            candidates += [
                phrase for first, second in product(*kinds) for phrase in self._opened.get(first << _SHIFT | second, ())
            ]
        ends: dict[str, int] = {}
        for phrase in candidates:
            end = self._end(phrase.steps, ids, place)
            if end > ends.get(phrase.trait_id, 0):
                ends[phrase.trait_id] = end
        return ends

    def _end(self, steps: tuple[Step, ...], ids: list[int], place: int) -> int:
        """Give where a phrase that starts at a place ends, 0 if it does not match."""
        if not steps:
            return place
        step, rest = steps[0], steps[1:]
        if place < len(ids) and not step.numbers.isdisjoint(self._kinds(ids[place])):
            end = self._end(rest, ids, place + 1)
            if end:
                return end
        return self._end(rest, ids, place) if step.is_optional else 0

    def _kinds(self, number: int) -> tuple[int, ...]:
        """Give what a token counts as: itself, and any number if it is one."""
        return (number, self.any_number) if self._vocabulary.words[number][0].isdigit() else (number,)

    def _step(self, part: str) -> Step:
        words = part.removesuffix("?").split("|")
        return Step(frozenset(map(self._number, words)), part.endswith("?"))

    def _number(self, word: str) -> int:
        if word not in self._number_of:
            numbers = [self.any_number] if word == ANY_NUMBER else self._vocabulary.ids(word)
            if len(numbers) != 1:
                raise ValueError(f'phrase word "{word}" is {len(numbers)} tokens; write it as it is tokenised')
            self._number_of[word] = numbers[0]
        return self._number_of[word]

    def _numbers_so_far(self) -> NDArray[np.bool_]:
        """Say which words of the vocabulary are numbers; it may have grown."""
        words = self._vocabulary.words
        if len(self._is_number) < len(words):
            fresh = [word[0].isdigit() for word in words[len(self._is_number) :]]
            self._is_number = np.concatenate([self._is_number, np.array(fresh, dtype=bool)])
        return self._is_number


def _openings(steps: tuple[Step, ...]) -> set[tuple[int, int | None]]:
    """Give the first two words with which a phrase can open; the second is None where it may end after one."""
    if not steps:
        return {(-1, None)}
    first, rest = steps[0], steps[1:]
    found: set[tuple[int, int | None]] = _openings(rest) - {(-1, None)} if first.is_optional else set()
    for index, step in enumerate(rest):
        found |= set(product(first.numbers, step.numbers))
        if not step.is_optional:
            break
        if index == len(rest) - 1:
            found |= {(number, None) for number in first.numbers}
    if not rest:
        found |= {(number, None) for number in first.numbers}
    return found


def _isin(values: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which values are among the known ones, which are sorted."""
    if not len(known):
        return np.zeros(len(values), dtype=bool)
    is_known: NDArray[np.bool_] = known[np.minimum(np.searchsorted(known, values), len(known) - 1)] == values
    return is_known
