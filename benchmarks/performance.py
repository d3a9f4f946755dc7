"""Everything docs/performance.md and docs/scaling.md show of speed and memory, measured in one run.

Usage: python benchmarks/performance.py [POSTINGS.jsonl[.gz]] [--peers PYTHON] [--rounds 5] [--rows 5000]

POSTINGS are real ones where they are at hand (third-party texts, not part of this repository), else those written for
training. PYTHON is the interpreter of an environment that holds the peers (benchmarks/README.md); what is not installed
there is left out and said. Saves docs/performance.json and docs/performance.svg. What counts are ratios: all is measured
in turns, on the same rows.
"""

import argparse
import csv
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import big
import psutil
import speed
from contestant import CONTESTANTS
from picture import draw
from written_postings import postings as written_postings

from jobtagger.records import RawRecord
from jobtagger.tagger import Tagger

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent
OURS = "jobtagger"
_PIPELINES_OF_PEERS = ("fastText", "MiniLM")
_ROW_COUNTS = (1_000, 10_000, 50_000)
_CORE_ROWS = 120_000
_ENGINE_FILES = 8
_STARTS = 5
_EVERY = 0.2  # seconds between two looks


def main(arguments: list[str]) -> None:
    """Measure, save, draw."""
    options = _options(arguments)
    has_real = options.postings is not None and options.postings.exists()
    records = speed.read(options.postings, options.rows) if has_real else _written(options.rows)
    with tempfile.TemporaryDirectory() as folder:
        facts = {
            "machine": {"processor": _processor(), "cores": os.cpu_count(), "python": platform.python_version()},
            "load": round(os.getloadavg()[0], 1),
            "postings": {"n": len(records), "are": "real" if has_real else "written"},
            "contest": contest(Path(folder), records, options.peers, options.rounds),
            "rows": by_rows(Path(folder), options.scale),
            "cores": by_cores(Path(folder), options.scale, options.rounds),
            "starts": starts(options.peers),
            "engines": by_engine(Path(folder), options.scale, options.engines),
        }
    options.result.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    draw(facts, options.result.with_suffix(".svg"))
    print(json.dumps(facts, indent=1))


def contest(folder: Path, records: list[RawRecord], peers: str, rounds: int) -> list[dict[str, Any]]:
    """Run all contestants in turns; give ratios of CPU time per posting against ours, round by round, and their median."""
    source = folder / "contest.csv"
    _write(source, records)
    processes = {
        name: subprocess.Popen(  # noqa: S603
            [peers if name in _PIPELINES_OF_PEERS else sys.executable, HERE / "contestant.py", name, source, folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in CONTESTANTS
    }  # fmt: skip
    said = {name: _hear(process) for name, process in processes.items()}
    running = [name for name in processes if "ready" in said[name]]
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in running}
    for number in range(rounds + 1):
        for name in running:
            answer = _ask(processes[name])
            if number:  # the first round warms up
                seen[name].append(answer)
    for process in processes.values():
        process.communicate()
    return [_result(name, said[name], seen.get(name, []), seen[OURS]) for name in CONTESTANTS]


def by_rows(folder: Path, scale: float) -> list[dict[str, float]]:
    """Tag files of growing length in one process: CPU time per posting and memory."""
    results = []
    for n in _ROW_COUNTS:
        source = folder / "rows.csv"
        n_rows = _write_rows(source, round(n * scale))
        before = _children_cpu()
        run = big.start(source, folder / "out.csv", "--jobs", "1")
        cpu = _children_cpu() - before
        peak = max(look[1] for look in run.looks)
        results.append({"rows": n_rows, "cpu_us_per_row": round(cpu / n_rows * 1e6), "peak_mb": round(peak)})
    return results


def by_cores(folder: Path, scale: float, rounds: int) -> dict[str, Any]:
    """Tag the same file with one process and with one per core, in turns; give the ratios of wall time."""
    source, cores = folder / "cores.csv", os.cpu_count() or 1
    n_rows = _write_rows(source, round(_CORE_ROWS * scale))
    ratios, extra = [], []
    for _ in range(max(1, rounds // 2)):
        seconds, cpu = [], []
        for jobs in (1, cores):
            before = _children_cpu()
            seconds.append(big.start(source, folder / "out.csv", "--jobs", str(jobs)).seconds)
            cpu.append(_children_cpu() - before)
        ratios.append(round(seconds[0] / seconds[1], 2))
        extra.append(round(cpu[1] / cpu[0], 2))
    return {
        "rows": n_rows, "cores": cores, "ratios": ratios, "median": statistics.median(ratios),
        "cpu_ratio": statistics.median(extra),
    }  # fmt: skip


def by_engine(folder: Path, scale: float, engines: Sequence[str]) -> list[dict[str, Any]]:
    """Tag the same folder of Parquet with each engine and one or two workers; a tiny folder says what starting takes."""
    many, few = folder / "many", folder / "few"
    n_rows = _write_folder(many, round(_CORE_ROWS * scale))
    _write_folder(few, _ENGINE_FILES)
    results = []
    for engine in engines:
        for workers in (1, 2):
            seconds, cpu = [], []
            for source in (few, many):
                target = folder / f"{engine}-{workers}-{source.name}"
                command = [
                    *big.PROGRAM, "tag", str(source), "-o", str(target), "--engine", engine, "--jobs", str(workers),
                    "-q",
                ]  # fmt: skip
                took = _watch(command)
                seconds.append(took[0])
                cpu.append(took[1])
            results.append(
                {"engine": engine, "workers": workers, "rows": n_rows, "starting_s": round(seconds[0], 1),
                 "working_s": round(seconds[1] - seconds[0], 1), "working_cpu_s": round(cpu[1] - cpu[0], 1)}
            )  # fmt: skip
    return results


def starts(peers: str) -> dict[str, dict[str, float] | None]:
    """Start programs in turns; give the median seconds of CPU and wall."""
    commands = {
        "jobtagger --help": [*big.PROGRAM, "--help"],
        "jobtagger check": [*big.PROGRAM, "check", "Logo for my bakery, simple and quick"],
        "import spacy": [peers, "-c", "import spacy"],
        "import sklearn": [sys.executable, "-c", "import sklearn.linear_model, sklearn.feature_extraction.text"],
    }
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(_STARTS):
        for name, command in commands.items():
            before, began = _children_cpu(), time.monotonic()
            done = subprocess.run(command, check=False, capture_output=True)  # noqa: S603
            if done.returncode == 0:
                seen[name].append((_children_cpu() - before, time.monotonic() - began))
    return {
        name: {
            "cpu": round(statistics.median(cpu for cpu, _ in took), 3),
            "wall": round(statistics.median(wall for _, wall in took), 3),
        }
        if took
        else None
        for name, took in seen.items()
    }


def _result(
    name: str, said: dict[str, Any], seen: Sequence[dict[str, float]], ours: Sequence[dict[str, float]]
) -> dict[str, Any]:
    if not seen:
        return {"name": name, "missing": said.get("missing", "failed")}
    per_row = [answer["cpu"] / answer["n"] for answer in seen]
    ratios = [took / (our["cpu"] / our["n"]) for took, our in zip(per_row, ours, strict=True)]
    return {
        "name": name,
        "version": said["ready"],
        "n": seen[0]["n"],
        "cpu_us_per_row": round(statistics.median(per_row) * 1e6),
        "time_of_ours": round(statistics.median(ratios), 2),
        "rounds": [round(ratio, 2) for ratio in ratios],
        "peak_mb": round(max(answer["peak_mb"] for answer in seen)),
    }


def _hear(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdout
    heard: dict[str, Any] = json.loads(process.stdout.readline() or "{}")
    return heard


def _ask(process: "subprocess.Popen[str]") -> dict[str, float]:
    assert process.stdin
    process.stdin.write("again\n")
    process.stdin.flush()
    return _hear(process)


def _write(path: Path, records: list[RawRecord]) -> None:
    """Write the postings with our categories as the labels on which the peers are trained."""
    labels = [tagged.prediction.category_id for tagged in Tagger().tag(records)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("title", "description", "skills", "label"))
        writer.writerows((r.title, r.description, r.skills, label) for r, label in zip(records, labels, strict=True))


def _write_rows(path: Path, n: int) -> int:
    """Write written postings as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "title", "description", "budget"))
        writer.writerows(islice(written_postings(), n))
    return n


def _write_folder(folder: Path, n: int) -> int:
    import pandas as pd

    folder.mkdir()
    rows = [row for row in islice(written_postings(), n) if len(row) == 4]
    for number in range(_ENGINE_FILES):
        part = pd.DataFrame(rows[number::_ENGINE_FILES], columns=["id", "title", "description", "budget"])
        part.to_parquet(folder / f"part-{number}.parquet", index=False)
    return len(rows)


def _written(n: int) -> list[RawRecord]:
    return [RawRecord(row[1], row[2]) for row in islice(written_postings(), n) if len(row) == 4]


def _watch(command: list[str]) -> tuple[float, float]:
    """Run a program; give its seconds, and those of CPU that all processes below it had used when last seen."""
    began, cpu = time.monotonic(), {}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:  # noqa: S603
        while program.poll() is None:
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(program.pid)
                for each in (process, *process.children(recursive=True)):
                    with suppress(psutil.NoSuchProcess):
                        cpu[each.pid] = sum(each.cpu_times()[:2])
            time.sleep(_EVERY)
    assert program.returncode == 0, command
    return time.monotonic() - began, sum(cpu.values())


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure speed and memory.")
    parser.add_argument("postings", type=Path, nargs="?")
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the rows of the other measurements")
    parser.add_argument("--engines", nargs="*", default=["dask", "spark"])
    parser.add_argument("--result", type=Path, default=ROOT / "docs" / "performance.json")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
