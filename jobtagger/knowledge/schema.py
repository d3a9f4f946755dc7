"""A strict reader for one table of a knowledge file: unknown keys refused, every problem noted, none raised."""

import difflib
from collections.abc import Collection, Mapping
from typing import Any


class Problems:
    """Collects what is wrong with one file, each as "file: place: what"."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[str] = []

    def note(self, place: str, what: str) -> None:
        """Add one problem."""
        self.found.append(f"{self.file}: {place}: {what}")


def did_you_mean(value: str, known: Collection[str]) -> str:
    """Give a hint such as `; did you mean "data_entry"?`, or nothing."""
    close = difflib.get_close_matches(value, list(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


class Fields:
    """Takes the values of one table out by name and type, and complains about what is left over.

    Wrong or missing values are noted in `problems` and replaced by an empty value of the asked type, so that one
    reading reports everything.
    """

    def __init__(self, values: object, place: str, problems: Problems) -> None:
        self._left: dict[Any, object] = dict(values) if isinstance(values, Mapping) else {}
        self._known: set[str] = set()
        self._place = place
        self._problems = problems
        if not isinstance(values, Mapping):
            self.note("is no table")

    def text(self, key: str, *, empty: bool = False, choices: Collection[str] | None = None) -> str:
        """Take a string; `choices` lists what it may be, `empty` allows an empty or missing one."""
        value: str = self._take(key, str, "" if empty else None, "")
        if not value and not empty:
            self.note(f"{key}: is empty or missing")
        elif value and choices is not None and value not in choices:
            self.note(f'{key}: "{value}" is not known{did_you_mean(value, choices)}')
        return value

    def number(self, key: str, low: float, high: float, *, default: float | None = None) -> float:
        """Take a number from `low` to `high`; `default` allows a missing one."""
        value = self._take(key, (int, float), default, low)
        if not low <= value <= high:
            self.note(f"{key}: {value} is not between {low:g} and {high:g}")
        return float(value)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Take true or false; `default` allows a missing one."""
        return bool(self._take(key, bool, default, False))

    def texts(self, key: str, *, optional: bool = False, choices: Collection[str] | None = None) -> tuple[str, ...]:
        """Take a list of strings, each one of `choices` if given."""
        values = self._take(key, list, [] if optional else None, [])
        for value in values:
            if not isinstance(value, str):
                self.note(f"{key}: {value!r} is not a string")
            elif choices is not None and value not in choices:
                self.note(f'{key}: "{value}" is not known{did_you_mean(value, choices)}')
        if len(set(map(str, values))) != len(values):
            self.note(f"{key}: an entry stands there twice")
        return tuple(map(str, values))

    def finish(self) -> None:
        """Complain about keys nobody asked for."""
        if self._left.pop(None, None) is not None:
            self.note("has more cells than the header has columns")
        for key in self._left:
            self.note(f'unknown key "{key}"{did_you_mean(key, self._known)}')

    def _take(self, key: str, kind: type | tuple[type, ...], default: object, stand_in: Any) -> Any:
        self._known.add(key)
        value = self._left.pop(key, default)
        is_bool_for_number = isinstance(value, bool) and kind is not bool
        if not isinstance(value, kind) or is_bool_for_number:
            if value is None:
                self.note(f"{key}: is missing")
            else:
                self.note(f"{key}: {value!r} is of the wrong type")
            return stand_in
        return value

    def note(self, what: str) -> None:
        """Note a problem of this table."""
        self._problems.note(self._place, what)
