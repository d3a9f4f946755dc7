"""The picture of observed trends: one line a category, its change with its interval, and what was published."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jobtagger.batch.extras import require
from jobtagger.errors import InputError
from jobtagger.watch.published import Published
from jobtagger.watch.trends import Trends

_INK = "#1f4e79"
_GREY = "#888888"
_ORANGE = "#c55a11"
_FARTHEST = 150.0
FORMATS = (".svg", ".png", ".pdf")


def draw(
    found: Trends, published: Mapping[str, Published], labels: Mapping[str, str], say: Mapping[str, Any], path: Path
) -> None:
    """Draw the categories with a change, the greatest growth first; published changes beyond the axis are cut to it.

    Raises
    ------
    InputError
        When matplotlib is missing, the ending of `path` is none of `FORMATS`, or it cannot be written.
    """
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"{path}: pictures end with {', '.join(FORMATS)}")
    mpl = require("matplotlib", "watch", str(path))
    figures = require("matplotlib.figure", "watch", str(path))
    drawn = sorted(
        ((entry, entry.count) for entry in found.categories if entry.count),
        key=lambda pair: pair[1].pct if pair[1] else 0,
    )
    figure = figures.Figure(figsize=(9, 1.6 + 0.3 * len(drawn)), layout="constrained")
    axes = figure.subplots()
    for place, (entry, change) in enumerate(drawn):
        if change is None:
            continue
        axes.plot([change.low, change.high], [place, place], color=_INK, linewidth=1.5)
        axes.plot(change.pct, place, "o", color=_INK, markerfacecolor=_INK if change.is_clear else "white")
        beside = published.get(entry.category_id)
        if beside and beside.trend_pct is not None:
            axes.plot(min(beside.trend_pct, _FARTHEST), place, "D", color=_ORANGE, markersize=5)
    axes.axvline(0, color=_GREY, linewidth=0.8)
    axes.set_xlim(max(axes.get_xlim()[0], -105), min(axes.get_xlim()[1], _FARTHEST + 10))
    axes.set_yticks(range(len(drawn)), [labels[entry.category_id] for entry, _ in drawn])
    axes.set_xlabel(say["axis"].format(base=found.base.label, level=100 * found.question.level))
    axes.set_title(say["title"].format(recent=found.recent.label, base=found.base.label), fontsize=11)
    axes.grid(axis="x", color="#eeeeee")
    axes.set_axisbelow(True)
    axes.plot([], [], "o", color=_INK, label=say["observed"])
    axes.plot([], [], "D", color=_ORANGE, markersize=5, label=say["published"])
    figure.legend(loc="outside lower right", ncols=2, frameon=False, fontsize=9)
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(path.suffix.lower(), {})
    try:
        with mpl.rc_context({"svg.hashsalt": "jobtagger", "svg.fonttype": "none"}):  # the same figures, the same bytes
            figure.savefig(path, metadata=metadata)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
