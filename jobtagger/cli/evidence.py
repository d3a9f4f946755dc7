"""`jobtagger evidence`: the statements behind the levels, with their sources."""

import csv
import difflib
import io
import json
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from jobtagger.cli.evidence_wording import OUTSIDE, REFUSALS, STRENGTHS, UNITS
from jobtagger.cli.language_option import language_option
from jobtagger.cli.root import cli
from jobtagger.cli.terminal import line_width
from jobtagger.cli.wording import WORDING, spoken, typeset

if TYPE_CHECKING:
    from jobtagger.knowledge.types import Knowledge, Text
    from jobtagger.risk.statements import Statement


@cli.command()
@click.argument("name", required=False, default="", metavar="[CATEGORY|TRAIT|ID]")
@click.option("--strength", "strengths", multiple=True, help="Only this strength (count, academic, platform, ...).")
@language_option
@click.option("--document", "documents", multiple=True, help='Only this document (000 to 004, or "external").')
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV with a header.")
def evidence(
    name: str,
    strengths: tuple[str, ...],
    lang: str | None,
    documents: tuple[str, ...],
    as_json: bool,
    as_csv: bool,
) -> None:
    """Show the evidence for a CATEGORY or a TRAIT, the statement of an ID, or all.

    CATEGORY and TRAIT are ids or labels, or words of one label alone, in English or French.

    \b
    Examples:
      jobtagger evidence translation
      jobtagger evidence "Traduction et interprétation"
      jobtagger evidence content_writing --strength academic --lang fr
      jobtagger evidence onsite
      jobtagger evidence S060
      jobtagger evidence --document 003 --csv
    """
    from jobtagger.knowledge import load_knowledge  # noqa: PLC0415
    from jobtagger.risk.statements import statements_about, uses_of  # noqa: PLC0415

    if as_json and as_csv:
        raise click.UsageError("give --json or --csv, not both")
    knowledge = load_knowledge()
    answered = spoken(lang)
    known_name = _known_name(name, knowledge, answered) if name else ""
    statements = statements_about(
        knowledge,
        known_name,
        _known_values("--strength", strengths, _strengths(knowledge), answered),
        _known_values("--document", documents, _documents(knowledge), answered),
    )
    rows = [as_plain(statement, answered) for statement in statements]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
    elif as_csv:
        click.echo(_as_csv(rows), nl=False)
    else:
        outlook = knowledge.outlooks.get(known_name)
        is_conflict = outlook is not None and outlook.rule == "R5"
        lines = list(_as_text(rows, answered, is_conflict=is_conflict))
        if known_name in knowledge.evidence and rows:
            lines += _uses(uses_of(known_name, knowledge), answered)
        click.echo("\n".join(lines))


def as_plain(statement: "Statement", language: str) -> dict[str, Any]:
    """Give a statement as plain values, worded in a language."""
    entry = statement.evidence
    return {
        "id": entry.id,
        "role": statement.role,
        "counts_part": statement.counts_part.in_language(language),
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
        yield from _wrapped(f"{row['statement']}{caveat}", language)
        if row["counts_part"]:
            yield from _wrapped(say["counts_part"].format(row["counts_part"]), language)
        yield from _wrapped(f"{row['source_title']}{place} {row['source_url']}".rstrip(), language)
    if not rows:
        yield say["no_evidence"]


def _uses(uses: Mapping[str, list[str]], language: str) -> Iterator[str]:
    """Say what rests on a statement that was asked for by its id."""
    say = WORDING[language]
    for role, names in uses.items():
        yield from _wrapped(f"{say[f'use_{role}']}{say['colon']} {', '.join(names)}", language)
    if not uses:
        yield from _wrapped(say["not_used"], language)


def _wrapped(text: str, language: str) -> list[str]:
    return textwrap.wrap(
        typeset(text, language),
        line_width(),
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


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


def _known_name(name: str, knowledge: "Knowledge", language: str) -> str:
    """Give the category, trait or statement of an id or a label in either language, or of words of one label alone.

    Refuse others, naming those that may be meant.
    """
    labels: dict[str, Text] = {entry.id: entry.label for entry in knowledge.categories.values()}
    labels |= {entry.id: entry.label for entry in knowledge.traits.values()}
    by_id = {one.lower(): one for one in (*labels, *knowledge.evidence)}
    if name.lower() in by_id:
        return by_id[name.lower()]
    words = _words(name)
    worded = {one: [_words(wording) for wording in label] for one, label in labels.items()}
    meant = [one for one, of_label in worded.items() if words in of_label]
    if not meant and words:
        meant = [one for one, of_label in worded.items() if any(set(words) <= set(label) for label in of_label)]
    if len(meant) == 1:
        return meant[0]
    say = REFUSALS[language]
    more = say["more_names"].format(
        traits=", ".join(sorted(knowledge.traits)), statement=next(iter(knowledge.evidence))
    )
    raise _unknown("CATEGORY", name, (sorted(knowledge.categories), more), language, meant or _near(name, labels))


def _strengths(knowledge: "Knowledge") -> dict[str, tuple[str, ...]]:
    """Give the strengths there are, each with its names in both languages."""
    codes = dict.fromkeys(entry.strength for entry in knowledge.evidence.values())
    return {code: tuple(names[code] for names in STRENGTHS.values()) for code in codes}


def _documents(knowledge: "Knowledge") -> dict[str, tuple[str, ...]]:
    """Give the documents there are; what is in none of them has a name in each language."""
    codes = dict.fromkeys(entry.document for entry in knowledge.evidence.values())
    return {code: tuple(OUTSIDE.values()) if code == OUTSIDE["en"] else (code,) for code in codes}


def _words(text: str) -> list[str]:
    from jobtagger.pieces import normalise, split  # noqa: PLC0415

    return [normalise(word) for word in split(text)]


def _known_values(option: str, values: Iterable[str], names: Mapping[str, tuple[str, ...]], language: str) -> list[str]:
    """Give the codes of values that are codes or their names in either language; refuse others."""
    code_of = {tuple(_words(one)): code for code, named in names.items() for one in (code, *named)}
    codes = []
    for value in values:
        code = code_of.get(tuple(_words(value)))
        if code is None:
            raise _unknown(option, value, (sorted(names), ""), language, _near(value, names))
        codes.append(code)
    return codes


def _near(value: str, known: Collection[str]) -> list[str]:
    return difflib.get_close_matches(value, list(known), n=1)


def _unknown(
    name: str, value: str, known: tuple[list[str], str], language: str, meant: Collection[str]
) -> click.UsageError:
    """Say that a value is not known, which was perhaps meant, and which there are."""
    say = REFUSALS[language]
    hint = say["meant"].format(say["or"].join(say["quoted"].format(one) for one in meant)) if meant else ""
    names, more = known
    text = say["unknown"].format(name=name, value=say["quoted"].format(value), hint=hint, known=", ".join(names) + more)
    return click.UsageError(typeset(text, language))
