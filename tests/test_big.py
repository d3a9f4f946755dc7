"""`make big` on a small scale: the script finds what it claims to find."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from jobtagger.batch.outputs import rejected_path

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "big.py"


@pytest.mark.parametrize(
    ("megabytes", "more"),
    [("12", ["--output", "out.csv"]), ("8", ["--output", "out.jsonl.gz", "--duplicates", "near"])],
    ids=["exact", "near"],
)
def test_memory_stays_within_limits_and_kills_change_no_byte(tmp_path, megabytes, more):
    """A file of some megabytes is tagged by two processes, killed at random moments, resumed; the bytes are the same."""
    result = tmp_path / "big.json"
    command = [sys.executable, SCRIPT, "--megabytes", megabytes, "--kills", "2", "--jobs", "2", *more]

    done = subprocess.run(
        [*command, "--folder", str(tmp_path), "--result", str(result)], check=False, capture_output=True, text=True
    )

    facts = json.loads(result.read_text())
    assert 0 == done.returncode, done.stdout + done.stderr
    assert facts["same_bytes"]
    assert facts["memory_within_limits"]
    assert facts["kills"] >= 1
    assert facts["peak_main_mb"] > 30
    assert facts["peak_worker_mb"] > 30
    assert {more[1], rejected_path(more[1]).name} == set(facts["output_sha256"])
    assert ["big.json"] == [path.name for path in tmp_path.iterdir()]
