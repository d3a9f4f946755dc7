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

from jobtagger.vocabulary import PairSet, Vocabulary, pair_key

ANY_NUMBER = "#"


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
        self._candidates: dict[tuple[int, ...], list[Phrase]] = {}
        self._is_number = np.zeros(0, dtype=bool)
        self._pairs = PairSet(np.zeros(0, dtype=np.int64))
        self._is_alone = np.zeros(0, dtype=bool)

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
                    self._opened[pair_key(first, second)].append(phrase)

    def close(self) -> None:
        """Make ready for looking up, after the last phrase was added."""
        self._pairs = PairSet(np.fromiter(self._opened, np.int64, len(self._opened)))

    def places(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the places of a token stream at which a phrase can start, in order."""
        if not len(ids):
            return np.zeros(0, dtype=np.int64)
        self._learn_words()
        hits = self._is_alone[ids]
        as_number = np.where(self._is_number[ids], self.any_number, ids)
        has_none = np.array_equal(as_number, ids)
        streams = (ids,) if has_none else (ids, as_number)
        for first, second in product(streams, repeat=2):
            hits[self._pairs.places(pair_key(first[:-1], second[1:]))[0]] = True
        return np.flatnonzero(hits)

    def match(self, ids: list[int], place: int) -> dict[str, int]:
        """Give, per trait, the end of its longest phrase that starts at a place."""
        opening = tuple(ids[place : place + 2])
        candidates = self._candidates.get(opening)
        if candidates is None:
            candidates = self._candidates[opening] = self._opened_by(opening)
        ends: dict[str, int] = {}
        for phrase in candidates:
            end = self._end(phrase.steps, ids, place)
            if end > ends.get(phrase.trait_id, 0):
                ends[phrase.trait_id] = end
        return ends

    def _opened_by(self, opening: tuple[int, ...]) -> list[Phrase]:
        """Give the phrases that one or two words can open."""
        kinds = [self._kinds(number) for number in opening]
        phrases = [phrase for first in kinds[0] for phrase in self._alone.get(first, ())]
        if len(kinds) > 1:
            phrases += [
                phrase for first, second in product(*kinds) for phrase in self._opened.get(pair_key(first, second), ())
            ]
        return phrases

    def _end(self, steps: tuple[Step, ...], ids: list[int], place: int, at: int = 0) -> int:
        """Give where a phrase whose steps from `at` on stand at a place ends, 0 if it does not match."""
        if at == len(steps):
            return place
        step = steps[at]
        if place < len(ids) and self._fits(step, ids[place]):
            end = self._end(steps, ids, place + 1, at + 1)
            if end:
                return end
        return self._end(steps, ids, place, at + 1) if step.is_optional else 0

    def _fits(self, step: Step, number: int) -> bool:
        return number in step.numbers or (self.any_number in step.numbers and self._vocabulary.words[number].isdigit())

    def _kinds(self, number: int) -> tuple[int, ...]:
        """Give what a token counts as: itself, and any number if it is one."""
        return (number, self.any_number) if self._vocabulary.words[number].isdigit() else (number,)

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

    def _learn_words(self) -> None:
        """Keep up with the vocabulary: which words are numbers, and which can be a phrase alone."""
        words = self._vocabulary.words
        known = len(self._is_number)
        if known < len(words):
            is_number = np.array([word.isdigit() for word in words[known:]], dtype=bool)
            alone = np.array([number in self._alone for number in range(known, len(words))], dtype=bool)
            alone |= is_number & (self.any_number in self._alone)
            self._is_number = np.concatenate([self._is_number, is_number])
            self._is_alone = np.concatenate([self._is_alone, alone])


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
