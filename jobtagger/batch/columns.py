"""Which column of a file holds which field of a posting, found by the layouts and names in sources.toml."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from jobtagger.batch.headers import is_listing
from jobtagger.batch.recognising import Row, recognise
from jobtagger.errors import InputError
from jobtagger.knowledge.schema import did_you_mean
from jobtagger.knowledge.types import Layout, Sources
from jobtagger.records import RawRecord

FIELDS = ("title", "description", "skills", "listing_id")
NAMES, OPTIONS, CONTENT = "names", "options", "content"
OWN_PREFIX = "jobtagger_"
"""Stands before a column of ours whose name the input has already."""

_SHOWN_COLUMNS = 30
_SHOWN_CHARS = 40
_GAP = re.compile(r"\{([^{}]+)\}")
_NO_VALUES = ("", "none", "nan", "null")


class FieldMap(NamedTuple):
    """Places of the columns of each field, best first, and how they were found (`layout:id`, `names`, `options`).

    `causes` says the same for each of `FIELDS`, or `content`, empty where there is no column. Where title or description
    is missing, `unread` are columns that may hold it.
    """

    title: tuple[int, ...]
    description: tuple[int, ...]
    skills: tuple[int, ...]
    listing_id: tuple[int, ...]
    details: tuple["Detail", ...]
    found_by: str
    causes: tuple[str, ...]
    unread: tuple[int, ...] = ()

    def record(self, cells: Sequence[str]) -> RawRecord:
        """Reduce a row to the fields the tagger understands."""
        details = "\n".join(filter(None, (detail.word(cells) for detail in self.details))) if self.details else ""
        return RawRecord(
            first_filled(self.title, cells),
            first_filled(self.description, cells),
            first_filled(self.skills, cells),
            details,
        )

    def native_id(self, cells: Sequence[str]) -> str:
        """Give the board's own id or address of the listing, empty when there is none."""
        return first_filled(self.listing_id, cells)


class Detail(NamedTuple):
    """What further columns say, as a text with numbered gaps and the places of the columns that fill them."""

    text: str
    places: tuple[int, ...]

    def word(self, cells: Sequence[str]) -> str:
        """Fill the gaps with a row's cells; where one is empty there is nothing to say."""
        values = [cells[place].strip(" []'\"") for place in self.places]
        return "" if any(value.lower() in _NO_VALUES for value in values) else self.text.format(*values)


def find_fields(
    name: str, columns: list[str], sources: Sources, named: Mapping[str, str], hint: str = "", rows: Sequence[Row] = ()
) -> FieldMap:
    """Find the columns of each field; `named` holds what the user fixed (field to column).

    Where there is no layout, columns are read by their names and, if there are some first `rows`, by what these hold.

    Raises
    ------
    InputError
        When a named column does not exist, or no title and no description can be found; it ends in `hint`.
    """
    place_of = _first_places(columns)
    places = {field: _places(sources.aliases.get(field, ()), place_of) for field in FIELDS}
    layout = _layout_of(place_of, sources.layouts)
    fixed = {field: _named_place(name, column, columns) for field, column in named.items()}
    causes = dict.fromkeys(FIELDS, NAMES)
    unread: tuple[int, ...] = ()
    if layout:
        for field in FIELDS:
            if found := _places(getattr(layout, field), place_of):
                places[field], causes[field] = found, f"layout:{layout.id}"
    else:
        known = recognise(columns, rows, sources.headers, places, fixed)
        places |= known.places
        unread = known.unread
        causes |= dict.fromkeys(known.by_content, CONTENT)
    for field, place in fixed.items():
        places[field], causes[field] = (place,), OPTIONS
    if not places["title"] and not places["description"]:
        long = f" (long texts stand in {_shown([columns[place] for place in unread])})" if unread else ""
        raise InputError(
            f"{name}: no text column found; name it with --title or --description{long}{hint}; columns: {_shown(columns)}"
        )
    found_by = OPTIONS if named else f"layout:{layout.id}" if layout else NAMES
    details = _details((layout or sources).details, place_of)
    return FieldMap(
        **places, details=details, found_by=found_by, unread=unread,
        causes=tuple(causes[field] if places[field] else "" for field in FIELDS),
    )  # fmt: skip


def n_text_fields(columns: list[str], sources: Sources, named: Mapping[str, str]) -> int:
    """Say how many of title and description would be found in columns.

    Of names that may be those of both, such as "Mission" and "Offer", a pair counts as one.
    """
    try:
        fields = find_fields("", columns, sources, named)
    except InputError:
        return 0
    found = [places for places in (fields.title, fields.description) if places]
    n_sure = sum(any(not is_listing(columns[place], sources.headers) for place in places) for places in found)
    return n_sure or len(found) // 2


def own_names(names: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Give our columns names that the input does not have."""
    taken = set(columns)
    own = []
    for name in names:
        while name in taken:
            name = OWN_PREFIX + name  # noqa: PLW2901
        own.append(name)
    return own


def plain(column: str) -> str:
    """Give the form in which column names are compared: no case, accents, spaces or signs."""
    decomposed = unicodedata.normalize("NFKD", column.lower())
    return re.sub(r"[^a-z0-9:]", "", decomposed)


def _named_place(name: str, named: str, columns: list[str]) -> int:
    """Give the place of a column that the user named; case, accents, blanks and signs may differ if only one fits.

    Raises
    ------
    InputError
        When there is none.
    """
    if named in columns:
        return columns.index(named)
    fitting = [place for place, column in enumerate(columns) if plain(column) and plain(column) == plain(named)]
    if len(fitting) == 1:
        return fitting[0]
    raise InputError(f'{name}: no column "{named}"{did_you_mean(named, columns)}; columns: {_shown(columns)}')


def _layout_of(place_of: Mapping[str, int], layouts: tuple[Layout, ...]) -> Layout | None:
    fitting = [layout for layout in layouts if all(plain(column) in place_of for column in layout.requires)]
    return max(fitting, key=lambda layout: len(layout.requires), default=None)


def _first_places(columns: list[str]) -> dict[str, int]:
    """Give the place of each column name, the first of several that compare equal."""
    place_of: dict[str, int] = {}
    for place, column in enumerate(columns):
        place_of.setdefault(plain(column), place)
    return place_of


def _places(names: Sequence[str], place_of: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(place_of[plain(name)] for name in names if plain(name) in place_of)


def _details(wordings: Sequence[str], place_of: Mapping[str, int]) -> tuple[Detail, ...]:
    """Give the wordings all of whose columns exist."""
    details = []
    for wording in wordings:
        names = [plain(name) for name in _GAP.findall(wording)]
        if all(name in place_of for name in names):
            details.append(Detail(_GAP.sub("{}", wording), tuple(place_of[name] for name in names)))
    return tuple(details)


def first_filled(places: tuple[int, ...], cells: Sequence[str]) -> str:
    """Give the first cell that is not empty, of those at places; empty if there is none."""
    for place in places:
        if cells[place]:
            return cells[place]
    return ""


def _shown(columns: list[str]) -> str:
    names = ["".join(char if char.isprintable() else "?" for char in name) for name in columns[:_SHOWN_COLUMNS]]
    shown = ", ".join([name if len(name) <= _SHOWN_CHARS else f"{name[:_SHOWN_CHARS]}..." for name in names])
    return f"{shown}, ... ({len(columns)} in all)" if len(columns) > _SHOWN_COLUMNS else shown
