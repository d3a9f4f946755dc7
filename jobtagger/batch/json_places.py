"""Where in a JSON document the postings stand, and how records that wrap them become flat."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from jobtagger.batch.columns import n_text_fields
from jobtagger.batch.headers import is_foreign, words_of
from jobtagger.batch.json_document import NO_OBJECT, Broken, JsonDocument, Path, Record
from jobtagger.batch.table import ReadOptions
from jobtagger.knowledge.types import Sources

_LISTS = ("items", "jobs", "postings", "listings", "missions", "offres", "annonces", "projets", "projects", "edges")
_USUAL_LISTS = (*_LISTS, "results", "records", "data", "rows", "entries", "hits", "offers")
_WRAPPERS = ("node", "source", "_source", "attributes", "fields", "data", "item", "record", "properties")
_OUTER = "outer."
"""Stands before a name that a wrapping record has as well as what it wraps."""
_TWO = 2  # texts: title and description


class Objects:
    """What objects hold: how many there are, under which keys, and of those that hold objects the keys of these."""

    def __init__(self) -> None:
        self.n_objects = 0
        self.columns: dict[str, None] = {}
        self.plain: dict[str, None] = {}
        self.inner: dict[str, Objects] = {}

    def add(self, record: Mapping[str, Any], *, is_outer: bool = True) -> None:
        """Take one more object."""
        self.n_objects += 1
        self.columns.update(dict.fromkeys(record))
        for key, value in record.items():
            objects = [value] if isinstance(value, dict) else value if _is_objects(value) else ()
            if not objects:
                self.plain[key] = None
            elif is_outer:
                inner = self.inner.setdefault(key, Objects())
                for entry in objects:
                    if isinstance(entry, dict):
                        inner.add(entry, is_outer=False)

    @staticmethod
    def together(parts: Sequence["Objects"]) -> "Objects":
        """Take the objects of several lists as one."""
        whole = Objects()
        for part in parts:
            whole.n_objects += part.n_objects
            whole.columns |= part.columns
            whole.plain |= part.plain
            for key, inner in part.inner.items():
                whole.inner[key] = Objects.together([whole.inner[key], inner]) if key in whole.inner else inner
        return whole


class Plan:
    """How records become flat: what one wraps stands in its place, the rest of it behind.

    Attributes
    ----------
    columns : list of str
    wrapper : str
        The key under which the postings stand in the records, empty if these are the postings.
    """

    def __init__(self, seen: Objects, options: ReadOptions, sources: Sources) -> None:
        self.wrapper = _wrapper(seen, options, sources)
        self.columns = list(seen.columns)
        self._outer = {key: key for key in seen.columns}
        if self.wrapper:
            inner = seen.inner[self.wrapper].columns
            self._outer.pop(self.wrapper)
            self._outer = {key: f"{_OUTER}{key}" if key in inner else key for key in self._outer}
            self.columns = [*inner, *self._outer.values()]

    def flat(self, record: Record) -> Iterator[Record]:
        """Give a record as flat ones: itself, or what it wraps."""
        if isinstance(record, Broken) or not self.wrapper:
            yield record
            return
        outer = {name: record[key] for key, name in self._outer.items() if key in record}
        wrapped = record.get(self.wrapper)
        for entry in wrapped if isinstance(wrapped, list) else [wrapped]:
            if isinstance(entry, dict) or entry is None:
                yield {**(entry or {}), **outer}
            else:
                yield Broken(str(entry), NO_OBJECT)


class Found(NamedTuple):
    """What a document holds: keys of its own if it is an object, lists, empty ones, the first item that is no record."""

    keys: list[str]
    nested: set[str]
    lists: dict[Path, Objects]
    empty: list[Path]
    broken: Broken | None


def look_through(document: JsonDocument) -> Found:
    """Look at all lists of a document."""
    lists: dict[Path, Objects] = {}
    broken = None
    for path, record in document.lists():
        if isinstance(record, Broken):
            broken = broken or record
            continue
        lists.setdefault(path, Objects()).add(record)
    return Found(document.keys, document.nested, lists, document.empty, broken)


def places_of_records(found: Found, options: ReadOptions, sources: Sources) -> list[Path]:
    """Find where the records stand; nowhere if the document itself is the record.

    Places that layouts know come first, then the list whose objects look most like postings, then one of a usual name,
    then the longest; lists beside it that look as much like postings are read with it. A list that looks no more like
    postings than the object around it is a part of that, its attachments for one; but not under a usual name.
    """
    known = {tuple(layout.records.split(".")) for layout in sources.layouts if layout.records}
    if place := next((path for path in found.lists if path in known), None):
        return [place]
    rank = {path: _rank(path, seen, options, sources) for path, seen in found.lists.items()}
    best = max(rank, key=lambda path: rank[path], default=None)
    if best is None:
        return []
    own, theirs = _own_likeness(found, options, sources), rank[best][0]
    is_usual = len(best) == 1 and _is_usual(best)
    if theirs <= own and own and not (theirs and is_usual):
        return []
    alike = [path for path in rank if path[:-1] == best[:-1] and rank[path][:2] == rank[best][:2]]
    columns = found.lists[best].columns
    return [path for path in alike if path == best or theirs == _TWO or found.lists[path].columns == columns]


def lists_left_out(found: Found, places: Sequence[Path], options: ReadOptions, sources: Sources) -> tuple[str, ...]:
    """Name the lists that look like postings too, with the number of their objects."""
    return tuple(
        f"{'.'.join(path)} ({seen.n_objects:,})"
        for path, seen in found.lists.items()
        if path not in places and _rank(path, seen, options, sources)[0]
    )


def is_empty_list_of_postings(found: Found, options: ReadOptions, sources: Sources) -> bool:
    """Tell a document that only lacks postings: their list is there, by its name."""
    usual = _LISTS if _own_likeness(found, options, sources) else _USUAL_LISTS
    return any(path and path[-1].lower() in usual for path in found.empty)


def are_records(document: Mapping[str, Any], options: ReadOptions, sources: Sources) -> bool:
    """Tell an object that holds postings by their numbers or names."""
    if len(document) < _TWO or not all(isinstance(value, dict) for value in document.values()):
        return False
    return all(_likeness(value, options, sources) for value in document.values())


def holds_columns(document: Mapping[str, Any], options: ReadOptions, sources: Sources) -> bool:
    """Tell an object that holds whole columns under their names, as lists or by the numbers of the rows."""
    nested = [key for key, value in document.items() if isinstance(value, list | dict)]
    plain = [key for key in document if key not in nested]
    return bool(_likeness(nested, options, sources)) and not _likeness(plain, options, sources)


def _own_likeness(found: Found, options: ReadOptions, sources: Sources) -> int:
    return _likeness([key for key in found.keys if key not in found.nested], options, sources)


def _rank(path: Path, seen: Objects, options: ReadOptions, sources: Sources) -> tuple[int, bool, int]:
    wrapper = _wrapper(seen, options, sources)
    columns = seen.inner[wrapper].plain if wrapper else seen.plain
    return _likeness(columns, options, sources), bool(path) and _is_usual(path), seen.n_objects


def _wrapper(seen: Objects, options: ReadOptions, sources: Sources) -> str:
    """Give the key under which the postings stand in most of the records; empty if these are the postings themselves."""
    own = _likeness(seen.plain, options, sources)
    best, most = "", own
    for key, inner in seen.inner.items():
        if (
            key in dict(options.columns).values()
            or is_foreign(key, sources.headers)
            or inner.n_objects * 2 < seen.n_objects
        ):
            continue
        theirs = _likeness(inner.plain, options, sources)
        if theirs > most and (not own or _is_wrapper(key, sources)):
            best, most = key, theirs
    return best


def _is_wrapper(key: str, sources: Sources) -> bool:
    return key.lower() in _WRAPPERS or all(word in sources.headers.listing for word in words_of(key, sources.headers))


def _is_usual(path: Path) -> bool:
    return path[-1].lower() in _USUAL_LISTS


def _likeness(columns: Iterable[str], options: ReadOptions, sources: Sources) -> int:
    """Say how many of title and description objects of these keys have."""
    return n_text_fields(list(columns), sources, dict(options.columns))


def _is_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(entry, dict) for entry in value)
