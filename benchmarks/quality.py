"""Everything docs/quality.md shows, measured in one run and saved in docs/quality.json.

Usage: python benchmarks/quality.py GOLD.jsonl POSTINGS.jsonl[.gz] [N]

GOLD are labelled postings, POSTINGS real ones for the speed (third-party texts; not part of this repository).
"""

import json
import sys
from pathlib import Path
from typing import Any

import speed

from jobtagger.classify.model_store import default_model_folder
from jobtagger.records import RawRecord
from jobtagger.tagger import Tagger
from jobtagger.train.evaluate import ALL, OTHER, evaluate
from jobtagger.train.labelled import LabelledPosting, read_labelled

ROOT = Path(__file__).parents[1]
_N_POSTINGS = 5_000
_MAX_CONFUSIONS = 12


def main(gold: Path, postings: Path, n: int) -> None:
    """Measure, save and print."""
    tagger = Tagger()
    categories = tagger.knowledge.categories
    on_gold = evaluate(
        read_labelled(gold, categories, tagger.knowledge, ROOT / "training_data" / "gold_mapping.csv"), tagger
    ).as_dict()
    data = ROOT / "tests" / "data"
    hard_cases = read_labelled(data / "hard_cases.jsonl", categories, tagger.knowledge)
    texts = (data / "outside.txt").read_text("utf-8").splitlines()
    outside = [LabelledPosting(RawRecord(text), "", OTHER, ()) for text in texts]
    quality = {
        "model": {"digest": tagger.model.digest, "megabytes": megabytes(default_model_folder())},
        "gold": on_gold["figures"],
        "categories": on_gold["categories"],
        "confusions": on_gold["confusions"][:_MAX_CONFUSIONS],
        "calibration": [rounded(entry) for entry in on_gold["calibration"]],
        "coverage": [rounded(entry) for entry in on_gold["coverage"]],
        "hard_cases": evaluate(hard_cases, tagger).figures[ALL],
        "outside": evaluate(outside, tagger).figures[OTHER],
        "speed": speed_ratio(speed.read(postings, n)),
    }
    (ROOT / "docs" / "quality.json").write_text(json.dumps(quality, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps({name: quality[name] for name in ("model", "gold", "hard_cases", "outside", "speed")}, indent=1))


def speed_ratio(records: list[RawRecord]) -> dict[str, float]:
    """Give how many times faster than scikit-learn the way from text to category is."""
    took = speed.measure(records, with_spacy=False)
    ours = sum(took[step] for step in speed.TEXT_TO_CATEGORY)
    return {
        "n": len(records),
        "ratio": round(took[speed.BASELINE] / ours, 2),
        "without_cleaning": round(took[speed.BASELINE] / (ours - took["clean"]), 2),
        "classifier_alone": round(took[speed.BASELINE] / took["classifier"], 2),
        "whole_tagger": round(took[speed.BASELINE] / took["whole tagger"], 2),
    }


def megabytes(folder: Path) -> float:
    """Give the size of a folder."""
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6, 1)


def rounded(entry: dict[str, Any]) -> dict[str, Any]:
    """Round the shares of an entry."""
    return {name: round(value, 3) for name, value in entry.items()}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else _N_POSTINGS)
