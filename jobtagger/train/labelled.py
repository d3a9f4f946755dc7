"""Labelled postings to measure the tagger on: JSON lines with primary and secondary labels, or a table with a label."""

import csv
import json
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from jobtagger.batch.columns import FieldMap, find_fields
from jobtagger.batch.reading import open_table
from jobtagger.batch.table import ReadOptions, Table
from jobtagger.errors import InputError
from jobtagger.knowledge import Knowledge
from jobtagger.records import RawRecord, RejectedRecord

LABEL_COLUMN = "category"
_LANGUAGE_COLUMNS = ("lang", "language", "langue")
_JSON_ENDINGS = (".json", ".jsonl", ".ndjson")


class LabelledPosting(NamedTuple):
    """A labelled posting: for measuring, never for training; `language` is empty where the file does not say it."""

    record: RawRecord
    language: str
    primary: str
    secondary: tuple[str, ...]


class LabelledRow(NamedTuple):
    """A row of a labelled table as it stands there, with its number."""

    row: int
    record: RawRecord
    language: str
    label: str


class Columns(NamedTuple):
    """How to read a table where it shall not be found out: field to column, encoding and delimiter."""

    named: dict[str, str]
    options: ReadOptions


def read_labelled(
    path: Path,
    known: Collection[str],
    knowledge: Knowledge,
    mapping: Path | None = None,
    label: str = LABEL_COLUMN,
    columns: Columns | None = None,
) -> list[LabelledPosting]:
    """Read JSON lines that have `primary`, or any table (CSV, JSON) with a column `label`.

    Parameters
    ----------
    path : Path
    known : collection of str
        The categories a label may name.
    knowledge : Knowledge
        For the layouts of known boards.
    mapping : Path, optional
        CSV with a header that renames labels of the file (first column) to ours (second column).
    label : str
        The column that holds the category.
    columns : Columns, optional
        What the user fixed instead of leaving it to be found out.

    Raises
    ------
    InputError
        When a row is no labelled posting or names an unknown category.
    """
    renamed = dict(csv.reader(mapping.read_text("utf-8").splitlines()[1:])) if mapping else {}
    if _has_primary(path):
        return _read_json_lines(path, renamed, known)
    rows = read_table(path, knowledge, label, columns)
    postings = [LabelledPosting(row.record, row.language, renamed.get(row.label, row.label), ()) for row in rows]
    for row, posting in zip(rows, postings, strict=True):
        _refuse_unknown(posting.primary, known, f"{path}: row {row.row}")
    return postings


def read_table(
    path: Path, knowledge: Knowledge, label: str = LABEL_COLUMN, columns: Columns | None = None
) -> list[LabelledRow]:
    """Read the rows of a labelled table, found by the same layouts and names as when tagging.

    Raises
    ------
    InputError
        When the file cannot be read, has no such column, or has rows without label; all bad rows at once.
    """
    named, options = columns or Columns({}, ReadOptions())
    with open_table(str(path), options, knowledge.sources) as table:
        if label not in table.columns:
            shown = ", ".join(table.columns[:30])
            raise InputError(f'{path}: no column "{label}"; name the one that holds the category with --label: {shown}')
        fields = find_fields(table.name, table.columns, knowledge.sources, named)
        rows, problems = _labelled_rows(table, fields, table.columns.index(label))
    if problems:
        raise InputError("\n".join(problems))
    return rows


def _labelled_rows(table: Table, fields: FieldMap, place: int) -> tuple[list[LabelledRow], list[str]]:
    language_place = next((table.columns.index(name) for name in _LANGUAGE_COLUMNS if name in table.columns), None)
    rows, problems = [], []
    first = 1 if table.name.lower().endswith(_JSON_ENDINGS) else 2  # behind the header
    for number, row in enumerate(table.rows, first):
        if isinstance(row, RejectedRecord):
            problems.append(f"{table.name}: row {row.row}: {row.reason}; correct or remove it")
        elif not row[place].strip():
            problems.append(f"{table.name}: row {number}: has no label; label or remove it")
        else:
            language = "" if language_place is None else row[language_place].strip().lower()
            rows.append(LabelledRow(number, fields.record(row), language, row[place].strip()))
    return rows, problems


def _has_primary(path: Path) -> bool:
    """Tell JSON lines in the form of a gold set from a table."""
    try:
        with path.open("rb") as lines:
            first = json.loads(next(lines, b""))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        return False
    return isinstance(first, dict) and "primary" in first


def _read_json_lines(path: Path, renamed: dict[str, str], known: Collection[str]) -> list[LabelledPosting]:
    postings = []
    for number, line in enumerate(path.read_text("utf-8").removesuffix("\n").split("\n"), 1):
        try:
            row = json.loads(line)
            labels = [renamed.get(label, label) for label in (row["primary"], *row["secondary"])]
            skills = row.get("skills") or ""
            skills = ", ".join(skills) if isinstance(skills, list) else skills
            language = row["lang"]
            record = RawRecord(row["title"] or "", row["description"] or "", skills)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path}: line {number}: is no labelled posting: {error}") from None
        for label in labels:
            _refuse_unknown(label, known, f"{path}: line {number}")
        postings.append(LabelledPosting(record, language, labels[0], tuple(labels[1:])))
    return postings


def _refuse_unknown(label: str, known: Collection[str], place: str) -> None:
    if label not in known:
        raise InputError(f'{place}: "{label}" is no category of taxonomy.toml or the model; map it with --mapping')
