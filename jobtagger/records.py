"""The frozen types that flow from room to room, and the one place that fixes the output columns."""

from collections.abc import Iterable
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeVar

Record = TypeVar("Record", bound=tuple[Any, ...])

_N_KINDS = 1024  # more than there are levels with their causes

UNKNOWN = "unknown"
"""Stands in `category` and `risk_level` where the tagger says "I don't know"."""


class RawRecord(NamedTuple):
    """One row as read, reduced to the fields the tagger understands; absent ones are empty.

    `details` words what an export says in further columns (budget, duration, experience), one thing a line.
    """

    title: str = ""
    description: str = ""
    skills: str = ""
    details: str = ""


class Posting(NamedTuple):
    """One job advertisement, cleaned; `details` are read for traits only."""

    title: str
    skills: str = ""
    description: str = ""
    details: str = ""


class RejectedRecord(NamedTuple):
    """A row that could not be tagged: where it stood, why, and what it held."""

    source: str
    row: int
    reason: str
    content: str


WordWeight = tuple[str, float]
"""A word (or pair of words) of the posting and how much it spoke for the predicted category, in log-odds."""

Alternative = tuple[str, float]
"""The id of a runner-up category and its probability."""


class Prediction(NamedTuple):
    """What the classifier says of one posting.

    `category_id` is the most probable category even when the classifier abstains; `abstained` then names the
    reason (`too_short`, `language`, `too_close`) and is empty otherwise.
    """

    category_id: str
    probability: float
    alternatives: tuple[Alternative, ...]
    category_2: str
    words: tuple[WordWeight, ...]
    abstained: str
    needs_review: bool


class Reason(NamedTuple):
    """One checkable cause of a tag: a word of the posting, a rule, a line of evidence, a trait.

    `id` resolves to a line of a knowledge file (or is the word itself); `detail` is the figure, the weight or
    the words of the posting that showed it.
    """

    kind: str
    id: str
    detail: str = ""

    def __str__(self) -> str:
        """`kind:id` or `kind:id=detail`, the form of the `reasons` column."""
        kind, name, detail = self
        return f"{kind}:{name}={detail}" if detail else f"{kind}:{name}"


class FoundTrait(NamedTuple):
    """A trait seen in a posting: its id, the words that show it, the points it adds to the risk score."""

    trait_id: str
    words: str
    points: int

    def __str__(self) -> str:
        """As `reason()` is written."""
        return str(self.reason())

    def reason(self) -> Reason:
        """Give it as a cause of the tag."""
        return Reason("trait", self.trait_id, f"{self.points:+d} ({self.words})")


class RiskTag(NamedTuple):
    """The demand-trend level of one posting and what it rests on.

    `score` is 0 to 1; `trend_pct` the deciding published figure in per cent, None where none decides, or one of a part only;
    `exposure_percentile` 0 to 100 among all occupations, shown beside the level and never part of it;
    `exposure_differs` where the two point apart; `causes` are those of the category, `traits` those of the posting.
    """

    level: str
    score: float | None
    trend_pct: float | None
    confidence: str
    conflict: bool
    exposure_percentile: int | None
    exposure_differs: bool
    causes: tuple[Reason, ...]
    traits: tuple[FoundTrait, ...] = ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The causes, then the traits."""
        return (*self.causes, *(trait.reason() for trait in self.traits))


class TaggedPosting(NamedTuple):
    """One posting with everything we say about it."""

    language: str
    prediction: Prediction
    risk: RiskTag

    def as_row(self) -> dict[str, str]:
        """Give the output columns, in order, as text ready for a CSV cell."""
        return dict(zip(OUTPUT_COLUMNS, self.cells(), strict=True))

    def cells(self) -> tuple[str, ...]:
        """Give the cells of the output columns, in their order."""
        category_id, probability, _, category_2, words, abstained, needs_review = self.prediction
        *level, causes, traits = self.risk
        reasons = ["word:%s=%+.2f" % word for word in words]  # noqa: UP031 - an f-string takes twice the time
        reasons += _reason_texts(causes)
        if abstained:
            reasons.insert(0, f"abstained:{abstained}")
        return (
            UNKNOWN if abstained else category_id,
            f"{probability:.3f}",
            category_2,
            self.language,
            *_level_cells(*level),
            " ".join([trait[0] for trait in traits]) if traits else "",
            "; ".join([*reasons, *map(str, traits)] if traits else reasons),
            "true" if needs_review else "false",
        )

    def reasons(self) -> tuple[Reason, ...]:
        """Give all reasons, those of the category before those of the risk level."""
        words = [Reason("word", word, f"{weight:+.2f}") for word, weight in self.prediction.words]
        refusal = [Reason("abstained", self.prediction.abstained)] if self.prediction.abstained else []
        return (*refusal, *words, *self.risk.reasons)


@lru_cache(_N_KINDS)
def _level_cells(*fields: Any) -> tuple[str, ...]:
    level, score, trend_pct, confidence, conflict, exposure_percentile, exposure_differs = fields
    return (
        level,
        "" if score is None else f"{score:.2f}",
        "" if trend_pct is None else f"{trend_pct:+g}",
        confidence,
        "true" if conflict else "false",
        "" if exposure_percentile is None else str(exposure_percentile),
        "true" if exposure_differs else "false",
    )


@lru_cache(_N_KINDS)
def _reason_texts(reasons: tuple[Reason, ...]) -> tuple[str, ...]:
    return tuple(map(str, reasons))


def from_columns(kind: type[Record], *columns: Iterable[Any]) -> list[Record]:
    """Make named tuples of a kind from its columns, all at once: calling the type for each takes three times as long."""
    return list(map(partial(tuple.__new__, kind), zip(*columns, strict=True)))


OUTPUT_COLUMNS: dict[str, str] = {
    "category": "id of the kind of work asked for; `other` when it is none of ours, `unknown` when the tagger abstains: no known word, a language that is not classified, or no category probable enough (`abstain_below` in `policy.toml`, 0.15)",
    "category_probability": "calibrated probability of that category, 0 to 1",
    "category_2": "id of the runner-up when it is near (`category_2_from` in `policy.toml`, 0.2): what the posting asks for if not the first; empty otherwise",
    "language": "`en`, `fr`, `es`, `pt`, `de`, `it`, `nl`, `pl`, or `und` when it is none of these or cannot be told",
    "risk_level": "`growing`, `low`, `moderate`, `high`, `critical` or `unknown`: what published posting trends did to this kind of job; the posting's own traits may move it by one level",
    "risk_score": "0 (growing) to 1 (critical): the category's level, moved by the posting's traits",
    "trend_pct": "the deciding published change in postings, projects or stated demand, in per cent; empty where no figure decides, or one that counts only a part of the category",
    "risk_confidence": "`high`, `medium` or `low`: how well the level is supported; empty when it is unknown",
    "risk_conflict": "`true` when strong sources disagree about the direction",
    "exposure_percentile": "0 to 100: AI exposure of the nearest occupation among all occupations (never part of the level)",
    "exposure_differs": "`true` when trend and exposure point apart: growing though highly exposed, or falling though hardly",
    "traits": "ids of the traits found in the posting, separated by spaces",
    "reasons": "what caused the tag, as `kind:id=detail` separated by `; `: deciding words, rule, evidence, traits",
    "needs_review": "`true` when a person should look: an abstention or a close call",
}
"""Every output column with its meaning, in output order; `docs/output.md` is generated from it."""

ADVICE_COLUMN = "advice"
"""The column that `tag --advice` writes behind the others: `id: text` of the documents' advice to freelancers."""

BATCH_COLUMNS: dict[str, str] = {
    "duplicate_of": "row of the first posting of the run with the same text (`FILE:row` with several inputs), empty for the first; see [batch.md](batch.md)",
}
"""Columns that only a run over files can fill, behind the others."""

FRAME_COLUMNS: dict[str, str] = {
    "text_id": "the same for postings with the same text, empty without any: 16 hexadecimal digits; see [scaling.md](scaling.md)",
}
"""Columns of frames and engines, where no row has a number, instead of those of `BATCH_COLUMNS`."""
