"""Phrases of traits.toml, compiled for one session: a sequence of steps, each a set of word numbers.

Looking at which words stand alone as a phrase and which two neighbours can open one sifts a whole chunk in numpy, so
that phrases are tried only where something may be found. There all of them are tried at once: an automaton whose states
are sets of places in phrases, made as texts call for them (the lazy subset construction of regular-expression engines).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.vocabulary import PairSet, Vocabulary, pair_key

ANY_NUMBER = "#"
MANY = "##"
ANY_WORD = "*"
_THOUSANDS = ("000", "00000")  # what "12,000" ends in, and what "12000" is, once they are tokens


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
    """A phrase and the number of the mark it stands for."""

    mark: int
    steps: tuple[Step, ...]


class Place(NamedTuple):
    """A step of a phrase, by their numbers; behind the last step the phrase is whole."""

    phrase: int
    step: int


class _State(dict[int, "_State | None"]):
    """How far phrases have come: what each word leads to (None: nowhere), worked out when it is first asked for.

    `places` are the steps that can be next, `marks` those of the phrases that are whole.
    """

    def __init__(
        self,
        places: tuple[Place, ...],
        marks: tuple[int, ...],
        lead: "Callable[[tuple[Place, ...], int], _State | None]",
    ) -> None:
        super().__init__()
        self.places, self.marks = places, marks
        self._lead = lead

    def __missing__(self, number: int) -> "_State | None":
        following = self[number] = self._lead(self.places, number)
        return following


class PhraseBook:
    """All phrases of a session, found by the words they can open with.

    Parameters
    ----------
    vocabulary : Vocabulary
        The session's.
    many_from : int
        The number from which `##` stands for it, as `#` does for any.

    Attributes
    ----------
    marks : list of Mark
        What phrases stand for, in the order they were added.
    """

    def __init__(self, vocabulary: Vocabulary, many_from: int) -> None:
        self._vocabulary = vocabulary
        self._many_from = many_from
        self._any_number = vocabulary.id_of(ANY_NUMBER)
        self._many = vocabulary.id_of(MANY)
        self._number_of: dict[str, int] = {ANY_NUMBER: self._any_number, MANY: self._many}
        self.marks: list[Mark] = []
        self._phrases: list[Phrase] = []
        self._opening: dict[int, list[Place]] = defaultdict(list)
        self._states: dict[tuple[Place, ...], _State] = {}
        self._start = _State((), (), self._open)
        self._alone: set[int] = set()
        self._opened: set[int] = set()
        self._is_number = np.zeros(0, dtype=bool)
        self._is_many = np.zeros(0, dtype=bool)
        self._kinds_of: dict[int, tuple[int, ...]] = {}
        self._pairs = PairSet(np.zeros(0, dtype=np.int64))
        self._is_alone = np.zeros(0, dtype=bool)

    def add(self, mark: Mark, phrases: Iterable[str]) -> None:
        """Compile phrases that stand for the same; the mark is numbered in order.

        Raises
        ------
        ValueError
            When a word of a phrase is not one token of the vocabulary.
        """
        number_of_mark = len(self.marks)
        self.marks.append(mark)
        for text in phrases:
            phrase = Phrase(number_of_mark, tuple(self._step(part) for part in text.split()))
            if not phrase.steps[0].numbers:
                raise ValueError(f'phrase "{text}": "{ANY_WORD}" may stand from the second word on')
            for place in self._reach(len(self._phrases), 0, phrase.steps):
                for number in phrase.steps[place.step].numbers if place.step < len(phrase.steps) else ():
                    self._opening[number].append(place)
            self._phrases.append(phrase)
            for first, second in _openings(phrase.steps):
                if second is None:
                    self._alone.add(first)
                else:
                    self._opened.add(pair_key(first, second))

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

    def may_start(self, number: int) -> bool:
        """Tell whether a phrase can start with a word."""
        return self._start[number] is not None

    def match(self, ids: list[int], place: int) -> dict[int, int]:
        """Give, per number of a mark, the end of its longest phrase that starts at a place."""
        ends: dict[int, int] = {}
        state, n_ids = self._start, len(ids)
        while place < n_ids:
            following = state[ids[place]]
            if following is None:
                break
            state = following
            place += 1
            for mark in state.marks:
                ends[mark] = place
            if not state.places:
                break
        return ends

    def _open(self, places: tuple[Place, ...], number: int) -> "_State | None":
        """Give the state after the first word of a phrase."""
        return self._state([place for kind in self._kinds(number) for place in self._opening.get(kind, ())])

    def _go_on(self, places: tuple[Place, ...], number: int) -> "_State | None":
        """Give the state after one more word."""
        kinds = self._kinds(number)
        return self._state([place for place in places if self._phrases[place.phrase].steps[place.step].fits(kinds)])

    def _state(self, passed: list[Place]) -> "_State | None":
        """Give the state behind the steps that a word fits."""
        reached = {
            place for phrase, step in passed for place in self._reach(phrase, step + 1, self._phrases[phrase].steps)
        }
        if not reached:
            return None
        key = tuple(sorted(reached))
        if key not in self._states:
            is_end = [place.step == len(self._phrases[place.phrase].steps) for place in key]
            marks = dict.fromkeys(self._phrases[p.phrase].mark for p, end in zip(key, is_end, strict=True) if end)
            places = tuple(place for place, end in zip(key, is_end, strict=True) if not end)
            self._states[key] = _State(places, tuple(marks), self._go_on)
        return self._states[key]

    @staticmethod
    def _reach(phrase: int, step: int, steps: tuple[Step, ...]) -> list[Place]:
        """Give the places that can be next: a step, and those behind it as long as they may be left out."""
        places = [Place(phrase, step)]
        while step < len(steps) and steps[step].is_optional:
            step += 1
            places.append(Place(phrase, step))
        return places

    def _readings(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
        """Give the words as they are, with any number for numbers, and with many for large ones."""
        any_number = np.where(self._is_number[ids], self._any_number, ids)
        return ids, any_number, np.where(self._is_many[ids], self._many, ids)

    def _kinds(self, number: int) -> tuple[int, ...]:
        """Give what a token counts as: itself, any number if it is one, many if it is a large one."""
        kinds = self._kinds_of.get(number)
        if kinds is None:
            word = self._vocabulary.words[number]
            kinds = (number, self._any_number) if word.isdecimal() else (number,)
            kinds = self._kinds_of[number] = (*kinds, self._many) if self._counts_as_many(word) else kinds
        return kinds

    def _counts_as_many(self, word: str) -> bool:
        """Tell whether a word is a number large enough: "40", "000" (of "12,000"), "00000" (10000 and above), "5k"."""
        if word.isdecimal():  # not isdigit: that holds of "❶", which is no number to int()
            return int(word) >= self._many_from or word in _THOUSANDS
        return word.endswith("k") and word[:-1].isdecimal()

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
            is_number = np.array([word.isdecimal() for word in new], dtype=bool)
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
