"""The evidence, looked up: which statements there are about a category or a trait, and what part each plays in it."""

from collections.abc import Collection
from typing import NamedTuple

from jobtagger.knowledge.types import NOTHING, Evidence, Knowledge, Outlook, Text

ROLES = ("decides", "supports", "contradicts", "backs", "mentions")


class Statement(NamedTuple):
    """A piece of evidence and its role in what was asked about, empty where nothing was or the statement itself.

    `counts_part` says what its figure counts where it decides the level though that is only a part of the category.
    """

    evidence: Evidence
    role: str
    counts_part: Text = NOTHING


def statements_about(
    knowledge: Knowledge,
    name: str = "",
    strengths: Collection[str] = (),
    documents: Collection[str] = (),
) -> list[Statement]:
    """Give the statements about a category or a trait, those that decide first, else in the file's order.

    The name of a statement gives that one, no name gives all. An empty collection of strengths or documents lets all pass.
    """
    found = [
        _statement(entry, name, knowledge)
        for entry in knowledge.evidence.values()
        if (not strengths or entry.strength in strengths) and (not documents or entry.document in documents)
    ]
    if not name:
        return found
    if name in knowledge.evidence:
        return [one for one in found if one.evidence.id == name]
    return sorted((one for one in found if one.role), key=lambda one: ROLES.index(one.role))


def uses_of(statement_id: str, knowledge: Knowledge) -> dict[str, list[str]]:
    """Give what rests on a statement: by role, the categories and traits in which it plays it."""
    uses: dict[str, list[str]] = {}
    for name, outlook in knowledge.outlooks.items():
        if role := _role_in_level(statement_id, outlook):
            uses.setdefault(role, []).append(name)
    for trait in knowledge.traits.values():
        if statement_id in trait.evidence:
            uses.setdefault("backs", []).append(trait.id)
    return uses


def _statement(entry: Evidence, name: str, knowledge: Knowledge) -> Statement:
    if name in knowledge.traits:
        mentioned = "mentions" if name in entry.about else ""
        return Statement(entry, "backs" if entry.id in knowledge.traits[name].evidence else mentioned)
    outlook = knowledge.outlooks.get(name)
    role = _role_in_level(entry.id, outlook) if outlook else ""
    if role == "decides" and outlook:
        return Statement(entry, role, outlook.part)
    return Statement(entry, role or ("mentions" if name and name in entry.about else ""))


def _role_in_level(statement_id: str, outlook: Outlook) -> str:
    if statement_id in outlook.headline:
        return "decides"
    if statement_id in (*outlook.support, *outlook.external):
        return "supports"
    return "contradicts" if statement_id in (*outlook.contrary, *outlook.external_contrary) else ""
