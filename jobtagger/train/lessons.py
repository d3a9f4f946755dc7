"""What there is to learn from: postings and the terms of the glossary, counted together, told apart."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from jobtagger.knowledge import Knowledge
from jobtagger.train.corpus import TrainingPosting
from jobtagger.train.design import Design, Recipe, Statistics, make_design
from jobtagger.train.fit import Counted, count_records, feature_matrix


class Lessons(NamedTuple):
    """Postings, then terms, n of them; `in_postings` and `in_terms` say in how many of each kind a word stands."""

    counted: Counted
    languages: NDArray[np.str_]  # (n,), empty for terms
    y: NDArray[np.str_]  # (n,), the categories
    weight: NDArray[np.float64]  # (n,)
    is_posting: NDArray[np.bool_]  # (n,)
    in_postings: dict[str, int]
    in_terms: dict[str, int]

    def words_of_language(self, language: str) -> dict[str, int]:
        """Give in how many postings of a language each word stands."""
        return self.counted.postings_with_word(self.languages == language)

    def design(self, known: Statistics, recipe: Recipe) -> Design:
        """Say what the words and pairs are made of; words of terms count as often as it takes to be learnt."""
        least = recipe.min_word_postings
        of_terms = {word: max(least, self.in_postings.get(word, 0)) for word in self.in_terms if not word.isdigit()}
        pairs = self.counted.frequent_pairs(recipe.min_pair_postings, recipe.max_pairs)
        return make_design(self.in_postings | of_terms, pairs, int(self.is_posting.sum()), known, recipe)

    def features(self, design: Design, recipe: Recipe) -> sp.csr_matrix:
        """Give the features, one row each."""
        return feature_matrix(self.counted, design, recipe)

    def only_in_terms(self, design: Design, known: Statistics) -> NDArray[np.int64]:
        """Give the places of the words that stand in terms and in no posting, ours or real."""
        new = self.in_terms.keys() - self.in_postings.keys() - known.real.words.keys()
        return np.flatnonzero([word in new for word in design.words])


def take_in(
    postings: list[TrainingPosting], terms: list[TrainingPosting], knowledge: Knowledge, recipe: Recipe
) -> Lessons:
    """Clean and count postings and terms."""
    both = postings + terms
    counted = count_records([lesson.record for lesson in both], knowledge)
    is_posting = np.arange(len(both)) < len(postings)
    return Lessons(
        counted,
        np.array([lesson.language for lesson in both]),
        np.array([lesson.category_id for lesson in both]),
        np.where(is_posting, 1.0, recipe.glossary_weight),
        is_posting,
        counted.postings_with_word(is_posting),
        counted.postings_with_word(~is_posting),
    )
