"""A JSON document as the records of the lists in it, one at a time: never held whole, and a bad record costs itself."""

import json
import re
from collections.abc import Iterator
from json import JSONDecodeError
from typing import Any, NamedTuple

from jobtagger.batch.encodings import MAX_RECORD_CHARS, TOO_LONG, Decoded

MAX_LEVELS = 5
"""Lists are looked for in objects up to this many levels deep."""
NO_OBJECT = "is no JSON object"
TOO_DEEP = "is nested too deeply"

_BLANKS = re.compile(r"[ \t\r\n]*")
_SIGNS = re.compile(r'"[^"\\]*+(?:\\.?[^"\\]*+)*+(?:"|\Z)|[\[\]{},]', re.DOTALL)
_LONGEST_WORD = 12  # of those that may be cut off where the text read so far ends: -Infinity, half an escape
_NUMBER_TAIL = 2  # of "1e+" the 1 is taken for the whole, as long as no digit follows
_SHOWN = 1000


class Number(str):
    """A number of a JSON file, as it is written there."""

    __slots__ = ()


class Broken(NamedTuple):
    """What should have been a record, and what is wrong with it; `is_rest` when nothing behind it can be read."""

    content: str
    reason: str
    is_rest: bool = False


Record = dict[str, Any] | Broken
Path = tuple[str, ...]

# What is no JSON, but written by many programs as if it were: NaN, Infinity. There is no value, so it is null.
DECODER = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=lambda _: None)


def decode(text: str) -> Any:
    """Give the value of a JSON text.

    Raises
    ------
    JSONDecodeError, RecursionError
        When it is none, or nested deeper than Python goes.
    """
    return DECODER.decode(text)


class _Damaged(Exception):
    """The document cannot be read from here on."""


class JsonDocument:
    """Walks through a document as its text comes.

    Attributes
    ----------
    keys : list of str
        The keys of the object that the document is, as far as it was read.
    nested : set of str
        Those of them under which a list or an object stands.
    empty : list of tuple of str
        Where lists without any item stand.
    """

    def __init__(self, decoded: Decoded) -> None:
        self._decoded = decoded
        self._texts = decoded.texts()
        self._text = ""
        self._place = 0
        self._n_gone = 0
        self.keys: list[str] = []
        self.nested: set[str] = set()
        self.empty: list[Path] = []

    def lists(self) -> Iterator[tuple[Path, Record]]:
        """Give the items of all lists, each with the keys under which its list stands.

        An item that cannot be read is a `Broken`. Where the document breaks off, the rest is one, and the last.
        """
        where: list[str] = []
        try:
            yield from self._values(where)
            if self._next():
                raise _Damaged("something stands behind its end")
        except (_Damaged, JSONDecodeError, RecursionError) as error:
            yield tuple(where), self._rest(error)

    def whole(self) -> Record:
        """Give the document itself as the only record."""
        try:
            return self._item()
        except (_Damaged, JSONDecodeError, RecursionError) as error:
            return self._rest(error)

    def _values(self, where: list[str]) -> Iterator[tuple[Path, Record]]:
        sign = self._next()
        if sign == "[":
            path, is_empty = tuple(where), True
            for _ in self._parts("]"):
                is_empty = False
                yield path, self._item()
            if is_empty:
                self.empty.append(path)
        elif sign == "{" and len(where) < MAX_LEVELS:
            for _ in self._parts("}"):
                where.append(self._key(is_top=not where))
                yield from self._values(where)
                where.pop()
        else:
            self._value()

    def _parts(self, end: str) -> Iterator[None]:
        """Stop at each part of a list or an object: at its first sign, to be read before the next step."""
        self._place += 1
        while self._next() != end:
            yield
            if self._next() == ",":
                self._place += 1
            elif self._next() != end:
                raise _Damaged(f"Expecting ',' or '{end}'")
        self._place += 1

    def _key(self, is_top: bool) -> str:
        key = self._value()[0] if self._next() == '"' else None
        if not isinstance(key, str) or self._next() != ":":
            raise _Damaged("Expecting a name in quotes, and ':'")
        self._place += 1
        if is_top:
            self.keys.append(key)
            if self._next() in ("[", "{"):
                self.nested.add(key)
        return key

    def _item(self) -> Record:
        self._next()
        try:
            value, text = self._value()
        except JSONDecodeError as error:
            reason = f"is no JSON: {error.msg} ({self._position(error.pos)})"
            return Broken(self._skipped(), reason)
        except RecursionError:
            return Broken(self._skipped(), TOO_DEEP)
        if fault := self._decoded.fault(text):
            return Broken(text, fault)
        return value if isinstance(value, dict) else Broken(text, NO_OBJECT)

    def _value(self) -> tuple[Any, str]:
        """Give the next value and its text; more is read while it is not all there."""
        while True:
            start = self._place
            try:
                value, end = DECODER.raw_decode(self._text, start)
            except JSONDecodeError as error:
                is_cut_off = error.msg.startswith("Unterminated") or error.pos > len(self._text) - _LONGEST_WORD
                if is_cut_off and self._more():
                    continue
                raise
            if end < len(self._text) - _NUMBER_TAIL or not self._more():
                self._place = end
                return value, self._text[start:end]

    def _skipped(self) -> str:
        """Give the text of an item that is no JSON: up to the comma or bracket behind it."""
        while True:
            depth = 0
            for match in _SIGNS.finditer(self._text, self._place):
                sign = match[0][0]
                if not depth and sign in ",]}":
                    content = self._text[self._place : match.start()]
                    self._place = match.start()
                    return content
                depth += (sign in "[{") - (sign in "]}")
            if not self._more():
                raise _Damaged("its end is not found")

    def _next(self) -> str:
        """Go to the next sign that is not blank; empty at the end."""
        while True:
            self._place = _BLANKS.match(self._text, self._place).end()  # type: ignore[union-attr]  # it always matches
            if self._place < len(self._text):
                return self._text[self._place]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Read as much again as is there and not yet taken; say if there was anything."""
        parts = [self._text[self._place :]]
        if len(parts[0]) > MAX_RECORD_CHARS:
            raise _Damaged(TOO_LONG)
        n_wanted = max(1, len(parts[0]))
        while n_wanted > 0 and (more := next(self._texts, None)) is not None:
            parts.append(more)
            n_wanted -= len(more)
        text = "".join(parts)
        if len(text) == len(parts[0]):
            return False
        self._n_gone += self._place
        self._text, self._place = text, 0
        return True

    def _rest(self, error: Exception) -> Broken:
        if isinstance(error, JSONDecodeError):
            what, place = error.msg, error.pos
        else:
            what, place = TOO_DEEP if isinstance(error, RecursionError) else str(error), self._place
        content = self._text[self._place : self._place + _SHOWN]
        content += "..." if len(self._text) - self._place > _SHOWN else ""
        reason = f"the document is damaged from here on, or breaks off: {what} ({self._position(place)})"
        return Broken(content, reason, is_rest=True)

    def _position(self, place: int) -> str:
        return f"character {self._n_gone + place + 1:,}"
