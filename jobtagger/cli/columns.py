"""`jobtagger columns`: what a file was found to be, which of its columns are read, and why."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from jobtagger.cli.root import cli
from jobtagger.cli.tag import read_options, reading_options
from jobtagger.cli.tag_wording import REASONS_FR, WORDING
from jobtagger.cli.wording import spoken

if TYPE_CHECKING:
    from jobtagger.batch.columns import FieldMap
    from jobtagger.batch.table import Shape, Table

_EXAMPLE = 70
_WIDTH = 14


@cli.command()
@click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
@reading_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file, for programs.")
def columns(inputs: tuple[str, ...], lang: str | None, as_json: bool, **reading: Any) -> None:
    """Show what `tag` recognises in a file: format, encoding, delimiter, board, columns, and why.

    \b
    Examples:
      jobtagger columns postings.csv
      jobtagger columns export.json --title name
    """
    from jobtagger.batch.inputs import Input, fields_of  # noqa: PLC0415
    from jobtagger.batch.reading import open_table  # noqa: PLC0415
    from jobtagger.batch.streams import expand_inputs  # noqa: PLC0415
    from jobtagger.batch.summary import describe  # noqa: PLC0415
    from jobtagger.knowledge import load_knowledge  # noqa: PLC0415

    options = read_options(**reading)
    sources = load_knowledge().sources
    say = WORDING[spoken(lang)]
    for path in expand_inputs(inputs):
        with open_table(path, options, sources) as table:
            fields = fields_of(table, options, sources)
            if as_json:
                entry = Input(path, table.name, table.columns, fields, table.shape)
                facts = {**describe(entry), "details": _detail_columns(table, fields), "columns": table.columns}
                click.echo(json.dumps(facts, ensure_ascii=False))
            else:
                if spoken(lang) == "fr":
                    table.shape = _in_french(table.shape)
                click.echo("\n".join(_lines(table, fields, say)))


def _in_french(shape: "Shape") -> "Shape":
    """Word why encoding and delimiter were taken."""
    from jobtagger.batch.reasons import Why  # noqa: PLC0415

    def word(text: str) -> str:
        return REASONS_FR.get(text, text)

    if encoding := shape.encoding:
        shape = shape._replace(encoding=encoding._replace(reason=Why(encoding.reason.worded(word))))
    return shape._replace(delimiter_reason=Why(shape.delimiter_reason.worded(word))) if shape.delimiter else shape


def _lines(table: "Table", fields: "FieldMap", say: dict[str, str]) -> Iterator[str]:
    from jobtagger.batch.columns import FIELDS  # noqa: PLC0415

    yield table.name
    yield from _shape_lines(table, fields, say)
    first = next((row for row in table.rows if isinstance(row, list)), [""] * len(table.columns))
    read: set[int] = set()
    for field, cause in zip(FIELDS, fields.causes, strict=True):
        places = getattr(fields, field)
        read.update(places)
        yield _line(say[field], _found(table.columns, places, cause, field, say))
        if places:
            yield from _example(first[places[0]], say)
    if details := _detail_columns(table, fields):
        read.update(place for detail in fields.details for place in detail.places)
        yield _line(say["details"], f"{', '.join(details)} ({say['details_why']})")
        yield from _example(fields.record(first).details, say)
    yield _line(say["columns"], say["not_read"].format(n=len(table.columns), read=len(read)))


def _detail_columns(table: "Table", fields: "FieldMap") -> list[str]:
    """Give the columns, such as budget and duration, in which only traits are looked for."""
    places = dict.fromkeys(place for detail in fields.details for place in detail.places)
    return [table.columns[place] for place in places]


def _example(cell: str, say: dict[str, str]) -> Iterator[str]:
    if text := " ".join(cell.split()):
        shown = text if len(text) <= _EXAMPLE else text[: _EXAMPLE - 3] + "..."
        yield _line("", say["example"].format(text=shown))


def _shape_lines(table: "Table", fields: "FieldMap", say: dict[str, str]) -> Iterator[str]:
    shape = table.shape
    yield _line(
        say["format"], shape.format + (f" ({say['packed'].format(packing=shape.packing)})" if shape.packing else "")
    )
    if shape.encoding:
        sure = say["sure"].format(percent=f"{100 * shape.encoding.confidence:.0f}", reason=shape.encoding.reason)
        yield _line(say["encoding"], f"{shape.encoding.name} ({sure})")
    if shape.delimiter:
        yield _line(say["delimiter"], f"{shape.delimiter!r} ({shape.delimiter_reason})")
    if shape.sheet:
        others = ", ".join(shape.other_sheets)
        sheet = say["other_sheets"].format(sheet=shape.sheet, others=others) if others else shape.sheet
        yield _line(say["sheet"], sheet)
    if shape.lists:
        others = f"; {say['lists_unread'].format(others=', '.join(shape.other_lists))}" if shape.other_lists else ""
        yield _line(say["list"], f"{', '.join(shape.lists)}{others}")
    layouts = [cause for cause in fields.causes if cause.startswith("layout:")]
    yield _line(say["layout"], layouts[0].removeprefix("layout:") if layouts else say["no_layout"])


def _found(columns: list[str], places: tuple[int, ...], cause: str, field: str, say: dict[str, str]) -> str:
    if not places:
        return say["none_id" if field == "listing_id" else "none"].format(field=field)
    names = [f'"{columns[place]}"' for place in places]
    kind, _, layout = cause.partition(":")
    why = {
        "layout": say["by_layout"].format(id=layout),
        "names": say["by_names"],
        "options": say["by_option"],
        "content": say["by_content"],
    }[kind]
    rest = f"; {say['then'].format(columns=', '.join(names[1:]))}" if names[1:] else ""
    return f"{names[0]} ({why}{rest})"


def _line(label: str, text: str) -> str:
    return f"  {label:{_WIDTH}} {text}"
