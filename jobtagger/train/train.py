"""`make model`: from training_data/ to a model folder, the same bytes every time."""

import json
from pathlib import Path

from jobtagger.classify import Model, load_model, save_model, try_to_write, writing_model
from jobtagger.errors import TrainingDataError
from jobtagger.knowledge import Knowledge
from jobtagger.train.card import card
from jobtagger.train.corpus import LANGUAGES, TrainingPosting, read_corpus
from jobtagger.train.design import Recipe, read_statistics
from jobtagger.train.fit import assemble, digest_of, fit_weights, teach_words, with_real
from jobtagger.train.glossary import read_glossary
from jobtagger.train.held_out import LeftOut, held_out_accuracy, leave_out_in_turn
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
    is_theirs_alone = own is not None and own.only
    corpus = _corpus(training_data, knowledge, own)
    categories = tuple(sorted({posting.category_id for posting in corpus}))
    known = read_statistics(training_data / "statistics", categories)
    glossary: list[TrainingPosting] = []
    if is_theirs_alone:  # what real postings change in a fit on ours says nothing of a fit without ours
        recipe = recipe._replace(real_share=0.0)
    else:
        glossary = read_glossary(training_data / "glossary" / "terms.csv", categories)
    lessons = take_in(corpus, glossary, knowledge, recipe)
    for name in LANGUAGES:
        known.language.add(name, lessons.words_of_language(name))
    design = lessons.design(known, recipe)
    X, y, is_posting = lessons.features(design, recipe), lessons.y, lessons.is_posting
    if is_theirs_alone:
        measured = leave_out_in_turn(X, y, recipe)
    else:
        measured = LeftOut(held_out_accuracy(X[is_posting], y[is_posting], recipe), known.sharpness)
    facts = {
        **_sources(training_data, is_theirs_alone),
        "n_postings": len(corpus),
        "n_terms": len(glossary),
        "n_postings_by_language": _n_by_language(corpus),
        "sharpness": measured.sharpness,
        "held_out_accuracy": round(measured.accuracy, 4),
        **facts_of(own, knowledge),
    }
    weights = with_real(fit_weights(X, y, recipe, lessons.weight), design)
    if glossary:
        columns = lessons.only_in_terms(design, known)
        weights = teach_words(weights, X[~is_posting], y[~is_posting], columns, recipe.glossary_C)
    return assemble(weights, design, recipe, known.language, facts)


def _sources(training_data: Path, is_theirs_alone: bool) -> dict[str, object]:
    """Name the state of what of `training_data` went into the model, and count the real postings behind it."""
    words = {"statistics": digest_of(training_data / "statistics")}
    if is_theirs_alone:
        return {**words, "n_real_postings": 0}
    return {
        **words,
        "training_data": digest_of(training_data / "postings"),
        "glossary": digest_of(training_data / "glossary"),
        "n_real_postings": n_labels(training_data / "statistics"),
    }


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
