"""How well the traits are found, on postings labelled with traits: precision, recall and F1 of each label."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from jobtagger.errors import InputError, NoRowsError
from jobtagger.records import RawRecord
from jobtagger.tagger import Tagger
from jobtagger.train.labelled import json_rows, record_of

TRAITS_OF_LABEL = {
    ("complexity", "simple"): ("simple_deliverable",),
    ("complexity", "complex"): ("complex_deliverable",),
    ("duration", "one_off"): ("one_off",),
    ("duration", "ongoing"): ("ongoing",),
    ("seniority", "entry"): ("entry_level",),
    ("seniority", "expert"): ("expert_level",),
    ("ai", "builds"): ("builds_ai",),
    ("ai", "uses"): ("uses_ai",),
    ("ai", "edits"): ("edits_ai_draft",),
    ("ai", "forbids"): ("human_only",),
    ("human", True): ("strategy", "human_touch"),
    ("confidential", True): ("confidential",),
    ("bulk", True): ("bulk",),
    ("onsite", True): ("onsite",),
}
"""A label of the gold file (field, value) and the traits of traits.toml, any of which stands for it."""


NEUTRAL: dict[str, str | bool] = {
    "complexity": "normal",
    "duration": "unclear",
    "seniority": "unspecified",
    "ai": "none",
    "human": False,
    "confidential": False,
    "bulk": False,
    "onsite": False,
}
"""The label of each field of a posting in which nothing is seen."""

_LABELS = {
    field: (neutral, *(value for name, value in TRAITS_OF_LABEL if name == field)) for field, neutral in NEUTRAL.items()
}


class TraitGold(NamedTuple):
    """A posting with its trait labels: for measuring only."""

    record: RawRecord
    labels: dict[str, str | bool]


class Counts(NamedTuple):
    """How often a label was given, found, and both; how often what was found moved the score, and was right."""

    n_gold: int
    n_found: int
    n_both: int
    n_moving: int
    n_moving_right: int

    def __add__(self, other: tuple[int, ...]) -> "Counts":  # type: ignore[override]
        """Add the counts of two labels."""
        return Counts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def as_row(self) -> dict[str, float]:
        """Give counts, precision, recall and F1; those without a base are 0."""
        return {
            "gold": self.n_gold,
            "found": self.n_found,
            "precision": round(self.n_both / max(1, self.n_found), 3),
            "recall": round(self.n_both / max(1, self.n_gold), 3),
            "f1": round(2 * self.n_both / max(1, self.n_gold + self.n_found), 3),
            "moving": self.n_moving,
            "precision_moving": round(self.n_moving_right / max(1, self.n_moving), 3),
        }


def read_trait_gold(path: Path) -> list[TraitGold]:
    """Read JSON lines with title, description, skills and traits.

    Raises
    ------
    InputError
        When a line is no posting labelled with traits, all of them at once, or there is none.
    """
    postings, problems = [], []
    for number, row in json_rows(path):
        try:
            postings.append(TraitGold(record_of(row), _labels(row)))
        except ValueError as error:
            problems.append(f"{path}: line {number}: {error}")
    if problems:
        raise InputError("\n".join(problems))
    if not postings:
        raise NoRowsError(f"{path}: holds no posting; give JSON lines with title, description, skills and traits")
    return postings


def _labels(row: Mapping[str, Any]) -> dict[str, str | bool]:
    traits = row.get("traits")
    if not isinstance(traits, dict):
        raise ValueError(f'has no "traits"; give an object with {", ".join(NEUTRAL)}')
    missing = [field for field in NEUTRAL if field not in traits]
    problems = [f"{', '.join(missing)} missing; the labels needed are {', '.join(NEUTRAL)}"] if missing else []
    for field, values in _LABELS.items():
        shown = list(map(_shown, values))
        if field in traits and _shown(traits[field]) not in shown:  # as JSON, in which 1 is not true
            problems.append(f"{field}: {_shown(traits[field]):.40} is none of {', '.join(shown)}")
    if problems:
        raise ValueError(f"traits: {'; '.join(problems)}")
    return {field: traits[field] for field in NEUTRAL}


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def evaluate_traits(postings: list[TraitGold], tagger: Tagger) -> dict[str, dict[str, float]]:
    """Give the scores of each label, then of each field over its labels together (micro average)."""
    found = [tag.risk.traits for tag in tagger.tag(gold.record for gold in postings)]
    counts = {}
    for (field, value), trait_ids in TRAITS_OF_LABEL.items():
        is_gold = [gold.labels[field] == value for gold in postings]
        is_found = [any(trait.trait_id in trait_ids for trait in traits) for traits in found]
        is_moving = [any(trait.trait_id in trait_ids and trait.points for trait in traits) for traits in found]
        right = [sum(a and b for a, b in zip(is_gold, shown, strict=True)) for shown in (is_found, is_moving)]
        counts[field, value] = Counts(sum(is_gold), sum(is_found), right[0], sum(is_moving), right[1])
    rows = {f"{field} {value}" if value is not True else field: count for (field, value), count in counts.items()}
    for field in dict.fromkeys(field for field, value in counts if value is not True):
        rows[f"{field} (all)"] = sum(
            (count for (name, _), count in counts.items() if name == field), start=Counts(0, 0, 0, 0, 0)
        )
    return {name: count.as_row() for name, count in rows.items()}


def report(scores: dict[str, dict[str, float]]) -> str:
    """Give the scores as an aligned table."""
    columns = list(next(iter(scores.values())))
    widths = {column: max(8, len(column) + 2) for column in columns}
    lines = ["".join([f"{'trait':20}", *(f"{column:>{width}}" for column, width in widths.items())])]
    for name, row in scores.items():
        lines.append("".join([f"{name:20}", *(f"{row[column]:>{width}g}" for column, width in widths.items())]))
    return "\n".join(lines)
