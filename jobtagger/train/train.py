"""`make model`: from training_data/ to a model folder, the same bytes every time."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from jobtagger.classify import Model, load_model, save_model, try_to_write, writing_model
from jobtagger.errors import TrainingDataError
from jobtagger.knowledge import Knowledge
from jobtagger.train.corpus import LANGUAGES, TrainingPosting, read_corpus
from jobtagger.train.design import Recipe, read_statistics
from jobtagger.train.fit import assemble, digest_of, fit_weights, teach_words, with_real
from jobtagger.train.glossary import read_glossary
from jobtagger.train.lessons import take_in
from jobtagger.train.own_data import OwnData, facts_of

PARTS = ("postings", "glossary", "statistics")
"""What training_data/ is made of."""


def train(training_data: Path, knowledge: Knowledge, recipe: Recipe | None = None, own: OwnData | None = None) -> Model:
    """Train on the postings and statistics of `training_data`, and on `own` postings.

    Raises
    ------
    TrainingDataError
        When a training file is wrong.
    """
    recipe = recipe or Recipe()
    corpus = _corpus(training_data, knowledge, own)
    categories = tuple(sorted({posting.category_id for posting in corpus}))
    known = read_statistics(training_data / "statistics", categories)
    glossary: list[TrainingPosting] = []
    if own is not None and own.only:  # what real postings change in a fit on ours says nothing of a fit without ours
        recipe, known = recipe._replace(real_share=0.0), known._replace(sharpness=1.0)
    else:
        glossary = read_glossary(training_data / "glossary" / "terms.csv", categories)
    lessons = take_in(corpus, glossary, knowledge, recipe)
    for name in LANGUAGES:
        known.language.add(name, lessons.words_of_language(name))
    design = lessons.design(known, recipe)
    X, y, is_posting = lessons.features(design, recipe), lessons.y, lessons.is_posting
    facts = {
        "training_data": digest_of(training_data / "postings"),
        "glossary": digest_of(training_data / "glossary"),
        "statistics": digest_of(training_data / "statistics"),
        "n_postings": len(corpus),
        "n_terms": len(glossary),
        "n_real_postings": n_labels(training_data / "statistics"),
        "n_postings_by_language": _n_by_language(corpus),
        "sharpness": known.sharpness,
        "held_out_accuracy": round(held_out_accuracy(X[is_posting], y[is_posting], recipe), 4),
        **facts_of(own, knowledge),
    }
    weights = with_real(fit_weights(X, y, recipe, lessons.weight), design)
    if glossary:
        columns = lessons.only_in_terms(design, known)
        weights = teach_words(weights, X[~is_posting], y[~is_posting], columns, recipe.glossary_C)
    return assemble(weights, design, recipe, known.language, facts)


def held_out_accuracy(X: sp.csr_matrix, y: NDArray[np.str_], recipe: Recipe) -> float:
    """Give the accuracy on a quarter of every category, the last written ones, by a fit on the others; 0 if there are too few.

    They are left out as one block, as postings written in one sitting resemble each other; and without the weights of
    real terms, as these were made with all of our postings.
    """
    is_last = np.zeros(len(y), dtype=bool)
    for label in np.unique(y):
        places = np.flatnonzero(y == label)
        is_last[places[len(places) - len(places) // 4 :]] = True
    if not is_last.any():
        return 0.0
    classifier = fit_weights(X[~is_last], y[~is_last], recipe)
    return float(classifier.score(X[is_last], y[is_last]))


def n_labels(statistics: Path) -> int:
    """Count the labelled real postings behind the term weights."""
    with (statistics / "real_labels.csv").open(encoding="utf-8") as lines:
        return sum(1 for _ in lines) - 1


def train_and_save(training_data: Path, folder: Path, knowledge: Knowledge, own: OwnData | None = None) -> Model:
    """Train, then write the model folder with its card.

    Raises
    ------
    TrainingDataError
        When `training_data` is not ours, or a file in it is wrong.
    ModelError
        When the folder cannot be written; this is found out before anything is trained.
    """
    _refuse_other_folders(training_data)
    try_to_write(folder)
    save_model(train(training_data, knowledge, own=own), folder)
    facts = json.loads((folder / "model.json").read_text("utf-8"))
    with writing_model(folder):
        (folder / "card.md").write_text(card(facts), "utf-8")
    return load_model(folder)


def card(facts: dict[str, Any]) -> str:
    """Write the model card from the facts of model.json."""
    recipe = ", ".join(f"{name} {value}" for name, value in facts["recipe"].items())
    return f"""# Model card

Made by `make model` from `training_data/`; every figure here stands in `model.json`.

- **What it does**: gives one of {len(facts["categories"])} categories and a calibrated probability to a job posting.
- **How**: multinomial logistic regression over words, pairs of neighbouring words and letter groups, plus what
  {facts["n_real_postings"]} labelled real postings change in it (weights of terms that stand in five or more of them, no text),
  and {facts["n_terms"]} terms of the trades, written for this project as well, for words that no posting taught.
{_trained_on(facts)}
- **Held-out accuracy on postings written by us** (the last quarter of each category, by a fit on the others alone):
  {facts["held_out_accuracy"]:.3f}. `docs/quality.md` has the accuracy on real postings, `jobtagger evaluate` measures it on yours.
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


def _refuse_other_folders(training_data: Path) -> None:
    missing = [name for name in PARTS if not (training_data / name).is_dir()]
    if missing:
        raise TrainingDataError(
            f"{training_data}: has no folder {' and no folder '.join(missing)}; name training_data/ of a checkout of"
            " jobtagger with --training-data (a model on nothing but data of yours needs its statistics of words too)"
        )


def _corpus(training_data: Path, knowledge: Knowledge, own: OwnData | None) -> list[TrainingPosting]:
    if own is not None and own.only:
        return own.postings
    ours = read_corpus(training_data / "postings", tuple(knowledge.categories))
    return ours if own is None else [*ours, *own.postings]


def _n_by_language(corpus: list[TrainingPosting]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for posting in corpus:
        counts[posting.language] = counts.get(posting.language, 0) + 1
    return counts
