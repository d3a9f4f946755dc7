"""Which columns of an unknown table hold title, description and skills, by their names and by what the first rows hold."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from jobtagger.batch.contents import Content, content_of, is_about
from jobtagger.batch.headers import LISTING, is_foreign, is_name, may_be_text, read_name
from jobtagger.knowledge.types import Headers

Row = list[str]
Places = tuple[int, ...]
_TOLD = 8  # rows that tell whether names are titles
_REPEATED = 0.5  # of the cells like no other, or it is a kind and no title
_SHORT = 2  # words in half of the cells: it may be a title


class Recognised(NamedTuple):
    """Columns of title, description and skills; which of them were told by content; which are not read but may be one."""

    places: dict[str, Places]
    by_content: tuple[str, ...]
    unread: Places


def recognise(
    columns: list[str], rows: Sequence[Row], headers: Headers, known: Mapping[str, Places], fixed: Mapping[str, int]
) -> Recognised:
    """Find the columns of a table that has no layout; `known` are those of names known as a whole, `fixed` the user's."""
    return _Recognition(columns, rows, headers, known, fixed).done()


class _Recognition:
    def __init__(
        self, columns: list[str], rows: Sequence[Row], headers: Headers, known: Mapping[str, Places],
        fixed: Mapping[str, int],
    ) -> None:  # fmt: skip
        self._columns, self._rows, self._headers = columns, rows, headers
        self._free = [place for place in range(len(columns)) if place not in fixed.values()]
        self._readings = {place: read_name(columns[place], headers) for place in self._free}
        self._contents = {place: content_of([row[place] for row in rows]) for place in self._free} if rows else {}
        self._places = {field: self._named(field, known[field]) for field in headers.core}
        self._places |= {field: (place,) for field, place in fixed.items()}
        self._by_content: tuple[str, ...] = ()

    def done(self) -> Recognised:
        """Find everything, the surest first."""
        self._take_listings()
        if not self._places.get("title") and self._places.get("description"):
            self._take("title", [place for place in self._unread() if self._is_name(place)])
        if not self._places.get("description") and self._places.get("title"):
            texts = [place for place in self._unread() if self._is_description(place)]
            if len(texts) == 1:
                self._take("description", texts)
                self._by_content = ("description",)
        return Recognised(self._places, self._by_content, self._missed())

    def _named(self, field: str, known: Places) -> Places:
        """Give the columns whose names say a field, the strongest first; of several those without words are none."""
        ranks = {place: self._readings[place].rank for place in self._free if self._readings[place].field == field}
        ranks |= {
            place: (-1, number) for number, place in enumerate(known) if place in self._free and place not in ranks
        }
        good = [place for place in ranks if field == "skills" or self._holds_words(place)]
        return tuple(sorted(good or ranks, key=lambda place: ranks[place]))

    def _take_listings(self) -> None:
        """Share the columns that are called by words for the posting alone: long texts are its text, short ones its title."""
        free = [place for place in self._free if self._readings[place].field == LISTING and self._holds_words(place)]
        if not self._places.get("description"):
            self._take("description", [place for place in free if self._content(place).is_long][:1])
        if not self._places.get("title"):
            free = [place for place in free if place not in self._places.get("description", ())]
            self._take(
                "title", [place for place in free if self._content(place).distinct >= _REPEATED or not self._rows][:1]
            )
        if not self._places.get("description"):
            free = [place for place in free if place not in self._places.get("title", ())]
            free = [place for place in free if may_be_text(self._columns[place], self._headers)]
            self._take(
                "description", [place for place in free if self._content(place).is_sentence or not self._rows][:1]
            )

    def _take(self, field: str, places: Sequence[int]) -> None:
        if places:
            self._places[field] = tuple(places)

    def _unread(self) -> list[int]:
        read = {place for places in self._places.values() for place in places}
        return [place for place in self._free if place not in read]

    def _content(self, place: int) -> Content:
        return self._contents[place] if self._contents else content_of(())

    def _holds_words(self, place: int) -> bool:
        return self._content(place).is_words

    def _is_name(self, place: int) -> bool:
        """Tell a column called `name` whose names are those of the postings."""
        if not is_name(self._columns[place], self._headers) or not self._holds_words(place):
            return False
        return len(self._rows) < _TOLD or is_about(*self._cells(place, self._places["description"][0]))

    def _is_description(self, place: int) -> bool:
        if self._is_foreign(place) or not self._content(place).is_long:
            return False
        return is_about(*self._cells(self._places["title"][0], place))

    def _cells(self, *places: int) -> list[list[str]]:
        return [[row[place] for row in self._rows] for place in places]

    def _missed(self) -> Places:
        """Give the columns not read that may hold what is missing, the likeliest first."""
        if not self._contents:
            return ()
        unread = {place: self._content(place) for place in self._unread()}
        title, description = self._places.get("title"), self._places.get("description")
        if not title and not description:
            return tuple(place for place, content in unread.items() if content.is_long)
        if title and not description:
            found = [place for place, content in unread.items() if _may_be_text(content)]
            return tuple(sorted(found, key=lambda place: (self._is_foreign(place), -unread[place].n_words)))
        if description and not title:
            return tuple(place for place, content in unread.items() if _may_be_title(content))
        return ()

    def _is_foreign(self, place: int) -> bool:
        return is_foreign(self._columns[place], self._headers)


def _may_be_text(content: Content) -> bool:
    return content.n_words >= _SHORT and content.distinct >= _REPEATED


def _may_be_title(content: Content) -> bool:
    return _may_be_text(content) and not content.is_long
