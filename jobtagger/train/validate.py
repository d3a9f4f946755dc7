"""What the levels agree with, and what they do not: held-out posting figures and outside measures of AI exposure."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from jobtagger.knowledge import Knowledge
from jobtagger.knowledge.types import Evidence
from jobtagger.risk import derive_levels
from jobtagger.risk.outlook import level_of_trend

_N_RESAMPLES = 2000
_SEED = 20260401
_MIN_CATEGORIES = 5  # a rank correlation of fewer says nothing
_POSTINGS = "percent_postings"
ALL = "all"

Numbers = NDArray[np.float64]


TraitScores = dict[str, dict[str, float]]


class HeldOut(NamedTuple):
    """A posting figure beside the level of a category that it is about and does not decide."""

    statement: Evidence
    category_id: str
    its_level: str
    our_level: str
    levels_apart: int


class Correlation(NamedTuple):
    """A rank correlation of levels with a measure over some categories; 95 % bootstrap interval, p of no relation."""

    measure: str
    group: str
    n: int
    rho: float
    low: float
    high: float
    p: float


def held_out(knowledge: Knowledge) -> list[HeldOut]:
    """Give every published change in postings with each category that it is about and whose level it does not decide.

    A figure that repeats one that decides there is not held out, and one without a level to compare it with is left out;
    one that several statements give stands once a category.
    """
    deciding = {name: _figures(outlook.headline, knowledge) for name, outlook in knowledge.outlooks.items()}
    order = [level.id for level in knowledge.policy.levels]
    levels = derive_levels(knowledge)
    found = []
    seen = set()
    for entry in knowledge.evidence.values():
        if entry.figure is None or not entry.unit.startswith(_POSTINGS) or entry.kind != "category":
            continue
        for category_id in entry.about:
            ours, figure = levels[category_id].level, entry.restates or entry.id
            if ours in order and (figure, category_id) not in seen and figure not in deciding.get(category_id, ()):
                seen.add((figure, category_id))
                its = level_of_trend(entry.figure, knowledge.policy).id
                found.append(HeldOut(entry, category_id, its, ours, order.index(ours) - order.index(its)))
    return found


def _figures(names: tuple[str, ...], knowledge: Knowledge) -> set[str]:
    """Give the statements that first gave what these give."""
    return {knowledge.evidence[name].restates or name for name in names}


def correlations(knowledge: Knowledge, groups: dict[str, frozenset[str]]) -> list[Correlation]:
    """Give the rank correlation of level and exposure per measure and group of categories."""
    levels = derive_levels(knowledge)
    results = []
    for measure in dict.fromkeys(entry.measure for entry in knowledge.exposure):
        values = {entry.category_id: entry.value for entry in knowledge.exposure if entry.measure == measure}
        for group, members in groups.items():
            names = [name for name in values if name in members and levels[name].points is not None]
            if len(names) >= _MIN_CATEGORIES:
                points = np.array([levels[name].points for name in names], dtype=float)
                exposure = np.array([values[name] for name in names])
                results.append(_correlation(measure, group, points, exposure))
    return results


def groups_of(knowledge: Knowledge) -> dict[str, frozenset[str]]:
    """Give the categories by modality: all of them, then those made of text, of images and sound, and so on."""
    modality = {
        category.id: knowledge.sectors[category.sector].modality
        for category in knowledge.categories.values()
        if category.sector
    }
    return {ALL: frozenset(modality)} | {
        name: frozenset(category_id for category_id, other in modality.items() if other == name)
        for name in dict.fromkeys(modality.values())
    }


def interval_of_share(n_hits: int, n: int) -> tuple[float, float]:
    """Give the 95 % Wilson interval of a share."""
    if not n:
        return 0.0, 1.0
    z, share = 1.96, n_hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def _correlation(measure: str, group: str, points: Numbers, exposure: Numbers) -> Correlation:
    found = spearmanr(points, exposure)
    generator = np.random.default_rng(_SEED)
    drawn = [generator.integers(0, len(points), len(points)) for _ in range(_N_RESAMPLES)]
    resampled = [
        float(spearmanr(points[rows], exposure[rows]).statistic)
        for rows in drawn
        if len(set(points[rows])) > 1 and len(set(exposure[rows])) > 1
    ]
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Correlation(
        measure, group, len(points), float(found.statistic), float(low), float(high), float(found.pvalue)
    )


def validation_page(knowledge: Knowledge, trait_scores: TraitScores, our_scores: TraitScores) -> str:
    """Give docs/validation.md: the figures with their intervals and an honest reading."""
    found = held_out(knowledge)
    exact, near = (sum(abs(one.levels_apart) <= limit for one in found) for limit in (0, 1))
    results = correlations(knowledge, groups_of(knowledge))
    level_names = [level.id for level in knowledge.policy.levels]
    return "\n".join(
        [
            _HEAD,
            *_held_out_rows(found),
            "",
            f"{len({one.statement.restates or one.statement.id for one in found})} figures, some of more than one category."
            f" Of {len(found)} comparisons {_share(exact, len(found))} agree in level, {_share(near, len(found))} within one of the"
            f" {len(level_names)} levels. They are few, some rest on the same study, and categories with two figures of different"
            " sign cannot agree with both: read them as a check of plausibility, not as an accuracy.",
            "",
            _EXPOSURE_HEAD,
            *(
                f"| {one.measure} | {one.group} | {one.n} | {one.rho:.2f} | {one.low:.2f} to {one.high:.2f} | {_probability(one.p)} |"
                for one in results
            ),
            "",
            _reading(results),
            "",
            _TRAITS_HEAD,
            *_score_rows(trait_scores),
            "",
            _OUR_TRAITS_HEAD,
            *_score_rows(our_scores),
            "",
        ]
    )


def _score_rows(scores: TraitScores) -> list[str]:
    return [f"| {name} | " + " | ".join(f"{value:g}" for value in row.values()) + " |" for name, row in scores.items()]


def _held_out_rows(found: list[HeldOut]) -> list[str]:
    return [
        f"| {one.statement.id} | `{one.category_id}` | {one.statement.figure:+g} %"
        f"{' relative' if one.statement.unit.endswith('relative') else ''} | {one.its_level} | {one.our_level} |"
        f" {one.levels_apart:+d} |"
        for one in found
    ]


def _probability(p: float) -> str:
    """Write a p to two decimals; what would be read as none at all is said to be small."""
    return f"{p:.2f}" if p >= _LEAST_SHOWN else f"< {_LEAST_SHOWN:g}"


def _share(n_hits: int, n: int) -> str:
    low, high = interval_of_share(n_hits, n)
    return f"{n_hits} ({100 * n_hits / max(1, n):.0f} %, 95 % interval {100 * low:.0f} to {100 * high:.0f})"


def _reading(results: list[Correlation]) -> str:
    """Say what the correlations can carry: how many would stand after correcting for their number (Bonferroni)."""
    kept = [one for one in results if one.p < _ALPHA / len(results)]
    first = next(one for one in results if one.group == ALL)
    named = ", ".join(f"{one.measure} over {one.group} ({one.rho:+.2f}, n = {one.n})" for one in kept)
    verdict = f"only {named} remains" if kept else "none remains"
    return (
        f"The obvious test, all {first.n} categories against {first.measure}, gives {first.rho:.2f}"
        f" ({first.low:.2f} to {first.high:.2f}). Of {len(results)} correlations {verdict} after Bonferroni's correction for"
        " their number; a minus sign says that the less exposed fell more, against all expectation."
        " **The levels are not validated by exposure, and exposure is not validated by the levels.** Demand and exposure are"
        " different things: data engineering and AI engineering are highly exposed and grow. Ratings of language models say"
        " little about images, video and voice, and most of our categories lie in the top fifth of all occupations, so that"
        " there is little left to rank."
    )


_ALPHA = 0.05
_LEAST_SHOWN = 0.01

_HEAD = """# What the levels agree with

Written by `make validation`; nothing here is typed in by hand.

## Posting figures that did not decide

Published changes in postings against the level of each category they are about and did not decide; the level itself comes
from another figure, from words or from a conflict (docs/risk.md says why). A figure that decides one category may stand
here for another. The last column is by how many levels ours is more severe (+) or milder (-). Figures called relative are
against a control group that fell itself or against the trend that was expected, so they are not of the same measure as
absolute ones.

| statement | category | figure | level of the figure | our level | apart |
|---|---|---|---|---|---|"""

_EXPOSURE_HEAD = """## Rank correlation of levels with AI exposure

Spearman's rho between the points of a category's level (more is worse) and the exposure of its nearest occupation, over
all categories and by what is made in them; 95 % bootstrap interval; p of no relation. A positive rho would mean that more
exposed categories fell more.

| measure | categories | n | rho | 95 % | p |
|---|---|---|---|---|---|"""

_TRAITS_HEAD = """## Traits on labelled postings

Of each label of the gold postings: how often it was given and found, precision, recall and F1; then how often the trait was
strong enough to move a level, and the precision of those. The labels are those of one reading, "when in doubt neutral", so
part of what counts as a mistake is a difference of opinion. No text or label of them went into a phrase, a weight or a
threshold, but these scores were looked at now and then while phrases and weights were made, and the mistakes of five traits
were once read, to see where we read the guide differently (training_data/README.md says what came of it): **they are
optimistic**, above all the precision of what moves a level, which also rests on few postings.

| label | gold | found | precision | recall | F1 | moving | precision of moving |
|---|---|---|---|---|---|---|---|"""

_OUR_TRAITS_HEAD = """### On postings that we read ourselves

The same of the part `test` of `training_data/traits/labels.csv`, with weights of words learned from the part `tune` alone.
Its postings were drawn in part by key words of the traits, so that rare traits are commoner here than on boards. Those who
labelled them read the guide as we do: mistakes of opinion are fewer than in the table above, and the truth lies
between the two.

| label | labelled | found | precision | recall | F1 | moving | precision of moving |
|---|---|---|---|---|---|---|---|"""
