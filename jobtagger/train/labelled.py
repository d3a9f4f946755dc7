"""Labelled postings to measure the tagger on: JSON lines with primary and secondary labels, or a table with a label."""

import codecs
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from jobtagger.batch.columns import FieldMap, find_fields
from jobtagger.batch.reading import open_table
from jobtagger.batch.table import ReadOptions, Table
from jobtagger.errors import InputError
from jobtagger.knowledge import Knowledge
from jobtagger.knowledge.schema import did_you_mean
from jobtagger.records import RawRecord, RejectedRecord

LABEL_COLUMN = "category"
_LANGUAGE_COLUMNS = ("lang", "language", "langue")
_MAPPING_COLUMNS, _MAPPING_LINES = 2, 2


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
        Table with a header that renames labels of the file (first column) to ours (second column).
    label : str
        The column that holds the category.
    columns : Columns, optional
        What the user fixed instead of leaving it to be found out.

    Raises
    ------
    InputError
        When a row is no labelled posting or names an unknown category.
    """
    ours = _read_mapping(mapping, known, knowledge) if mapping else {}
    if _has_primary(path):
        found = _gold_postings(path)
    else:
        rows = read_table(path, knowledge, label, columns)
        found = [(f"row {row.row}", LabelledPosting(row.record, row.language, row.label, ())) for row in rows]
    postings, problems = [], []
    for place, posting in found:
        labels = [ours.get(label, label) for label in (posting.primary, *posting.secondary)]
        problems += [
            f"{path}: {place}: {_not_known(label)}; map it with --mapping" for label in labels if label not in known
        ]
        postings.append(posting._replace(primary=labels[0], secondary=tuple(labels[1:])))
    if problems:
        raise InputError("\n".join(problems))
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
        fields = find_fields(table.name, table.columns, knowledge.sources, named)
        if label not in table.columns:
            shown = ", ".join(" ".join(column.split()) for column in table.columns[:30])
            raise InputError(f'{path}: no column "{label}"; name the one that holds the category with --label: {shown}')
        rows, problems = _labelled_rows(table, fields, table.columns.index(label))
    if problems:
        raise InputError("\n".join(problems))
    return rows


def _labelled_rows(table: Table, fields: FieldMap, place: int) -> tuple[list[LabelledRow], list[str]]:
    language_place = next((table.columns.index(name) for name in _LANGUAGE_COLUMNS if name in table.columns), None)
    rows, problems = [], []
    for number, row in table.numbered():
        if isinstance(row, RejectedRecord):
            problems.append(f"{table.name}: row {row.row}: {row.reason}; correct or remove it")
        elif not row[place].strip():
            problems.append(f"{table.name}: row {number}: has no label; label or remove it")
        else:
            language = "" if language_place is None else row[language_place].strip().lower()
            rows.append(LabelledRow(number, fields.record(row), language, row[place].strip()))
    return rows, problems


def json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give the objects of JSON lines with the numbers of their lines; blank lines are passed over.

    Raises
    ------
    InputError
        When the file cannot be read, or a line is no JSON object in UTF-8.
    """
    try:
        content = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8"))
        except UnicodeDecodeError as error:
            place = f"{path}: line {number}: byte {error.start + 1}"
            raise InputError(f"{place} is not UTF-8; convert the file to UTF-8 first") from None
        except ValueError as error:
            raise InputError(f"{path}: line {number}: is not JSON: {error}") from None
        if not isinstance(row, dict):
            raise InputError(f"{path}: line {number}: is no JSON object; write {{...}} with title and description")
        yield number, row


def record_of(row: Mapping[str, Any]) -> RawRecord:
    """Take title, description and skills out of a JSON object; each may be null or missing, skills a list.

    Raises
    ------
    ValueError
        When one of them is of another type.
    """
    for name in ("title", "description"):
        if not isinstance(row.get(name), str | None):
            raise ValueError(f"{name}: {row[name]!r:.40} is no text; put it in quotes")
    skills = row.get("skills") or ""
    if isinstance(skills, list):
        skills = ", ".join(str(skill) for skill in skills if skill)
    if not isinstance(skills, str):
        raise ValueError(f"skills: {skills!r:.40} is neither a text nor a list of texts")
    return RawRecord(row.get("title") or "", row.get("description") or "", skills)


def _has_primary(path: Path) -> bool:
    """Tell JSON lines in the form of a gold set from a table."""
    try:
        with path.open("rb") as lines:
            first = next((line for line in lines if line.strip()), b"")
        row = json.loads(first.decode("utf-8-sig", "replace"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        return False
    return isinstance(row, dict) and "primary" in row


def _gold_postings(path: Path) -> list[tuple[str, LabelledPosting]]:
    """Read JSON lines in the form of a gold set, each with its place."""
    postings, problems = [], []
    for number, row in json_rows(path):
        place = f"line {number}"
        try:
            labels = _labels(row)
            postings.append(
                (place, LabelledPosting(record_of(row), str(row["lang"] or ""), labels[0], tuple(labels[1:])))
            )
        except ValueError as error:
            problems.append(f"{path}: {place}: {error}")
    if problems:
        raise InputError("\n".join(problems))
    return postings


def _labels(row: Mapping[str, Any]) -> list[str]:
    """Give the primary and the secondary labels."""
    if missing := [name for name in ("lang", "primary", "secondary") if name not in row]:
        raise ValueError(f'has no {" and no ".join(missing)}; "secondary": [] says that there is no second category')
    primary, secondary = row["primary"], row["secondary"]
    if not isinstance(primary, str):
        raise ValueError(f"primary: {primary!r:.40} is no category")
    if not isinstance(secondary, list) or not all(isinstance(label, str) for label in secondary):
        raise ValueError(f"secondary: {secondary!r:.40} is no list of categories; write [] where there is none")
    return [primary, *secondary]


def _read_mapping(path: Path, known: Collection[str], knowledge: Knowledge) -> dict[str, str]:
    """Read the table that renames labels: theirs in the first column, ours in the second."""
    if len(path.read_bytes().splitlines()) < _MAPPING_LINES:
        return {}  # a header alone renames nothing
    with open_table(str(path), ReadOptions(), knowledge.sources) as table:
        n_columns = len(table.columns)
        if n_columns < _MAPPING_COLUMNS:
            raise InputError(f"{path}: has {n_columns} column; the first holds the labels, the second our categories")
        renamed, problems = {}, []
        for number, row in table.numbered():
            if isinstance(row, RejectedRecord):
                problems.append(f"{path}: row {row.row}: {row.reason}; correct or remove it")
                continue
            theirs, ours = (cell.strip() for cell in row[:_MAPPING_COLUMNS])
            if ours not in known:
                problems.append(f"{path}: row {number}: {_not_known(ours)}{did_you_mean(ours, known)}")
            renamed[theirs] = ours
    if problems:
        raise InputError("\n".join(problems))
    return renamed


def _not_known(label: str) -> str:
    return f'"{label}" is no category of taxonomy.toml or the model'
