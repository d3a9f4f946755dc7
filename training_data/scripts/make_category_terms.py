"""Count in how many labelled real postings of each category a word or pair stands: statistics/category_terms.csv.

Usage: python training_data/scripts/make_category_terms.py POSTINGS_FOLDER

POSTINGS_FOLDER holds postings.jsonl.gz and gold_dev.jsonl; the labels (posting id and category, no text) stand in
training_data/statistics/real_labels.csv, given by readers who followed the labelling guide. Gold postings, and postings
with the same title and beginning as one, are left out. Only terms that stand in at least MIN_POSTINGS labelled postings
are kept, and no addresses or long numbers; the empty term counts the postings of each category. No text can be told
from the counts.
"""

import csv
import json
import re
import sys
from collections import Counter
from pathlib import Path

from make_language_terms import STATISTICS, real_postings, write_digest

from jobtagger.classify.features import count_pairs, count_words, stream_of
from jobtagger.knowledge import load_knowledge
from jobtagger.records import RawRecord
from jobtagger.text import Preparer
from jobtagger.vocabulary import Vocabulary, parts_of_pair

MIN_POSTINGS = 5


def fingerprint(posting: dict[str, str]) -> tuple[str, str]:
    """Give what two copies of a posting have in common."""
    title, beginning = posting["title"] or "", (posting["description"] or "")[:80]
    return re.sub(r"\W+", " ", title.lower()).strip(), re.sub(r"\W+", " ", beginning.lower()).strip()


def main(folder: Path) -> None:
    """Count and write."""
    with (STATISTICS / "real_labels.csv").open(encoding="utf-8", newline="") as table:
        labels = dict(list(csv.reader(table))[1:])
    with (folder / "gold_dev.jsonl").open(encoding="utf-8") as lines:
        gold = {fingerprint(json.loads(line)) for line in lines}
    knowledge = load_knowledge()
    vocabulary = Vocabulary()
    preparer = Preparer(knowledge.sources, knowledge.policy, vocabulary)
    of_category: Counter[str] = Counter()
    counts: Counter[tuple[str, str]] = Counter()
    totals: Counter[str] = Counter()
    for posting in real_postings(folder):
        if posting["id"] not in labels or fingerprint(posting) in gold:
            continue
        skills = ", ".join(filter(None, posting["skills"] or []))
        prepared = preparer.prepare(RawRecord(posting["title"] or "", posting["description"] or "", skills))
        stream = stream_of([prepared])
        words = [vocabulary.words[int(key)] for key in count_words(stream).key]
        pairs = [
            " ".join(vocabulary.words[part] for part in parts_of_pair(int(key))) for key in count_pairs(stream).key
        ]
        category_id = labels[posting["id"]]
        of_category[category_id] += 1
        totals.update(words + pairs)
        counts.update((term, category_id) for term in words + pairs)
    output = STATISTICS / "category_terms.csv"
    with output.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["term", "category_id", "n_postings"])
        writer.writerows(["", category_id, n] for category_id, n in sorted(of_category.items()))
        writer.writerows(
            [term, category_id, n] for (term, category_id), n in sorted(counts.items()) if totals[term] >= MIN_POSTINGS
        )
    write_digest(output.name, folder / "postings.jsonl.gz")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
