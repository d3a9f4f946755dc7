"""Footers that boards hide at the end of a description: cut off, their skills kept."""

import re
from typing import NamedTuple

from jobtagger.knowledge.types import Footer


class Cut(NamedTuple):
    """A description without its footer, and what stood in it: skills, and lines that tell of the job."""

    description: str
    skills: str
    details: str = ""


_NOTHING = Cut("", "")


class FooterCutter:
    """Cuts the footers described in sources.toml off cleaned descriptions."""

    def __init__(self, footers: tuple[Footer, ...]) -> None:
        self._patterns = [_compile(footer) for footer in footers]
        self._signs = [footer.other for footer in footers]
        self._details = [_lines_of(footer.details) for footer in footers]

    def cut(self, description: str) -> Cut:
        """Part the description from its footer; texts without one come back unchanged."""
        if not description:
            return _NOTHING
        for (start, skills), signs, details in zip(self._patterns, self._signs, self._details, strict=True):
            for sign in signs:  # a generator would take most of the time
                if sign in description:
                    break
            else:
                continue
            opening = start.search(description)
            if opening:
                footer = description[opening.start() :]
                found = skills.search(footer)
                kept = "\n".join(line[0].strip() for line in details.finditer(footer)) if details else ""
                return Cut(description[: opening.start()].rstrip(), found[1].strip() if found else "", kept)
        return Cut(description, "")


def _compile(footer: Footer) -> tuple[re.Pattern[str], re.Pattern[str]]:
    first, all_names = _any_of(footer.start), _any_of((*footer.start, footer.skills, *footer.other))
    # A footer opens with one of the first names and is nothing but "name: value" lines (or bare signs, such as a link's
    # words) up to the end; a value may go on over lines that hold a list.
    line = rf"\s*(?:{all_names})\s*(?::[^\n]*|$)"
    more = r"[^\n]{0,400},[^\n]{0,400}"
    start = re.compile(rf"^\s*(?:{first})\s*:[^\n]*(?:\n(?:{line}|{more}))*\s*\Z", re.MULTILINE)
    next_name = rf"\n(?!\s*(?:{all_names})\b)[^\n]*"
    skills = re.compile(rf"^\s*{re.escape(footer.skills)}\s*:([^\n]*(?:{next_name})*)", re.MULTILINE)
    return start, skills


def _lines_of(names: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile(rf"^\s*(?:{_any_of(names)})\s*:[^\n]*", re.MULTILINE) if names else None


def _any_of(names: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, names))
