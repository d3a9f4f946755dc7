"""What a run did, for people and programs."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from jobtagger.batch.columns import CONTENT, FIELDS
from jobtagger.batch.inputs import Input
from jobtagger.batch.output_file import StandardOutput, WriteErrors
from jobtagger.batch.writing import STDOUT
from jobtagger.records import OUTPUT_COLUMNS

REJECTED_ROWS, NO_ROWS, NO_PARQUET = "rejected_rows", "no_rows", "no_parquet"
"""Why a file was left out: it holds the rejected rows of another run, or none at all, or is no Parquet by name."""

_CATEGORY, _LEVEL, _LANGUAGE, _REVIEW = map(
    list(OUTPUT_COLUMNS).index, ("category", "risk_level", "language", "needs_review")
)


@dataclass(slots=True)
class Summary:
    """Counts of a run. `inputs` says of each input what it was found to be, `left_out` which were not read, and why."""

    n_tagged: int = 0
    n_rejected: int = 0
    n_review: int = 0
    n_duplicates: int = 0
    n_cut_cells: int = 0
    rejected_file: str = ""
    renamed_columns: list[str] = field(default_factory=list)
    categories: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[dict[str, str]] = field(default_factory=list)

    def count(self, rows: Sequence[Sequence[str]], are_duplicates: Sequence[bool], count_once: bool) -> None:
        """Add our cells of tagged rows; duplicates stay out of the tables if each posting shall count once."""
        self.n_tagged += len(rows)
        self.n_duplicates += sum(are_duplicates)
        if count_once:
            rows = [row for row, is_duplicate in zip(rows, are_duplicates, strict=True) if not is_duplicate]
        self.categories.update([row[_CATEGORY] for row in rows])
        self.levels.update([row[_LEVEL] for row in rows])
        self.languages.update([row[_LANGUAGE] for row in rows])
        self.n_review += [row[_REVIEW] for row in rows].count("true")

    def as_json(self) -> dict[str, Any]:
        """Give everything as plain values; rows in are rows tagged and rows rejected."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}  # asdict takes a Counter apart
        counts = {name: dict(values.pop(name).most_common()) for name in ("categories", "levels", "languages")}
        return {"n_rows": self.n_tagged + self.n_rejected, **values, **counts}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Summary":
        """Take up the counts of an earlier part of the run."""
        kept = {name: value for name, value in values.items() if name != "n_rows"}
        kept |= {name: Counter(kept[name]) for name in ("categories", "levels", "languages")}
        return cls(**kept)


def write_summary(summary: Summary, path: str, seconds: float) -> None:
    """Write a summary as JSON, with the time that the run took; "-" is standard output.

    Raises
    ------
    InputError
        When it cannot be written.
    """
    facts = {**summary.as_json(), "seconds": round(seconds, 3)}
    # A byte of a name that is not UTF-8 becomes \udce9 or the like, from which JSON gives the same name back.
    content = (json.dumps(facts, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")
    if path == STDOUT:
        output = StandardOutput()
        output.write(content.decode("utf-8"))
        output.finish()
        return
    with WriteErrors(path):
        Path(path).write_bytes(content)


def describe(entry: Input) -> dict[str, Any]:
    """Say what an input was found to be, as plain values."""
    shape = entry.shape
    read = {
        name: [entry.columns[place] for place in getattr(entry.fields, name)]
        for name in ("title", "description", "skills", "listing_id")
    }
    return {
        "name": entry.name,
        "format": shape.format,
        "packing": shape.packing,
        "encoding": shape.encoding.name if shape.encoding else "",
        "encoding_confidence": round(shape.encoding.confidence, 2) if shape.encoding else 1.0,
        "delimiter": shape.delimiter,
        "sheet": shape.sheet,
        "other_sheets": list(shape.other_sheets),
        "other_lists": list(shape.other_lists),
        "found_by": entry.fields.found_by,
        "fields": read,
        "by_content": [name for name, cause in zip(FIELDS, entry.fields.causes, strict=True) if cause == CONTENT],
        "not_found": _not_found(entry),
        "unread": [entry.columns[place] for place in entry.fields.unread],
    }


def _not_found(entry: Input) -> list[str]:
    """Give the texts of a posting that no column holds, though no layout leaves them out."""
    fields = entry.fields
    if any(cause.startswith("layout:") for cause in fields.causes):
        return []
    return [name for name in ("title", "description") if not getattr(fields, name)]
