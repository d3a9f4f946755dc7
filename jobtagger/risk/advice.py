"""The documents' advice for a category: its own before that for everybody."""

from jobtagger.knowledge.types import Advice, Knowledge
from jobtagger.records import TaggedPosting

ALL = "all"
FREELANCER = "freelancer"


def advice_for(category_id: str, knowledge: Knowledge) -> list[Advice]:
    """Give the category's own advice before that for everybody; none for what is none of our categories."""
    if category_id not in knowledge.outlooks:
        return []
    own = [entry for entry in knowledge.advice if category_id in entry.categories]
    return own + [entry for entry in knowledge.advice if ALL in entry.categories]


class AdviceColumn:
    """Words the advice to freelancers of a tagged posting's own category, for a column of a file."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._of_category = {
            category_id: [
                entry
                for entry in advice_for(category_id, knowledge)
                if category_id in entry.categories and entry.audience == FREELANCER
            ]
            for category_id in knowledge.categories
        }

    def __call__(self, tagged: TaggedPosting) -> str:
        """Give `id: text` of each piece, separated by " | ", in French for a French posting; empty without a category."""
        if tagged.prediction.abstained:
            return ""
        found = self._of_category[tagged.prediction.category_id]
        return " | ".join(f"{entry.id}: {entry.text.in_language(tagged.language)}" for entry in found)
