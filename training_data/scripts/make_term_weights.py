"""Weigh the terms of labelled real postings: statistics/term_weights.csv and calibration.toml.

Usage: python training_data/scripts/make_term_weights.py POSTINGS_FOLDER

POSTINGS_FOLDER holds postings.jsonl.gz and gold_dev.jsonl; the labels (posting id and category, no text) stand in
training_data/statistics/real_labels.csv, given by readers who followed the labelling guide; `drawn` says whether a
posting was drawn to spread over boards and categories or because an earlier model was uncertain of it. Gold postings,
and postings with the same title and beginning as one, are left out.

A term (word, pair of words, hash bucket of letter groups) is kept only if at least MIN_POSTINGS labelled postings hold
it; no addresses or numbers. Its weights say how it counts differently once these postings are known: those of a
multinomial logistic regression on the postings we wrote and the real ones together, less those of one on ours alone, in
tenths. Training adds them to what it fits on our postings. No text can be told from them.
"""

import csv
import gzip
import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from make_language_terms import STATISTICS, write_digest
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from jobtagger.classify.features import N_BUCKETS
from jobtagger.knowledge import load_knowledge
from jobtagger.records import RawRecord
from jobtagger.train.corpus import read_corpus
from jobtagger.train.design import Design, Recipe, Statistics, TermWeights, read_stop_words
from jobtagger.train.fit import Counted, count_records, feature_matrix, fit_weights
from jobtagger.train.glossary import read_glossary
from jobtagger.train.held_out import best_sharpness
from jobtagger.train.language import LanguageCounts
from jobtagger.train.lessons import take_in

MIN_POSTINGS = 5
N_FOLDS = 3
READERS_DIFFER = 0.06  # so many of two readings of a posting, drawn at random; docs/decisions/004
COVERAGES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
Matrix = NDArray[np.float64]


class Labelled(NamedTuple):
    """Features, labels and weights of postings, shapes (n, n_features), (n,) and (n,)."""

    X: sp.csr_matrix
    y: NDArray[np.str_]
    weight: NDArray[np.float64]

    def only(self, kept: NDArray[np.bool_]) -> "Labelled":
        """Give some of them."""
        return Labelled(self.X[kept], self.y[kept], self.weight[kept])


def fingerprint(posting: dict[str, str]) -> tuple[str, str]:
    """Give what two copies of a posting have in common."""
    title, beginning = posting["title"] or "", (posting["description"] or "")[:80]
    return re.sub(r"\W+", " ", title.lower()).strip(), re.sub(r"\W+", " ", beginning.lower()).strip()


class Real(NamedTuple):
    """Labelled real postings, n of them; `is_spread` says which were drawn to spread, `source` whose scrape they are of."""

    records: list[RawRecord]
    y: NDArray[np.str_]
    is_spread: NDArray[np.bool_]
    source: NDArray[np.str_]


def labelled_postings(folder: Path) -> Real:
    """Read them; those of the gold set are left out."""
    with (STATISTICS / "real_labels.csv").open(encoding="utf-8", newline="") as table:
        labels = {row["posting_id"]: row for row in csv.DictReader(table)}
    with (folder / "gold_dev.jsonl").open(encoding="utf-8") as lines:
        golden = [json.loads(line) for line in lines]
    gold = {fingerprint(posting) for posting in golden} | {posting["id"] for posting in golden}
    records, categories, spread, sources = [], [], [], []
    with gzip.open(folder / "postings.jsonl.gz", "rt", encoding="utf-8") as lines:
        for posting in map(json.loads, lines):
            if posting["id"] not in labels or posting["id"] in gold or fingerprint(posting) in gold:
                continue
            skills = ", ".join(filter(None, posting["skills"] or []))
            records.append(RawRecord(posting["title"] or "", posting["description"] or "", skills))
            categories.append(labels[posting["id"]]["category_id"])
            spread.append(labels[posting["id"]]["drawn"] == "spread")
            sources.append(posting["source"])
    return Real(records, np.array(categories), np.array(spread), np.array(sources))


def folds_of(source: NDArray[np.str_]) -> NDArray[np.int64]:
    """Part postings into folds of about one size, each scrape whole in one of them.

    Users bring postings of other boards than we know: what was learnt by heart of a board must not make sure of itself.
    """
    names, places, counts = np.unique(source, return_inverse=True, return_counts=True)
    fold, load = np.zeros(len(names), dtype=np.int64), np.zeros(N_FOLDS, dtype=np.int64)
    for place in np.argsort(-counts, kind="stable"):
        fold[place] = load.argmin()
        load[fold[place]] += counts[place]
    return fold[places]


def frequent_terms(counted: Counted, n_categories: int) -> TermWeights:
    """Give the words and pairs that stand in enough postings, not yet weighed."""
    nothing = np.zeros(n_categories)
    words = {w: nothing for w, n in counted.postings_with_word().items() if n >= MIN_POSTINGS and w[0].isalpha()}
    pairs = counted.frequent_pairs(MIN_POSTINGS, sys.maxsize)
    kept = {pair: nothing for pair in pairs if pair[0] in words and pair[1] in words}
    return TermWeights(words, kept, {}, nothing)


def of_real(X: sp.csr_matrix, y: NDArray[np.str_]) -> Labelled:
    """Weigh real postings: frequent categories count less than their number, by its square root."""
    names, counts = np.unique(y, return_counts=True)
    return Labelled(X, y, np.sqrt(np.median(counts) / counts)[np.searchsorted(names, y)])


def fit_both(ours: Labelled, real: Labelled) -> LogisticRegression:
    """Fit on both."""
    X, y = sp.vstack([ours.X, real.X]).tocsr(), np.concatenate([ours.y, real.y])
    return fit_weights(X, y, Recipe(), np.concatenate([ours.weight, real.weight]))


def write_calibration(logits: Matrix, label: NDArray[np.int64]) -> None:
    """Note the sharpness under which a probability is the chance that a reader agrees, and what the surest postings reach."""
    sharpness = best_sharpness(logits, label, READERS_DIFFER)
    probability = softmax(sharpness * logits, axis=1)
    surest = np.sort(probability.max(axis=1))[::-1]
    right = (probability.argmax(axis=1) == label)[np.argsort(-probability.max(axis=1), kind="stable")]
    lines = [
        "# Made by scripts/make_term_weights.py: labelled real postings of scrapes held out (drawn to spread; none of the gold set).",
        f"sharpness = {sharpness}",
        f"n_postings = {len(label)}",
        "",
        "# The surest share of them: the lowest probability among them, and how many of them are right.",
    ]
    for share in COVERAGES:
        n = int(share * len(label))
        lines += [
            "[[surest]]",
            f"share = {share}",
            f"probability = {surest[n - 1]:.3f}",
            f"accuracy = {right[:n].mean():.3f}",
        ]
    (STATISTICS / "calibration.toml").write_text("\n".join(lines) + "\n", "utf-8")


def write_weights(
    design: Design, both: LogisticRegression, written: LogisticRegression, kept: NDArray[np.bool_]
) -> None:
    """Write one row per kept term, weights centred over the categories and in tenths; zeros stay empty."""
    weights = np.rint(10 * (centred(both.coef_) - centred(written.coef_)).T).astype(int)
    bias = np.rint(10 * (centred(both.intercept_) - centred(written.intercept_))).astype(int)
    names = [("word", word) for word in design.words] + [("letters", str(bucket)) for bucket in range(N_BUCKETS)]
    names += [("pair", " ".join(pair)) for pair in design.pairs]
    with (STATISTICS / "term_weights.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["kind", "term", *both.classes_])
        writer.writerow(["bias", "", *bias])
        for place in np.flatnonzero(kept):
            if weights[place].any():
                writer.writerow([*names[place], *(value or "" for value in weights[place])])


def centred(weights: Matrix) -> Matrix:
    """Give weights less their mean over the categories, which changes no probability."""
    return weights - weights.mean(axis=0)


def main(folder: Path) -> None:
    """Fit, calibrate and write."""
    knowledge, recipe = load_knowledge(), Recipe()
    categories = tuple(sorted(knowledge.categories))
    corpus = read_corpus(STATISTICS.parent / "postings", categories)
    glossary = read_glossary(STATISTICS.parent / "glossary" / "terms.csv", categories)
    ours = take_in(corpus, glossary, knowledge, recipe)
    postings = labelled_postings(folder)
    y = postings.y
    counted = count_records(postings.records, knowledge)
    known = Statistics(
        frequent_terms(counted, len(categories)), LanguageCounts(STATISTICS), read_stop_words(STATISTICS), 1.0
    )
    design = ours.design(known, recipe)
    X = feature_matrix(counted, design, recipe)
    kept = np.diff(X.tocsc().indptr) >= MIN_POSTINGS
    real = of_real((X @ sp.diags(kept.astype(float))).tocsr(), y)
    our = Labelled(ours.features(design, recipe), ours.y, ours.weight)
    fold = folds_of(postings.source)
    held_out = np.zeros((len(y), len(categories)))
    for number in range(N_FOLDS):
        is_in = fold == number
        held_out[is_in] = fit_both(our, real.only(~is_in)).decision_function(real.X[is_in])
    spread = postings.is_spread
    write_calibration(held_out[spread], np.searchsorted(categories, y)[spread])
    write_weights(design, fit_both(our, real), fit_weights(our.X, our.y, recipe, our.weight), kept)
    for output in ("term_weights.csv", "calibration.toml"):
        write_digest(output, folder / "postings.jsonl.gz")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
