"""`jobtagger evidence`: the statements behind the levels, with their sources."""

import csv
import io
import json
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from jobtagger.cli.language_option import language_option
from jobtagger.cli.root import cli
from jobtagger.cli.terminal import line_width
from jobtagger.cli.wording import WORDING, spoken, typeset

if TYPE_CHECKING:
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

    \b
    Examples:
      jobtagger evidence translation
      jobtagger evidence content_writing --strength academic --lang fr
      jobtagger evidence --document 003 --csv
    """
    from jobtagger.knowledge import load_knowledge  # noqa: PLC0415
    from jobtagger.risk.statements import statements_about  # noqa: PLC0415

    if as_json and as_csv:
        raise click.UsageError("give --json or --csv, not both")
    knowledge = load_knowledge()
    _refuse_unknown("CATEGORY", [category] if category else [], knowledge.categories)
    _refuse_unknown("--strength", strengths, {entry.strength for entry in knowledge.evidence.values()})
    _refuse_unknown("--document", documents, {entry.document for entry in knowledge.evidence.values()})
    answered = spoken(lang)
    statements = statements_about(knowledge, category, strengths, documents)
    rows = [as_plain(statement, answered) for statement in statements]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
    elif as_csv:
        click.echo(_as_csv(rows), nl=False)
    else:
        outlook = knowledge.outlooks.get(category)
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
        figure = f", {row['figure']:+g} ({row['unit']})" if row["figure"] is not None else ""
        yield typeset(f"{row['id']}{role} [{row['strength']}{figure}] {row['period']}".rstrip(), language)
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


def _refuse_unknown(name: str, values: "tuple[str, ...] | list[str]", known: "dict[str, Any] | set[str]") -> None:
    from jobtagger.knowledge.schema import did_you_mean  # noqa: PLC0415

    for value in values:
        if value not in known:
            raise click.UsageError(
                f'{name}: "{value}" is not known{did_you_mean(value, known)}; known: {", ".join(sorted(known))}'
            )
