"""Postings for benchmarks, of any number, made from those written for training by repetition with variation."""

import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path

POSTINGS = Path(__file__).parents[1] / "training_data" / "postings"
COLUMNS = ("id", "title", "description", "budget")
_MOST_PARTS = 6  # descriptions of one category put together, up to the length that real postings have
_N_KNOWN = 500  # postings among which a repost finds the one it repeats
_REPOSTS, _RAGGED = 0.03, 0.001


def postings(seed: int = 1) -> Iterator[tuple[str, ...]]:
    """Give postings without end, always the same ones: few repeat an earlier one, few are ragged, each has new words."""
    chance = random.Random(seed)  # noqa: S311 - a benchmark
    categories = [_read(path) for path in sorted(POSTINGS.glob("*/*.jsonl"))]
    known: list[tuple[str, ...]] = []
    number = 0
    while True:
        number += 1
        if known and chance.random() < _REPOSTS:
            yield (f"{number:09}", *chance.choice(known)[1:])
            continue
        written = chance.choice(categories)
        parts = [text for _, text in chance.choices(written, k=chance.randint(1, _MOST_PARTS)) if text]
        words = f"Ref. {chance.getrandbits(24):x}-{number}, contact x{chance.randrange(50_021)}y."
        title, _ = chance.choice(written)
        row = (f"{number:09}", title, "\n".join([*parts, words]), f"{chance.randint(1, 300) * 10} EUR")
        known = [*known[-_N_KNOWN:], row] if number % 20 == 0 else known
        yield row[:2] if chance.random() < _RAGGED else row


def write_csv(path: Path, megabytes: float) -> int:
    """Write postings as CSV up to a size in millions of bytes; give their number."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number, row in enumerate(postings()):
            if number % 100 == 0 and file.tell() > megabytes * 1e6:
                return number
            writer.writerow(row)
    raise AssertionError("postings never end")


def _read(path: Path) -> list[tuple[str, str]]:
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [(row["title"], row["description"]) for row in rows]
