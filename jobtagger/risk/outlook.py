"""The demand-trend level of a category, derived from its evidence by rules R1 to R5.

R1  a published change in postings sets the level by the cuts of policy.toml, also one of a part of the category only
R2  explicitly new work grows, whatever the size of the figure
R3  without a figure, the wording of the documents decides, never "critical"
R4  a stable sub-type of a declining parent is moderate
R5  strong sources that differ in sign make it moderate, with a conflict flag
Source: ../shared/evidence/EVIDENCE.md section 3, restated in docs/risk.md.
"""

from dataclasses import dataclass

from jobtagger.knowledge.types import Evidence, Knowledge, Level, Outlook, Policy
from jobtagger.records import UNKNOWN


@dataclass(frozen=True, slots=True)
class DerivedLevel:
    """A category's level with the rule and the statements behind it; `figure` is the one that decided, if one did."""

    level: str
    points: int | None
    figure: float | None
    outlook: Outlook | None

    @property
    def trend_pct(self) -> float | None:
        """The figure that decided, unless it counts only a part of the category: then it is not the category's trend."""
        return None if self.outlook is not None and self.outlook.part.en else self.figure


NOTHING_KNOWN = DerivedLevel(UNKNOWN, None, None, None)


def derive_levels(knowledge: Knowledge) -> dict[str, DerivedLevel]:
    """Derive the level of every category; categories without an outlook are unknown."""
    return {
        category_id: derive_level(knowledge.outlooks[category_id], knowledge.evidence, knowledge.policy)
        if category_id in knowledge.outlooks
        else NOTHING_KNOWN
        for category_id in knowledge.categories
    }


def derive_level(outlook: Outlook, evidence: dict[str, Evidence], policy: Policy) -> DerivedLevel:
    """Apply the outlook's rule."""
    if outlook.rule == "none":
        return DerivedLevel(UNKNOWN, None, None, outlook)
    if outlook.rule == "R1":
        figure = evidence[outlook.headline[0]].figure
        assert figure is not None  # noqa: S101 - the loader refuses R1 without a figure
        level = level_of_trend(figure, policy)
        return DerivedLevel(level.id, level.points, figure, outlook)
    cause = {"R4": "stable_subtype", "R5": "conflict"}.get(outlook.rule, outlook.wording)
    level = next(entry for entry in policy.levels if entry.id == policy.rule_levels[cause])
    return DerivedLevel(level.id, level.points, None, outlook)


def level_of_trend(trend_pct: float, policy: Policy) -> Level:
    """Give the level of a change in new postings, in per cent; one on a cut belongs to the level further from 0."""
    for level in policy.levels:
        if trend_pct > level.trend_from or trend_pct == level.trend_from > 0:
            return level
    return policy.levels[-1]


def level_of_points(points: float, policy: Policy) -> Level:
    """Give the level in whose band a score of 0 to 100 lies."""
    return next(level for level in reversed(policy.levels) if points >= level.points_from)
