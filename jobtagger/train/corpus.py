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
    if not path.exists() or not path.stat().st_size:
        return []
    records = []
    for number, line in enumerate(path.read_text("utf-8").removesuffix("\n").split("\n"), 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            problems.append(f"{path}: line {number}: is not JSON: {error}")
            continue
        if not isinstance(row, dict) or not {"title", "description"} <= row.keys() <= KEYS:
            problems.append(f"{path}: line {number}: needs title and description, may have skills and category_2")
            continue
        wrong = _wrong_types(row)
        if wrong:
            problems.append(f"{path}: line {number}: {wrong}")
            continue
        if "category_2" in row and row["category_2"] not in categories:
            problems.append(f'{path}: line {number}: category_2: "{row["category_2"]}" is not in taxonomy.toml')
        records.append(RawRecord(row["title"], row["description"], ", ".join(row.get("skills", []))))
    return records


def _wrong_types(row: dict[str, object]) -> str:
    """Say which value is of the wrong type, or nothing."""
    for key in ("title", "description"):
        if not isinstance(row[key], str):
            return f"{key}: {row[key]!r} is not a string"
    skills = row.get("skills", [])
    if not isinstance(skills, list) or not all(isinstance(skill, str) for skill in skills):
        return f"skills: {skills!r} is not a list of strings"
    return ""
