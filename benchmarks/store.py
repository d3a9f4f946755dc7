"""What a run over a large store costs: 1 million listings, then nothing new, then a thousand new ones.

Usage: python benchmarks/store.py [N_LISTINGS] [--postgresql URL] [--json FILE]

The first filling goes through the run itself. A run without change is measured in two ways: over files that did not
change, and over the same listings scraped again into a new file, which must all be read and looked up.
"""

import argparse
import csv
import itertools
import json
import os
import platform
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jobtagger.job import RunOptions, World, read_config, run_job
from jobtagger.tagger import Tagger

NEW = 1000
WORK = ("Logo", "Website", "Translation", "Voice over", "Data entry", "Blog post", "Mobile app", "Product video")
WHOM = ("a bakery", "a law firm", "our shop", "a travel blog", "a small museum", "two friends", "a school")
MORE = (
    "We look for somebody who answers quickly and shows earlier work.",
    "The budget is fixed and the work starts next week.",
    "Please tell us how you would go about it and what you would need from us.",
    "It should be ready within ten days; small changes afterwards are part of it.",
    "Experience with similar clients helps but is not required.",
)


def main() -> None:
    """Fill, measure, print, and write a JSON file if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("n", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--postgresql", default="")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(Path(folder), options.n, options.postgresql)
    for name, value in result.items():
        print(f"{name:40} {value}")
    if options.json:
        known = json.loads(options.json.read_text("utf-8")) if options.json.exists() else {}
        kind = "postgresql" if options.postgresql else "sqlite"
        options.json.write_text(json.dumps(known | {kind: result}, indent=2) + "\n", "utf-8")


def measure(home: Path, n: int, url: str) -> dict[str, float | int | str]:
    """Fill a store with `n` listings and run over it."""
    (home / "listings").mkdir()
    store = f'url = "{url}"' if url else 'database = "jobtagger.sqlite"'
    config = home / "jobtagger.toml"
    config.write_text(
        f'[store]\n{store}\n[[source]]\nname = "board"\nkind = "folder"\npaths = ["listings/*"]\n', "utf-8"
    )
    tagger = Tagger()
    days = itertools.count()

    def run(name: str) -> dict[str, int]:
        now = datetime(2026, 4, 1, tzinfo=UTC) + timedelta(days=next(days))
        began, cpu_began = time.monotonic(), time.process_time()
        report = run_job(settings, tagger, World(lambda: now), RunOptions())
        seconds = time.monotonic() - began
        result[f"{name}_s"] = round(seconds, 2)
        result[f"{name}_cpu_s"] = round(time.process_time() - cpu_began, 2)
        result[f"{name}_us_per_listing"] = round(seconds / n * 1e6, 2)
        return {name: n for name, n in report.sources[0].counts.items() if n}

    result: dict[str, float | int | str] = {"listings": n}
    settings = read_config(config, os.environ)
    write(home / "listings" / "a.csv", range(n))
    counts = run("fill")
    assert {"n_read": n, "n_new": n} == {name: counts[name] for name in ("n_read", "n_new")}, counts
    counts = run("no_change_same_files")
    assert counts == {}, counts
    (home / "listings" / "a.csv").rename(home / "listings" / "b.csv")
    counts = run("no_change_all_read_again")
    assert {"n_read": n, "n_unchanged": n} == counts, counts
    write(home / "listings" / "c.csv", range(n, n + NEW))
    counts = run("new_1000_in_their_own_file")
    assert counts["n_new"] == NEW, counts
    (home / "listings" / "b.csv").unlink()
    write(home / "listings" / "d.csv", range(n + 2 * NEW))
    counts = run("new_1000_among_all")
    assert counts["n_new"] == NEW, counts
    size = 0 if url else (home / "jobtagger.sqlite").stat().st_size
    return result | {"store_mb": round(size / 1e6), "python": platform.python_version(), "cores": os.cpu_count() or 0}


def write(path: Path, numbers: range) -> None:
    """Write listings that all differ."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["url", "title", "description", "skills", "published"])
        for i in numbers:
            text = f"{WORK[i % 8]} number {i} for {WHOM[i % 7]}. " + " ".join(
                MORE[(i + k) % 5] for k in range(1 + i % 4)
            )
            table.writerow(
                [f"https://board.example/jobs/{i}", f"{WORK[i % 8]} for {WHOM[i % 7]} {i}", text, "", "2026-03-30"]
            )


if __name__ == "__main__":
    main()
