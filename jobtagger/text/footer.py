"""Footers that boards hide at the end of a description: cut off, their skills kept."""

import re
from typing import NamedTuple

from jobtagger.knowledge.types import Footer


class Cut(NamedTuple):
    """A description without its footer, and the skills that stood in it."""

    description: str
    skills: str


class FooterCutter:
    """Cuts the footers described in sources.toml off cleaned descriptions."""

    def __init__(self, footers: tuple[Footer, ...]) -> None:
        self._patterns = [_compile(footer) for footer in footers]
        self._signs = [footer.other for footer in footers]

    def cut(self, description: str) -> Cut:
        """Part the description from its footer; texts without one come back unchanged."""
        for (start, skills), signs in zip(self._patterns, self._signs, strict=True):
            if not any(sign in description for sign in signs):
                continue
            opening = start.search(description)
            if opening:
                footer = description[opening.start() :]
                found = skills.search(footer)
                return Cut(description[: opening.start()].rstrip(), found[1].strip() if found else "")
        return Cut(description, "")


def _compile(footer: Footer) -> tuple[re.Pattern[str], re.Pattern[str]]:
    names = "|".join(re.escape(name) for name in footer.start)
    # The footer opens with a name and is made of nothing but "name: value" lines up to the end.
    start = re.compile(rf"^\s*(?:{names})\s*:.*(?:\n[^\n]{{0,400}}){{0,12}}\Z", re.MULTILINE)
    skills = re.compile(
        rf"^\s*{re.escape(footer.skills)}\s*:((?:[^\n]*(?:\n(?!\s*(?:{names}|{'|'.join(map(re.escape, footer.other))})\b))?)*)",
        re.MULTILINE,
    )
    return start, skills
