"""Postings and terms of the glossary, counted together and told apart."""

import numpy as np
import pytest

from jobtagger.records import RawRecord
from jobtagger.train.corpus import TrainingPosting
from jobtagger.train.design import Recipe, Statistics, TermWeights
from jobtagger.train.estimator import _NoLanguages
from jobtagger.train.lessons import take_in

RECIPE = Recipe(min_word_postings=3)
POSTINGS = [
    TrainingPosting(RawRecord("Paint a fence"), "painting", "en"),
    TrainingPosting(RawRecord("Peindre un portail"), "painting", "fr"),
    TrainingPosting(RawRecord("Sew a dress"), "sewing", "en"),
]
TERMS = [TrainingPosting(RawRecord("gouache fence 1984"), "painting", "")]


@pytest.fixture(scope="module")
def lessons(knowledge):
    """Give three postings and a term."""
    return take_in(POSTINGS, TERMS, knowledge, RECIPE)


@pytest.fixture
def known():
    """Give what is known of words beforehand: that real postings weigh "dress"."""
    return Statistics(TermWeights({"dress": np.zeros(2)}, {}, {}, np.zeros(2)), _NoLanguages(), set(), 1.0)


def test_lessons_are_postings_then_terms(lessons):
    """Each has its category and weight; a term counts a tenth and is of no language."""
    assert ["painting", "painting", "sewing", "painting"] == list(lessons.y)
    assert [1.0, 1.0, 1.0, RECIPE.glossary_weight] == list(lessons.weight)
    assert {"peindre", "un", "portail"} == lessons.words_of_language("fr").keys() - {"."}


def test_words_of_terms_are_learnt_though_rare(lessons, known):
    """A word of a term has a weight of its own, a rare one of postings has none; a number is no word of a trade."""
    design = lessons.design(known, RECIPE)
    has_own = {word for word, norm in zip(design.words, design.norms, strict=True) if norm != design.unknown_norm}

    assert {"dress", "fence", "gouache"} == has_own - {"."}
    assert len(POSTINGS) + len(TERMS) == lessons.features(design, RECIPE).shape[0]


def test_words_that_only_terms_hold_are_found(lessons, known):
    """The word gouache stands in no posting; fence stands in one."""
    design = lessons.design(known, RECIPE)

    assert ["gouache"] == [design.words[place] for place in lessons.only_in_terms(design, known)]
