"""An evaluation as text, as JSON and as a picture."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jobtagger.errors import InputError
from jobtagger.train.evaluate import Evaluation
from jobtagger.train.wording import WORDING

_MAX_CONFUSIONS = 25
_SHOWN_STEPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def write_report(evaluation: Evaluation, folder: Path, language: str = "en") -> list[Path]:
    """Write report.txt, report.json, report.svg and report.png into a folder; give their paths.

    Raises
    ------
    InputError
        When the folder cannot be written.
    """
    from jobtagger.train.picture import draw  # noqa: PLC0415 - slow to import, and only needed here

    written = write_figures(report(evaluation, language), evaluation.as_dict(), folder)
    pictures = [folder / "report.svg", folder / "report.png"]
    with _writing(folder):
        for path in pictures:
            draw(evaluation, path, language)
    return [*written, *pictures]


def write_figures(text: str, figures: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write report.txt and report.json into a folder; give their paths.

    Raises
    ------
    InputError
        When the folder cannot be written.
    """
    paths = [folder / "report.txt", folder / "report.json"]
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        paths[0].write_text(text + "\n", "utf-8")
        paths[1].write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return paths


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}") from None


def report(evaluation: Evaluation, language: str = "en") -> str:
    """Give the evaluation as aligned text."""
    say = WORDING[language]
    parts = [
        say["head"].format(n=evaluation.n, model=evaluation.model, knowledge=evaluation.knowledge),
        figures_table(evaluation.figures),
        "\n".join(_categories(evaluation, say)),
    ]
    if evaluation.confusions:
        parts.append("\n".join(_confusions(evaluation, say)))
    if evaluation.coverage:
        parts += ["\n".join(_calibration(evaluation, say)), "\n".join(_coverage(evaluation, say))]
    return "\n\n".join(parts)


def figures_table(figures: dict[str, dict[str, float]]) -> str:
    """Give the figures as an aligned table, a column per group."""
    names = list(dict.fromkeys(name for row in figures.values() for name in row))
    lines = ["".join([f"{'':20}", *(f"{column:>8}" for column in figures)])]
    for name in names:
        cells = [f"{row[name]:>8g}" if name in row else f"{'':8}" for row in figures.values()]
        lines.append("".join([f"{name:20}", *cells]))
    return "\n".join(lines)


def _categories(evaluation: Evaluation, say: dict[str, str]) -> Iterator[str]:
    rows = [(e.category_id, e.n, f"{e.precision:.2f}", f"{e.recall:.2f}", f"{e.f1:.2f}") for e in evaluation.categories]
    return _table((say["category"], "n", say["precision"], say["recall"], "f1"), rows)


def _confusions(evaluation: Evaluation, say: dict[str, str]) -> Iterator[str]:
    rows = [(entry.gold, f"-> {entry.answer}", entry.n) for entry in evaluation.confusions]
    yield from _table((say["label"], f"   {say['answer']}", "n"), rows[:_MAX_CONFUSIONS], n_text=2)
    if len(rows) > _MAX_CONFUSIONS:
        rest = sum(entry.n for entry in evaluation.confusions[_MAX_CONFUSIONS:])
        yield say["more"].format(n=rest, pairs=len(rows) - _MAX_CONFUSIONS)


def _calibration(evaluation: Evaluation, say: dict[str, str]) -> Iterator[str]:
    rows = [
        (f"{entry.start:.1f}-{entry.start + 0.1:.1f}", entry.n, f"{entry.probability:.2f}", f"{entry.accuracy:.2f}")
        for entry in evaluation.calibration
        if entry.n
    ]
    return _table((say["probability"], "n", say["said"], say["right"]), rows)


def _coverage(evaluation: Evaluation, say: dict[str, str]) -> Iterator[str]:
    rows = [
        (f"{100 * point.share:.0f} %", point.n, f"{point.probability:.2f}", f"{point.accuracy:.2f}")
        for point in evaluation.coverage
        if round(point.share, 2) in _SHOWN_STEPS
    ]
    return _table((say["surest"], "n", say["from"], say["right"]), rows)


def _table(header: tuple[str, ...], rows: Iterable[Sequence[object]], n_text: int = 1) -> Iterator[str]:
    """Lay out a table: the first columns are words and stand left, the others numbers and stand right."""
    for row in (header, *rows):
        words = [f"{cell!s:26}" for cell in row[:n_text]]
        yield "".join([*words, *(f"{cell!s:>10}" for cell in row[n_text:])]).rstrip()
