"""The glossary: words of the trades that postings we know may lack, each with the kind of work it speaks for."""

import csv
from collections.abc import Collection
from pathlib import Path

from jobtagger.errors import TrainingDataError
from jobtagger.records import RawRecord
from jobtagger.train.corpus import TrainingPosting

COLUMNS = ["term", "category_id", "category_2"]
_MAX_WORDS = 4
_NO_LANGUAGE = ""


def read_glossary(path: Path, categories: Collection[str]) -> list[TrainingPosting]:
    """Read `path` as titles to train on, in the order of the file; a `category_2` is for the reader alone.

    Raises
    ------
    TrainingDataError
        With every bad row as "file: row: what".
    """
    terms: list[TrainingPosting] = []
    problems: list[str] = []
    first_row: dict[str, int] = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise TrainingDataError(
            f"{path}: cannot be read: {error.strerror}; it holds a glossary, at least its header"
        ) from None
    reader = csv.reader(lines)
    if next(reader, None) != COLUMNS:
        raise TrainingDataError(f"{path}: row 1: the header must be {','.join(COLUMNS)}")
    for number, row in enumerate(reader, 2):
        place = f"{path}: row {number}"
        if len(row) != len(COLUMNS):
            problems.append(f"{place}: has {len(row)} values, not {len(COLUMNS)}")
            continue
        term, category_id, second = row
        key = " ".join(term.lower().split())
        if not 1 <= len(key.split()) <= _MAX_WORDS:
            problems.append(f'{place}: "{term}" is no term of 1 to {_MAX_WORDS} words')
        elif first_row.setdefault(key, number) != number:
            problems.append(f'{place}: "{term}" stands in row {first_row[key]} already')
        problems += [
            f'{place}: {name}: "{value}" is not in taxonomy.toml'
            for name, value in (("category_id", category_id), ("category_2", second or category_id))
            if value not in categories
        ]
        terms.append(TrainingPosting(RawRecord(term), category_id, _NO_LANGUAGE))
    if problems:
        raise TrainingDataError("\n".join(problems))
    return terms
