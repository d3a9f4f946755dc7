"""Nothing of the gold set stands in what the model or the rules are made of; checked where the gold set is at hand."""

import csv
import json
from pathlib import Path

import pytest

from jobtagger.pieces import normalise, split

ROOT = Path(__file__).parents[1]
GOLD = ROOT.parent / "shared" / "postings" / "gold_dev.jsonl"
RUN = 8  # words in a row that two people do not write by chance

pytestmark = pytest.mark.skipif(not GOLD.exists(), reason=f"{GOLD} is third-party text and not here")


@pytest.fixture(scope="module")
def gold():
    """Give the gold postings."""
    return [json.loads(line) for line in GOLD.read_text("utf-8").splitlines()]


def runs_of(text):
    """Give every run of so many words of a text, without ends of sentences."""
    words = [word for word in map(normalise, split(text)) if word != "."]
    return {" ".join(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


@pytest.mark.parametrize("labels", ["statistics/real_labels.csv", "traits/labels.csv"])
def test_no_gold_posting_was_labelled_for_training(gold, labels):
    """Postings whose labels teach weights are none of the gold set."""
    with (ROOT / "training_data" / labels).open(encoding="utf-8", newline="") as table:
        taught = {row["posting_id"] for row in csv.DictReader(table)}

    assert len(taught) > 1000
    assert taught.isdisjoint(posting["id"] for posting in gold)


@pytest.mark.parametrize(
    "ours", ["training_data/postings/*/*.jsonl", "tests/data/*.jsonl", "jobtagger/knowledge/data/*"]
)
def test_no_gold_text_stands_in_ours(gold, ours):
    """No eight words of a gold posting stand in a row in our postings, hard cases, phrases or other knowledge."""
    of_gold = {
        run for posting in gold for text in (posting["title"], posting["description"]) for run in runs_of(text or "")
    }
    files = sorted(ROOT.glob(ours))

    copied = {path.name: sorted(of_gold & runs_of(path.read_text("utf-8"))) for path in files}

    assert files
    assert len(of_gold) > 10_000
    assert {name: found for name, found in copied.items() if found} == {}
