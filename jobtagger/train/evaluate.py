"""How good a tagger is on labelled postings, measured by one command."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from jobtagger.knowledge import Knowledge
from jobtagger.records import Posting, Prediction, TaggedPosting
from jobtagger.risk import Assessor
from jobtagger.tagger import Tagger
from jobtagger.text import Preparer
from jobtagger.train import metrics
from jobtagger.train.labelled import LabelledPosting
from jobtagger.train.metrics import OTHER, Answer, Bin, CategoryFigures, Confusion, CoveragePoint
from jobtagger.vocabulary import Vocabulary

ALL = "all"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured: figures per language, and for all postings together what they are made of.

    `figures` leaves postings labelled `other` out of the languages; the share of them that was noticed stands apart.
    """

    model: str
    knowledge: str
    n: int
    figures: dict[str, dict[str, float]]
    categories: list[CategoryFigures]
    confusions: list[Confusion]
    calibration: list[Bin]
    coverage: list[CoveragePoint]

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain lists and dictionaries, for JSON."""
        lists = ("categories", "confusions", "calibration", "coverage")
        return {
            **{name: getattr(self, name) for name in ("model", "knowledge", "n", "figures")},
            **{name: [entry._asdict() for entry in getattr(self, name)] for name in lists},
        }


def evaluate(postings: Sequence[LabelledPosting], tagger: Tagger) -> Evaluation:
    """Tag labelled postings and measure the answers."""
    answers = answer(postings, tagger)
    asked = [entry for entry in answers if entry.posting.primary != OTHER]
    right, probability = metrics.right_of(asked), metrics.probability_of(asked)
    return Evaluation(
        model=tagger.model.digest,
        knowledge=tagger.knowledge.digest,
        n=len(answers),
        figures=_figures(answers, tagger.knowledge),
        categories=metrics.category_figures(answers) if answers else [],
        confusions=metrics.confusions(answers),
        calibration=metrics.calibration(probability, right),
        coverage=metrics.coverage(probability, right),
    )


def answer(postings: Sequence[LabelledPosting], tagger: Tagger) -> list[Answer]:
    """Tag labelled postings, and say which risk level the label would have given with the same traits."""
    tagged = list(tagger.tag(posting.record for posting in postings))
    levels = _levels_of_labels(postings, tagged, tagger.knowledge)
    return [Answer(*together) for together in zip(postings, tagged, levels, strict=True)]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A posting whose best category is not the label, with the words that decided."""

    posting: LabelledPosting
    tag: TaggedPosting

    @property
    def language(self) -> str:
        """The language the file names, or the one that was recognised."""
        return self.posting.language or self.tag.language

    def as_line(self) -> str:
        """Give it in one line, texts cut off."""
        posting, prediction = self.posting, self.tag.prediction
        words = ", ".join(f"{word} {weight:+.1f}" for word, weight in prediction.words)
        return (
            f"[{self.language}] {posting.primary} {list(posting.secondary)} -> "
            f"{prediction.category_id} {prediction.probability:.2f} | {posting.record.title[:90]} | "
            f"{posting.record.skills[:60]} | {' '.join(posting.record.description[:160].split())} | {words}"
        )

    def as_dict(self) -> dict[str, Any]:
        """Give it as plain lists and dictionaries, for JSON."""
        posting, prediction = self.posting, self.tag.prediction
        return {
            "language": self.language,
            "primary": posting.primary,
            "secondary": list(posting.secondary),
            "answer": prediction.category_id,
            "probability": round(prediction.probability, 3),
            "title": posting.record.title,
            "description": posting.record.description,
            "skills": posting.record.skills,
            "words": [{"word": word, "weight": round(weight, 3)} for word, weight in prediction.words],
        }


def mistakes(postings: Sequence[LabelledPosting], tagger: Tagger) -> Iterator[Mistake]:
    """Give the postings whose best category is not the label."""
    for posting, tag in zip(postings, tagger.tag(posting.record for posting in postings), strict=True):
        if tag.prediction.category_id != posting.primary:
            yield Mistake(posting, tag)


def _figures(answers: list[Answer], knowledge: Knowledge) -> dict[str, dict[str, float]]:
    asked = [answer for answer in answers if answer.posting.primary != OTHER]
    outside = [answer for answer in answers if answer.posting.primary == OTHER]
    figures = {
        language: metrics.summary([answer for answer in asked if answer.language == language], knowledge)
        for language in sorted({answer.language for answer in asked})
    }
    if len(figures) > 1:
        figures[ALL] = metrics.summary(asked, knowledge)
    if outside:
        noticed = sum(answer.is_noticed for answer in outside) / len(outside)
        figures[OTHER] = {"n": len(outside), "noticed": round(noticed, 3)}
    return figures


def _levels_of_labels(
    postings: Sequence[LabelledPosting], tagged: list[TaggedPosting], knowledge: Knowledge
) -> list[str]:
    """Derive the risk levels anew with the labels in place of the answers."""
    vocabulary = Vocabulary()
    preparer = Preparer(knowledge.sources, knowledge.policy)
    prepared: list[Posting] = [preparer.prepare(posting.record) for posting in postings]
    labels: list[Prediction] = [
        tag.prediction._replace(category_id=posting.primary, abstained="")
        for posting, tag in zip(postings, tagged, strict=True)
    ]
    return [
        risk.level for risk in Assessor(knowledge, vocabulary).assess(prepared, vocabulary.tokenise(prepared), labels)
    ]
