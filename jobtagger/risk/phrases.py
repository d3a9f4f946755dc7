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
MANY = "##"
ANY_WORD = "*"
_THOUSANDS = "000"  # what "12,000" ends in, once it is tokens


class Step(NamedTuple):
    """One place of a phrase: the word numbers that fit (none: any word does), and whether it may be left out."""

    numbers: frozenset[int]
    is_optional: bool

    def fits(self, kinds: tuple[int, ...]) -> bool:
        """Tell whether a token that counts as any of `kinds` can stand here; a boundary never can."""
        return kinds[0] != 0 and (not self.numbers or not self.numbers.isdisjoint(kinds))


class Mark(NamedTuple):
    """What a phrase stands for: a trait at once, in the title only, or as one of several weak signs (by number)."""

    trait_id: str
    in_title: bool = False
    sign: int | None = None


class Phrase(NamedTuple):
    """A phrase and what it stands for."""

    mark: Mark
    steps: tuple[Step, ...]


class PhraseBook:
    """All phrases of a session, found by the words they can open with.

    Parameters
    ----------
    vocabulary : Vocabulary
        The session's.
    many_from : int
        The number from which `##` stands for it, as `#` does for any.
    """

    def __init__(self, vocabulary: Vocabulary, many_from: int) -> None:
        self._vocabulary = vocabulary
        self._many_from = many_from
        self._any_number = vocabulary.id_of(ANY_NUMBER)
        self._many = vocabulary.id_of(MANY)
        self._number_of: dict[str, int] = {ANY_NUMBER: self._any_number, MANY: self._many}
        self._alone: dict[int, list[Phrase]] = defaultdict(list)
        self._opened: dict[int, list[Phrase]] = defaultdict(list)
        self._candidates: dict[tuple[int, ...], list[Phrase]] = {}
        self._is_number = np.zeros(0, dtype=bool)
        self._is_many = np.zeros(0, dtype=bool)
        self._kinds_of: dict[int, tuple[int, ...]] = {}
        self._pairs = PairSet(np.zeros(0, dtype=np.int64))
        self._is_alone = np.zeros(0, dtype=bool)

    def add(self, mark: Mark, phrases: Iterable[str]) -> None:
        """Compile phrases that stand for the same.

        Raises
        ------
        ValueError
            When a word of a phrase is not one token of the vocabulary.
        """
        for text in phrases:
            phrase = Phrase(mark, tuple(self._step(part) for part in text.split()))
            if not phrase.steps[0].numbers:
                raise ValueError(f'phrase "{text}": "{ANY_WORD}" may stand from the second word on')
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
        hits[self._pairs.places(pair_key(ids[:-1], ids[1:]))[0]] = True
        numbers = np.flatnonzero(self._is_number[ids])
        if len(numbers) and len(ids) > 1:
            before = np.unique(np.concatenate([numbers, numbers - 1]))
            before = before[(before >= 0) & (before < len(ids) - 1)]
            for first, second in product(self._readings(ids[before]), self._readings(ids[before + 1])):
                hits[before[self._pairs.places(pair_key(first, second))[0]]] = True
        return np.flatnonzero(hits)

    def match(self, ids: list[int], place: int) -> dict[Mark, int]:
        """Give, per mark, the end of its longest phrase that starts at a place."""
        opening = tuple(ids[place : place + 2])
        candidates = self._candidates.get(opening)
        if candidates is None:
            candidates = self._candidates[opening] = self._opened_by(opening)
        ends: dict[Mark, int] = {}
        for phrase in candidates:
            end = self._end(phrase.steps, ids, place)
            if end > ends.get(phrase.mark, 0):
                ends[phrase.mark] = end
        return ends

    def _opened_by(self, opening: tuple[int, ...]) -> list[Phrase]:
        """Give the phrases that one or two words can open."""
        kinds = [self._kinds(number) for number in opening]
        phrases = [phrase for first in kinds[0] for phrase in self._alone.get(first, ())] if kinds else []
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
        if place < len(ids) and step.fits(self._kinds(ids[place])):
            end = self._end(steps, ids, place + 1, at + 1)
            if end:
                return end
        return self._end(steps, ids, place, at + 1) if step.is_optional else 0

    def _readings(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
        """Give the words as they are, with any number for numbers, and with many for large ones."""
        any_number = np.where(self._is_number[ids], self._any_number, ids)
        return ids, any_number, np.where(self._is_many[ids], self._many, ids)

    def _kinds(self, number: int) -> tuple[int, ...]:
        """Give what a token counts as: itself, any number if it is one, many if it is a large one."""
        kinds = self._kinds_of.get(number)
        if kinds is None:
            word = self._vocabulary.words[number]
            kinds = (number, self._any_number) if word.isdigit() else (number,)
            kinds = self._kinds_of[number] = (*kinds, self._many) if self._counts_as_many(word) else kinds
        return kinds

    def _counts_as_many(self, word: str) -> bool:
        """Tell whether a word is a number large enough: "40", "000" (of "12,000"), "5k"."""
        if word.isdigit():
            return int(word) >= self._many_from or word == _THOUSANDS
        return word.endswith("k") and word[:-1].isdigit()

    def _step(self, part: str) -> Step:
        words = part.removesuffix("?").split("|")
        return Step(frozenset(map(self._number, words)) if words != [ANY_WORD] else frozenset(), part.endswith("?"))

    def _number(self, word: str) -> int:
        if word not in self._number_of:
            numbers = self._vocabulary.ids(word)
            if len(numbers) != 1:
                raise ValueError(f'phrase word "{word}" is {len(numbers)} tokens; write it as it is tokenised')
            self._number_of[word] = numbers[0]
        return self._number_of[word]

    def _learn_words(self) -> None:
        """Keep up with the vocabulary: which words are numbers, and which can be a phrase alone."""
        words = self._vocabulary.words
        known = len(self._is_number)
        if known < len(words):
            new = words[known:]
            is_many = np.array([self._counts_as_many(word) for word in new], dtype=bool)
            is_number = np.array([word.isdigit() for word in new], dtype=bool)
            alone = np.array([number in self._alone for number in range(known, len(words))], dtype=bool)
            alone |= (is_number & (self._any_number in self._alone)) | (is_many & (self._many in self._alone))
            self._is_many = np.concatenate([self._is_many, is_many])
            self._is_number = np.concatenate([self._is_number, is_number | is_many])
            self._is_alone = np.concatenate([self._is_alone, alone])


def _openings(steps: tuple[Step, ...]) -> set[tuple[int, int | None]]:
    """Give the first two words with which a phrase can open; the second is None where none or any word may follow."""
    if not steps:
        return {(-1, None)}
    first, rest = steps[0], steps[1:]
    found: set[tuple[int, int | None]] = _openings(rest) - {(-1, None)} if first.is_optional else set()
    for index, step in enumerate(rest):
        if not step.numbers:  # any word may follow, so that only the first one sifts
            return found | {(number, None) for number in first.numbers}
        found |= set(product(first.numbers, step.numbers))
        if not step.is_optional:
            break
        if index == len(rest) - 1:
            found |= {(number, None) for number in first.numbers}
    if not rest:
        found |= {(number, None) for number in first.numbers}
    return found
