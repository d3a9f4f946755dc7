"""How a level came about, in a sentence that a reader can check by hand."""

from itertools import pairwise

from jobtagger.knowledge.types import Knowledge, Level, Policy, Text
from jobtagger.risk.outlook import DerivedLevel, level_of_trend

_WORDINGS = {
    "new": Text("explicitly new work", "un travail explicitement nouveau"),
    "disappears": Text("work that disappears or fell strongly", "un travail qui disparaît ou a fortement reculé"),
    "automated": Text(
        "work that is heavily automated and shrinks as a job of its own",
        "un travail fortement automatisé, qui recule comme mission à part entière",
    ),
    "threatened": Text(
        "work that may be ordered less or paid less", "un travail qui pourrait être moins demandé ou moins payé"
    ),
    "capability": Text(
        "only what AI can do in this work, no change in demand",
        "seulement ce que l'IA sait faire dans ce travail, aucune évolution de la demande",
    ),
    "use": Text(
        "only how freelancers use AI in this work, no change in demand",
        "seulement l'usage que les freelances font de l'IA dans ce travail, aucune évolution de la demande",
    ),
    "mixed": Text(
        "effects of AI that point both ways, without a measure of demand",
        "des effets de l'IA qui vont dans les deux sens, sans mesure de la demande",
    ),
    "in_demand": Text("work that stays in demand or grows", "un travail qui reste demandé ou progresse"),
    "hard_to_automate": Text(
        "work that is hard to automate or calls for people",
        "un travail difficile à automatiser ou qui appelle une présence humaine",
    ),
    "taken_up": Text(
        "tools that are used more and work that freelancers turn to",
        "des outils plus utilisés et un travail vers lequel des freelances se tournent",
    ),
}
_DOCUMENTS, _OUTSIDE = Text("the documents", "les documents"), Text("outside sources", "des sources extérieures")
_OUTSIDE_ID = "X"  # an id of evidence.csv begins with it where the statement stands in none of the documents


def derivation(derived: DerivedLevel, policy: Policy) -> Text:
    """Say which rule led from which statements to the level; empty where nothing is known."""
    outlook = derived.outlook
    if outlook is None or outlook.rule == "none":
        return Text("", "")
    ids = " ".join(outlook.headline)
    level = next(entry for entry in policy.levels if entry.id == derived.level)
    to_en, to_fr = f": {level.label.en}.", f" : {level.label.fr}."
    if derived.figure is not None:
        span = _span(level_of_trend(derived.figure, policy), policy)
        figure, part = f"{derived.figure:+g} %", counts_part(outlook.part)
        return Text(
            f"R1, {ids}: {figure} lies {span.en}{to_en} {part.en}".rstrip(),
            f"R1, {ids} : {figure} se situe {span.fr}{to_fr} {part.fr}".rstrip(),
        )
    if outlook.rule in ("R2", "R3"):
        wording = _WORDINGS[outlook.wording]
        who = _OUTSIDE if all(name.startswith(_OUTSIDE_ID) for name in outlook.headline) else _DOCUMENTS
        start_en = "no figure decides; " if outlook.rule == "R3" else ""
        start_fr = "aucun chiffre ne décide ; " if outlook.rule == "R3" else ""
        return Text(
            f"{outlook.rule}, {ids}: {start_en}{who.en} describe {wording.en}{to_en}",
            f"{outlook.rule}, {ids} : {start_fr}{who.fr} décrivent {wording.fr}{to_fr}",
        )
    if outlook.rule == "R4":
        return Text(
            f"R4, {ids}: a way out that the documents name within work that declines{to_en}",
            f"R4, {ids} : une voie de repli que les documents citent dans un métier en recul{to_fr}",
        )
    return Text(
        f"R5, {ids}: strong sources differ in sign{to_en}",
        f"R5, {ids} : des sources solides sont de signe contraire{to_fr}",
    )


def counts_part(part: Text) -> Text:
    """Say that a figure counts only a part of the category, and which; empty where it counts all of it."""
    if not part.en:
        return part
    return Text(
        f"This figure counts only a part of this kind of work: {part.en}.",
        f"Ce chiffre ne compte qu'une partie de ce type de travail : {part.fr}.",
    )


def exposure_differs(derived: DerivedLevel, percentile: int | None, policy: Policy) -> bool:
    """Tell whether demand and AI exposure point apart: growing though exposed, or falling though not."""
    if percentile is None or derived.points is None:
        return False
    middle = policy.levels[len(policy.levels) // 2].points
    if derived.points < middle:
        return percentile >= policy.exposed_from
    return derived.points > middle and percentile < policy.spared_below


def shown_exposure(knowledge: Knowledge) -> dict[str, int]:
    """Give the percentile shown for each category that has one."""
    measure = knowledge.policy.exposure_measure
    return {entry.category_id: entry.percentile for entry in knowledge.exposure if entry.measure == measure}


def _span(level: Level, policy: Policy) -> Text:
    """Say between which cuts a level's figures lie."""
    for above, below in pairwise(policy.levels):
        if below.id == level.id:
            if below is policy.levels[-1]:
                return Text(f"at or below {above.trend_from:+g} %", f"à {above.trend_from:+g} % ou plus bas")
            return Text(
                f"between {below.trend_from:+g} % and {above.trend_from:+g} %",
                f"entre {below.trend_from:+g} % et {above.trend_from:+g} %",
            )
    return Text(f"at or above {level.trend_from:+g} %", f"à {level.trend_from:+g} % ou plus haut")
