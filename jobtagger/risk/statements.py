"""The evidence, looked up: which statements there are about a category, and what part each plays in its level."""

from collections.abc import Collection
from typing import NamedTuple

from jobtagger.knowledge.types import Evidence, Knowledge, Outlook

ROLES = ("decides", "supports", "contradicts", "mentions")


class Statement(NamedTuple):
    """A piece of evidence and its part in the level of the category asked about, empty without a category."""

    evidence: Evidence
    role: str


def statements_about(
    knowledge: Knowledge,
    category_id: str = "",
    strengths: Collection[str] = (),
    documents: Collection[str] = (),
) -> list[Statement]:
    """Give the statements about a category (all without one), those that decide first, else in the file's order.

    An empty collection of strengths or documents lets all pass.
    """
    outlook = knowledge.outlooks.get(category_id)
    found = [
        Statement(entry, _role(entry, category_id, outlook))
        for entry in knowledge.evidence.values()
        if (not strengths or entry.strength in strengths) and (not documents or entry.document in documents)
    ]
    if not category_id:
        return found
    return sorted((one for one in found if one.role), key=lambda one: ROLES.index(one.role))


def _role(entry: Evidence, category_id: str, outlook: Outlook | None) -> str:
    if outlook is not None:
        if entry.id in outlook.headline:
            return "decides"
        if entry.id in (*outlook.support, *outlook.external):
            return "supports"
        if entry.id in (*outlook.contrary, *outlook.external_contrary):
            return "contradicts"
    return "mentions" if category_id and category_id in entry.about else ""
