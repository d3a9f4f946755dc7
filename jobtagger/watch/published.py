"""The documents' published trend of a category, to stand beside the observed one, and whether the two agree."""

from dataclasses import dataclass

from jobtagger.knowledge.types import Knowledge
from jobtagger.risk import derive_levels
from jobtagger.watch.trends import Change

_DIRECTIONS = {"growing": 1, "high": -1, "critical": -1}
"""Which way a level points where no figure stands behind it; the others point nowhere."""


@dataclass(frozen=True, slots=True)
class Published:
    """The level of a category, and the statement that decided it; `trend_pct` is None where it gives no figure."""

    level: str
    trend_pct: float | None
    evidence_id: str = ""
    period: str = ""
    population: str = ""
    source_title: str = ""
    source_url: str = ""

    @property
    def direction(self) -> int:
        """Which way it points: 1, -1, or 0 for neither."""
        if self.trend_pct is not None:
            return (self.trend_pct > 0) - (self.trend_pct < 0)
        return _DIRECTIONS.get(self.level, 0)


def published_trends(knowledge: Knowledge, language: str = "en") -> dict[str, Published]:
    """Give the published trend of every category, as the levels are derived from it (docs/risk.md), worded in `language`."""
    found = {}
    for category_id, derived in derive_levels(knowledge).items():
        headline = derived.outlook.headline if derived.outlook else ()
        if not headline:
            found[category_id] = Published(derived.level, None)
            continue
        entry = knowledge.evidence[headline[0]]
        found[category_id] = Published(
            derived.level,
            derived.trend_pct,
            entry.id,
            entry.period.in_language(language),
            entry.population.in_language(language),
            entry.source_title.in_language(language),
            entry.source_url,
        )
    return found


def verdict(observed: Change | None, published: Published | None) -> str:
    """Compare directions.

    Gives `same` or `opposite` where the interval of the observed change leaves 0 out, else `unclear`; `few` where there
    are too few listings, `unpublished` where the documents point nowhere.
    """
    if observed is None:
        return "few"
    if published is None or not published.direction:
        return "unpublished"
    if observed.low <= 0 <= observed.high:
        return "unclear"
    return "same" if (observed.pct > 0) == (published.direction > 0) else "opposite"
