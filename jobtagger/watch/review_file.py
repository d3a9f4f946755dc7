"""Corrections by way of a file: the unsure listings go out, come back with a category, and are checked as a whole."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, select

from jobtagger.batch.reading import open_table
from jobtagger.batch.table import ReadOptions, Table
from jobtagger.batch.writing import TableWriter
from jobtagger.errors import InputError
from jobtagger.job.schema import listings
from jobtagger.knowledge import Knowledge
from jobtagger.knowledge.schema import did_you_mean
from jobtagger.records import RejectedRecord
from jobtagger.watch.corrections import add_correction, training_rows, valid_corrections
from jobtagger.watch.review import Unsure

COLUMNS = (
    "listing_id", "text", "n_listings", "source", "url", "title", "skills", "description", "guess", "probability",
    "alternatives", "category", "note",
)  # fmt: skip
_NO_ID = 2**31  # no database takes this or more for an id
_NEEDED = ("listing_id", "text", "category")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: corrections stored, those already there, and rows without a category."""

    n_stored: int
    n_known: int
    n_empty: int


class _Answer(NamedTuple):
    """One filled row."""

    listing_id: int
    category_id: str
    note: str


def write_review(unsure: Sequence[Unsure], path: str) -> None:
    """Write texts to look at, with empty columns `category` and `note` to fill; any format that `tag` writes."""
    _write(path, COLUMNS, [_cells(entry) for entry in unsure], is_excel_safe=True)


def write_training(connection: Connection, path: str) -> int:
    """Write all corrected texts as `jobtagger train --data` takes them; give their number."""
    rows = list(training_rows(connection))
    _write(path, ("title", "description", "skills", "lang", "category"), rows, is_excel_safe=False)
    return len(rows)


def read_review(
    connection: Connection, path: Path, knowledge: Knowledge, known: Collection[str], now: datetime, by: str
) -> Imported:
    """Store the categories of a filled file; none of them if one is wrong.

    Raises
    ------
    InputError
        When the file cannot be read or rows are wrong; all of them at once, each with its remedy.
    """
    with open_table(str(path), ReadOptions(), knowledge.sources) as table:
        for column in _NEEDED:
            if column not in table.columns:
                raise InputError(f'{path}: no column "{column}"; import a file that "jobtagger review --export" wrote')
        answers, n_empty = _answers(connection, table, known)
    corrected = valid_corrections(connection)
    by_listing = {entry.listing_id: entry.category_id for entry in corrected.values()}
    new = [answer for answer in answers if by_listing.get(answer.listing_id) != answer.category_id]
    for answer in new:
        add_correction(connection, answer.listing_id, answer.category_id, now, by, answer.note)
    return Imported(len(new), len(answers) - len(new), n_empty)


def _write(path: str, columns: Sequence[str], rows: Sequence[Sequence[str]], is_excel_safe: bool) -> None:
    writer = TableWriter(path, columns, ",", has_bom=False, is_excel_safe=is_excel_safe)
    try:
        writer.write_rows(rows)
        writer.finish()
    except BaseException:
        writer.abandon(keep=False)
        raise


def _cells(entry: Unsure) -> list[str]:
    (guess, probability), *others = entry.guesses
    record = entry.record
    return [
        str(entry.listing_id), f"text-{entry.text_digest}", str(entry.n_listings), entry.source, entry.url, record.title,
        record.skills, record.description, guess, f"{probability:.3f}",
        " ".join(f"{name}={chance:.3f}" for name, chance in others), "", "",
    ]  # fmt: skip


def _answers(connection: Connection, table: Table, known: Collection[str]) -> tuple[list[_Answer], int]:
    places = {name: table.columns.index(name) for name in (*_NEEDED, "note") if name in table.columns}
    answers: dict[int, _Answer] = {}
    problems, n_empty = [], 0
    for number, row in table.numbered():
        place = f"{table.name}: row {number}"
        if isinstance(row, RejectedRecord):
            problems.append(f"{table.name}: row {row.row}: {row.reason}; correct or remove it")
            continue
        category_id = row[places["category"]].strip()
        if not category_id:
            n_empty += 1
            continue
        note = row[places["note"]].strip() if "note" in places else ""
        problem, listing_id = _checked(connection, row[places["listing_id"]], row[places["text"]], category_id, known)
        earlier = answers.get(listing_id)
        if not problem and earlier and earlier.category_id != category_id:
            problem = f"listing {listing_id} has another category further up; keep one of the rows"
        if problem:
            problems.append(f"{place}: {problem}")
        else:
            answers[listing_id] = _Answer(listing_id, category_id, note)
    if problems:
        raise InputError("\n".join(problems))
    return list(answers.values()), n_empty


def _checked(
    connection: Connection, listing: str, text: str, category_id: str, known: Collection[str]
) -> tuple[str, int]:
    """Give what is wrong with a row, or nothing, and its listing."""
    if category_id not in known:
        return f'category: "{category_id}" is not known{did_you_mean(category_id, known)}; ids: docs/categories.md', 0
    try:
        listing_id = int(float(listing))  # spreadsheets make 12 into 12.0
    except (ValueError, OverflowError):
        return f'listing_id: "{listing}" is no number; leave that column as it was exported', 0
    asked = select(listings.c.text_digest).where(listings.c.listing_id == listing_id)
    digest = connection.scalar(asked) if 0 < listing_id < _NO_ID else None
    if digest is None:
        return f"listing_id: the store has no listing {listing.strip()}; import into the store it was exported from", 0
    if text.strip() != f"text-{digest}":
        return f"listing {listing_id} has another text than when it was exported; export it again", 0
    return "", listing_id
