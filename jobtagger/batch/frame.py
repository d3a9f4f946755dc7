"""Data frames of pandas through the tagger: in a notebook, or as one partition of an engine."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any

from jobtagger.batch.columns import FieldMap, find_fields, own_names
from jobtagger.batch.duplicates import EXACT, OFF
from jobtagger.batch.extras import require
from jobtagger.batch.table import as_pairs
from jobtagger.batch.workers import Wanted, answer
from jobtagger.records import ADVICE_COLUMN, FRAME_COLUMNS, OUTPUT_COLUMNS
from jobtagger.tagger import CHUNK_SIZE, Tagger

if TYPE_CHECKING:
    import pandas as pd

EXTRA = "frame"
REJECTED = "rejected:"
"""Begins the `reasons` of a row over which the tagger fell, the only cell of ours that such a row has: a frame has no
file beside it for rejected rows."""


@dataclass(frozen=True, slots=True)
class FrameOptions:
    """What is read of a frame and what is added to it.

    `columns` holds field ("title", "description", "skills") to column, where they shall not be found by name; `advice`
    adds a column with the documents' advice, `text_id` one by which reposts can be found.
    """

    columns: tuple[tuple[str, str], ...] | Mapping[str, str] = ()
    advice: bool = False
    text_id: bool = True

    def __post_init__(self) -> None:
        """Take a mapping for its items; refuse a field that there is not."""
        object.__setattr__(self, "columns", as_pairs(self.columns))


def tag_frame(frame: "pd.DataFrame", tagger: Tagger, options: FrameOptions | None = None) -> "pd.DataFrame":
    """Tag the rows of a frame: the same rows, index and columns come out, ours behind them, all of them text.

    Raises
    ------
    InputError
        When no text column can be found.
    ValueError
        When it is no frame.
    """
    pd: Any = require("pandas", EXTRA, "tag_frame")
    if not isinstance(frame, pd.DataFrame):
        raise ValueError(f"frame: is a {type(frame).__name__}; make a frame of it: pandas.DataFrame({{'title': ...}})")
    options = options or FrameOptions()
    theirs = [str(column) for column in frame.columns]
    own = own_columns(theirs, options)
    fields = find_fields("frame", theirs, tagger.knowledge.sources, dict(options.columns))
    records = [fields.record(cells) for cells in zip(*_cells(frame, fields), strict=True)] if len(frame) else []
    wanted = Wanted(EXACT if options.text_id else OFF, options.advice)
    rows: list[Sequence[str]] = []
    for start in range(0, len(records), CHUNK_SIZE):
        tagged = answer(tagger, records[start : start + CHUNK_SIZE], wanted, is_done=False)
        cells = [_own_cells(tags, len(own) - options.text_id) for tags in tagged.rows]
        if options.text_id:
            cells = [[*row, _text_id(print_.text)] for row, print_ in zip(cells, tagged.fingerprints, strict=True)]
        rows += cells
    return pd.concat([frame, pd.DataFrame(rows, frame.index, own, dtype="string")], axis=1)


def own_columns(theirs: Sequence[str], options: FrameOptions) -> list[str]:
    """Give the columns that `tag_frame` adds to a frame with those columns."""
    advice = (ADVICE_COLUMN,) if options.advice else ()
    return own_names([*OUTPUT_COLUMNS, *advice, *(FRAME_COLUMNS if options.text_id else ())], theirs)


def _cells(frame: "pd.DataFrame", fields: FieldMap) -> list[Iterable[str]]:
    """Give the cells of each column as text; of columns that are not read, empty ones."""
    places = {*fields.title, *fields.description, *fields.skills}
    places |= {place for detail in fields.details for place in detail.places}
    return [
        list(map(_text, frame.iloc[:, place].tolist())) if place in places else repeat("", len(frame))
        for place in range(frame.shape[1])
    ]


def _own_cells(tags: Sequence[str], n_columns: int) -> Sequence[str]:
    if isinstance(tags, str):
        cells = [f"{REJECTED}{tags}" if name == "reasons" else "" for name in OUTPUT_COLUMNS]
        return cells + [""] * (n_columns - len(cells))
    return tags


def _text_id(fingerprint: int) -> str:
    return f"{fingerprint:016x}" if fingerprint else ""


def _text(cell: Any) -> str:
    """Give a cell as text: nothing for the missing values of pandas, JSON for lists and structures."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if hasattr(cell, "tolist"):  # a list, as numpy holds it
        cell = cell.tolist()
    if isinstance(cell, list | dict | tuple):
        return json.dumps(cell, ensure_ascii=False, default=str)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if _is_missing(cell) else str(cell)


def _is_missing(cell: Any) -> bool:
    """Tell NaN, NaT and NA, which do not equal themselves, without importing pandas."""
    try:
        return bool(cell != cell)  # noqa: PLR0124 - that is the test
    except TypeError:  # NA has no truth
        return True
