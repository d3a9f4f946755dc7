"""Count in how many real postings of each language a word stands: training_data/statistics/language_terms.csv.

Usage: python training_data/scripts/make_language_terms.py POSTINGS_FOLDER

POSTINGS_FOLDER holds postings.jsonl.gz (with a guessed `lang` each) and gold_dev.jsonl, whose postings are left
out. Only words are kept that stand in at least MIN_POSTINGS postings of one language; no text can be told from
them. The digests of what was read stand in training_data/statistics/digests.json.
"""

import csv
import gzip
import hashlib
import json
import sys
from collections import Counter
from pathlib import Path

from jobtagger.text import clean_text
from jobtagger.vocabulary import BOUNDARY, Vocabulary

LANGUAGES = ["en", "fr", "es", "pt", "de"]
MIN_POSTINGS = 5
STATISTICS = Path(__file__).parents[1] / "statistics"


def real_postings(folder: Path) -> list[dict[str, object]]:
    """Read the real postings without those of the gold set."""
    with (folder / "gold_dev.jsonl").open(encoding="utf-8") as lines:
        gold = {json.loads(line)["id"] for line in lines}
    with gzip.open(folder / "postings.jsonl.gz", "rt", encoding="utf-8") as lines:
        postings = map(json.loads, lines)
        return [posting for posting in postings if posting["id"] not in gold]


def write_digest(output: str, source: Path) -> None:
    """Note from which bytes a statistic was made."""
    path = STATISTICS / "digests.json"
    digests = json.loads(path.read_text("utf-8")) if path.exists() else {}
    digests[output] = {source.name: hashlib.sha256(source.read_bytes()).hexdigest()}
    path.write_text(json.dumps(digests, indent=1, sort_keys=True) + "\n", "utf-8")


def main(folder: Path) -> None:
    """Count and write."""
    counts = {language: Counter[str]() for language in LANGUAGES}
    vocabulary = Vocabulary()
    for posting in real_postings(folder):
        if posting["lang"] in counts:
            text = clean_text(f"{posting['title']}\n{posting['description'] or ''}")
            counts[posting["lang"]].update({vocabulary.words[number] for number in vocabulary.ids(text)})
    words = {word for counter in counts.values() for word, n in counter.items() if n >= MIN_POSTINGS}
    words -= {BOUNDARY, *(word for word in words if word[0].isdigit())}
    output = STATISTICS / "language_terms.csv"
    with output.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["word", *LANGUAGES])
        for word in sorted(words):
            row = [counts[language][word] for language in LANGUAGES]
            writer.writerow([word, *(n if n >= MIN_POSTINGS else 0 for n in row)])
    write_digest(output.name, folder / "postings.jsonl.gz")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
