"""A raw record to a posting: cleaned, footer cut off, tokenised once."""

import re
from collections.abc import Sequence

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
        return self.prepare_chunk([record])[0]

    def prepare_chunk(self, records: Sequence[RawRecord]) -> list[Posting]:
        """Clean and tokenise records, in order: step by step over all of them, as that is quicker than one by one."""
        limit = self._max_chars
        raw_limit = limit * _RAW_PER_CHAR
        ids = self._vocabulary.ids
        titles = [self._without_suffix(clean_text(record.title[:raw_limit])[:limit]) for record in records]
        cleaned = [clean_text(record.description[:raw_limit]) for record in records]
        cuts = list(map(self._footers.cut, cleaned))
        skills = [self._skills(record.skills, cut.skills) for record, cut in zip(records, cuts, strict=True)]
        descriptions = [cut.description[:limit] for cut in cuts]
        title_ids = list(map(ids, titles))
        skill_ids = [ids(text) if text else [] for text in skills]
        body_ids = [ids(drop_addresses(text)) if text else [] for text in descriptions]
        details = [
            "\n".join(filter(None, (clean_text(record.details[:limit]), cut.details)))
            if record.details
            else cut.details
            for record, cut in zip(records, cuts, strict=True)
        ]
        detail_ids = [tuple(ids(text)) if text else () for text in details]
        return [
            Posting(
                title,
                skill,
                description,
                [*of_title, 0, *of_skills, 0, *of_body],
                len(of_title) + 1,
                len(of_skills) + 1,
                detail,
                of_details,
            )
            for title, skill, description, of_title, of_skills, of_body, detail, of_details in zip(
                titles, skills, descriptions, title_ids, skill_ids, body_ids, details, detail_ids, strict=True
            )
        ]

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
    parts = (part.strip(" '\n") for part in _SKILL_SEPARATOR.split(skills))
    return "; ".join(part for part in parts if part)
