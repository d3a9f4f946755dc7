"""`jobtagger trends`: what happened to each category in the user's own listings, beside what was published."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jobtagger.cli.language_option import language_option
from jobtagger.cli.root import cli
from jobtagger.cli.status import table_lines
from jobtagger.cli.store_option import opened, store_options
from jobtagger.cli.trends_wording import WORDING
from jobtagger.cli.wording import spoken
from jobtagger.errors import InputError
from jobtagger.records import UNKNOWN

if TYPE_CHECKING:
    from jobtagger.knowledge import Knowledge
    from jobtagger.watch.published import Published
    from jobtagger.watch.trends import CategoryTrend, Change, Trends


@cli.command()
@store_options
@click.option("--by", type=click.Choice(["week", "month"]), help="Periods; months from six complete ones on.")
@click.option("--window", type=click.IntRange(1), help="Periods in each window.  [default: up to 3 months or 8 weeks]")
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m"]), help="Start of the base; a year ago if left out.")
@click.option("--level", type=click.FloatRange(0.5, 0.999), default=0.95, show_default=True, help="Of the intervals.")
@click.option("--min-count", type=click.IntRange(5), default=20, show_default=True, help="Listings for a percentage.")
@click.option("--series", is_flag=True, help="Show every period too, week by week or month by month.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, series and published trends included.")
@click.option("--picture", type=click.Path(dir_okay=False), help="Draw it too; .svg, .png or .pdf.")
@language_option
def trends(  # noqa: PLR0913, PLR0917 - one parameter an option
    config: str, store: str | None, by: str | None, window: int | None, since: datetime | None, level: float,
    min_count: int, series: bool, as_json: bool, picture: str | None, lang: str | None,
) -> None:  # fmt: skip
    """Show how each category changed in your listings, beside the documents' published trend.

    New listings of the last complete months (or weeks) are compared with those of a year before, or of the beginning of a
    younger store; --since names another base. Each source is compared with itself, so that a new source makes no trend;
    reposts, the backlog of a first scrape and incomplete periods are left out. The method: docs/trends.md.

    \b
    Examples:
      jobtagger trends
      jobtagger trends --since 2026-03 --picture trends.svg
      jobtagger trends --by week --window 8 --json
    """
    from jobtagger.knowledge import load_knowledge  # noqa: PLC0415
    from jobtagger.watch.counts import weekly_counts  # noqa: PLC0415
    from jobtagger.watch.facts import day_counts, models_used, read_days  # noqa: PLC0415
    from jobtagger.watch.no_trend import NoTrendError  # noqa: PLC0415
    from jobtagger.watch.published import published_trends  # noqa: PLC0415
    from jobtagger.watch.trends import USUAL_WINDOWS, Question, usual_period  # noqa: PLC0415
    from jobtagger.watch.trends import trends as answer  # noqa: PLC0415

    with opened(config, store) as at, at.read() as connection:
        counts, n_models = weekly_counts(day_counts(connection), read_days(connection)), len(models_used(connection))
    first_day = since.date() if since else None
    by = by or usual_period(counts, first_day)
    asked = Question(by, window or USUAL_WINDOWS[by], first_day, level, min_count)
    language = spoken(lang)
    try:
        found, knowledge = answer(counts, asked), load_knowledge()
    except NoTrendError as error:
        raise InputError(error.said.in_language(language)) from None
    published, say = published_trends(knowledge, language), WORDING[language]
    if as_json:
        click.echo(json.dumps(as_plain(found, published, n_models), indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join(_as_text(found, published, knowledge, language, n_models, series)))
    if picture:
        from jobtagger.watch.trend_picture import draw  # noqa: PLC0415

        draw(found, published, _labels(found, knowledge, language), say, Path(picture))
        click.echo(say["written"].format(file=picture), err=True)


def as_plain(found: "Trends", published: "dict[str, Published]", n_models: int) -> dict[str, Any]:
    """Give the trends as plain values."""
    from dataclasses import asdict  # noqa: PLC0415

    from jobtagger.watch.published import verdict  # noqa: PLC0415

    def plain(entry: "CategoryTrend") -> dict[str, Any]:
        beside = published.get(entry.category_id)
        return {
            **asdict(entry),
            "base": entry.base._asdict(),
            "recent": entry.recent._asdict(),
            "series": [value._asdict() for value in entry.series],
            "published": asdict(beside) if beside else None,
            "verdict": verdict(entry.count, beside),
        }

    question = found.question
    return {
        "by": question.by,
        "level": question.level,
        "min_count": question.min_count,
        "base": {"label": found.base.label, "start": _day(found.base.start), "end": _day(found.base.end)},
        "recent": {"label": found.recent.label, "start": _day(found.recent.start), "end": _day(found.recent.end)},
        "sources": list(found.sources),
        "left_out": [{**entry._asdict(), "day": _day(entry.day)} for entry in found.left_out],
        "n_models": n_models,
        "all": plain(found.all),
        "categories": [plain(entry) for entry in _ordered(found)],
    }


def _as_text(
    found: "Trends",
    published: "dict[str, Published]",
    knowledge: "Knowledge",
    language: str,
    n_models: int,
    series: bool,
) -> Iterator[str]:
    say, labels = WORDING[language], _labels(found, knowledge, language)
    yield say["title"].format(recent=found.recent.label, base=found.base.label)
    yield say["spans"].format(
        base_start=found.base.start,
        base_end=found.base.end,
        recent_start=found.recent.start,
        recent_end=found.recent.end,
    )
    yield say["sources"].format(sources=", ".join(found.sources))
    if found.left_out:
        left_out = ", ".join(say[entry.reason].format(source=entry.source, day=entry.day) for entry in found.left_out)
        yield say["left_out"].format(sources=left_out)
    yield ""
    rows = [_cells(entry, published.get(entry.category_id), labels, say) for entry in (*_ordered(found), found.all)]
    yield from table_lines(say["columns"], rows)
    if series:
        yield ""
        yield from _series_lines(found, labels, say)
    yield ""
    tested = sum(entry.count is not None for entry in found.categories)
    yield say["interval"].format(level=100 * found.question.level, n=tested)
    yield say["few_note"].format(min_count=found.question.min_count)
    yield say["published_note"]
    yield say["limits"]
    if n_models > 1:
        yield say["models"].format(n=n_models)


def _cells(
    entry: "CategoryTrend", beside: "Published | None", labels: dict[str, str], say: dict[str, Any]
) -> list[str]:
    from jobtagger.watch.published import verdict  # noqa: PLC0415

    is_all = entry.category_id not in labels
    figure = (
        "" if beside is None else say.get(beside.level, "") if beside.trend_pct is None else f"{beside.trend_pct:+g} %"
    )
    return [
        say["all"] if is_all else labels[entry.category_id],
        f"{entry.base.per_week:.1f} → {entry.recent.per_week:.1f}",
        _change(entry.count, say),
        "" if is_all else f"{100 * entry.base.share:.1f} → {100 * entry.recent.share:.1f}",
        "" if is_all else _change(entry.share, say),
        figure,
        "" if is_all or entry.count is None else say[verdict(entry.count, beside)],
    ]


def _change(change: "Change | None", say: dict[str, Any]) -> str:
    if change is None:
        return str(say["few"])
    return f"{change.pct:+.0f} % [{change.low:+.0f}, {change.high:+.0f}]{' *' if change.is_clear else ''}"


def _series_lines(found: "Trends", labels: dict[str, str], say: dict[str, Any]) -> Iterator[str]:
    yield say["series"]
    periods = [value.label for value in found.all.series]
    rows = [
        [labels.get(entry.category_id, say["all"]), *(_value(v.per_week, v.share) for v in entry.series)]
        for entry in (*_ordered(found), found.all)
    ]
    yield from table_lines((say["columns"][0], *periods), rows)


def _value(per_week: float | None, share: float | None) -> str:
    return "-" if per_week is None or share is None else f"{per_week:.1f} ({100 * share:.1f})"


def _ordered(found: "Trends") -> "Sequence[CategoryTrend]":
    return sorted(found.categories, key=lambda entry: (-entry.base.n - entry.recent.n, entry.category_id))


def _labels(found: "Trends", knowledge: "Knowledge", language: str) -> dict[str, str]:
    """Name the categories; those of a model of one's own go by their id."""
    known = {entry.id: entry.label.in_language(language) for entry in knowledge.categories.values()}
    known[UNKNOWN] = WORDING[language]["unknown"]
    return {entry.category_id: known.get(entry.category_id, entry.category_id) for entry in found.categories}


def _day(day: date) -> str:
    return day.isoformat()
