"""How far the levels hang on the numbers of policy.toml: derived again with each of them moved."""

from dataclasses import replace
from typing import NamedTuple

from jobtagger.knowledge.types import Knowledge, Level, Policy
from jobtagger.risk.outlook import derive_levels, level_of_points, level_of_trend

CUT_STEPS = (-10.0, -5.0, 5.0, 10.0)
"""Per cent by which each cut between two levels is moved, one at a time."""

POINT_STEPS = (-6, -3, 3, 6)
"""Points by which a trait's own points are moved."""


class Moved(NamedTuple):
    """A number that was moved and the categories whose level changed, each with its new level."""

    name: str
    step: float
    changed: dict[str, str]


class CutRange(NamedTuple):
    """How far the cut between two levels can be moved without changing a level, in per cent."""

    level: str
    cut: float
    lowest: float
    highest: float


def move_cuts(knowledge: Knowledge) -> list[Moved]:
    """Derive all levels with each cut moved by each step."""
    before = {name: derived.level for name, derived in derive_levels(knowledge).items()}
    moved = []
    for level in knowledge.policy.levels[:-1]:
        for step in CUT_STEPS:
            policy = _with_cut(knowledge.policy, level.id, level.trend_from + step)
            after = derive_levels(replace(knowledge, policy=policy))
            changed = {name: after[name].level for name in before if after[name].level != before[name]}
            moved.append(Moved(level.id, step, changed))
    return moved


def cut_ranges(knowledge: Knowledge) -> list[CutRange]:
    """Give, per cut, the gap between the published figures next to it: within it every level stays."""
    figures = sorted(derived.figure for derived in derive_levels(knowledge).values() if derived.figure is not None)
    ranges = []
    for level in knowledge.policy.levels[:-1]:
        above = [figure for figure in figures if _is_at_least(figure, level, knowledge.policy)]
        below = [figure for figure in figures if not _is_at_least(figure, level, knowledge.policy)]
        ranges.append(CutRange(level.id, level.trend_from, max(below, default=-100.0), min(above, default=100.0)))
    return ranges


def move_trait_points(knowledge: Knowledge) -> dict[int, dict[str, int]]:
    """Give, per step, the traits whose effect on the level changes, with how many levels they now move.

    A trait is tried alone on the middle of the middle level, where it can go both ways.
    """
    policy = knowledge.policy
    middle = policy.levels[len(policy.levels) // 2].points
    changes = {}
    for step in POINT_STEPS:
        changed = {}
        for trait in knowledge.traits.values():
            sign = (trait.points > 0) - (trait.points < 0)
            before = _levels_moved(middle, trait.points, policy)
            after = _levels_moved(middle, trait.points + sign * step, policy)
            if sign and before != after:
                changed[trait.id] = after
        changes[step] = changed
    return changes


def _with_cut(policy: Policy, level_id: str, cut: float) -> Policy:
    levels = tuple(replace(level, trend_from=cut) if level.id == level_id else level for level in policy.levels)
    return replace(policy, levels=levels)


def _is_at_least(figure: float, level: Level, policy: Policy) -> bool:
    order = [entry.id for entry in policy.levels]
    return order.index(level_of_trend(figure, policy).id) <= order.index(level.id)


def _levels_moved(start: int, points: int, policy: Policy) -> int:
    order = [entry.id for entry in policy.levels]
    return order.index(level_of_points(start + policy.clipped(points), policy).id) - order.index(
        level_of_points(start, policy).id
    )
