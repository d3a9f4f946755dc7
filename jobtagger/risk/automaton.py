"""All phrases followed at once through a token stream: an automaton whose states are sets of places in phrases.

States, and what leads from one to another, are worked out when texts first call for them (the lazy subset construction of
regular-expression engines) and kept in arrays, so that all places of a chunk take a step together in numpy.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobtagger.vocabulary import span_places

Ids = NDArray[np.int64]

_NOWHERE, _START = 0, 1
_SYMBOL_BITS = 32
_OF_BOUNDARY = (0,)  # what the boundary counts as


class Step(NamedTuple):
    """One place of a phrase: the word numbers that fit (none: any word, no boundary), and whether it may be left out."""

    numbers: frozenset[int]
    is_optional: bool

    def fits(self, kinds: tuple[int, ...]) -> bool:
        """Tell whether a word that counts as any of `kinds` can stand here."""
        return (not self.numbers and kinds != _OF_BOUNDARY) or not self.numbers.isdisjoint(kinds)


class Phrase(NamedTuple):
    """A phrase and the number of the mark it stands for."""

    mark: int
    steps: tuple[Step, ...]


class Place(NamedTuple):
    """A step of a phrase, by their numbers; behind the last step the phrase is whole."""

    phrase: int
    step: int


class Ends(NamedTuple):
    """Phrases found in a token stream, sorted by start and mark: tokens `start` to `end` (exclusive).

    Of those with the same start and mark only the longest is there.
    """

    start: Ids
    end: Ids
    mark: Ids


class Automaton:
    """Follows phrases.

    Parameters
    ----------
    kinds_of : callable
        What a symbol counts as: numbers of words in phrases. The symbol 0 is the boundary, which ends every phrase that
        does not hold it, and is never asked for.
    """

    def __init__(self, kinds_of: Callable[[int], tuple[int, ...]]) -> None:
        self._kinds_of = kinds_of
        self._phrases: list[Phrase] = []
        self._opening: dict[int, list[Place]] = defaultdict(list)
        self._number_of: dict[tuple[Place, ...], int] = {(): _NOWHERE}
        self._places: list[tuple[Place, ...]] = [(), ()]
        self._marks: list[tuple[int, ...]] = [(), ()]
        self._known = np.array([np.iinfo(np.int64).max])  # state and symbol packed in one number, sorted
        self._lead = np.array([_NOWHERE])
        self._lay_out()

    def add(self, phrase: Phrase) -> None:
        """Add a phrase; all of them are added before the first is looked for."""
        for place in _reach(len(self._phrases), 0, phrase.steps):
            for number in phrase.steps[place.step].numbers if place.step < len(phrase.steps) else ():
                self._opening[number].append(place)
        self._phrases.append(phrase)

    def follow(self, symbols: Ids, places: Ids) -> Ends:
        """Find the phrases that start at places of a stream of symbols."""
        start, at = places, places
        states = np.full(len(places), _START)
        found = []
        while len(start):
            states = self._step(states, symbols[at])
            goes_on = states != _NOWHERE
            start, at, states = start[goes_on], at[goes_on] + 1, states[goes_on]
            owner, marks = self._marks_of(states)
            found.append((start[owner], at[owner], marks))
            goes_on = self._has_places[states] & (at < len(symbols))
            start, at, states = start[goes_on], at[goes_on], states[goes_on]
        starts, ends, marks = map(np.concatenate, zip(*found, strict=True)) if found else (places, places, places)
        packed, last = np.unique(((starts << _SYMBOL_BITS) | marks)[::-1], return_index=True)
        return Ends(packed >> _SYMBOL_BITS, ends[::-1][last], packed & ((1 << _SYMBOL_BITS) - 1))

    def _step(self, states: Ids, symbols: Ids) -> Ids:
        """Give the states that symbols lead to."""
        keys = (states << _SYMBOL_BITS) | symbols
        where = np.searchsorted(self._known, keys)
        is_new = self._known[where] != keys
        if is_new.any():
            self._learn(np.unique(keys[is_new]))
            where = np.searchsorted(self._known, keys)
        return self._lead[where]

    def _learn(self, keys: Ids) -> None:
        """Work out where unseen pairs of state and symbol lead."""
        leads = [self._work_out(key >> _SYMBOL_BITS, key & ((1 << _SYMBOL_BITS) - 1)) for key in keys.tolist()]
        known, lead = np.concatenate([self._known, keys]), np.concatenate([self._lead, leads])
        order = np.argsort(known)
        self._known, self._lead = known[order], lead[order]
        if len(self._has_places) < len(self._places):
            self._lay_out()

    def _work_out(self, state: int, symbol: int) -> int:
        """Give the number of the state that a symbol leads to."""
        kinds = self._kinds_of(symbol) if symbol else _OF_BOUNDARY
        if state == _START:
            passed = [place for kind in kinds for place in self._opening.get(kind, ())]
        else:
            passed = [p for p in self._places[state] if self._phrases[p.phrase].steps[p.step].fits(kinds)]
        return self._number(
            {p for phrase, step in passed for p in _reach(phrase, step + 1, self._phrases[phrase].steps)}
        )

    def _number(self, reached: Iterable[Place]) -> int:
        """Give the number of the state that stands for a set of places."""
        key = tuple(sorted(reached))
        if key not in self._number_of:
            self._number_of[key] = len(self._places)
            is_whole = [place.step == len(self._phrases[place.phrase].steps) for place in key]
            self._places.append(tuple(place for place, whole in zip(key, is_whole, strict=True) if not whole))
            whole = [self._phrases[place.phrase].mark for place, whole in zip(key, is_whole, strict=True) if whole]
            self._marks.append(tuple(dict.fromkeys(whole)))
        return self._number_of[key]

    def _marks_of(self, states: Ids) -> tuple[Ids, Ids]:
        """Give the marks of phrases that are whole, end to end: whose (a place in `states`) and which."""
        counts = self._n_marks[states]
        owner = np.repeat(np.arange(len(states)), counts)
        return owner, self._all_marks[span_places(self._first_mark[states], counts)]

    def _lay_out(self) -> None:
        """Lay out what is known of the states in arrays."""
        self._has_places = np.array(list(map(bool, self._places)))
        self._n_marks = np.array(list(map(len, self._marks)))
        self._first_mark = np.cumsum(self._n_marks) - self._n_marks
        self._all_marks = np.array([mark for marks in self._marks for mark in marks], dtype=np.int64)


def _reach(phrase: int, step: int, steps: tuple[Step, ...]) -> list[Place]:
    """Give the places that can be next: a step, and those behind it as long as they may be left out."""
    places = [Place(phrase, step)]
    while step < len(steps) and steps[step].is_optional:
        step += 1
        places.append(Place(phrase, step))
    return places
