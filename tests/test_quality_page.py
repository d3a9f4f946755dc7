"""docs/quality.md: made from docs/quality.json and the targets, by one command."""

import json
import subprocess
import sys
import tomllib
from functools import reduce
from pathlib import Path

ROOT = Path(__file__).parents[1]
QUALITY = json.loads((ROOT / "docs" / "quality.json").read_text("utf-8"))
TARGETS = tomllib.loads((ROOT / "benchmarks" / "targets.toml").read_text("utf-8"))["target"]


def test_every_target_has_a_measured_value():
    """Each row of the table names a figure that was measured, and an aim no worse than its floor."""
    for target in TARGETS:
        value = reduce(lambda found, key: found[key], target["value"].split("."), QUALITY)
        sign = -1 if target.get("better") == "lower" else 1

        assert isinstance(value, float)
        assert sign * target["floor"] < sign * target["aim"]
        assert f"| {target['measure']} |" in (ROOT / "docs" / "quality.md").read_text("utf-8")


def test_page_is_about_the_committed_model(tagger):
    """After training, the page has to be measured anew with "make quality"; here only its model's name is compared."""
    assert QUALITY["model"]["digest"] == tagger.model.digest


def test_one_command_measures_everything(tmp_path):
    """benchmarks/quality.py measures gold, hard cases, foreign texts, speed and folder in one run."""
    (tmp_path / "benchmarks").mkdir()
    for name in ("quality.py", "speed.py"):
        (tmp_path / "benchmarks" / name).write_text((ROOT / "benchmarks" / name).read_text("utf-8"))
    (tmp_path / "docs").mkdir()
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    (tmp_path / "training_data").symlink_to(ROOT / "training_data")
    cases = tmp_path / "tests" / "data" / "hard_cases.jsonl"

    subprocess.run(
        [sys.executable, "benchmarks/quality.py", cases, cases, "60"], cwd=tmp_path, check=True, capture_output=True
    )

    measured = json.loads((tmp_path / "docs" / "quality.json").read_text("utf-8"))
    assert measured.keys() == QUALITY.keys()
    assert measured["gold"]["all"] == measured["hard_cases"] == QUALITY["hard_cases"]
    assert measured["outside"] == QUALITY["outside"]
    assert measured["speed"]["n"] == 60
