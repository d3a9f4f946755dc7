"""What is fitted, as it is stored."""

from pathlib import Path

import numpy as np

from jobtagger.records import RawRecord
from jobtagger.train.corpus import TrainingPosting
from jobtagger.train.design import Recipe, Statistics, TermWeights
from jobtagger.train.estimator import _NoLanguages
from jobtagger.train.fit import Weights, assemble
from jobtagger.train.language import LanguageCounts
from jobtagger.train.lessons import take_in

STATISTICS = Path(__file__).parents[1] / "training_data" / "statistics"
RECIPE = Recipe(min_word_postings=1, min_pair_postings=1, kept_pairs=2, pair_scale=3.0)
POSTINGS = [TrainingPosting(RawRecord("paint red fence quickly"), "painting", "en")]


def test_model_holds_the_loudest_pairs_alone(knowledge):
    """Of three pairs the two are kept that say most of any category, whichever way, in the order of their words."""
    known = Statistics(TermWeights({}, {}, {}, np.zeros(2)), _NoLanguages(), set(), 1.0)
    lessons = take_in(POSTINGS, [], knowledge, RECIPE)
    design = lessons.design(known, RECIPE)
    says = {("paint", "red"): (1.0, -1.0), ("red", "fence"): (-3.0, 2.0), ("fence", "quickly"): (0.0, 2.5)}
    features = np.zeros((design.pair_parts.shape[1], 2))
    features[-len(design.pairs) :] = [says.get(pair, (0.0, 0.0)) for pair in design.pairs]

    model = assemble(
        Weights(features, np.zeros(2), ("painting", "sewing")), design, RECIPE, LanguageCounts(STATISTICS), {}
    )

    pairs = [(model.words[first], model.words[second]) for first, second in model.pair_words]
    assert [("fence", "quickly"), ("red", "fence")] == pairs
    assert [[0.0, 7.5], [-9.0, 6.0]] == model.pair_weights.tolist()
