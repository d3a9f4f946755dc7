"""A raw record to a posting: cleaned, footer cut off."""

import re

from jobtagger.knowledge.types import Policy, Sources
from jobtagger.records import Posting, RawRecord
from jobtagger.text.clean import clean_text
from jobtagger.text.footer import FooterCutter

_SKILL_SEPARATOR = re.compile(r"[,;|\[\]\"]+|\s{2,}")
_RAW_PER_CHAR = 4  # markup may be this many times longer than the text in it


class Preparer:
    """Turns raw records into postings."""

    def __init__(self, sources: Sources, policy: Policy) -> None:
        self._footers = FooterCutter(sources.footers)
        self._suffixes = sources.title_suffixes
        self._max_chars = policy.max_chars

    def prepare(self, record: RawRecord) -> Posting:
        """Clean one record; of a very long description only the beginning is kept."""
        limit = self._max_chars
        title = self._without_suffix(clean_text(record.title[: limit * _RAW_PER_CHAR])[:limit])
        cut = self._footers.cut(clean_text(record.description[: limit * _RAW_PER_CHAR]))
        details = cut.details
        if record.details:
            details = "\n".join(filter(None, (clean_text(record.details[:limit]), cut.details)))
        return Posting(title, self._skills(record.skills, cut.skills), cut.description[:limit], details)

    def _without_suffix(self, title: str) -> str:
        for suffix in self._suffixes:
            title = title.removesuffix(suffix)
        return title

    def _skills(self, skills: str, more: str) -> str:
        raw = f"{skills} , {more}" if more else skills
        return tidy_skills(clean_text(raw[: self._max_chars])) if raw else ""


def tidy_skills(skills: str) -> str:
    """Part skills by "; ", whatever list notation the board used: `['a', 'b']`, `["a"]`, `a,   b`, `a|b`."""
    if skills.lower() in ("none", "nan", "null", "[]"):
        return ""
    return "; ".join([tidy for part in _SKILL_SEPARATOR.split(skills) if (tidy := part.strip(" '\n"))])
