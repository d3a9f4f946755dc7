"""The training postings: complete, ours, and no two alike."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from jobtagger.text import Preparer
from jobtagger.train.corpus import read_corpus
from jobtagger.train.fit import digest_of
from jobtagger.train.glossary import read_glossary
from jobtagger.vocabulary import Vocabulary

FOLDER = Path(__file__).parents[1] / "training_data"
MIN_POSTINGS = {"en": 200, "fr": 115}
MAX_SIMILARITY = 0.8
MIN_TERMS = 50


@pytest.fixture(scope="module")
def corpus(knowledge):
    """All training postings."""
    return read_corpus(FOLDER / "postings", tuple(knowledge.categories))


def test_every_category_has_enough_postings_in_both_languages(corpus, knowledge):
    """At least 200 English and 115 French postings stand under every category."""
    counts = Counter((posting.language, posting.category_id) for posting in corpus)

    short = {
        key: counts[key]
        for key in ((lang, c) for lang in MIN_POSTINGS for c in knowledge.categories)
        if counts[key] < MIN_POSTINGS[key[0]]
    }

    assert {} == short


def test_no_two_postings_are_alike(corpus, knowledge):
    """No two postings share more than four fifths of their words (Jaccard), whatever their category."""
    vocabulary = Vocabulary()
    preparer = Preparer(knowledge.sources, knowledge.policy)
    tokens = vocabulary.tokenise([preparer.prepare(posting.record) for posting in corpus])
    words = [np.setdiff1d(ids, [0]) for ids in np.split(tokens.ids, tokens.starts[1:-1])]
    sizes = np.array([len(row) for row in words])
    rows, columns = np.repeat(np.arange(len(words)), sizes), np.concatenate(words).astype(np.int64)
    matrix = sp.csr_matrix((np.ones(sizes.sum(), dtype=np.int32), (rows, columns)))

    twins = []
    for start in range(0, len(words), 1000):
        shared = (matrix[start : start + 1000] @ matrix.T).tocoo()
        left = shared.row + start
        longer = (left < shared.col) & (sizes[left] >= 5)
        union = sizes[left] + sizes[shared.col] - shared.data
        hits = longer & (shared.data > MAX_SIMILARITY * union)
        twins += [
            (corpus[a].record.title, corpus[b].record.title) for a, b in zip(left[hits], shared.col[hits], strict=True)
        ]

    assert [] == twins


def test_postings_hold_no_contact_data(corpus):
    """No e-mail address stands in a training posting."""
    with_address = [
        p.record.title
        for p in corpus
        if "@" in p.record.description and ".com" in p.record.description.split("@")[1][:20]
    ]

    assert [] == with_address


def test_committed_model_was_trained_on_this_data():
    """The model's facts name the very state of training_data/ that stands here; if not, run "make model"."""
    facts = json.loads((FOLDER.parent / "models" / "default" / "model.json").read_text())

    assert digest_of(FOLDER / "postings") == facts["training_data"]
    assert digest_of(FOLDER / "glossary") == facts["glossary"]
    assert digest_of(FOLDER / "statistics") == facts["statistics"]


def test_gold_mapping_names_known_categories(knowledge):
    """Every id the gold set maps to exists."""
    lines = (FOLDER / "gold_mapping.csv").read_text().splitlines()

    assert "gold_id,category_id" == lines[0]
    assert {line.split(",")[1] for line in lines[1:]} <= set(knowledge.categories)


def test_glossary_has_terms_of_every_category(knowledge):
    """Every category has some terms of its own."""
    terms = Counter(term.category_id for term in read_glossary(FOLDER / "glossary" / "terms.csv", knowledge.categories))

    assert {c: terms[c] for c in knowledge.categories if terms[c] < MIN_TERMS} == {}


def test_texts_that_measure_are_not_learned(corpus):
    """None of outside.txt stands among the training postings."""
    texts = (Path(__file__).parent / "data" / "outside.txt").read_text("utf-8").splitlines()
    learned = {posting.record.title.strip().lower() for posting in corpus if not posting.record.description}

    assert not {text.strip().lower() for text in texts} & learned
