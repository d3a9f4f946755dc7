"""Weigh the words of traits: jobtagger/knowledge/data/trait_words.csv and traits/held_out.json.

Usage: python training_data/scripts/make_trait_words.py POSTINGS_FOLDER

POSTINGS_FOLDER holds postings.jsonl.gz and gold_dev.jsonl; traits/labels.csv names postings by id (or, of those written
for this project, by file and line) and the traits that a reader saw in them; no text. Weights are those of a logistic
regression per trait; no text can be told from them. First they are learned from the part `tune` alone and measured on
the part `test`, which no phrase was written from; that is what held_out.json holds. The weights that are kept are learned
from both. Gold postings, and postings with the same title and beginning as one, are left out.
"""

import csv
import gzip
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from make_language_terms import STATISTICS
from make_term_weights import fingerprint

from jobtagger.knowledge import load_knowledge
from jobtagger.knowledge.load import DATA_FOLDER
from jobtagger.knowledge.types import Knowledge, WordWeights
from jobtagger.records import RawRecord
from jobtagger.tagger import Tagger
from jobtagger.text import Preparer
from jobtagger.train.design import read_stop_words
from jobtagger.train.evaluate_traits import NEUTRAL, TRAITS_OF_LABEL, TraitGold, evaluate_traits
from jobtagger.train.trait_words import COLUMNS, as_rows, fit_words, read_features
from jobtagger.vocabulary import Vocabulary

FOLDER = Path(__file__).parents[1]
LABELS = FOLDER / "traits" / "labels.csv"
HELD_OUT = FOLDER / "traits" / "held_out.json"
WEIGHED = {
    "simple_deliverable": "simple", "complex_deliverable": "complex", "one_off": "one_off", "ongoing": "ongoing",
    "expert_level": "expert", "builds_ai": "builds", "uses_ai": "uses", "bulk": "bulk", "onsite": "onsite",
    "confidential": "confidential", "strategy": "human", "human_touch": "human",
}  # fmt: skip
"""The traits that weigh words, and the label that stands for each."""
OF_THE_WORK = {"simple_deliverable", "complex_deliverable", "builds_ai", "uses_ai", "bulk"}
"""Those that hang on the kind of work too; for the others its category was measured to be of no use."""


class Labelled(NamedTuple):
    """A posting with what a reader saw; `asked` names the labels looked for, or `all`."""

    record: RawRecord
    part: str
    asked: str
    labels: frozenset[str]


def labelled_postings(folder: Path) -> list[Labelled]:
    """Give the labelled postings with their texts, in order of id."""
    with LABELS.open(encoding="utf-8", newline="") as table:
        rows = {row["posting_id"]: row for row in csv.DictReader(table)}
    with (folder / "gold_dev.jsonl").open(encoding="utf-8") as lines:
        gold = {fingerprint(json.loads(line)) for line in lines}
    texts = {}
    with gzip.open(folder / "postings.jsonl.gz", "rt", encoding="utf-8") as lines:
        for posting in map(json.loads, lines):
            if posting["id"] in rows and fingerprint(posting) not in gold:
                texts[posting["id"]] = posting
    for name in rows.keys() - texts.keys():
        path, _, line = name.partition(":")
        if line:
            written = (FOLDER / "postings" / f"{path}.jsonl").read_text("utf-8").splitlines()
            texts[name] = json.loads(written[int(line) - 1])
    return [_labelled(texts[name], rows[name]) for name in sorted(texts)]


def _labelled(posting: dict[str, str], row: dict[str, str]) -> Labelled:
    skills = ", ".join(filter(None, posting.get("skills") or []))
    record = RawRecord(posting["title"] or "", posting.get("description") or "", skills)
    return Labelled(record, row["part"], row["asked"], frozenset(row["labels"].split()))


def weigh(postings: list[Labelled], knowledge: Knowledge) -> dict[str, WordWeights]:
    """Learn the weights of every trait that weighs words."""
    stop_words, tagger = read_stop_words(STATISTICS), Tagger(knowledge)
    weights = {}
    for trait_id, label in WEIGHED.items():
        trait = knowledge.traits[trait_id]
        asked = [posting for posting in postings if posting.asked == "all" or label in posting.asked.split()]
        records = [posting.record for posting in asked]
        records += [RawRecord(text) for text in trait.matches] + [RawRecord("", text) for text in trait.does_not_match]
        is_labelled = [label in posting.labels for posting in asked]
        is_labelled += [True] * len(trait.matches) + [False] * len(trait.does_not_match)
        vocabulary = Vocabulary()
        prepared = list(map(Preparer(knowledge.sources, knowledge.policy).prepare, records))
        categories = [tag.prediction.category_id for tag in tagger.tag(records)]
        named = categories if trait_id in OF_THE_WORK else ()
        features = read_features(prepared, knowledge, vocabulary, stop_words, named)
        weights[trait_id] = fit_words(features, np.array(is_labelled), np.arange(len(records)) < len(asked), trait)
    return weights


def as_gold(posting: Labelled) -> TraitGold:
    """Give a posting the form that `evaluate --traits` reads."""
    labels: dict[str, str | bool] = dict(NEUTRAL)
    for field, value in TRAITS_OF_LABEL:
        if (field if value is True else value) in posting.labels:
            labels[field] = value
    return TraitGold(posting.record, labels)


def main(folder: Path) -> None:
    """Measure, then learn from all and write."""
    knowledge = replace(load_knowledge(), trait_words={})
    postings = labelled_postings(folder)
    tuned = replace(
        knowledge, trait_words=weigh([posting for posting in postings if posting.part == "tune"], knowledge)
    )
    test = [as_gold(posting) for posting in postings if posting.part == "test"]
    HELD_OUT.write_text(json.dumps(evaluate_traits(test, Tagger(tuned)), indent=1) + "\n", "utf-8")
    with (DATA_FOLDER / "trait_words.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(as_rows(weigh(postings, knowledge)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
