"""Figures from answers: how often right, for which categories, and whether the probabilities mean what they say."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

from jobtagger.knowledge import Knowledge
from jobtagger.records import TaggedPosting
from jobtagger.train.labelled import LabelledPosting

OTHER = "other"
N_BINS = 10
_MIN_SUPPORT = 5  # categories with fewer labelled postings are left out of macro F1
_SUREST = 0.7
_COVERAGE_STEPS = 20


class Answer(NamedTuple):
    """A labelled posting with its tag, and the risk level its label would have given."""

    posting: LabelledPosting
    tag: TaggedPosting
    gold_level: str

    @property
    def language(self) -> str:
        """The language the file names, or the one that was recognised."""
        return self.posting.language or self.tag.language

    @property
    def best(self) -> str:
        """The most probable category, named or abstained from."""
        return self.tag.prediction.category_id

    @property
    def is_noticed(self) -> bool:
        """Whether a text that asks for none of the categories was answered with `other` or an abstention."""
        return self.tag.prediction.abstained != "" or self.best == OTHER


class CategoryFigures(NamedTuple):
    """How well one category is told from the others; `n` labelled postings have it."""

    category_id: str
    n: int
    precision: float
    recall: float
    f1: float


class Confusion(NamedTuple):
    """How many postings labelled `gold` were answered with `answer`."""

    gold: str
    answer: str
    n: int


class Bin(NamedTuple):
    """Answers whose probability lies from `start` on: what they say on average, and how many are right."""

    start: float
    n: int
    probability: float
    accuracy: float


class CoveragePoint(NamedTuple):
    """The accuracy of the surest `share` of the answers, whose probability is at least `probability`."""

    share: float
    n: int
    probability: float
    accuracy: float


def summary(answers: Sequence[Answer], knowledge: Knowledge) -> dict[str, float]:
    """Give the figures of a group of answers by name, each from 0 to 1 apart from the number `n`."""
    gold = [answer.posting.primary for answer in answers]
    best = [answer.best for answer in answers]
    right = right_of(answers)
    probability = probability_of(answers)
    labels = [name for name, n in Counter(gold).items() if n >= _MIN_SUPPORT]
    figures: dict[str, Any] = {
        "n": len(answers),
        "top1": accuracy_score(gold, best),
        "top1_or_secondary": np.mean([a.best in (a.posting.primary, *a.posting.secondary) for a in answers]),
        "top3": np.mean([answer.posting.primary in _three_best(answer) for answer in answers]),
        "macro_f1": f1_score(gold, best, labels=labels, average="macro", zero_division=0) if labels else 0.0,
        "sector": np.mean([_sector(a, knowledge) == _sector(b, knowledge) for a, b in zip(gold, best, strict=True)]),
        "risk_level": np.mean([answer.tag.risk.level == answer.gold_level for answer in answers]),
        "surest_70": surest(probability, right, _SUREST).accuracy,
        "calibration_error": calibration_error(calibration(probability, right)),
        "abstained": np.mean([answer.tag.prediction.abstained != "" for answer in answers]),
    }
    if any(answer.posting.language for answer in answers):
        figures["language"] = np.mean([answer.tag.language == answer.posting.language for answer in answers])
    return {name: round(float(value), 3) for name, value in figures.items()}


def category_figures(answers: Sequence[Answer]) -> list[CategoryFigures]:
    """Give a row per category that is labelled or answered, in alphabetical order."""
    gold = [answer.posting.primary for answer in answers]
    best = [answer.best for answer in answers]
    labels = sorted({*gold, *best})
    columns = precision_recall_fscore_support(gold, best, labels=labels, zero_division=0)
    return [
        CategoryFigures(name, int(n), round(float(precision), 3), round(float(recall), 3), round(float(f1), 3))
        for name, precision, recall, f1, n in zip(labels, *columns, strict=True)
    ]


def confusions(answers: Sequence[Answer]) -> list[Confusion]:
    """Give the pairs of label and wrong answer, the most frequent first."""
    counts = Counter((a.posting.primary, a.best) for a in answers if a.posting.primary != a.best)
    return [Confusion(gold, best, n) for (gold, best), n in sorted(counts.items(), key=lambda item: (-item[1], item))]


def calibration(probability: NDArray[np.float64], right: NDArray[np.bool_]) -> list[Bin]:
    """Give ten bins of equal width, of which empty ones have probability and accuracy 0."""
    place = np.minimum((probability * N_BINS).astype(int), N_BINS - 1)
    n = np.bincount(place, minlength=N_BINS)
    said = np.bincount(place, weights=probability, minlength=N_BINS) / np.maximum(n, 1)
    true = np.bincount(place, weights=right, minlength=N_BINS) / np.maximum(n, 1)
    return [Bin(i / N_BINS, int(n[i]), float(said[i]), float(true[i])) for i in range(N_BINS)]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Give the expected calibration error: the mean gap of the bins, weighed by their size (Naeini et al. 2015)."""
    n = sum(entry.n for entry in bins)
    return sum(entry.n * abs(entry.probability - entry.accuracy) for entry in bins) / n if n else 0.0


def coverage(probability: NDArray[np.float64], right: NDArray[np.bool_]) -> list[CoveragePoint]:
    """Give the accuracy of the surest 5 %, 10 % and so on, up to all; shares of no posting are left out."""
    points = [surest(probability, right, step / _COVERAGE_STEPS) for step in range(1, _COVERAGE_STEPS + 1)]
    return [point for point in points if point.n]


def surest(probability: NDArray[np.float64], right: NDArray[np.bool_], share: float) -> CoveragePoint:
    """Give the accuracy of the surest share of answers; 0 where that share is no posting."""
    order = np.argsort(-probability, kind="stable")[: round(share * len(probability))]
    if not len(order):
        return CoveragePoint(share, 0, 1.0, 0.0)
    return CoveragePoint(share, len(order), float(probability[order[-1]]), float(right[order].mean()))


def right_of(answers: Sequence[Answer]) -> NDArray[np.bool_]:
    """Say of each answer whether its best category is the label."""
    return np.array([answer.best == answer.posting.primary for answer in answers], dtype=bool)


def probability_of(answers: Sequence[Answer]) -> NDArray[np.float64]:
    """Give the probability of the best category of each answer."""
    return np.array([answer.tag.prediction.probability for answer in answers], dtype=np.float64)


def _three_best(answer: Answer) -> tuple[str, ...]:
    return (answer.best, *(category_id for category_id, _ in answer.tag.prediction.alternatives[:2]))


def _sector(category_id: str, knowledge: Knowledge) -> str:
    """Give the sector of a category; a category of the user's own is its own sector."""
    category = knowledge.categories.get(category_id)
    return category.sector if category else category_id
