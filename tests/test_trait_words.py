"""Words weighed for a trait: their sum, the words that are shown, how weights are learned."""

from dataclasses import replace

import numpy as np
import pytest
from builders import POLICY, make_posting, make_trait, tokens_of
from hypothesis import given
from hypothesis import strategies as st

from jobtagger.knowledge.types import Negation, WordWeights
from jobtagger.risk import TraitFinder
from jobtagger.risk.matches import Match
from jobtagger.train.trait_words import PRECISION_TO_COUNT, as_rows, cuts, fit_words, read_features
from jobtagger.vocabulary import Vocabulary

NEGATION = Negation(("no", "sans"), (), 2)
OWN_WORDS = "blood|rose|tree|deep|sea|uno|due|tre|quattro|cinque|sei"
TRAITS = (
    make_trait("red", ("deep red", f"never {OWN_WORDS} said")),
    make_trait("wet", ("wet",)),
    make_trait("dry", ("dry",)),
)
WEIGHTS = WordWeights(
    start=-2.0, to_count=1.5, text={"rose": 1.0, "blood": 1.5, "snow": -3.0}, title={"rose": 0.5},
    shown={"red": 2.0, "wet": -1.0}, counting={},
)  # fmt: skip


@pytest.fixture
def vocabulary():
    """Give an empty vocabulary."""
    return Vocabulary()


@pytest.fixture
def find(vocabulary):
    """Give a function that finds the trait whose words are weighed in one text, all of it a title."""
    finder = TraitFinder(TRAITS, NEGATION, POLICY, vocabulary, {"red": WEIGHTS})

    def find_in(text):
        found = finder.find(tokens_of(vocabulary, text))
        return [match for match in found.get(0, ()) if match.trait_id == "red"]

    return find_in


@pytest.mark.parametrize(
    ("text", "is_shown", "counts"),
    [
        pytest.param("a cat", False, False, id="nothing speaks for it"),
        pytest.param("blood", False, False, id="too little"),
        pytest.param("blood blood blood", False, False, id="the same word again adds nothing"),
        pytest.param("rose", False, False, id="text and title weigh 1.5 together"),
        pytest.param("blood rose", True, False, id="enough to be shown"),
        pytest.param("no blood rose", False, False, id="what is negated is left out"),
        pytest.param("no cat. blood rose", True, False, id="a negation ends with its sentence"),
        pytest.param("no big old blood rose", True, False, id="and reaches as far as its window"),
        pytest.param("blood rose snow", False, False, id="a word against it"),
        pytest.param("deep red", True, False, id="a phrase alone"),
        pytest.param("deep red blood", True, True, id="enough to count"),
        pytest.param("deep red wet", False, False, id="a phrase of another trait against it"),
        pytest.param("no deep red blood", False, False, id="negated phrase"),
    ],
)
def test_weights_are_added_up(find, text, is_shown, counts):
    """Start, different words, title words and phrases make the score; 0 shows, to_count moves the level."""
    found = find(text)

    assert bool(found) == is_shown
    assert all(match.counts == counts for match in found)


def test_words_that_speak_for_it_are_shown(find):
    """Words and phrases with positive weight are the reason, in order of place, each once."""
    assert find("deep red rose and blood") == [
        Match("red", 0, 2, True, True),
        Match("red", 2, 3, True, True),
        Match("red", 4, 5, True, True),
    ]


def test_the_five_strongest_are_shown(vocabulary):
    """Of many words only the heaviest make the reason."""
    names = ["uno", "due", "tre", "quattro", "cinque", "sei"]
    weights = WordWeights(0.0, 0.0, {name: 1.0 + n for n, name in enumerate(names)}, {}, {}, {})
    finder = TraitFinder(TRAITS, NEGATION, POLICY, vocabulary, {"red": weights})

    found = finder.find(tokens_of(vocabulary, " ".join(names)))[0]

    assert [match.start for match in found] == [1, 2, 3, 4, 5]


def test_words_that_hardly_speak_are_not_shown(vocabulary):
    """Beside a word that says nearly all of it, one that says a little would persuade nobody."""
    weights = WordWeights(0.0, 0.0, {"blood": 2.0, "rose": 0.7, "tree": 0.5}, {}, {}, {})
    finder = TraitFinder(TRAITS, NEGATION, POLICY, vocabulary, {"red": weights})

    found = finder.find(tokens_of(vocabulary, "tree rose blood"))[0]

    assert [match.start for match in found] == [1, 2]


@pytest.mark.parametrize(
    ("text", "is_shown"), [("blood blood rose", False), ("deep red blood", True), ("no deep red. blood rose", False)]
)
def test_trait_that_needs_a_phrase_is_not_shown_by_words_alone(vocabulary, text, is_shown):
    """Words add to what one of its phrases says, they do not stand for it."""
    needy = replace(TRAITS[0], needs_phrase=True)
    finder = TraitFinder((needy, *TRAITS[1:]), NEGATION, POLICY, vocabulary, {"red": WEIGHTS})

    assert bool(finder.find(tokens_of(vocabulary, text)).get(0)) == is_shown


@pytest.mark.parametrize(
    ("word", "users", "is_shown"),
    [
        pytest.param("lava", (), False, id="in no phrase of it"),
        pytest.param("lava", ("red",), True, id="in one of its phrases"),
        pytest.param("lava", ("red", "wet"), True, id="in one of another trait too"),
        pytest.param("lava", ("red", "wet", "dry"), False, id="everybody's word"),
        pytest.param("ox", ("red",), False, id="too short to tell anything"),
    ],
)
def test_only_words_of_its_phrases_are_a_reason(vocabulary, word, users, is_shown):
    """A word that merely goes with a trait adds to its score and is no reason by itself."""
    traits = [
        replace(trait, signs=(f"never {word} said",), signs_to_show=9, signs_to_count=9) if trait.id in users else trait
        for trait in TRAITS
    ]
    weights = WordWeights(0.0, 9.0, {word: 1.0}, {}, {}, {})
    finder = TraitFinder(traits, NEGATION, POLICY, vocabulary, {"red": weights})

    assert bool(finder.find(tokens_of(vocabulary, f"some {word}")).get(0)) == is_shown


def test_words_alone_never_count(vocabulary):
    """However loud, words that merely go with a trait move no level; with one of its phrases they do."""
    weights = WEIGHTS._replace(text={"blood": 9.0})
    finder = TraitFinder(TRAITS, NEGATION, POLICY, vocabulary, {"red": weights})
    found = finder.find(tokens_of(vocabulary, "blood", "blood, deep red"))

    assert [{match.counts for match in found[number]} for number in (0, 1)] == [{False}, {True}]


def test_phrases_of_another_trait_add_to_the_score_but_are_no_reason(vocabulary):
    """What shows another trait is not what shows this one; where nothing else speaks, it is not shown."""
    weights = WEIGHTS._replace(shown={"dry": 5.0})
    finder = TraitFinder(TRAITS, NEGATION, POLICY, vocabulary, {"red": weights})
    found = finder.find(tokens_of(vocabulary, "dry", "dry blood"))

    assert [[match.trait_id for match in found[number]] for number in (0, 1)] == [["dry"], ["dry", "red"]]
    assert [match.end - match.start for match in found[1]] == [1, 1]
    assert found[1][1].start == found[1][0].start + 1


def test_predicted_category_speaks_but_is_no_reason(vocabulary):
    """The kind of work adds to the score; without words that are a reason nothing is shown."""
    weights = WEIGHTS._replace(category={"painting": 1.0, "sewing": -1.0})
    finder = TraitFinder(TRAITS, NEGATION, POLICY, vocabulary, {"red": weights})
    tokens = tokens_of(vocabulary, *["blood"] * 4, "cat")

    found = finder.find(tokens, ["painting", "sewing", "baking", "unknown", "painting"])

    assert list(found) == [0]
    assert finder.find(tokens) == {}


def test_words_within_a_shown_phrase_are_not_shown_again(vocabulary):
    """A word of a phrase that speaks for the trait has said what it has to say."""
    weights = WordWeights(0.0, 0.0, {"deep": 1.0, "sea": 1.0}, {}, {"red": 1.0}, {})
    finder = TraitFinder(TRAITS, NEGATION, POLICY, vocabulary, {"red": weights})

    found = finder.find(tokens_of(vocabulary, "deep red sea"))[0]

    assert [(match.start, match.end) for match in found] == [(0, 2), (2, 3)]


def test_weights_of_traits_that_are_not_there_are_left_alone(vocabulary):
    """Somebody's own traits need no weights of ours."""
    finder = TraitFinder(TRAITS, NEGATION, POLICY, vocabulary, {"gone": WEIGHTS})

    assert finder.find(tokens_of(vocabulary, "wet")) == {0: [Match("wet", 0, 1)]}


@given(
    st.lists(st.sampled_from(["rose", "blood", "snow", "deep red", "wet", "no", "cat", "."]), max_size=8).map(" ".join),
    st.sampled_from(["rose", "blood", "deep red"]),
)
def test_more_that_speaks_for_it_never_takes_it_away(text, added):
    """A word or phrase of positive weight, added as a sentence, leaves a trait that was shown, and one that counted."""
    vocabulary = Vocabulary()
    finder = TraitFinder(TRAITS, NEGATION, POLICY, vocabulary, {"red": WEIGHTS})
    found = finder.find(tokens_of(vocabulary, text, f"{text}. {added}"))

    for was in found.get(0, ()):
        assert any(match.trait_id == was.trait_id and match.counts >= was.counts for match in found[1])


@given(
    texts=st.lists(
        st.lists(st.sampled_from(["rose", "blood", "snow", "deep", "red", "no", "cat", "."]), max_size=8).map(" ".join),
        max_size=6,
    )
)
def test_postings_together_are_weighed_as_alone(texts):
    """A posting's neighbours in a chunk change nothing."""
    vocabulary = Vocabulary()
    finder = TraitFinder(TRAITS, NEGATION, POLICY, vocabulary, {"red": WEIGHTS})
    tokens = tokens_of(vocabulary, *texts)

    together = finder.find(tokens)

    for number, (text, start) in enumerate(zip(texts, tokens.starts.tolist(), strict=False)):
        alone = finder.find(tokens_of(vocabulary, text)).get(0, [])
        moved = [match._replace(start=match.start + start, end=match.end + start) for match in alone]
        assert together.get(number, []) == moved


def test_cuts_are_those_of_best_f1_and_enough_precision():
    """The first cut has the best F1, the second is the lowest with the precision asked for over enough postings."""
    scores = np.arange(60.0)
    is_labelled = (scores >= 40) | ((scores >= 20) & (scores % 3 > 0))

    to_show, to_count = cuts(scores, is_labelled)

    n_right = is_labelled[int(to_count) :].sum()
    assert to_show == 20.0
    assert 20.0 < to_count < 40.0
    assert n_right / (60 - to_count) >= PRECISION_TO_COUNT > (n_right + 1) / (60 - to_count + 2)


def test_where_precision_is_never_enough_nothing_counts():
    """No score counts when half of all postings are wrong at every score."""
    scores = np.arange(40.0)

    assert cuts(scores, scores % 2 == 0)[1] > scores.max()


def test_cuts_of_a_trait_that_needs_a_phrase_are_found_where_one_stands(knowledge):
    """Postings without a phrase are no reason to ask for a higher score of those with one."""
    vocabulary = Vocabulary()
    texts = [f"{a} {b}" for a in ("rouge", "vert") for b in ("onsite work", "maison", "jardin")]
    features = read_features([make_posting(text) for text in texts * 10], knowledge, vocabulary)
    is_labelled = np.array([True, False, False, False, False, False] * 10)
    trait = replace(knowledge.traits["onsite"], needs_phrase=True)

    free = fit_words(features, is_labelled, np.ones(60, dtype=bool), replace(trait, needs_phrase=False))
    bound = fit_words(features, is_labelled, np.ones(60, dtype=bool), trait)

    assert free.text["rouge"] == bound.text["rouge"] > 0
    assert bound.start >= free.start


def test_words_that_tell_are_learned(knowledge):
    """A word that stands in most postings with the label gets a positive weight, one of the others a negative one."""
    vocabulary = Vocabulary()
    texts = [f"{a} {b}" for a, b in (("rouge", "maison"), ("rouge", "jardin"), ("vert", "maison"), ("vert", "jardin"))]
    postings = [make_posting(text) for text in texts * 12]
    features = read_features(postings, knowledge, vocabulary, stop_words={"jardin"})
    is_red = np.array([True, True, False, False] * 12)

    weights = fit_words(features, is_red, np.ones(48, dtype=bool), make_trait("red", ()))

    assert ("text", "jardin") not in features.names
    assert not any(place == "category" for place, _ in features.names)
    assert weights.text["rouge"] > 0.5
    assert weights.text["vert"] < -0.5
    assert "maison" not in weights.text
    rows = list(as_rows({"red": weights}))
    assert rows[0] == ("red", "start", "", f"{weights.start:g}")
    assert ("red", "text", "rouge", f"{weights.text['rouge']:g}") in rows


def test_categories_are_learned(knowledge):
    """A category whose postings have the label gets a positive weight, in its own place."""
    vocabulary = Vocabulary()
    postings = [make_posting("maison")] * 40
    features = read_features(postings, knowledge, vocabulary, categories=["painting", "sewing"] * 20)

    weights = fit_words(features, np.array([True, False] * 20), np.ones(40, dtype=bool), make_trait("red", ()))

    assert weights.category["painting"] > 0 > weights.category["sewing"]
    assert ("red", "category", "painting", f"{weights.category['painting']:g}") in list(as_rows({"red": weights}))
