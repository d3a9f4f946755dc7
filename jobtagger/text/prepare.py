"""A raw record to a posting: cleaned, footer cut off, tokenised once."""

import re

from jobtagger.knowledge.types import Policy, Sources
from jobtagger.records import Posting, RawRecord
from jobtagger.text.clean import clean_text, drop_addresses
from jobtagger.text.footer import FooterCutter
from jobtagger.vocabulary import Vocabulary

_SKILL_SEPARATOR = re.compile(r"[,;|\[\]\"]+|'\s*,\s*'|\s{2,}")
_RAW_PER_CHAR = 4  # markup may be this many times longer than the text in it


class Preparer:
    """Turns raw records into postings with one session's vocabulary."""

    def __init__(self, sources: Sources, policy: Policy, vocabulary: Vocabulary) -> None:
        self._footers = FooterCutter(sources.footers)
        self._suffixes = sources.title_suffixes
        self._max_chars = policy.max_chars
        self._vocabulary = vocabulary

    def prepare(self, record: RawRecord) -> Posting:
        """Clean and tokenise one record; of a very long description only the beginning is read."""
        limit = self._max_chars
        title = clean_text(record.title[: limit * _RAW_PER_CHAR])[:limit]
        for suffix in self._suffixes:
            title = title.removesuffix(suffix)
        cut = self._footers.cut(clean_text(record.description[: limit * _RAW_PER_CHAR]))
        raw_skills = f"{record.skills} , {cut.skills}" if cut.skills else record.skills
        skills = tidy_skills(clean_text(raw_skills[:limit])) if raw_skills else ""
        description = cut.description[:limit]
        ids = self._vocabulary.ids
        title_ids = ids(title)
        skill_ids = ids(skills) if skills else []
        body_ids = ids(drop_addresses(description)) if description else []
        tokens = [*title_ids, 0, *skill_ids, 0, *body_ids]
        return Posting(title, skills, description, tokens, len(title_ids) + 1, len(skill_ids) + 1)


def tidy_skills(skills: str) -> str:
    """Part skills by "; ", whatever list notation the board used: `['a', 'b']`, `["a"]`, `a,   b`, `a|b`."""
    if skills.lower() in ("none", "nan", "null", "[]"):
        return ""
    parts = (part.strip(" '\n") for part in _SKILL_SEPARATOR.split(skills))
    return "; ".join(part for part in parts if part)
