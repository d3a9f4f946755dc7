"""The picture of docs/performance.md: time per posting of each contestant, and memory by the length of a file."""

from pathlib import Path
from typing import Any


def draw(facts: dict[str, Any], path: Path) -> None:
    """Draw what was measured."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "jobtagger"  # the same bytes for the same figures
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
    shown = [row for row in facts["contest"] if "time_of_ours" in row][::-1]
    bars = left.barh([row["name"] for row in shown], [row["time_of_ours"] for row in shown], color="#4878a8")
    left.bar_label(bars, fmt="%.3g", padding=3)
    left.set_xscale("log")
    left.margins(x=0.2)
    left.set_xlabel("CPU time per posting, times ours (logarithmic)")
    rows = facts["rows"]
    right.plot([row["rows"] for row in rows], [row["peak_mb"] for row in rows], marker="o", color="#4878a8")
    right.set_ylim(bottom=0)
    right.set_xlabel("rows of the file")
    right.set_ylabel("peak memory, MB (one process)")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
