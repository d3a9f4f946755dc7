"""The deployed classifier: faithful words, probabilities that add up, refusals with their reason."""

import math
import zlib
from dataclasses import replace

import numpy as np
import pytest
from builders import tokens_of
from hypothesis import given
from hypothesis import strategies as st

from jobtagger.classify import Classifier
from jobtagger.classify.classifier import loudest_first
from jobtagger.classify.features import (
    BODY,
    N_BUCKETS,
    NONE,
    SILENT,
    TITLE_HEAD,
    TITLE_REST,
    WEIGHTS,
    EmphasisReader,
    count_pairs,
    count_words,
    subword_buckets,
)
from jobtagger.knowledge.types import EmphasisWords
from jobtagger.records import Posting, RawRecord
from jobtagger.vocabulary import Vocabulary, pair_key, parts_of_pair


@pytest.fixture
def session(knowledge, tagger):
    """A vocabulary and a classifier of its own, with the shipped model."""
    vocabulary = Vocabulary(tagger.model.words)
    return vocabulary, Classifier(tagger.model, vocabulary, knowledge.policy, knowledge.emphasis_words)


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

    shown = dict(prediction.words)
    place = model.words.index("logo")
    value = 1 + math.log(WEIGHTS[TITLE_HEAD])  # one word before "for"
    expected = float(model.word_weights[place, column]) * value * model.facts["sharpness"] / float(scores.norms[0])

    assert "logo" in shown
    assert shown["logo"] == pytest.approx(expected, rel=1e-3)
    assert set(" ".join(shown).split()) <= {"logo", "for", "a", "bakery"}


WORDS = ["red", "cat", "box", "hat", "dog"]


def _tiny(knowledge, model, bias=(0.0, 0.0, 0.0), sharpness=2.0):
    """Give a session with a model of three categories, five words and the pairs "red cat" and "cat box"."""
    weights = [[1, -0.5, -0.5], [1, -0.5, -0.5], [-0.5, 1, -0.5], [-1, -1, 2], [0, 0, 0]]
    tiny = replace(
        model,
        categories=("first", "second", "third"),
        words=WORDS,
        word_weights=np.array(weights, dtype=np.float16),
        word_norms=np.full(len(WORDS), 0.5, dtype=np.float16),
        bucket_weights=np.zeros((N_BUCKETS, 3), dtype=np.float16),
        pair_words=np.array([[1, 2], [0, 1]], dtype=np.int32),
        pair_weights=np.array([[-0.5, 1, -0.5], [1, -0.5, -0.5]], dtype=np.float16),
        facts={"bias": list(bias), "sharpness": sharpness, "subword_scale": 1.0, "unknown_norm": 0.5},
    )
    vocabulary = Vocabulary(WORDS)
    return vocabulary, Classifier(tiny, vocabulary, replace(knowledge.policy, n_words=3), knowledge.emphasis_words)


def _naive_deciding_words(vocabulary, classifier, tokens, n_words=3):
    """Sort all terms of each posting by what they say for its likeliest category, words before pairs where equal."""
    scores, deciding = classifier.score(tokens), []
    for posting, column in enumerate(scores.probabilities.argmax(axis=1)):
        said = []
        for terms, rows, name in (
            (scores.words, classifier._table.rows(), lambda key: vocabulary.words[key]),
            (scores.pairs, classifier._pair_rows, classifier._pair_text),
        ):
            for owner, key, value in zip(*terms, strict=True):
                weight = 2 * float(rows[key, column]) * float(value) / float(scores.norms[posting])
                if owner == posting and weight > 0:
                    said.append((name(int(key)), pytest.approx(weight, rel=1e-5), weight))
        loudest = sorted(said, key=lambda term: -round(term[2], 5))[:n_words]
        deciding.append([(word, weight) for word, weight, _ in loudest])
    return deciding


some_words = st.lists(st.sampled_from([*WORDS, "new", "."]), max_size=8).map(" ".join)


@given(st.lists(st.builds(Posting, some_words, some_words, some_words, some_words), max_size=5))
def test_deciding_words_are_the_loudest_of_each_posting(knowledge, tagger, postings):
    """Sorting a chunk at once gives each posting its own terms, loudest first, words before pairs where equal."""
    vocabulary, classifier = _tiny(knowledge, tagger.model)
    tokens = tokens_of(vocabulary, *postings)

    found = [prediction.words for prediction in classifier.predict(tokens, ["en"] * len(postings))]

    assert _naive_deciding_words(vocabulary, classifier, tokens) == list(map(list, found))


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(2.0**-90, 2.0**90, width=32)), max_size=40))
def test_terms_are_ordered_by_owner_and_loudness(terms):
    """As by sorting them in the plain way, equals in the order they came."""
    owner = np.array([term[0] for term in terms], dtype=np.int64)
    said = np.array([term[1] for term in terms], dtype=np.float32)

    assert loudest_first(owner, said).tolist() == np.lexsort((-said, owner)).tolist()


def test_many_owners_leave_less_room_for_loudness():
    """Then all but the last bits decide."""
    owner = np.array([1 << 40, 0, 1 << 40, 0])

    assert loudest_first(owner, np.array([1, 1, 2, 4], dtype=np.float32)).tolist() == [3, 1, 2, 0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param("... !", [], id="no words"),
        pytest.param("dog", [], id="a word that says nothing"),
        pytest.param("new", [], id="an unknown word that says nothing"),
        pytest.param("cat, red", ["red", "cat"], id="equally loud ones in the order of the model"),
        pytest.param("red cat", ["red", "cat", "red cat"], id="words before pairs"),
        pytest.param("red cat. red", ["red", "cat", "red cat"], id="the louder one first"),
        pytest.param("cat. red cat", ["cat", "red", "red cat"], id="whichever it is"),
        pytest.param("hat cat", ["hat"], id="none that speaks for another category"),
    ],
)
def test_deciding_words_stand_in_order(knowledge, tagger, text, words):
    """The loudest comes first, equally loud ones keep the order of the model, the rest is left out."""
    vocabulary, classifier = _tiny(knowledge, tagger.model)
    before, found, after = classifier.predict(tokens_of(vocabulary, "box", text, "hat"), ["en"] * 3)

    assert words == [word for word, _ in found.words]
    assert (["box"], ["hat"]) == ([word for word, _ in before.words], [word for word, _ in after.words])


def test_numbers_decide_nothing(tagger):
    """However loud, a number is not shown as a deciding word: it names no kind of work."""
    tagged = list(tagger.tag([RawRecord(f"{number} fiches") for number in ("000", "365", "3 000", "00000")]))

    assert not [word for tag in tagged for word, _ in tag.prediction.words if word.isdigit()]


def test_deciding_words_speak_for_the_category_named(knowledge, tagger):
    """Where two categories are equally probable, the first is named, and the words shown are those that speak for it."""
    vocabulary, classifier = _tiny(knowledge, tagger.model, bias=(0.0, 1e-7, 0.0), sharpness=0.001)
    (prediction,) = classifier.predict(tokens_of(vocabulary, "dog red box"), ["en"])

    assert "first" == prediction.category_id
    assert ["red"] == [word for word, _ in prediction.words]


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
        pytest.param("12345 2024", "en", "too_short", id="numbers only"),
        pytest.param("for the and of", "en", "too_short", id="words that say nothing of the work"),
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

    tokens = tokens_of(vocabulary, "cold calling. leads", "data")
    pairs = count_pairs(tokens, np.where(tokens.ids != 0, BODY, SILENT).astype(np.int8))

    words = [tuple(vocabulary.words[part] for part in parts_of_pair(int(key))) for key in pairs.key]
    assert [("cold", "calling")] == words


def test_title_words_and_repeats_weigh_more_but_less_and_less():
    """A word of the head of a title counts as four, of its rest as two; the n-th repeat adds less than the one before."""
    vocabulary = Vocabulary()
    tokens = tokens_of(vocabulary, Posting("logo for shop", description="flyer flyer flyer shop"))

    words = count_words(tokens, EmphasisReader(EmphasisWords(("for",), (), (), 0), vocabulary).read(tokens))

    values = {vocabulary.words[int(key)]: float(value) for key, value in zip(words.key, words.value, strict=True)}
    assert values == pytest.approx(
        {"logo": 1 + math.log(4), "for": 1 + math.log(2), "shop": 1 + math.log(2 + 1), "flyer": 1 + math.log(3)},
        rel=1e-6,
    )


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        pytest.param("logo design for a bakery", "for a bakery", id="a preposition ends the head"),
        pytest.param("looking for a translator", "", id="not before anything was told"),
        pytest.param("looking for a translator for a book", "for a book", id="but the next one does"),
        pytest.param("for a bakery. logo", "", id="nor at the beginning"),
        pytest.param("logo bakery", "", id="no preposition"),
        pytest.param("speaker looking for a job", "", id="nor behind an opener"),
        pytest.param("logo. for a bakery in town", "for a bakery in town", id="sentences do not matter"),
    ],
)
def test_rest_of_a_title_begins_at_a_preposition_behind_a_telling_word(title, rest):
    """What a title says behind its first preposition is for whom or what, and weighs less; skills and body are neither."""
    vocabulary = Vocabulary()
    posting = Posting(title, skills="logo for sale", description="a logo for a bakery")
    tokens = tokens_of(vocabulary, posting, posting)

    emphasis = EmphasisReader(EmphasisWords(("for", "in"), ("looking", "a"), (), 0), vocabulary).read(tokens)

    def told(number, value):
        kept = (tokens.posting == number) & (emphasis == value) & (tokens.ids != 0)
        return " ".join(vocabulary.words[key] for key in tokens.ids[kept])

    words = title.replace(".", "")
    for number in (0, 1):
        assert told(number, TITLE_REST) == rest
        assert told(number, TITLE_HEAD) == words.removesuffix(rest).strip()
        assert told(number, BODY) == "logo for sale a logo for a bakery"


def test_words_met_later_tell_something():
    """A word that came into the vocabulary after the reader was made is a telling one."""
    vocabulary = Vocabulary()
    reader = EmphasisReader(EmphasisWords(("for",), ("a",), (), 0), vocabulary)

    tokens = tokens_of(vocabulary, "a zither for sale")

    assert reader.read(tokens)[tokens.ids != 0].tolist() == [TITLE_HEAD, TITLE_HEAD, TITLE_REST, TITLE_REST]


@pytest.mark.parametrize(
    ("text", "words", "pairs"),
    [
        pytest.param("no ai blog post", "no post", "no ai|", id="two words behind a negation"),
        pytest.param("blog. no ai. post", "blog no post", "no ai|", id="but not behind the sentence"),
        pytest.param("blog post", "blog post", "blog post|", id="none"),
    ],
)
def test_what_is_not_wanted_does_not_count(text, words, pairs):
    """Words within the window behind a negation have no weight; of the pairs the one with the negation counts."""
    vocabulary = Vocabulary()
    tokens = tokens_of(vocabulary, Posting("", description=text))

    emphasis = EmphasisReader(EmphasisWords((), (), ("no",), 2), vocabulary).read(tokens)

    counted = [vocabulary.words[key] for key in tokens.ids[emphasis > NONE]]
    keys = [parts_of_pair(int(key)) for key in count_pairs(tokens, emphasis).key]
    assert " ".join(counted) == words
    assert "".join(f"{vocabulary.words[a]} {vocabulary.words[b]}|" for a, b in keys) == pairs


def test_marks_of_genders_are_silent_in_pairs_too():
    """A mark like "(H/F)" behind a title tells nothing of the work, nor does it together with the word before it."""
    vocabulary = Vocabulary()
    tokens = tokens_of(vocabulary, Posting("Graphic designer (H/F) Paris"))

    emphasis = EmphasisReader(EmphasisWords((), (), (), 0), vocabulary).read(tokens)

    keys = [parts_of_pair(int(key)) for key in count_pairs(tokens, emphasis).key]
    assert [vocabulary.words[key] for key in tokens.ids[emphasis == SILENT] if key] == ["h/f"]
    assert [(vocabulary.words[a], vocabulary.words[b]) for a, b in keys] == [("graphic", "designer")]


def test_a_ban_reaches_over_the_list_of_what_is_banned():
    """Behind a pair such as "not use" more words are not wanted, to the end of the sentence at most."""
    vocabulary = Vocabulary()
    tokens = tokens_of(vocabulary, Posting("", description="do not use any ai tools such as chatgpt. write a novel"))
    words = EmphasisWords((), (), ("not",), 2, (("not", "use"),), 7)

    emphasis = EmphasisReader(words, vocabulary).read(tokens)

    assert ["do", "not", "write", "a", "novel"] == [vocabulary.words[key] for key in tokens.ids[emphasis > NONE]]


def test_posting_that_wants_no_ai_is_no_ai_work(session):
    """What a client refuses does not decide the category."""
    vocabulary, classifier = session
    tokens = tokens_of(vocabulary, Posting("Rédaction de fiches produits", description="Textes humains, sans IA."))

    prediction = classifier.predict(tokens, ["fr"])[0]

    assert prediction.category_id == "content_writing"
    assert "ia" not in dict(prediction.words)
    assert not prediction.alternatives[0][0].startswith("ai_")


def test_pair_key_can_be_taken_apart():
    """A pair's number holds both word numbers."""
    assert (70_000, 3) == parts_of_pair(int(pair_key(np.array([70_000]), np.array([3]))[0]))


def test_subword_buckets_are_stable():
    """The hash of letter groups must never change, or every shipped model would be wrong."""
    groups = subword_buckets(["logo"])

    assert sorted([7556, 10437, 5286, 11892, 10706, 6675, 3887, 10133, 15714]) == groups.bucket.tolist()
    assert set(groups.word.tolist()) == {0}


@given(st.lists(st.text(alphabet="abz0<>éßж漢", min_size=1, max_size=9), max_size=8))
def test_letter_groups_are_hashed_as_zlib_does(words):
    """Hashing all words at once gives what zlib gives for each group of each word; numbers have none."""
    expected = {
        (number, zlib.crc32(f"<{word}>"[i : i + length].encode()) % N_BUCKETS)
        for number, word in enumerate(words)
        if not word.isdigit()
        for length in (3, 4, 5)
        for i in range(len(word) + 3 - length)
    }

    groups = subword_buckets(words)

    assert sorted(expected) == list(zip(groups.word.tolist(), groups.bucket.tolist(), strict=True))
