"""Postings of the user's own to train on: a labelled table, added to ours or in their place, own categories included."""

import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from jobtagger.errors import TrainingDataError
from jobtagger.knowledge import Knowledge
from jobtagger.records import UNKNOWN
from jobtagger.text import Preparer
from jobtagger.train.corpus import LANGUAGES, TrainingPosting
from jobtagger.train.labelled import LABEL_COLUMN, Columns, LabelledRow, read_table

UNDETERMINED = "und"
_WORD = re.compile(r"[^\W_]")
_MIN_POSTINGS = 2  # of a category, so that one is left to learn from when the other is held out
_MIN_CATEGORIES = 3


class OwnData(NamedTuple):
    """Training postings of the user's own; `only` when they stand in place of ours."""

    name: str
    digest: str
    postings: list[TrainingPosting]
    only: bool


def read_own_data(
    path: Path, knowledge: Knowledge, label: str = LABEL_COLUMN, only: bool = False, columns: Columns | None = None
) -> OwnData:
    """Read a labelled table to train on; a label that is no category of taxonomy.toml makes a new one.

    Raises
    ------
    InputError
        When the table cannot be read or has rows without label.
    TrainingDataError
        When rows hold no word, or there are too few postings of a category to learn from.
    """
    rows = read_table(path, knowledge, label, columns)
    _refuse_empty(rows, path, knowledge)
    postings = [
        TrainingPosting(row.record, row.label, row.language if row.language in LANGUAGES else UNDETERMINED)
        for row in rows
    ]
    counts = Counter(posting.category_id for posting in postings)
    problems = [
        f'{path}: category "{name}" has {n} posting; give at least {_MIN_POSTINGS}, better 20 or more'
        for name, n in sorted(counts.items())
        if n < _MIN_POSTINGS and (only or name not in knowledge.categories)
    ]
    if UNKNOWN in counts:
        problems.append(f'{path}: "{UNKNOWN}" stands for an abstention and can be no category; name it otherwise')
    if only and len(counts) < _MIN_CATEGORIES:
        problems.append(f"{path}: {len(counts)} categories; in place of ours give at least {_MIN_CATEGORIES}")
    if problems:
        raise TrainingDataError("\n".join(problems))
    return OwnData(path.name, hashlib.sha256(path.read_bytes()).hexdigest()[:16], postings, only)


def _refuse_empty(rows: list[LabelledRow], path: Path, knowledge: Knowledge) -> None:
    """Refuse rows of which nothing is left to learn from once they are cleaned."""
    preparer = Preparer(knowledge.sources, knowledge.policy)
    texts = ((row.row, preparer.prepare(row.record)._replace(details="")) for row in rows)  # details teach nothing
    empty = [number for number, posting in texts if not _WORD.search(" ".join(posting))]
    if empty:
        raise TrainingDataError(
            "\n".join(f"{path}: row {number}: has no text to learn from; give it one or remove it" for number in empty)
        )


def facts_of(own: OwnData | None, knowledge: Knowledge) -> dict[str, object]:
    """Give what model.json says of the user's own data; nothing where there is none."""
    if own is None:
        return {}
    names = {posting.category_id for posting in own.postings}
    return {
        "own_data": {
            "file": own.name,
            "digest": own.digest,
            "n_postings": len(own.postings),
            "in_place_of_ours": own.only,
            "categories": sorted(names - set(knowledge.categories)),
        }
    }
