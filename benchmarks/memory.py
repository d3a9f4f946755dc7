"""Does memory stay flat? Tags files of growing size, made from the examples by repetition with variation.

Usage: python benchmarks/memory.py [MEGABYTES ...]     (default: 10 50 250 1000)

Prints, per size and number of processes, the peak resident memory of the largest process and the time per posting.
"""

import csv
import itertools
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples" / "postings.csv"
MEASURED = (
    "import resource, sys; from jobtagger.cli import cli; cli(sys.argv[1:], standalone_mode=False);"
    "usage = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)];"
    "print(*usage)"
)


def make(path: Path, megabytes: float) -> int:
    """Write postings that all differ; give their number."""
    with EXAMPLES.open(encoding="utf-8-sig", newline="") as file:
        header, *all_rows = csv.reader(file)
    rows = [row for row in all_rows if len(row) == len(header)]
    varied = header.index("description")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for number, row in enumerate(itertools.cycle(rows)):
            if file.tell() > megabytes * 1e6:
                return number
            text = f"{row[varied]} {number} x{number % 50_021}y"
            writer.writerow([*row[:varied], text, *row[varied + 1 :]])
    return 0


def main(sizes: list[float]) -> None:
    """Measure and print."""
    print("   MB    postings  jobs   main MB  worker MB   us/posting")
    with tempfile.TemporaryDirectory() as folder:
        for megabytes in sizes:
            source = Path(folder) / "in.csv"
            n_postings = make(source, megabytes)
            for jobs in ("1", "2"):
                command = [
                    sys.executable,
                    "-c",
                    MEASURED,
                    "tag",
                    str(source),
                    "-o",
                    f"{folder}/out.csv",
                    "-q",
                    "-j",
                    jobs,
                ]
                start = time.perf_counter()
                done = subprocess.run(  # noqa: S603 - our own program
                    command, capture_output=True, text=True, check=True
                )
                took = time.perf_counter() - start
                main_kb, worker_kb = map(int, done.stdout.split())
                print(
                    f"{megabytes:>5g} {n_postings:>11,} {jobs:>5} {main_kb / 1024:>9.0f} {worker_kb / 1024:>10.0f}"
                    f" {took / n_postings * 1e6:>12.0f}"
                )


if __name__ == "__main__":
    main([float(size) for size in sys.argv[1:]] or [10, 50, 250, 1000])
