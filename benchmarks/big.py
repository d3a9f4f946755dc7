"""A file as large as you like: memory stays flat, and a run killed again and again ends in the same bytes.

Usage: python benchmarks/big.py [--megabytes 1000] [--kills 3] [--jobs 0] [--output out.csv] [--duplicates exact]
                                [--folder FOLDER] [--result FILE.json]

Makes the file from our written postings, tags it with `jobtagger tag` while looking at the resident memory of the main
process and its workers, and once more with `kill -9` at random moments and `--resume`. Fails when the bytes differ or
memory passes the limits; writes what it measured as JSON.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from written_postings import write_csv

from jobtagger.classify.model_store import default_model_folder

MAIN_LIMIT, WORKER_LIMIT = 600, 300
"""Megabytes of resident memory allowed; a worker has the model besides."""

RESULT = Path(__file__).parent / "results" / "big.json"
PROGRAM = [sys.executable, "-c", "from jobtagger.cli import main; main()"]
_DONE = (0, 3)  # 3: some rows were rejected, as they should be
_EVERY = 0.5  # seconds between two looks
_SHOWN = 12  # looks kept of a run


class Run(NamedTuple):
    """One start of the program: how it ended, seconds, and (seconds, main, largest worker) in MB at each look."""

    code: int
    seconds: float
    looks: list[tuple[float, float, float]]


def main(arguments: list[str]) -> int:
    """Measure, write, print; give the exit code."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        facts = measure(Path(folder), options)
    options.result.parent.mkdir(parents=True, exist_ok=True)
    options.result.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    print(json.dumps({name: value for name, value in facts.items() if name != "memory_over_time"}, indent=1))
    return 0 if facts["same_bytes"] and facts["memory_within_limits"] else 1


def measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Tag a file undisturbed, and again with kills; say what was seen."""
    source = folder / "postings.csv"
    n_rows = write_csv(source, options.megabytes)
    whole, killed = (folder / name / options.output for name in ("whole", "killed"))
    for path in (whole, killed):
        path.parent.mkdir()
    more = ("--jobs", str(options.jobs), "--duplicates", options.duplicates)
    undisturbed = start(source, whole, *more)
    assert undisturbed.code in _DONE, undisturbed.code
    runs = _killed_again_and_again(source, killed, more, options.kills, undisturbed.seconds)
    looks = undisturbed.looks
    model_mb = sum(path.stat().st_size for path in default_model_folder().rglob("*")) / 1e6
    peak_main, peak_worker = (max(look[i] for run in (undisturbed, *runs) for look in run.looks) for i in (1, 2))
    return {
        "megabytes": round(source.stat().st_size / 1e6),
        "n_rows": n_rows,
        "jobs": options.jobs or len(os.sched_getaffinity(0)),
        "duplicates": options.duplicates,
        "seconds": round(undisturbed.seconds),
        "rows_per_second": round(n_rows / undisturbed.seconds),
        "peak_main_mb": round(peak_main),
        "peak_worker_mb": round(peak_worker),
        "model_mb": round(model_mb, 1),
        "memory_within_limits": peak_main < MAIN_LIMIT and peak_worker < WORKER_LIMIT + model_mb,
        "memory_over_time": [list(map(round, look)) for look in looks[:: max(1, len(looks) // _SHOWN)]],
        "kills": sum(run.code == -signal.SIGKILL for run in runs),
        "seconds_until_killed": [round(run.seconds, 1) for run in runs if run.code == -signal.SIGKILL],
        "same_bytes": _digests(whole.parent) == _digests(killed.parent),
        "output_sha256": _digests(whole.parent),
    }


def start(source: Path, output: Path, *more: str, kill_after: float | None = None) -> Run:
    """Tag a file in processes of its own; kill them all after some seconds, if it takes that long."""
    command = [*PROGRAM, "tag", str(source), "-o", str(output), "-q", *more]
    began = time.monotonic()
    looks = []
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True) as program:  # noqa: S603
        while program.poll() is None:
            passed = time.monotonic() - began
            if kill_after is not None and passed > kill_after:
                os.killpg(program.pid, signal.SIGKILL)
                break
            looks.append((passed, *_megabytes(program.pid)))
            time.sleep(min(_EVERY, kill_after / 20 if kill_after else _EVERY))
    return Run(program.returncode, time.monotonic() - began, looks)


def _killed_again_and_again(
    source: Path, output: Path, more: tuple[str, ...], n_kills: int, seconds: float
) -> list[Run]:
    chance = random.Random()  # noqa: S311 - other moments every time
    runs = []
    for _ in range(n_kills):
        runs.append(start(source, output, *more, "--resume", kill_after=chance.uniform(0.1, 1) * seconds / n_kills))
        if runs[-1].code in _DONE:
            return runs
        assert not output.exists(), "half a file under the final name"
    runs.append(start(source, output, *more, "--resume"))
    assert runs[-1].code in _DONE, runs[-1].code
    return runs


def _megabytes(pid: int) -> tuple[float, float]:
    """Give the resident memory of a process and that of the largest of those it started."""
    try:
        process = psutil.Process(pid)
        main_mb = process.memory_info().rss / 1e6
        children = [_rss(child) for child in process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0, 0.0
    return main_mb, max(children, default=0.0)


def _rss(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss) / 1e6
    except psutil.NoSuchProcess:
        return 0.0


def _digests(folder: Path) -> dict[str, str]:
    """Give the digest of each file."""
    found = {}
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--megabytes", type=float, default=1000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=0, help="processes, one per core if left out")
    parser.add_argument("--output", default="out.csv", help="name of the output, which says its format")
    parser.add_argument("--duplicates", default="exact")
    parser.add_argument("--folder", help="where the files are made and removed again")
    parser.add_argument("--result", type=Path, default=RESULT)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
