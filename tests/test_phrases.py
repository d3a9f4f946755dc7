"""The automaton that follows all phrases at once, held against looking for each way to say a phrase one by one."""

import numpy as np
import pytest
from builders import spell_out, tokens_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobtagger.risk.phrases import ANY_NUMBER, ANY_WORD, END, MANY, Mark, PhraseBook
from jobtagger.vocabulary import BOUNDARY, Vocabulary

MANY_FROM = 20
MARKS = [Mark("colour"), Mark("animal", in_title=True), Mark("animal", sign=0)]
NUMBERS, LARGE = {"7", "20", "000", "00000"}, {"20", "000", "00000", "5k"}

steps = st.one_of(
    st.just(ANY_WORD),
    st.lists(st.sampled_from(["a", "b", "7", "5k", ANY_NUMBER, MANY, END]), min_size=1, max_size=2, unique=True).map(
        "|".join
    ),
)
parts = st.builds(lambda step, is_optional: step + "?" * is_optional, steps, st.booleans())
any_phrase = (
    st.lists(parts, min_size=1, max_size=4).filter(lambda found: found[0].rstrip("?") != ANY_WORD).map(" ".join)
)
phrases_of_marks = st.lists(st.lists(any_phrase, max_size=2), min_size=1, max_size=len(MARKS))
streams = st.lists(st.sampled_from(["a", "b", "7", "20", "00000", "5k", "k5", BOUNDARY]), max_size=12)


def _book(vocabulary, phrases):
    book = PhraseBook(vocabulary, MANY_FROM)
    for mark, of_mark in zip(MARKS, phrases, strict=False):
        book.add(mark, of_mark)
    book.close()
    return book


def _match(book, ids, places):
    """Give end by number of mark by start."""
    found = {}
    for start, end, mark in zip(*book.match(ids, np.array(places, dtype=np.int64)), strict=True):
        found.setdefault(start, {})[mark] = end
    return found


def _fits(word, shown):
    if word == END or shown == BOUNDARY:
        return word == END and shown == BOUNDARY
    return word in (ANY_WORD, shown) or (word == ANY_NUMBER and shown in NUMBERS) or (word == MANY and shown in LARGE)


def _naive_ends(phrases, words):
    """Give, per number of a mark, the end of the longest way to say one of its phrases at the beginning of `words`."""
    ends = {}
    for number, of_mark in enumerate(phrases):
        ways = {way for phrase in of_mark for way in spell_out(phrase) if way[0] != ANY_WORD}
        found = [len(way) for way in ways if len(way) <= len(words) and all(map(_fits, way, words))]
        if found:
            ends[number] = max(found)
    return ends


def _expected(phrases, vocabulary, ids):
    """Give end by number of mark by start, of a token stream."""
    words = [vocabulary.words[number] for number in ids]
    ends = {place: _naive_ends(phrases, words[place:]) for place in range(len(words))}
    return {
        place: {number: place + length for number, length in of_place.items()}
        for place, of_place in ends.items()
        if of_place
    }


@settings(max_examples=400)
@example([["a : 7"]], ["a", BOUNDARY, "7"])
@example([["a :?"]], ["a"])
@example([["a b?"]], ["a", "k5"])
@example([["a #"]], ["a", "7"])
@example([["## a"]], ["a", "000", "a"])
@given(phrases_of_marks, streams)
def test_automaton_finds_what_looking_for_each_phrase_finds(phrases, words):
    """At every place the longest phrase of each mark is found, and what the sieve passes over holds none."""
    vocabulary = Vocabulary()
    book = _book(vocabulary, phrases)
    ids = tokens_of(vocabulary, " ".join(words)).ids

    assert _match(book, ids, book.places(ids)) == _expected(phrases, vocabulary, ids)


@given(phrases_of_marks, st.lists(streams, min_size=2, max_size=4))
def test_automaton_learns_words_as_they_come(phrases, chunks):
    """What earlier chunks asked of it does not change what a later one finds."""
    vocabulary = Vocabulary()
    book = _book(vocabulary, phrases)
    for words in chunks:
        ids = tokens_of(vocabulary, " ".join(words)).ids
        assert _match(book, ids, range(len(ids))) == _expected(phrases, vocabulary, ids)


def test_marks_are_numbered_in_order():
    """The number under which a match is found is the place of its mark in the list."""
    vocabulary = Vocabulary()
    book = _book(vocabulary, [["red"], ["red cat"], ["cat"]])

    assert book.marks == MARKS
    assert _match(book, tokens_of(vocabulary, "red cat").ids, (0, 1)) == {0: {0: 1, 1: 2}, 1: {2: 2}}


@pytest.mark.parametrize("phrases", [[], [[]]])
def test_book_without_phrases_finds_nothing(phrases):
    """No phrase, no place to try."""
    vocabulary = Vocabulary()
    book = _book(vocabulary, phrases)
    ids = tokens_of(vocabulary, "red cat").ids

    assert book.places(ids).tolist() == []
    assert _match(book, ids, range(len(ids))) == {}
