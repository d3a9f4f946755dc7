"""The deployed classifier: faithful words, probabilities that add up, refusals with their reason."""

import math

import numpy as np
import pytest
from builders import tokens_of

from jobtagger.classify import Classifier
from jobtagger.classify.features import TITLE_WEIGHT, count_pairs, count_words, subword_buckets
from jobtagger.records import Posting
from jobtagger.vocabulary import Vocabulary, pair_key, parts_of_pair


@pytest.fixture
def session(knowledge, tagger):
    """A vocabulary and a classifier of its own, with the shipped model."""
    vocabulary = Vocabulary(tagger.model.words)
    return vocabulary, Classifier(tagger.model, vocabulary, knowledge.policy)


def test_probabilities_add_up_to_one(session):
    """Over all categories the probabilities of each posting sum to one."""
    vocabulary, classifier = session

    probabilities = classifier.score(
        tokens_of(vocabulary, "Logo", "zzxqy wvut", "", "Fix my WordPress site")
    ).probabilities

    assert np.allclose(1, probabilities.sum(axis=1), atol=1e-5)
    assert (probabilities >= 0).all()


def test_deciding_words_come_from_the_posting_and_the_deployed_weights(session):
    """Each shown weight is the model's own weight of that term for the predicted category over the posting's norm."""
    vocabulary, classifier = session
    tokens = tokens_of(vocabulary, "Logo for a bakery")
    prediction = classifier.predict(tokens, ["en"])[0]
    model = classifier._model
    column = model.categories.index(prediction.category_id)
    scores = classifier.score(tokens)

    shown = {word.word: word.weight for word in prediction.words}
    place = model.words.index("logo")
    value = 1 + math.log(TITLE_WEIGHT)  # one title word
    expected = float(model.word_weights[place, column]) * value * model.facts["sharpness"] / float(scores.norms[0])

    assert "logo" in shown
    assert shown["logo"] == pytest.approx(expected, rel=1e-3)
    assert set(" ".join(shown).split()) <= {"logo", "for", "a", "bakery"}


def test_removing_the_strongest_word_lowers_the_probability(session):
    """The word named first really decided: without it the category is less likely."""
    vocabulary, classifier = session
    full = classifier.predict(tokens_of(vocabulary, "Voice over for a museum guide"), ["en"])[0]
    without = classifier.score(tokens_of(vocabulary, "for a museum guide")).probabilities[0]
    column = classifier._model.categories.index(full.category_id)

    assert "audio_voice" == full.category_id
    assert without[column] < full.probability


def test_a_posting_is_scored_the_same_in_any_company(session):
    """Neighbours in a chunk change nothing."""
    vocabulary, classifier = session
    titles = ["Logo for a bakery", "x", "", "Scrape 500 product pages into a CSV", "Ménage"]
    postings = [Posting(title, description="Thanks!") for title in titles]

    together = classifier.score(tokens_of(vocabulary, *postings)).probabilities
    alone = np.vstack([classifier.score(tokens_of(vocabulary, posting)).probabilities for posting in postings])

    assert np.allclose(together, alone, atol=1e-6)


@pytest.mark.parametrize(
    ("title", "language", "reason"),
    [
        pytest.param("", "en", "too_short", id="no word"),
        pytest.param("!!! ...", "en", "too_short", id="signs only"),
        pytest.param("Logo gesucht", "de", "language", id="a language that is not classified"),
        pytest.param("Logo for a bakery", "en", "", id="a plain case"),
    ],
)
def test_refusals_name_their_reason(session, title, language, reason):
    """An abstention is an answer with a reason, and asks for review."""
    vocabulary, classifier = session

    prediction = classifier.predict(tokens_of(vocabulary, title), [language])[0]

    assert reason == prediction.abstained
    assert prediction.needs_review or not reason


def test_nothing_in_nothing_out(session):
    """An empty chunk is no error."""
    vocabulary, classifier = session

    assert [] == classifier.predict(tokens_of(vocabulary), [])


def test_unknown_words_are_read_by_their_letters(session):
    """A misspelt word still speaks for its category."""
    vocabulary, classifier = session
    assert "translattion" not in classifier._model.words

    prediction = classifier.predict(tokens_of(vocabulary, "translattion"), ["en"])[0]

    assert "translation" == prediction.category_id


def test_pairs_do_not_cross_sentences_or_postings():
    """Neighbours are pairs only inside one sentence of one posting."""
    vocabulary = Vocabulary()

    pairs = count_pairs(tokens_of(vocabulary, "cold calling. leads", "data"))

    words = [tuple(vocabulary.words[part] for part in parts_of_pair(int(key))) for key in pairs.key]
    assert [("cold", "calling")] == words


def test_title_words_and_repeats_weigh_more_but_less_and_less():
    """A title word counts as three; the n-th repeat adds less than the one before."""
    vocabulary = Vocabulary()

    words = count_words(tokens_of(vocabulary, Posting("logo", description="flyer flyer flyer")))

    values = {vocabulary.words[int(key)]: float(value) for key, value in zip(words.key, words.value, strict=True)}
    assert values == pytest.approx({"logo": 1 + math.log(TITLE_WEIGHT), "flyer": 1 + math.log(3)}, rel=1e-6)


def test_pair_key_can_be_taken_apart():
    """A pair's number holds both word numbers."""
    assert (70_000, 3) == parts_of_pair(int(pair_key(np.array([70_000]), np.array([3]))[0]))


def test_subword_buckets_are_stable():
    """The hash of letter groups must never change, or every shipped model would be wrong."""
    assert [7556, 10437, 5286, 11892, 10706, 6675, 3887, 10133, 15714] == subword_buckets("logo")
