"""The language part of the model, from counts of our own."""

import math

import numpy as np
import pytest

from jobtagger.train.language import LanguageCounts

TERMS = """word,en,fr
cat,30,10
chat,10,30
"""
FUNCTION_WORDS = """
fr = "le chat"
eo = "kaj la kaj"
"""


@pytest.fixture
def counts(tmp_path):
    """Give counts of two words in two languages and some words of a third one."""
    (tmp_path / "language_terms.csv").write_text(TERMS, "utf-8")
    (tmp_path / "function_words.toml").write_text(FUNCTION_WORDS, "utf-8")
    return LanguageCounts(tmp_path)


def test_languages_are_the_counted_ones_then_those_of_lists(counts):
    """Columns of the table come first, in their order; a listed language that was counted is not doubled."""
    assert counts.languages == ("en", "fr", "eo")


def test_listed_words_count_as_frequent_ones(counts):
    """Each mention in a list adds 300 to the count of the word in that language."""
    assert {word: row.tolist() for word, row in counts.counts.items()} == {
        "cat": [30, 10, 0],
        "chat": [10, 330, 0],
        "le": [0, 300, 0],
        "kaj": [0, 0, 600],
        "la": [0, 0, 300],
    }


def _shares(*scaled):
    """Each language is taken to hold a twentieth of the mean count."""
    return [math.log(0.95 * value + 0.05 * sum(scaled) / 3 + 0.5) for value in scaled]


def test_word_rows_are_log_odds_against_the_mean(counts):
    """Counts are scaled so that languages weigh the same: totals 40, 640 and 900 count as 900 each."""
    logs = _shares(30 * 900 / 40, 10 * 900 / 640, 0)

    assert counts.word_rows(["cat"])[0] == pytest.approx([value - sum(logs) / 3 for value in logs], rel=1e-5)


def test_word_rows_are_clipped(counts, monkeypatch):
    """No word speaks against a language by more than the limit."""
    monkeypatch.setattr("jobtagger.train.language._CLIP", 2.0)

    assert counts.word_rows(["kaj"])[0] == pytest.approx([-2 / 3, -2 / 3, 4 / 3], rel=1e-6)


def test_postings_of_a_language_count_on_top(counts):
    """Words of two or more postings are added; after that a tool's name speaks for neither language."""
    counts.add("en", {"chat": 5, "figma": 90, "rare": 1})
    counts.add("fr", {"figma": 90})

    assert counts.counts["chat"].tolist() == [15, 330, 0]
    assert counts.counts["figma"].tolist() == [90, 90, 0]
    assert "rare" not in counts.counts


def test_word_never_counted_says_nothing(counts):
    """Its row is zero, and the other rows stay in order."""
    rows = counts.word_rows(["dog", "le"])

    assert rows.dtype == np.float32
    assert rows.shape == (2, 3)
    assert rows[0].tolist() == [0, 0, 0]
    assert rows[1].argmax() == 1


def test_asking_for_a_new_word_counts_nothing(counts):
    """Looking up a word does not add it."""
    counts.word_rows(["dog"])

    assert "dog" not in counts.counts


def test_triples_are_sorted_and_frequent_enough(counts):
    """Triples of all counted words come in order with a row each; their ends are blanks."""
    names, rows = counts.triples()

    assert names == sorted(names)
    assert rows.shape == (len(names), 3)
    assert {" ch", "hat", "at ", " ka", "aj "} <= set(names)
    assert " la" not in names
    assert rows[names.index(" ka")].argmax() == 2
    assert rows[names.index("hat")].argmax() == 1


def test_rare_triples_are_left_out(tmp_path):
    """A triple whose damped counts stay under 20 says too little to be kept."""
    (tmp_path / "language_terms.csv").write_text("word,en,fr\ncat,400,0\nzug,399,0\nle,0,799\n", "utf-8")
    (tmp_path / "function_words.toml").write_text("", "utf-8")
    names, _ = LanguageCounts(tmp_path).triples()

    # 400 and 399 of 799 English counts: the square roots are 20 and 19.97
    assert names == [" ca", " le", "at ", "cat", "le "]
