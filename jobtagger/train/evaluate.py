"""How good the deployed tagger is on labelled postings: the figures of README and model card, rerun by one command."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.metrics import f1_score

from jobtagger.errors import InputError
from jobtagger.knowledge import Knowledge
from jobtagger.records import RawRecord, TaggedPosting
from jobtagger.tagger import Tagger

OTHER = "other"
_MIN_SUPPORT = 5  # categories with fewer gold postings are left out of macro F1
_N_BINS = 10
_SUREST = 0.7


class GoldPosting(NamedTuple):
    """A labelled posting: for measuring only, never for training."""

    record: RawRecord
    language: str
    primary: str
    secondary: tuple[str, ...]


def read_gold(path: Path, mapping: Path | None, knowledge: Knowledge) -> list[GoldPosting]:
    """Read JSON lines; `mapping` renames gold ids to ours.

    Raises
    ------
    InputError
        When a line is no labelled posting or names an unknown category.
    """
    renamed = dict(csv.reader(mapping.read_text("utf-8").splitlines()[1:])) if mapping else {}
    postings = []
    for number, line in enumerate(path.read_text("utf-8").removesuffix("\n").split("\n"), 1):
        try:
            row = json.loads(line)
            labels = [renamed.get(label, label) for label in (row["primary"], *row["secondary"])]
            skills = row.get("skills") or ""
            skills = ", ".join(skills) if isinstance(skills, list) else skills
            language = row["lang"]
            record = RawRecord(row["title"] or "", row["description"] or "", skills)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path}: line {number}: is no labelled posting: {error}") from None
        for label in labels:
            if label not in knowledge.categories:
                raise InputError(f'{path}: line {number}: "{label}" is not in taxonomy.toml; map it with --mapping')
        postings.append(GoldPosting(record, language, labels[0], tuple(labels[1:])))
    return postings


def evaluate_gold(postings: list[GoldPosting], tagger: Tagger) -> dict[str, dict[str, float]]:
    """Give the figures per language, and for texts that ask for none of the categories."""
    tagged = list(tagger.tag(posting.record for posting in postings))
    figures = {}
    for language in sorted({posting.language for posting in postings}):
        pairs = [
            (posting, tag)
            for posting, tag in zip(postings, tagged, strict=True)
            if posting.language == language and posting.primary != OTHER
        ]
        if pairs:
            figures[language] = _figures(pairs, tagger.knowledge)
    outside = [tag for posting, tag in zip(postings, tagged, strict=True) if posting.primary == OTHER]
    if outside:
        noticed = [tag.prediction.abstained != "" or tag.prediction.category_id == OTHER for tag in outside]
        figures[OTHER] = {"n": len(outside), "noticed": round(float(np.mean(noticed)), 3)}
    return figures


def wrong_postings(postings: list[GoldPosting], tagger: Tagger) -> Iterator[str]:
    """Give a line per posting whose best category is not the gold one, with the words that decided."""
    for posting, tag in zip(postings, tagger.tag(posting.record for posting in postings), strict=True):
        prediction = tag.prediction
        if prediction.category_id == posting.primary:
            continue
        words = ", ".join(f"{word.word} {word.weight:+.1f}" for word in prediction.words)
        yield (
            f"[{posting.language}] {posting.primary} {list(posting.secondary)} -> {prediction.category_id} "
            f"{prediction.probability:.2f} | {posting.record.title[:90]} | {posting.record.skills[:60]} | "
            f"{' '.join(posting.record.description[:160].split())} | {words}"
        )


def report(figures: dict[str, dict[str, float]]) -> str:
    """Give the figures as an aligned table."""
    names = list(dict.fromkeys(name for row in figures.values() for name in row))
    lines = ["".join([f"{'':20}", *(f"{column:>8}" for column in figures)])]
    for name in names:
        cells = [f"{row[name]:>8g}" if name in row else f"{'':8}" for row in figures.values()]
        lines.append("".join([f"{name:20}", *cells]))
    return "\n".join(lines)


def _figures(pairs: list[tuple[GoldPosting, TaggedPosting]], knowledge: Knowledge) -> dict[str, float]:
    gold = np.array([posting.primary for posting, _ in pairs])
    predictions = [tag.prediction for _, tag in pairs]
    best = np.array([prediction.category_id for prediction in predictions])
    probability = np.array([prediction.probability for prediction in predictions])
    right = best == gold
    soft = [
        name == posting.primary or name in posting.secondary for name, (posting, _) in zip(best, pairs, strict=True)
    ]
    top3 = [
        posting.primary
        in (tag.prediction.category_id, *(other.category_id for other in tag.prediction.alternatives[:2]))
        for posting, tag in pairs
    ]
    sector = {category.id: category.sector for category in knowledge.categories.values()}
    support = Counter(gold.tolist())
    labels = [name for name, n in support.items() if n >= _MIN_SUPPORT]
    surest = np.argsort(-probability, kind="stable")[: round(_SUREST * len(pairs))]
    figures: dict[str, Any] = {
        "n": len(pairs),
        "top1": np.mean(right),
        "top1_or_secondary": np.mean(soft),
        "top3": np.mean(top3),
        "macro_f1": f1_score(gold, best, labels=labels, average="macro", zero_division=0) if labels else 0.0,
        "sector": np.mean([sector[a] == sector[b] for a, b in zip(gold, best, strict=True)]),
        "surest_70": np.mean(right[surest]),
        "calibration_error": calibration_error(probability, right),
        "abstained": np.mean([prediction.abstained != "" for prediction in predictions]),
        "language": np.mean([tag.language == posting.language for posting, tag in pairs]),
    }
    return {name: round(float(value), 3) for name, value in figures.items()}


def calibration_error(probability: "np.ndarray[Any, Any]", right: "np.ndarray[Any, Any]") -> float:
    """Give the expected calibration error over ten bins of equal width (Naeini et al. 2015)."""
    bins = np.minimum((probability * _N_BINS).astype(int), _N_BINS - 1)
    error = 0.0
    for number in range(_N_BINS):
        inside = bins == number
        if inside.any():
            error += inside.mean() * abs(probability[inside].mean() - right[inside].mean())
    return float(error)
