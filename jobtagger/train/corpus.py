"""The training postings of training_data/, read and checked."""

import json
from pathlib import Path
from typing import NamedTuple

from jobtagger.errors import TrainingDataError
from jobtagger.records import RawRecord

KEYS = {"title", "description", "skills", "category_2"}
LANGUAGES = ("en", "fr")


class TrainingPosting(NamedTuple):
    """One posting written by us, with its label and language."""

    record: RawRecord
    category_id: str
    language: str


def read_corpus(folder: Path, categories: dict[str, object] | tuple[str, ...]) -> list[TrainingPosting]:
    """Read `folder`/<language>/<category>.jsonl for every language and category, in a fixed order.

    Raises
    ------
    TrainingDataError
        With every bad line as "file: line: what", or when a category has no postings.
    """
    postings: list[TrainingPosting] = []
    problems: list[str] = []
    for language in LANGUAGES:
        known = {f"{category_id}.jsonl" for category_id in categories}
        problems += [
            f"{path}: names no category" for path in sorted((folder / language).glob("*")) if path.name not in known
        ]
        for category_id in categories:
            path = folder / language / f"{category_id}.jsonl"
            rows = _read_lines(path, categories, problems)
            postings += [TrainingPosting(record, category_id, language) for record in rows]
            if not rows:
                problems.append(f"{path}: no training postings for this category; write some")
    if problems:
        raise TrainingDataError("\n".join(problems))
    return postings


def _read_lines(path: Path, categories: dict[str, object] | tuple[str, ...], problems: list[str]) -> list[RawRecord]:
    if not path.exists():
        return []
    records = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            problems.append(f"{path}: line {number}: is not JSON: {error}")
            continue
        if not isinstance(row, dict) or not {"title", "description"} <= row.keys() <= KEYS:
            problems.append(f"{path}: line {number}: needs title and description, may have skills and category_2")
            continue
        if row.get("category_2", "other") not in categories:
            problems.append(f'{path}: line {number}: category_2: "{row["category_2"]}" is not in taxonomy.toml')
        records.append(RawRecord(row["title"], row["description"], ", ".join(row.get("skills", []))))
    return records
