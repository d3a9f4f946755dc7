"""`jobtagger evidence`: the statements behind the levels, with their sources."""

import csv
import difflib
import io
import json
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from jobtagger.cli.evidence_wording import REFUSALS, STRENGTHS, UNITS
from jobtagger.cli.language_option import language_option
from jobtagger.cli.root import cli
from jobtagger.cli.terminal import line_width
from jobtagger.cli.wording import WORDING, spoken, typeset

if TYPE_CHECKING:
    from jobtagger.knowledge.types import Category
    from jobtagger.risk.statements import Statement


@cli.command()
@click.argument("category", required=False, default="")
@click.option("--strength", "strengths", multiple=True, help="Only this strength (count, academic, platform, ...).")
@language_option
@click.option("--document", "documents", multiple=True, help='Only this document (000 to 004, or "external").')
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV with a header.")
def evidence(
    category: str,
    strengths: tuple[str, ...],
    lang: str | None,
    documents: tuple[str, ...],
    as_json: bool,
    as_csv: bool,
) -> None:
    """Show the evidence for the level of a CATEGORY, or all of it.

    CATEGORY is an id or a label, in English or French.

    \b
    Examples:
      jobtagger evidence translation
      jobtagger evidence "Traduction et interprétation"
      jobtagger evidence content_writing --strength academic --lang fr
      jobtagger evidence --document 003 --csv
    """
    from jobtagger.knowledge import load_knowledge  # noqa: PLC0415
    from jobtagger.risk.statements import statements_about  # noqa: PLC0415

    if as_json and as_csv:
        raise click.UsageError("give --json or --csv, not both")
    knowledge = load_knowledge()
    answered = spoken(lang)
    category_id = _category_id(category, knowledge.categories, answered) if category else ""
    _refuse_unknown("--strength", strengths, {entry.strength for entry in knowledge.evidence.values()}, answered)
    _refuse_unknown("--document", documents, {entry.document for entry in knowledge.evidence.values()}, answered)
    statements = statements_about(knowledge, category_id, strengths, documents)
    rows = [as_plain(statement, answered) for statement in statements]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
    elif as_csv:
        click.echo(_as_csv(rows), nl=False)
    else:
        outlook = knowledge.outlooks.get(category_id)
        is_conflict = outlook is not None and outlook.rule == "R5"
        click.echo("\n".join(_as_text(rows, answered, is_conflict=is_conflict)))


def as_plain(statement: "Statement", language: str) -> dict[str, Any]:
    """Give a statement as plain values, worded in a language."""
    entry = statement.evidence
    return {
        "id": entry.id,
        "role": statement.role,
        "kind": entry.kind,
        "about": " ".join(entry.about),
        "direction": entry.direction,
        "effect": entry.effect,
        "figure": entry.figure,
        "unit": entry.unit,
        "period": entry.period.in_language(language),
        "population": entry.population.in_language(language),
        "strength": entry.strength,
        "statement": entry.statement.in_language(language),
        "caveat": entry.caveat.in_language(language),
        "source_title": entry.source_title.in_language(language),
        "source_url": entry.source_url,
        "document": entry.document,
        "section": entry.section,
        "line": entry.line,
        "restates": entry.restates,
        "site_language": entry.site_language,
    }


def _as_csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()


def _as_text(rows: list[dict[str, Any]], language: str, *, is_conflict: bool) -> Iterator[str]:
    say = WORDING[language]
    for row in rows:
        role = f" {_part(row, say, is_conflict=is_conflict)}" if row["role"] else ""
        repeats = f" ({say['repeats'].format(row['restates'])})" if row["restates"] else ""
        rests_on = ", ".join(filter(None, (STRENGTHS[language][row["strength"]], _figure(row, language))))
        yield typeset(f"{row['id']}{role}{repeats} [{rests_on}] {row['period']}".rstrip(), language)
        place = "" if row["document"] == "external" else f" ({row['document']}:{row['line']})"
        caveat = f" — {row['caveat']}" if row["caveat"] else ""
        for line in (f"{row['statement']}{caveat}", f"{row['source_title']}{place} {row['source_url']}".rstrip()):
            yield from textwrap.wrap(
                typeset(line, language),
                line_width(),
                initial_indent="  ",
                subsequent_indent="  ",
                break_long_words=False,
                break_on_hyphens=False,
            )
    if not rows:
        yield say["no_evidence"]


def _part(row: dict[str, Any], say: dict[str, str], *, is_conflict: bool) -> str:
    """Word what a statement does to the level; where strong sources disagree, which way it pulls."""
    if not is_conflict or row["role"] == "mentions":
        return say[row["role"]]
    fallback = "pulls_up" if row["role"] == "contradicts" else "pulls_down"
    pull = say[{"raises": "pulls_down", "lowers": "pulls_up"}.get(row["effect"], fallback)]
    return f"{say['decides']}, {pull}" if row["role"] == "decides" else pull


def _figure(row: dict[str, Any], language: str) -> str:
    """Word a figure and what it counts; empty where the source gives none."""
    if row["figure"] is None:
        return ""
    change, number = f"{row['figure']:+g}", f"{row['figure']:g}"
    if language == "fr":
        change, number = change.replace(".", ","), number.replace(".", ",")
    return UNITS[language][row["unit"]].format(change=change, number=number)


def _category_id(name: str, categories: Mapping[str, "Category"], language: str) -> str:
    """Give the category of an id or a label in either language; refuse others, naming those that may be meant."""
    if name in categories:
        return name
    words = _words(name)
    labels = {one.id: [_words(label) for label in one.label] for one in categories.values()}
    for category_id, worded in labels.items():
        if words in worded:
            return category_id
    meant = [one for one, worded in labels.items() if words and any(set(words) <= set(label) for label in worded)]
    raise _unknown("CATEGORY", name, categories, language, meant)


def _words(text: str) -> list[str]:
    from jobtagger.pieces import normalise, split  # noqa: PLC0415

    return [normalise(word) for word in split(text)]


def _refuse_unknown(name: str, values: Iterable[str], known: Collection[str], language: str) -> None:
    for value in values:
        if value not in known:
            raise _unknown(name, value, known, language)


def _unknown(
    name: str, value: str, known: Collection[str], language: str, meant: Collection[str] = ()
) -> click.UsageError:
    """Say that a value is not known, which was perhaps meant, and which there are."""
    say = REFUSALS[language]
    meant = meant or difflib.get_close_matches(value, list(known), n=1)
    hint = say["meant"].format(say["or"].join(say["quoted"].format(one) for one in meant)) if meant else ""
    text = say["unknown"].format(
        name=name, value=say["quoted"].format(value), hint=hint, known=", ".join(sorted(known))
    )
    return click.UsageError(typeset(text, language))
