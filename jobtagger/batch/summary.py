"""What a run did, for people and programs."""

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Any

from jobtagger.batch.inputs import Input


@dataclass(slots=True)
class Summary:
    """Counts of a run. `inputs` says of each input what it was found to be."""

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

    def count(self, row: dict[str, str], is_duplicate: bool, count_once: bool) -> None:
        """Add one tagged row; a duplicate stays out of the tables if each posting shall count once."""
        self.n_tagged += 1
        self.n_duplicates += is_duplicate
        if is_duplicate and count_once:
            return
        self.categories[row["category"]] += 1
        self.levels[row["risk_level"]] += 1
        self.languages[row["language"]] += 1
        self.n_review += row["needs_review"] == "true"

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
        "found_by": entry.fields.found_by,
        "fields": read,
    }
