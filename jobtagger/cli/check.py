"""`jobtagger check`: one posting, answered for a person or, with --json, for a program."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from jobtagger.cli.answer import render
from jobtagger.cli.language_option import language_option
from jobtagger.cli.root import cli, model_option
from jobtagger.cli.terminal import line_width
from jobtagger.cli.wording import WORDING, spoken

_MAX_TITLE = 100  # characters of a first line that may be a title
_STANDARD_INPUT = "-"
_DOCUMENTS = (b"%PDF-", b"{\\rtf")
"""Documents begin with these that hold text, but not as a person reads it; the others cannot be decoded at all."""


@cli.command()
@click.argument("text", required=False)
@click.option("--title", default="", help="Title of the posting, if it stands apart.")
@click.option(
    "--file", "path", type=click.Path(dir_okay=False), help='Read the posting from a file; "-" is standard input.'
)
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object whose first keys are the batch columns.")
@model_option
def check(
    text: str | None, title: str, path: str | None, lang: str | None, as_json: bool, model_folder: str | None
) -> None:
    """Check one posting: what it is, how sure, and why.

    TEXT is the posting; without it, the posting is read from --file or from standard input, as it is for "-".

    \b
    Examples:
      jobtagger check "Logo for my bakery, simple and quick"
      jobtagger check --lang fr "Traduction d'un contrat vers l'anglais, NDA à signer"
      jobtagger check --title "Shopify expert" --file posting.txt --json
    """
    from jobtagger.explain import check_posting  # noqa: PLC0415
    from jobtagger.records import RawRecord  # noqa: PLC0415
    from jobtagger.tagger import Tagger  # noqa: PLC0415

    language = spoken(lang)
    body = _posting_text(text, path, title, WORDING[language])
    record = RawRecord(title, body) if title else _split_title(body)
    tagger = Tagger.from_folder(Path(model_folder) if model_folder else None)
    answer = check_posting(record, tagger, language)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(render(answer, language, line_width())))


def _posting_text(text: str | None, path: str | None, title: str, say: Mapping[str, str]) -> str:
    """Take the posting from the argument, the file or standard input, whichever the user gave."""
    from jobtagger.errors import InputError  # noqa: PLC0415

    if text is not None and path is not None:
        raise click.UsageError(say["text_and_file"])
    if _STANDARD_INPUT in (text, path):
        text = path = None
    elif text is None and path is None and sys.stdin.isatty():
        if title:
            return ""
        raise click.UsageError(say["no_posting"])
    name = path or say["standard_input"]
    body = _read_text(path, name, say) if text is None else text
    if not body.strip() and not title.strip():
        raise InputError(say["empty_posting"].format("TEXT" if text is not None else name))
    return body


def _read_text(path: str | None, name: str, say: Mapping[str, str]) -> str:
    """Read a text in whatever encoding; one that had to be guessed is named on standard error."""
    from jobtagger.errors import InputError  # noqa: PLC0415

    try:
        raw = Path(path).read_bytes() if path else sys.stdin.buffer.read()
    except OSError as error:
        raise InputError(say["unread_posting"].format(name, error.strerror)) from None
    if raw.startswith(_DOCUMENTS):
        raise InputError(say["no_text"].format(name))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        from jobtagger.batch.encodings import find_encoding  # noqa: PLC0415 - few texts need it

        encoding = find_encoding(name, raw, "")
        body = raw.decode(encoding.name, "replace")
        if not encoding.confidence or "\0" in body:
            raise InputError(say["no_text"].format(name)) from None
        click.echo(say["read_as"].format(name, encoding.name, 100 * encoding.confidence), err=True)
        return body


def _split_title(body: str) -> Any:
    """Take a first short line as the title, as boards show it; a long one begins a description without title."""
    from jobtagger.records import RawRecord  # noqa: PLC0415

    first, _, rest = body.strip().partition("\n")
    return RawRecord(first, rest) if len(first) <= _MAX_TITLE else RawRecord("", body)
