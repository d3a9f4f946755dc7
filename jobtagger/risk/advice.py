"""The documents' advice for a posting of a category: its own before that for everybody, and none that its traits refuse."""

from collections.abc import Collection
from functools import cache

from jobtagger.knowledge.types import Advice, Knowledge
from jobtagger.records import TaggedPosting

ALL = "all"
FREELANCER = "freelancer"


def advice_for(category_id: str, knowledge: Knowledge, trait_ids: Collection[str] = ()) -> list[Advice]:
    """Give what a posting that shows some traits calls for, then the category's own advice, then that for everybody.

    None is given for what is none of our categories.
    """
    if category_id not in knowledge.outlooks:
        return []
    own = [entry for entry in knowledge.advice if category_id in entry.categories]
    every = own + [entry for entry in knowledge.advice if ALL in entry.categories]
    apt = [entry for entry in every if not set(entry.not_with).intersection(trait_ids)]
    return sorted(apt, key=lambda entry: not set(entry.first_with).intersection(trait_ids))


class AdviceColumn:
    """Words the advice to freelancers of a tagged posting's own category, for a column of a file."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._found = cache(self._find)  # few categories and sets of traits stand for all postings

    def __call__(self, tagged: TaggedPosting) -> str:
        """Give `id: text` of each piece, separated by " | ", in French for a French posting; empty without a category."""
        if tagged.prediction.abstained:
            return ""
        found = self._found(tagged.prediction.category_id, frozenset(trait.trait_id for trait in tagged.risk.traits))
        return " | ".join(f"{entry.id}: {entry.text.in_language(tagged.language)}" for entry in found)

    def _find(self, category_id: str, trait_ids: frozenset[str]) -> list[Advice]:
        found = advice_for(category_id, self._knowledge, trait_ids)
        return [entry for entry in found if category_id in entry.categories and entry.audience == FREELANCER]
