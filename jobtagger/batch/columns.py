"""Which column of a file holds which field of a posting, found by the layouts and names in sources.toml."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

from jobtagger.errors import InputError
from jobtagger.knowledge.types import Layout, Sources
from jobtagger.records import RawRecord

FIELDS = ("title", "description", "skills", "listing_id")
_SHOWN_COLUMNS = 30
_GAP = re.compile(r"\{([^{}]+)\}")
_NO_VALUES = ("", "none", "nan", "null")


class FieldMap(NamedTuple):
    """Places of the columns of each field, best first, and how they were found (`layout:id`, `names`, `options`)."""

    title: tuple[int, ...]
    description: tuple[int, ...]
    skills: tuple[int, ...]
    listing_id: tuple[int, ...]
    details: tuple["Detail", ...]
    found_by: str

    def record(self, cells: Sequence[str]) -> RawRecord:
        """Reduce a row to the fields the tagger understands."""
        details = "\n".join(filter(None, (detail.word(cells) for detail in self.details))) if self.details else ""
        return RawRecord(
            _first(self.title, cells), _first(self.description, cells), _first(self.skills, cells), details
        )

    def native_id(self, cells: Sequence[str]) -> str:
        """Give the board's own id or address of the listing, empty when there is none."""
        return _first(self.listing_id, cells)


class Detail(NamedTuple):
    """What further columns say, as a text with numbered gaps and the places of the columns that fill them."""

    text: str
    places: tuple[int, ...]

    def word(self, cells: Sequence[str]) -> str:
        """Fill the gaps with a row's cells; where one is empty there is nothing to say."""
        values = [cells[place].strip(" []'\"") for place in self.places]
        return "" if any(value.lower() in _NO_VALUES for value in values) else self.text.format(*values)


def find_fields(name: str, columns: list[str], sources: Sources, named: dict[str, str]) -> FieldMap:
    """Find the columns of each field; `named` holds what the user fixed (field to column).

    Raises
    ------
    InputError
        When a named column does not exist, or no title and no description can be found.
    """
    places = {field: () for field in FIELDS} | _by_names(columns, sources)
    found_by = "names"
    layout = _layout_of(columns, sources.layouts)
    if layout:
        found_by = f"layout:{layout.id}"
        for field in FIELDS:
            places[field] = _places(getattr(layout, field), columns) or places[field]
    for field, column in named.items():
        if column not in columns:
            raise InputError(f'{name}: no column "{column}"; columns: {_shown(columns)}')
        places[field] = (columns.index(column),)
        found_by = "options"
    if not places["title"] and not places["description"]:
        raise InputError(
            f"{name}: no text column found; name it with --title or --description; columns: {_shown(columns)}"
        )
    wordings = layout.details if layout else tuple(f"{name}: {{{name}}}" for name in sources.details)
    return FieldMap(**places, details=_details(wordings, columns), found_by=found_by)


def records_of(data: Any, name: str, sources: Sources) -> list[Any]:
    """Find the list of records in a JSON document: the document itself, or at a path known from a layout."""
    if isinstance(data, list):
        return data
    for layout in sources.layouts:
        found = data
        for key in layout.records.split(".") if layout.records else ():
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, list):
            return found
    lists = [value for value in data.values() if isinstance(value, list)] if isinstance(data, dict) else []
    if len(lists) == 1:
        return lists[0]
    if isinstance(data, dict):
        return [data]
    raise InputError(f"{name}: holds no list of records")


def plain(column: str) -> str:
    """Give the form in which column names are compared: no case, accents, spaces or signs."""
    decomposed = unicodedata.normalize("NFKD", column.lower())
    return re.sub(r"[^a-z0-9:]", "", decomposed)


def _by_names(columns: list[str], sources: Sources) -> dict[str, tuple[int, ...]]:
    return {field: _places(names, columns) for field, names in sources.aliases.items()}


def _layout_of(columns: list[str], layouts: tuple[Layout, ...]) -> Layout | None:
    present = {plain(column) for column in columns}
    fitting = [layout for layout in layouts if all(plain(column) in present for column in layout.requires)]
    return max(fitting, key=lambda layout: len(layout.requires), default=None)


def _details(wordings: Sequence[str], columns: list[str]) -> tuple[Detail, ...]:
    """Give the wordings all of whose columns exist."""
    details = []
    for wording in wordings:
        places = [_places([name], columns)[:1] for name in _GAP.findall(wording)]
        if all(places):
            details.append(Detail(_GAP.sub("{}", wording), tuple(place for (place,) in places)))
    return tuple(details)


def _places(names: Sequence[str], columns: list[str]) -> tuple[int, ...]:
    plain_columns = [plain(column) for column in columns]
    return tuple(plain_columns.index(plain(name)) for name in names if plain(name) in plain_columns)


def _first(places: tuple[int, ...], cells: Sequence[str]) -> str:
    return next((cells[place] for place in places if cells[place]), "")


def _shown(columns: list[str]) -> str:
    shown = ", ".join(columns[:_SHOWN_COLUMNS])
    return f"{shown}, ... ({len(columns)} in all)" if len(columns) > _SHOWN_COLUMNS else shown
