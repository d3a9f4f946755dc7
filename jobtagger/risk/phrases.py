"""Phrases of traits.toml, compiled for one session: a sequence of steps, each a set of word numbers.

Looking at which words stand alone as a phrase and which two neighbours can open one sifts a whole chunk in numpy, so
that phrases are followed (`automaton.py`) only where something may be found. To sift, all small numbers are one word, and
all large ones.
"""

from collections.abc import Iterable
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np

from jobtagger.risk.automaton import Automaton, Ends, Ids, Phrase, Step
from jobtagger.vocabulary import PairSet, Vocabulary, pair_key

ANY_NUMBER = "#"
MANY = "##"
ANY_WORD = "*"
END = ":"
"""The end of a sentence or line, as it stands behind the name of a field; no phrase crosses it unsaid."""
_THOUSANDS = ("000", "00000")  # what "12,000" ends in, and what "12000" is, once they are tokens
SHOWS, DENIES, CANCELS, EXCEPTS, EXCLUDES = range(5)
"""What a phrase does: show a trait, deny the phrase before it, cancel what follows, cover phrases, exclude a trait."""
_BOUNDARY, _WORD, _NUMBER, _LARGE_NUMBER, _LARGE_WORD, _N_CLASSES = range(6)  # symbols; behind them words of phrases


class Mark(NamedTuple):
    """What a phrase stands for: a trait at once, in the title only, or as one of several weak signs (by number).

    Phrases of other roles than to show a trait may be of none.
    """

    trait_id: str = ""
    in_title: bool = False
    sign: int | None = None
    role: int = SHOWS


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
        self._number_of = {ANY_NUMBER: self._any_number, MANY: self._many, END: 0}
        self.marks: list[Mark] = []
        self._kinds_of_class = {
            _WORD: (), _NUMBER: (self._any_number,), _LARGE_NUMBER: (self._any_number, self._many), _LARGE_WORD: (self._many,),
        }  # fmt: skip
        self._automaton = Automaton(self._kinds_of)
        self._sifted = cache(self._sift)  # phrases share their words
        self._alone: set[int] = set()
        self._opened: set[int] = set()
        self._symbols = np.zeros(0, dtype=np.int64)
        self._sieved = np.zeros(0, dtype=np.int64)
        self._named = np.zeros(0, dtype=np.int64)
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
            self._automaton.add(phrase)
            for first, second in _openings(phrase.steps):
                if second is None:
                    self._alone.update(self._sifted(first))
                else:
                    self._opened.update(pair_key(*pair) for pair in product(self._sifted(first), self._sifted(second)))

    def close(self) -> None:
        """Make ready for looking up, after the last phrase was added."""
        self._pairs = PairSet(np.fromiter(self._opened, np.int64, len(self._opened)))
        self._named = np.array(list(self._number_of.values()))

    def places(self, ids: Ids) -> Ids:
        """Give the places of a token stream at which a phrase can start, in order."""
        if not len(ids):
            return np.zeros(0, dtype=np.int64)
        self._learn_words()
        words = self._sieved.take(ids)
        hits = self._is_alone.take(ids)
        hits[self._pairs.places(pair_key(words[:-1], words[1:]))[0]] = True
        return np.flatnonzero(hits)

    def match(self, ids: Ids, places: Ids) -> Ends:
        """Give the longest phrase of each mark that starts at each of some places of a token stream.

        A boundary ends the stream.
        """
        self._learn_words()
        return self._automaton.follow(self._symbols[ids], places)

    def _sift(self, number: int) -> tuple[int, ...]:
        """Give what words that fit a word of a phrase are to the sieve."""
        if number == self._any_number:
            return self._any_number, self._many
        return (self._class_as_word(self._class_of(self._vocabulary.words[number]), number),)

    def _class_as_word(self, symbol: int, number: int) -> int:
        """Give the word that a word of a class counts as in the sieve: any number, many, or itself."""
        if symbol == _NUMBER:
            return self._any_number
        return self._many if symbol in (_LARGE_NUMBER, _LARGE_WORD) else number

    def _kinds_of(self, symbol: int) -> tuple[int, ...]:
        """Give what a symbol counts as in phrases: itself, any number if it is one, many if it is a large one."""
        if symbol < _N_CLASSES:
            return self._kinds_of_class[symbol]
        number = symbol - _N_CLASSES
        return number, *self._kinds_of_class[self._class_of(self._vocabulary.words[number])]

    def _class_of(self, word: str) -> int:
        """Give the symbol of a word that no phrase names.

        Large are "40", "000" (of "12,000"), "00000" (10000 and above) and "5k".
        """
        if word.isdecimal():  # not isdigit: that holds of "❶", which is no number to int()
            return _LARGE_NUMBER if int(word) >= self._many_from or word in _THOUSANDS else _NUMBER
        return _LARGE_WORD if word.endswith("k") and word[:-1].isdecimal() else _WORD

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
        """Keep up with the vocabulary: which words are numbers, which can be a phrase alone, and their symbols."""
        words = self._vocabulary.words
        known = len(self._symbols)
        if known < len(words):
            classes = np.array([self._class_of(word) for word in words[known:]])
            numbers = np.arange(known, len(words))
            named = np.isin(numbers, self._named)
            is_many = (classes == _LARGE_NUMBER) | (classes == _LARGE_WORD)
            sieved = np.where(is_many, self._many, np.where(classes == _NUMBER, self._any_number, numbers))
            symbols = np.where(named, numbers + _N_CLASSES, classes)
            symbols[numbers == 0] = _BOUNDARY
            self._symbols = np.concatenate([self._symbols, symbols])
            self._sieved = np.concatenate([self._sieved, sieved])
            self._is_alone = np.concatenate([self._is_alone, np.isin(sieved, list(self._alone))])


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
