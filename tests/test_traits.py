"""The engine that finds traits in tokens; all traits here are our own."""

from dataclasses import replace

import pytest
from builders import POLICY, make_trait, spell, tokens_of
from hypothesis import given
from hypothesis import strategies as st

from jobtagger.knowledge.types import Negation
from jobtagger.records import Posting
from jobtagger.risk import TraitFinder
from jobtagger.risk.matches import Match
from jobtagger.vocabulary import Vocabulary, are_negated

DENIALS = ("is? not needed",)
NEGATIONS = ("no", "not", "without", "pas", "dont")


def _found(text, *traits, window=3):
    """Give the trait ids found in `text` with the words that show them."""
    vocabulary = Vocabulary()
    finder = TraitFinder(traits, Negation(NEGATIONS, DENIALS, window), POLICY, vocabulary)
    tokens = tokens_of(vocabulary, text)
    return [
        (match.trait_id, spell(vocabulary, tokens, match.start, match.end)) for match in finder.find(tokens).get(0, [])
    ]


def _words(text, *phrases, window=3):
    return [words for _, words in _found(text, make_trait("trait", phrases), window=window)]


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        pytest.param("red cat", "One red cat please", ["red cat"], id="in the middle"),
        pytest.param("red cat", "red cat", ["red cat"], id="the whole text"),
        pytest.param("red cat", "red dog, blue cat", [], id="words apart"),
        pytest.param("red cat", "cat red", [], id="other order"),
        pytest.param("red cat", "red", [], id="only the beginning, then the end"),
        pytest.param("red cat", "red cats", [], id="other form of the word"),
        pytest.param("red cat", "RED Cat", ["red cat"], id="any case"),
        pytest.param("red cat", "red, cat", ["red cat"], id="across a comma"),
        pytest.param("red cat", "I like red. Cat lovers too", [], id="not across a sentence end"),
        pytest.param("red cat", "red\ncat", [], id="not across a line end"),
        pytest.param("red cat", "red cat and red cat", ["red cat", "red cat"], id="twice"),
        pytest.param("red red", "red red red", ["red red", "red red"], id="overlapping itself"),
        pytest.param("ecole privée", "École privee", ["ecole privee"], id="accents on either side"),
        pytest.param("on site", "on-site", ["on site"], id="hyphen in the text"),
        pytest.param("l ecole", "l'école", ["l ecole"], id="elision"),
        pytest.param("wont do", "I won’t do", ["wont do"], id="apostrophe"),
        pytest.param("c# code", "some C# code", ["c# code"], id="sign of a name is no number sign"),
        pytest.param("red|blue cat", "blue cat, red cat", ["blue cat", "red cat"], id="either word"),
        pytest.param("red|blue cat", "green cat", [], id="neither word"),
        pytest.param("big? red cat", "red cat", ["red cat"], id="beginning absent"),
        pytest.param("big? red cat", "big red cat", ["big red cat", "red cat"], id="beginning present, and without it"),
        pytest.param("big? red?", "big", ["big"], id="all may be absent: the first alone"),
        pytest.param("big? red?", "red", ["red"], id="all may be absent: the second alone"),
        pytest.param("red big? big cat", "red big cat", ["red big cat"], id="absent for the sake of what follows"),
        pytest.param("red|blue? big|old? cat", "blue old cat", ["blue old cat", "old cat", "cat"], id="choices that may be absent"),
        pytest.param("red big? cat", "red cat", ["red cat"], id="absent"),
        pytest.param("red big? cat", "red big cat", ["red big cat"], id="present"),
        pytest.param("red big? cat", "red small cat", [], id="another word in between"),
        pytest.param("red cat?", "red dog", ["red"], id="end absent"),
        pytest.param("coat : red", "Coat: red", ["coat . red"], id="behind the name of a field"),
        pytest.param("coat : red", "Coat\nred", ["coat . red"], id="in the next line"),
        pytest.param("coat : red", "Coat red", [], id="no field"),
        pytest.param("coat * red", "Coat: red", [], id="any word is no end"),
        pytest.param("# cats", "7 cats", ["7 cats"], id="a digit"),
        pytest.param("# cats", "20000 cats", ["00000 cats"], id="many digits"),
        pytest.param("# cats", "many cats", [], id="no number"),
        pytest.param("in # days", "in 3 days", ["in 3 days"], id="number inside"),
        pytest.param("cats #", "cats 4 sale", ["cats 4"], id="number at the end"),
        pytest.param("24 cats", "24 cats", ["24 cats"], id="this number"),
        pytest.param("24 cats", "25 cats", [], id="not another number"),
        pytest.param(
            "# images", "two 3D images", [], id="3D is no number"
        ),
    ],
)  # fmt: skip
def test_phrase_is_found_where_its_words_stand(phrase, text, words):
    """A phrase is words in order within a sentence, without case, accents, hyphens and commas."""
    assert _words(text, phrase) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("a red cat", ["red cat"], id="nothing negated"),
        pytest.param("no red cat", [], id="next to it"),
        pytest.param("No big fat red cat", [], id="as far as the window reaches"),
        pytest.param("no big fat old red cat", ["red cat"], id="a word beyond the window"),
        pytest.param("Please no. Red cat", ["red cat"], id="in the sentence before"),
        pytest.param("pas\nred cat", ["red cat"], id="on the line before"),
        pytest.param("don't send red cat", [], id="with an apostrophe"),
        pytest.param("NOT a red cat", [], id="in capitals"),
        pytest.param("without, say, red cat", [], id="before a comma"),
        pytest.param("red cat not", ["red cat"], id="after the phrase"),
        pytest.param("red no cat", [], id="inside, where it breaks the phrase"),
        pytest.param("no red cat here but over there a red cat", ["red cat"], id="one of two"),
        pytest.param("nothing red cat", ["red cat"], id="a word that begins like one"),
    ],
)
def test_negation_shortly_before_cancels(text, words):
    """A negation within three words before a phrase, in the same sentence, cancels it."""
    assert _words(text, "red cat") == words


any_words = st.lists(st.sampled_from(["a", "red", "no", "pas", ".", "\n"]), max_size=10).map(" ".join)


@given(st.lists(st.builds(Posting, any_words, any_words, any_words, any_words), max_size=4), st.integers(0, 6))
def test_negated_places_are_those_that_looking_back_finds(postings, window):
    """A place is negated if, going back word by word, a negation comes before the window or the sentence ends."""
    vocabulary = Vocabulary()
    finder = TraitFinder([], Negation(NEGATIONS, DENIALS, window), POLICY, vocabulary)
    ids = tokens_of(vocabulary, *postings).ids
    words = [vocabulary.words[number] for number in ids]
    expected = []
    for place in range(len(words)):
        before = words[max(0, place - window) : place]
        sentence = before[len(before) - before[::-1].index(".") :] if "." in before else before
        expected.append(not set(NEGATIONS).isdisjoint(sentence))

    assert are_negated(ids, finder._negations, finder._window).tolist() == expected


@pytest.mark.parametrize(
    ("window", "words"),
    [
        pytest.param(0, ["red cat"], id="no window"),
        pytest.param(1, ["red cat"], id="too small"),
        pytest.param(2, [], id="just large enough"),
    ],
)
def test_window_says_how_far_a_negation_reaches(window, words):
    """The window counts the words between negation and phrase, the negation included."""
    assert _words("not this red cat", "red cat", window=window) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("no skill needed", ["no skill needed"], id="not by its own"),
        pytest.param("not that no skill needed", [], id="by another before it"),
        pytest.param("no skill", [], id="not found in part"),
    ],
)
def test_phrase_with_a_negation_is_not_cancelled_by_it(text, words):
    """The negation inside a phrase belongs to it."""
    assert _words(text, "no skill needed") == words


def test_negation_cancels_the_part_of_a_negated_phrase():
    """A phrase that needs no negation is not found inside one that has it."""
    traits = make_trait("wanted", ("skill needed",)), make_trait("unwanted", ("no skill needed",))

    assert _found("no skill needed", *traits) == [("unwanted", "no skill needed")]


def test_longest_phrase_of_a_trait_is_taken():
    """Of several phrases of one trait that begin at a word, the longest is shown, in whatever order they stand."""
    assert _words("one red cat food tin", "red", "red cat food", "red cat") == ["red cat food"]
    assert _words("one red cat toy", "red", "red cat food", "red cat") == ["red cat"]


def test_word_and_number_phrases_are_walked_together():
    """A number is both itself and any number: the longer phrase wins whichever way it is written."""
    assert _words("7 cats daily", "7 cats", "# cats daily") == ["7 cats daily"]
    assert _words("7 cats daily", "7 cats daily", "# cats") == ["7 cats daily"]


def test_traits_do_not_hide_each_other():
    """Each trait is found with its own longest phrase, also where they begin at the same word or overlap."""
    traits = (
        make_trait("colour", ("red",)),
        make_trait("animal", ("red cat", "cat food")),
        make_trait("shop", ("food",)),
    )

    assert sorted(_found("red cat food", *traits)) == [
        ("animal", "cat food"), ("animal", "red cat"), ("colour", "red"), ("shop", "food"),
    ]  # fmt: skip


def test_traits_may_share_a_phrase():
    """A phrase of two traits shows both."""
    traits = make_trait("one", ("red cat",)), make_trait("two", ("red cat",))

    assert sorted(_found("red cat", *traits)) == [("one", "red cat"), ("two", "red cat")]


def test_matches_stand_in_order_of_place():
    """Matches come as they stand in the text, with their places among the tokens."""
    vocabulary = Vocabulary()
    finder = TraitFinder(
        [make_trait("b", ("blue cat",)), make_trait("a", ("red",))], Negation(NEGATIONS, DENIALS, 3), POLICY, vocabulary
    )

    assert finder.find(tokens_of(vocabulary, "Red, big. Blue cat")) == {0: [Match("a", 0, 1), Match("b", 3, 5)]}


def test_phrases_do_not_cross_the_parts_of_a_posting():
    """The boundary between title, skills and description parts phrases too."""
    vocabulary = Vocabulary()
    finder = TraitFinder([make_trait("trait", ("red cat",))], Negation(NEGATIONS, DENIALS, 3), POLICY, vocabulary)
    halves = Posting("red", "cat", "red"), Posting("cat", description="red", details="cat")

    assert finder.find(tokens_of(vocabulary, *halves)) == {}


def test_find_keeps_the_order_of_postings():
    """Matches stand under the number of their posting, with their places in the chunk; others are left out."""
    vocabulary = Vocabulary()
    finder = TraitFinder([make_trait("trait", ("cat",))], Negation(NEGATIONS, DENIALS, 3), POLICY, vocabulary)
    tokens = tokens_of(vocabulary, "dog", "", "a cat", "no cat")
    place = tokens.starts[2] + 1

    assert finder.find(tokens) == {2: [Match("trait", place, place + 1)]}
    assert finder.find(tokens_of(vocabulary, "")) == {}
    assert finder.find(tokens_of(vocabulary)) == {}


def test_find_knows_numbers_seen_for_the_first_time():
    """A number that first appears in a later chunk still begins a phrase."""
    vocabulary = Vocabulary()
    finder = TraitFinder([make_trait("trait", ("# cats",))], Negation(NEGATIONS, DENIALS, 3), POLICY, vocabulary)
    finder.find(tokens_of(vocabulary, "some words"))

    assert finder.find(tokens_of(vocabulary, "now 17 cats")) == {0: [Match("trait", 1, 3)]}


def test_skill_tags_show_no_trait():
    """Tags are what the board offers, not what the client says: title and description count, the skills do not."""
    vocabulary = Vocabulary()
    finder = TraitFinder([make_trait("trait", ("cat",))], Negation(NEGATIONS, DENIALS, 3), POLICY, vocabulary)
    tokens = tokens_of(vocabulary, Posting("cat", "cat; cat", "cat"))

    assert spell(vocabulary, tokens) == "cat . cat . cat . cat . ."
    assert finder.find(tokens) == {0: [Match("trait", 0, 1), Match("trait", 6, 7)]}


@pytest.mark.parametrize(
    ("phrase", "word", "n_tokens"),
    [
        pytest.param("on-site work", "on-site", 2, id="hyphen"),
        pytest.param("l'école", "l'école", 2, id="elision"),
        pytest.param("red & blue", "&", 0, id="a lone sign"),
    ],
)
def test_phrase_that_no_text_can_show_is_refused(phrase, word, n_tokens):
    """Each word of a phrase must be one token, else it would never be found."""
    with pytest.raises(ValueError, match=f'^phrase word "{word}" is {n_tokens} tokens; write it as it is tokenised$'):
        _words("any text", phrase)


def test_finder_without_traits_finds_nothing():
    """No trait, no match."""
    assert _found("red cat") == []


def _signs(*phrases, trait_id="trait", **others):
    return replace(make_trait(trait_id, phrases), **others)


@pytest.mark.parametrize(
    ("text", "shown", "counts"),
    [
        pytest.param("a red cat", [], False, id="one sign"),
        pytest.param("a red cat, a red dog", [], False, id="the same sign twice"),
        pytest.param("a red cat in a box", ["red cat", "box"], False, id="enough to show it"),
        pytest.param("a red cat, no box", [], False, id="the second negated"),
        pytest.param("a red cat, box, hat", ["red cat", "box", "hat"], True, id="enough to count"),
        pytest.param("red cat, box, big", ["red cat", "box", "big"], True, id="the phrase itself"),
    ],
)
def test_several_signs_show_a_trait_together(text, shown, counts):
    """Few different weak signs show nothing, more show the trait, still more make it count, as one phrase does."""
    trait = _signs("big", signs=("red cat|dog", "box|crate", "hat"), signs_to_show=2, signs_to_count=3)
    vocabulary = Vocabulary()
    finder = TraitFinder([trait], Negation(NEGATIONS, DENIALS, 3), POLICY, vocabulary)
    tokens = tokens_of(vocabulary, text)
    matches = finder.find(tokens).get(0, [])

    assert [spell(vocabulary, tokens, match.start, match.end) for match in matches] == shown
    assert {match.counts for match in matches} <= {counts}


@pytest.mark.parametrize(("title", "counts"), [("a red cat", True), ("a hat", False), ("", False)])
def test_one_sign_in_the_title_is_enough_where_the_trait_says_so(title, counts):
    """With `counts_in_title` one of the signs counts at once in the title, but no title sign and none in the text."""
    trait = _signs(signs=("red cat",), title_signs=("hat",), counts_in_title=True)
    vocabulary = Vocabulary()
    tokens = tokens_of(vocabulary, Posting(title, description="I draw a red cat"))
    finder = TraitFinder([replace(trait, signs_to_count=3)], Negation((), (), 3), POLICY, vocabulary)

    assert {match.counts for match in finder.find(tokens)[0]} == {counts}


def test_words_that_are_signs_twice_count_once():
    """The same words under two signs, as in two languages, are one sign; so are two spellings of one sign."""
    trait = _signs(signs=("red|rouge", "red|blue"), signs_to_show=2)

    assert _found("red", trait) == []
    assert [words for _, words in _found("red blue", trait)] == ["red", "red", "blue"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("red cat", ["red cat"], id="plain"),
        pytest.param("a painted red cat", [], id="after such a word"),
        pytest.param("painted. Red cat", ["red cat"], id="after it, in another sentence"),
        pytest.param("red cat food", [], id="before such a word"),
        pytest.param("red cat with food", ["red cat"], id="further before it"),
    ],
)
def test_words_around_take_the_meaning_away(text, words):
    """A phrase does not count shortly after a word of `not_after` or right before one of `not_before`."""
    trait = _signs("red cat", not_after=("painted",), not_before=("food",))

    assert [found for _, found in _found(text, trait)] == words


@pytest.mark.parametrize("number", ["20", "137", "000", "12,000", "5k", "50k"])
def test_many_is_a_large_number(number):
    """`##` stands for numbers from the policy's on, for the rest of a thousand, and for thousands written with k."""
    assert _words(f"now {number} cats", "## cats") == [f"{number.rpartition(',')[2]} cats"]


@pytest.mark.parametrize("number", ["12000", "250000"])
def test_long_numbers_are_many(number):
    """From five digits on all numbers are one word, and a large one."""
    assert _words(f"now {number} cats", "## cats") == ["00000 cats"]


@pytest.mark.parametrize("number", ["19", "2", "no", "3d", "k", "❶", "፩", "❶k"])
def test_few_are_not_many(number):
    """Small numbers, words and signs that list things are not many."""
    assert _words(f"see {number} cats", "## cats") == []


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        pytest.param("red * cat", "red old cat", ["red old cat"], id="any word"),
        pytest.param("red * cat", "red cat", [], id="a word must be there"),
        pytest.param("red *? cat", "red cat", ["red cat"], id="or need not"),
        pytest.param("a red *? cat", "a red 7 cat", ["a red 7 cat"], id="a number is a word"),
        pytest.param("red * cat", "red. cat", [], id="a sentence end is none"),
        pytest.param("red *", "red cat", ["red cat"], id="at the end"),
    ],
)
def test_any_word(phrase, text, words):
    """`*` stands for one word, whatever it is, within a sentence."""
    assert _words(text, phrase) == words


def test_any_word_cannot_come_first():
    """A phrase that begins with any word would have to be tried everywhere, and is refused."""
    with pytest.raises(ValueError, match=r'phrase "\* cat": "\*" may stand from the second word on'):
        _words("red cat", "* cat")


def test_title_phrase_counts_in_the_title_only():
    """What names the deliverable in a title may stand for anything in a description."""
    vocabulary = Vocabulary()
    finder = TraitFinder([_signs(title_phrases=("red cat",))], Negation((), (), 3), POLICY, vocabulary)
    tokens = tokens_of(vocabulary, Posting("red cat", description="red cat"))

    assert finder.find(tokens) == {0: [Match("trait", 0, 2)]}


def test_trait_yields_to_another_that_is_found():
    """A trait is left out where the one it yields to was found, wherever that stands."""
    traits = _signs("red cat", trait_id="weak", yields_to=("strong",)), make_trait("strong", ("box",))

    assert _found("red cat", *traits) == [("weak", "red cat")]
    assert _found("red cat\nbox", *traits) == [("strong", "box")]
    assert _found("red cat, no box", *traits) == [("weak", "red cat")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("there is no need for you to buy me a red cat", [], id="further than a word reaches"),
        pytest.param("no need for you to buy me a dog or a fish but a red cat", ["red cat"], id="too far"),
        pytest.param("no need to buy\nred cat", ["red cat"], id="another line"),
        pytest.param("red cat, no need to buy one", ["red cat"], id="behind it"),
        pytest.param("need for a red cat", ["red cat"], id="half of it"),
    ],
)
def test_far_negation_cancels_further_on(text, words):
    """A phrase that denies all that follows reaches further than a single word, within its sentence."""
    vocabulary = Vocabulary()
    negation = Negation(NEGATIONS, DENIALS, 2, ("no need for|to",), 7)
    finder = TraitFinder([make_trait("trait", ("red cat",))], negation, POLICY, vocabulary)
    tokens = tokens_of(vocabulary, text)

    assert [spell(vocabulary, tokens, match.start, match.end) for match in finder.find(tokens).get(0, [])] == words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("red cat", True, id="by itself"),
        pytest.param("picture of a red cat", False, id="within an exception"),
        pytest.param("picture of a red cat, and red cat", True, id="once within, once outside"),
        pytest.param("a picture\nred cat", True, id="not across a line end"),
        pytest.param("red cat\ndogs only", False, id="excluded anywhere"),
        pytest.param("red cat\nnot dogs only", True, id="an exclusion denied"),
    ],
)
def test_phrase_in_a_context_of_another_meaning_does_not_count(text, shown):
    """Within `but_not` a phrase means something else; with `not_with` anywhere in the posting it is ruled out."""
    trait = replace(make_trait("trait", ("red cat",)), but_not=("picture of a? red cat",), not_with=("dogs only",))
    other = make_trait("other", ("cat",))

    assert (
        ("trait", "red cat") in _found(text, trait, other) if shown else "trait" not in dict(_found(text, trait, other))
    )
    assert "other" in dict(_found(text, trait, other))


def test_exclusion_is_of_its_posting_alone():
    """What rules a trait out in one posting leaves the next one as it is."""
    vocabulary = Vocabulary()
    trait = replace(make_trait("trait", ("red cat",)), not_with=("dogs only",))
    finder = TraitFinder([trait], Negation((), (), 3), POLICY, vocabulary)

    assert list(finder.find(tokens_of(vocabulary, "red cat, dogs only", "red cat"))) == [1]


@pytest.mark.parametrize("text", ["red cat not needed", "red cat is not needed"])
def test_denial_right_behind_cancels(text):
    """A phrase that is said not to be needed right behind it is cancelled, one further on is not."""
    assert _words(text, "red cat") == []
    assert _words("red cat, dog not needed", "red cat") == ["red cat"]
    assert _words("red cat\nnot needed", "red cat") == ["red cat"]
