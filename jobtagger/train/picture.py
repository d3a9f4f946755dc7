"""The picture of an evaluation: do the probabilities mean what they say, and what is left when the unsure are left out."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from jobtagger.train.evaluate import Evaluation
from jobtagger.train.metrics import calibration_error
from jobtagger.train.wording import WORDING

_INK = "#1f4e79"
_PALE = "#c9d8e8"
_GREY = "#888888"


def draw(evaluation: Evaluation, path: Path, language: str = "en") -> None:
    """Draw reliability and coverage side by side; the ending of `path` says the format."""
    say = WORDING[language]
    figure = Figure(figsize=(10, 4.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    _draw_reliability(left, evaluation, say)
    _draw_coverage(right, evaluation, say)
    for axes in (left, right):
        axes.set_ylim(0, 1.02)
        axes.set_xlim(0, 1.02)
        axes.grid(color="#eeeeee")
        axes.set_axisbelow(True)
    metadata = {"Date": None} if path.suffix == ".svg" else {}
    with mpl.rc_context({"svg.hashsalt": "jobtagger", "svg.fonttype": "none"}):  # the same figures, the same bytes
        figure.savefig(path, metadata=metadata)


def _draw_reliability(axes: Axes, evaluation: Evaluation, say: dict[str, str]) -> None:
    filled = [entry for entry in evaluation.calibration if entry.n]
    total = max(sum(entry.n for entry in filled), 1)
    axes.bar([e.start for e in filled], [e.n / total for e in filled], width=0.1, align="edge", color=_PALE,
             label=say["share"])  # fmt: skip
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1, label=say["as_said"])
    axes.plot(
        [e.probability for e in filled], [e.accuracy for e in filled], color=_INK, marker="o", label=say["measured"]
    )
    axes.set_title(say["reliability"].format(error=calibration_error(evaluation.calibration)))
    axes.set_xlabel(say["of_answer"])
    axes.set_ylabel(say["share_right"])
    axes.legend(loc="upper left", frameon=False)


def _draw_coverage(axes: Axes, evaluation: Evaluation, say: dict[str, str]) -> None:
    shares = [point.share for point in evaluation.coverage]
    axes.plot(shares, [point.accuracy for point in evaluation.coverage], color=_INK, marker="o", markersize=4,
              label=say["right"])  # fmt: skip
    axes.plot(shares, [point.probability for point in evaluation.coverage], color=_GREY, linestyle="--", linewidth=1,
              label=say["least_sure"])  # fmt: skip
    axes.set_title(say["coverage"])
    axes.set_xlabel(say["surest_first"])
    axes.set_ylabel(say["share_right"])
    axes.legend(loc="lower left", frameon=False)
