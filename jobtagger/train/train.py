"""`make model`: from training_data/ to a model folder, the same bytes every time."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import scipy.optimize
import scipy.sparse as sp
from numpy.typing import NDArray

from jobtagger.classify import Model, load_model, save_model
from jobtagger.knowledge import Knowledge
from jobtagger.train.corpus import LANGUAGES, TrainingPosting, read_corpus
from jobtagger.train.design import Design, Recipe, make_design, read_statistics
from jobtagger.train.fit import assemble, count_records, digest_of, feature_matrix, fit_weights, logits
from jobtagger.train.own_data import OwnData, facts_of

_N_FOLDS = 4


def train(training_data: Path, knowledge: Knowledge, recipe: Recipe | None = None, own: OwnData | None = None) -> Model:
    """Train on the postings and statistics of `training_data`, and on `own` postings, calibrated on held-out folds.

    Raises
    ------
    TrainingDataError
        When a training file is wrong.
    """
    recipe = recipe or Recipe()
    corpus = _corpus(training_data, knowledge, own)
    learnt = {posting.category_id for posting in corpus}
    categories = tuple(sorted({*knowledge.categories, *learnt}))
    known = read_statistics(training_data / "statistics", categories)
    counted = count_records([posting.record for posting in corpus], knowledge)
    for name in LANGUAGES:
        of_language = np.array([posting.language == name for posting in corpus])
        known.language.add(name, counted.postings_with_word(of_language))
    pairs = counted.frequent_pairs(recipe.min_pair_postings, recipe.max_pairs)
    design = make_design(counted.postings_with_word(), pairs, len(corpus), known, recipe)
    design = design._replace(real_weights=design.real_weights[:, [name in learnt for name in categories]])
    X = feature_matrix(counted, design, recipe)
    y = np.array([posting.category_id for posting in corpus])
    sharpness, held_out_accuracy = calibrate(X, y, design, recipe)
    facts = {
        "training_data": digest_of(training_data / "postings"),
        "statistics": digest_of(training_data / "statistics"),
        "n_postings": len(corpus),
        "n_real_postings_counted": known.real.n_postings,
        "n_postings_by_language": _n_by_language(corpus),
        "sharpness": round(sharpness, 4),
        "held_out_accuracy": round(held_out_accuracy, 4),
        **facts_of(own, knowledge),
    }
    return assemble(fit_weights(X, y, recipe), design, recipe, known.language, facts)


def calibrate(X: sp.csr_matrix, y: NDArray[np.str_], design: Design, recipe: Recipe) -> tuple[float, float]:
    """Find the factor on the log-odds under which held-out probabilities fit best, and the held-out accuracy.

    Temperature scaling after Guo et al. 2017 (its factor is one over the temperature). Folds are contiguous blocks
    of each category, as postings written in one sitting resemble each other.
    """
    fold = _blocks(y)
    held_out_logits, places = [], []
    for number in range(_N_FOLDS):
        held_out = fold == number
        classifier = fit_weights(X[~held_out], y[~held_out], recipe)
        held_out_logits.append(logits(classifier, X[held_out], design))
        places.append(np.searchsorted(classifier.classes_, y[held_out]))
    all_logits, labels = np.vstack(held_out_logits), np.concatenate(places)

    def loss(sharpness: float) -> float:
        scaled = sharpness * all_logits
        scaled -= scaled.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(labels)), labels]))

    best = scipy.optimize.minimize_scalar(loss, bounds=(0.2, 5.0), method="bounded")
    return float(best.x), float(np.mean(all_logits.argmax(axis=1) == labels))


def train_and_save(training_data: Path, folder: Path, knowledge: Knowledge, own: OwnData | None = None) -> Model:
    """Train, then write the model folder with its card."""
    save_model(train(training_data, knowledge, own=own), folder)
    facts = json.loads((folder / "model.json").read_text("utf-8"))
    (folder / "card.md").write_text(card(facts), "utf-8")
    return load_model(folder)


def card(facts: dict[str, Any]) -> str:
    """Write the model card from the facts of model.json."""
    recipe = ", ".join(f"{name} {value}" for name, value in facts["recipe"].items())
    return f"""# Model card

Made by `make model` from `training_data/`; every figure here stands in `model.json`.

- **What it does**: gives one of {len(facts["categories"])} categories and a calibrated probability to a job posting.
- **How**: multinomial logistic regression over words, pairs of neighbouring words and letter groups, plus complement
  naive Bayes weights from term counts of {facts["n_real_postings_counted"]} labelled real postings (counts only, no text).
{_trained_on(facts)}
- **Held-out accuracy on postings written by us** (contiguous folds): {facts["held_out_accuracy"]:.3f}. Real postings
  are harder: `jobtagger evaluate` measures them on a labelled set of yours.
- **Recipe**: {recipe}; sharpness {facts["sharpness"]}.
- **Languages told apart**: {", ".join(facts["languages"])}.
- **Not for**: people's CVs, salaried job ads (answered with `other` where noticed), texts in languages other than
  English and French (Spanish and Portuguese at best effort).
"""


def _trained_on(facts: dict[str, Any]) -> str:
    """Say which postings it was, by whom, in which languages."""
    languages = ", ".join(f"{count} {name}" for name, count in facts["n_postings_by_language"].items())
    ours = f"postings written for this project ({{}}); digest `{facts['training_data']}`"
    own = facts.get("own_data")
    if own is None:
        return f"- **Trained on**: {facts['n_postings']} {ours.format(languages)}."
    yours = f"{own['n_postings']} postings of `{own['file']}`, digest `{own['digest']}`"
    if own["in_place_of_ours"]:
        return f"- **Trained on**: {yours} ({languages}), and nothing else."
    n_ours = facts["n_postings"] - own["n_postings"]
    return f"- **Trained on**: {yours}, and {n_ours} {ours.format(f'in all {languages}')}."


def _corpus(training_data: Path, knowledge: Knowledge, own: OwnData | None) -> list[TrainingPosting]:
    if own is not None and own.only:
        return own.postings
    ours = read_corpus(training_data / "postings", tuple(knowledge.categories))
    return ours if own is None else [*ours, *own.postings]


def _blocks(y: NDArray[np.str_]) -> NDArray[np.int64]:
    """Give the number of the fold of each posting: every category is cut into `_N_FOLDS` runs."""
    fold = np.zeros(len(y), dtype=np.int64)
    for label in np.unique(y):
        places = np.flatnonzero(y == label)
        fold[places] = np.arange(len(places)) * _N_FOLDS // len(places)
    return fold


def _n_by_language(corpus: list[TrainingPosting]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for posting in corpus:
        counts[posting.language] = counts.get(posting.language, 0) + 1
    return counts
