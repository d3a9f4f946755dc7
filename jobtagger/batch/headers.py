"""Names of columns read word by word: which field one is of, and which words it is made of."""

import re
import unicodedata
from typing import NamedTuple

from jobtagger.knowledge.types import Headers

LISTING = "listing"
"""What a column may be that is called by words for the posting alone: its title or its description."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[a-z]+|\d+")
_SHORTEST = 3  # letters of a word that is found within a longer one


class Reading(NamedTuple):
    """What the name of a column says: the field it is of, empty for none, and how strongly, the smallest first."""

    field: str = ""
    rank: tuple[int, int] = (0, 0)


def words_of(column: str, headers: Headers) -> list[str]:
    """Give the words of a name, without case and accents; those that are written together are parted where all are known."""
    humps = unicodedata.normalize("NFKD", _HUMP.sub(" ", unicodedata.normalize("NFKC", column)))
    plain = "".join(char for char in humps if not unicodedata.combining(char)).lower()
    known = headers.known() | headers.foreign
    return [part for word in _WORD.findall(plain) for part in _parted(word, known)]


def read_name(column: str, headers: Headers) -> Reading:
    """Say which field a column is of by its name; one unknown word makes it none."""
    words = [word for word in words_of(column, headers) if word not in headers.small]
    if not words or any(word not in headers.known() for word in words):
        return Reading()
    is_beside = any(word in headers.listing for word in words)
    ranks = {}
    for field, core in headers.core.items():
        beside = headers.beside_listing.get(field, frozenset()) if is_beside else frozenset()
        found = [core.index(word) if word in core else len(core) for word in words if word in core or word in beside]
        if found and _are_of(set(words), field, headers, beside):
            ranks[field] = min(found) + len(core) * any(word in headers.short for word in words), len(words)
    if ranks:
        field = next(iter(ranks))  # "title text" is a title
        return Reading(field, ranks[field])
    return Reading(LISTING) if all(word in headers.listing for word in words) else Reading()


def is_listing(column: str, headers: Headers) -> bool:
    """Tell a column that is called by words for the posting alone."""
    return read_name(column, headers).field == LISTING


def is_name(column: str, headers: Headers) -> bool:
    """Tell a column that is called `name`, of whatever."""
    return "".join(words_of(column, headers)) in headers.names


def is_foreign(column: str, headers: Headers) -> bool:
    """Tell a column that tells of something else than the posting."""
    words = set(words_of(column, headers))
    return bool(words & headers.foreign) and not (words & headers.listing and words & set(headers.core["description"]))


def may_be_text(column: str, headers: Headers) -> bool:
    """Tell whether a column called by words for the posting alone may be its text."""
    return any(word in headers.texts for word in words_of(column, headers))


def _are_of(words: set[str], field: str, headers: Headers, beside: frozenset[str]) -> bool:
    """Tell whether all words fit a field."""
    return words <= set(headers.core[field]) | beside | headers.listing | headers.qualifiers | headers.short


def _parted(word: str, known: frozenset[str]) -> list[str]:
    """Part a word into known ones, the fewest; give it as it is where that cannot be done."""
    if word in known:
        return [word]
    best: list[list[str] | None] = [[]]
    for end in range(1, len(word) + 1):
        ways = [
            [*before, word[start:end]]
            for start, before in enumerate(best)
            if before is not None and word[start:end] in known and end - start >= _SHORTEST
        ]
        best.append(min(ways, key=len, default=None))
    return best[-1] or [word]
