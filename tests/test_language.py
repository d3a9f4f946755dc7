"""Naming the language of postings."""

from dataclasses import replace

import numpy as np
import pytest
from builders import POLICY, tokens_of

from jobtagger.records import OUTPUT_COLUMNS, Posting, RawRecord
from jobtagger.text import LanguageIdentifier, LanguageModel
from jobtagger.text.language import UNDETERMINED, triples_of
from jobtagger.vocabulary import Vocabulary

WORDS = ("the", "le", "el", "la", "of")
MODEL = LanguageModel(
    languages=("en", "fr", "es"),
    word_rows=np.array([[2, -1, -1], [-1, 2, -1], [-1, -1, 2], [-2, 1, 1.25], [0.3, 0, 0]], dtype=np.float32),
    triples=(" ch", "eau", " 77", "ish"),
    triple_rows=np.array([[-1, 3, -1], [-1, 3, -1], [-1, 3, -1], [3, -1, -1]], dtype=np.float32),
)


def _identify(*texts, **policy):
    vocabulary = Vocabulary(WORDS)
    settings = {f"language_{name}": value for name, value in ({"min_known": 0.0} | policy).items()}
    identifier = LanguageIdentifier(MODEL, vocabulary, replace(POLICY, **settings))
    return identifier.identify(tokens_of(vocabulary, *texts))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("the", "en", id="an English word"),
        pytest.param("le", "fr", id="a French word"),
        pytest.param("The le LE", "fr", id="the more frequent one"),
        pytest.param("", "und", id="nothing"),
        pytest.param("... !", "und", id="no words"),
        pytest.param("zzz", "und", id="letters of no language"),
        pytest.param("the le", "en", id="a tie with the fallback"),
        pytest.param("la", "es", id="a small lead without the fallback names the best"),
        pytest.param("of", "en", id="a small lead of the fallback"),
        pytest.param("chapeau", "fr", id="letters of a new word"),
        pytest.param("the chapeau", "en", id="a known word outweighs letters"),
        pytest.param("the chapeau chateau chameau chameau", "fr", id="letters of many words outweigh a word"),
        pytest.param("77", "und", id="numbers say nothing"),
    ],
)
def test_identify_names_the_language(text, language):
    """Words decide, letters of unknown words help; the fallback is given where it is as near as the best."""
    assert _identify(text) == [language]


@pytest.mark.parametrize(
    ("text", "fallback", "language"),
    [("the le", "en", "en"), ("the le", "fr", "fr"), ("la", "fr", "fr"), ("la", "es", "es"), ("la", "en", "es")],
)
def test_identify_gives_the_fallback_of_the_policy(text, fallback, language):
    """A text that speaks for two languages alike is in the fallback language, if that is one of them."""
    assert _identify(text, fallback=fallback) == [language]


@pytest.mark.parametrize(("rarity", "language"), [(0.0, "es"), (0.2, "es"), (2.0, "fr"), (3.1, "fr")])
def test_rare_language_must_lead_by_more(rarity, language):
    """A word that says little more of a rare language than of a common one is taken for the common one's."""
    assert _identify("la", rarity=rarity) == [language]
    assert _identify("el el", rarity=2.0) == ["es"]


def test_identify_keeps_the_order():
    """One language per posting, in order, whatever new words other postings bring."""
    assert _identify("le", "chapeau", "", "the", "el") == ["fr", "fr", "und", "en", "es"]


def test_identify_of_no_posting_is_empty():
    """An empty chunk is no error."""
    assert _identify() == []


def test_identify_passes_over_details():
    """What further columns say, often in the board's language, does not change that of the posting."""
    assert _identify(Posting("le", details="the the the")) == ["fr"]


def test_identify_reads_the_first_120_tokens():
    """What stands after the first 120 tokens does not change the language."""
    assert _identify("le " + "zz " * 119 + "the " * 50, "le " + "zz " * 118 + "the the") == ["fr", "en"]


def test_identify_weighs_letters_by_their_mean():
    """The row of an unknown word is 0.35 times the mean of its known triples."""
    # chish: " ch" and "ish" give (1, 1, -1) on average, hence 0.35 for en and fr: a tie that leads es by only 0.7
    assert _identify("chish", fallback="es", min_margin=0.9) == ["es"]
    assert _identify("chish", fallback="es") == ["en"]


@pytest.mark.parametrize(
    ("word", "triples"),
    [
        pytest.param("a", [" a "], id="one letter"),
        pytest.param("ab", [" ab", "ab "], id="two letters"),
        pytest.param("logo", [" lo", "log", "ogo", "go "], id="four letters"),
    ],
)
def test_triples_mark_the_ends_of_a_word(word, triples):
    """Each run of three letters counts, the ends being blanks."""
    assert triples_of(word) == triples


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("We are looking for someone who can help us with our website", "en", id="English"),
        pytest.param("Nous cherchons une personne pour nous aider avec notre site", "fr", id="French"),
        pytest.param("Buscamos una persona que nos ayude con nuestra página para el negocio", "es", id="Spanish"),
        pytest.param(
            "Preciso de uma pessoa para fazer um site para minha empresa, não é difícil", "pt", id="Portuguese"
        ),
        pytest.param(
            "Wir suchen eine Person, die uns mit unserer neuen Seite hilft und nicht teuer ist", "de", id="German"
        ),
    ],
)
def test_shipped_model_knows_the_languages_of_the_boards(tagger, text, language):
    """Plain sentences of the documented languages are named rightly."""
    assert tagger.tag_chunk([RawRecord(text)])[0].language == language


def test_every_language_of_the_model_is_documented(tagger):
    """The meaning of the language column lists every code that can stand there."""
    undocumented = [code for code in tagger.model.languages if f"`{code}`" not in OUTPUT_COLUMNS["language"]]

    assert undocumented == []


def test_a_text_in_no_known_language_is_undetermined(tagger):
    """Where none of the languages can be told, the code is `und`, as the column's meaning says."""
    assert tagger.tag_chunk([RawRecord("これは新しい会社のための翻訳の仕事です")])[0].language == UNDETERMINED


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("the qqq qqq", "en", id="short texts are often names"),
        pytest.param("the qqq qqq qqq qqq", "und", id="one word of five is too few"),
        pytest.param("the the qqq qqq qqq 1 2 3", "en", id="two of five, numbers not counted"),
    ],
)
def test_texts_of_unknown_words_are_undetermined(text, language):
    """From five words on, three in ten must be known."""
    assert _identify(text, min_known=0.3) == [language]
