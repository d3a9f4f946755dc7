"""Why no trend can be given, in English and French, and what helps."""

from collections.abc import Sequence

from jobtagger.errors import InputError
from jobtagger.knowledge.types import Text

_FEW = {
    "month": Text(
        "trends: {n} complete months are known; two complete months are needed",
        "trends : mois complets connus : {n} ; il en faut deux",
    ),
    "week": Text(
        "trends: {n} complete weeks are known; four complete weeks, two in each window, are needed",
        "trends : semaines complètes connues : {n} ; il en faut quatre, deux dans chaque fenêtre",
    ),
}
_KNOWN = Text(
    "; a week is known when its source was read in it, in the week before and in the week after: what a first reading"
    " finds has piled up and is left out",
    " ; une semaine est connue si sa source a été lue pendant celle-ci, la semaine d'avant et celle d'après : ce que trouve"
    " une première lecture s'est accumulé et n'est pas compté",
)
_LATER = Text("; come back later", " ; revenez plus tard")
_EARLIER = Text(
    "; give an earlier --since, or come back later", " ; donnez un --since plus ancien, ou revenez plus tard"
)
_BY_WEEK = Text("; try --by week", " ; essayez --by week")
_SHORT = Text(
    "trends: a window needs two weeks at least; give --window 2",
    "trends : une fenêtre doit avoir deux semaines au moins ; donnez --window 2",
)
_NO_SOURCE = Text(
    "trends: no source was watched in both {base} and {recent}: {sources}",
    "trends : aucune source n'a été suivie à la fois en {base} et en {recent} : {sources}",
)
_REASONS = {"new": Text("new", "nouvelle"), "gone": Text("gone", "plus lue"), "gaps": Text("gaps", "lacunes")}


class NoTrendError(InputError):
    """No trend can be given; `said` says why in both languages."""

    def __init__(self, said: Text) -> None:
        super().__init__(said.en)
        self.said = said


def too_short_window() -> NoTrendError:
    """Say that windows of a single week are not compared."""
    return NoTrendError(_SHORT)


def too_few_periods(by: str, n_known: int, *, given_since: bool) -> NoTrendError:
    """Say that too few weeks or months are known, and what helps: an earlier start only where one was given."""
    parts = [_FEW[by], _KNOWN, *([_BY_WEEK] if by == "month" else []), _EARLIER if given_since else _LATER]
    return NoTrendError(
        Text(*("".join(part.in_language(name) for part in parts).format(n=n_known) for name in Text._fields))
    )


def nothing_to_compare(base: str, recent: str, left_out: Sequence[tuple[str, str]]) -> NoTrendError:
    """Say that no source was watched in both windows, and of each why not."""

    def said(language: str) -> str:
        sources = ", ".join(f"{source} ({_REASONS[reason].in_language(language)})" for source, reason in left_out)
        return _NO_SOURCE.in_language(language).format(base=base, recent=recent, sources=sources)

    return NoTrendError(Text(said("en"), said("fr")))
