"""`jobtagger check`: one posting, answered for a person or, with --json, for a program."""

import json
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from jobtagger.cli.root import cli, model_option
from jobtagger.cli.wording import WORDING, spoken, typeset

_WIDTH = 100
_MAX_SHOWN = 6


@cli.command()
@click.argument("text", required=False)
@click.option("--title", default="", help="Title of the posting, if it stands apart.")
@click.option("--file", "path", type=click.Path(dir_okay=False), help="Read the posting from a file.")
@click.option("--lang", type=click.Choice(["en", "fr"]), help="Language of the answer; that of the locale if left out.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object whose first keys are the batch columns.")
@model_option
def check(
    text: str | None, title: str, path: str | None, lang: str | None, as_json: bool, model_folder: str | None
) -> None:
    """Check one posting: what it is, how sure, and why.

    TEXT is the posting; without it, the posting is read from --file or from standard input.

    \b
    Examples:
      jobtagger check "Logo for my bakery, simple and quick"
      jobtagger check --lang fr "Traduction d'un contrat vers l'anglais, NDA à signer"
      jobtagger check --title "Shopify expert" --file posting.txt --json
    """
    from jobtagger.explain import check_posting  # noqa: PLC0415
    from jobtagger.records import RawRecord  # noqa: PLC0415
    from jobtagger.tagger import Tagger  # noqa: PLC0415

    body = _posting_text(text, path, title)
    record = RawRecord(title, body) if title else _split_title(body)
    language = spoken(lang)
    tagger = Tagger.from_folder(Path(model_folder) if model_folder else None)
    answer = check_posting(record, tagger, language)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(render(answer, language)))


def render(answer: dict[str, Any], language: str) -> Iterator[str]:
    """Word the answer for a person, line by line."""
    lines = _lines({**answer, "explanation": typeset(answer["explanation"], language)}, WORDING[language])
    return (typeset(line, language) for line in lines)


def _lines(answer: dict[str, Any], say: dict[str, str]) -> Iterator[str]:
    explanation = answer["explanation"]
    yield from _category_lines(answer, say)
    yield ""
    yield from _risk_lines(answer, say)
    yield ""
    yield from _trait_lines(explanation["traits"], say)
    for entry in explanation["exposure"][:1]:
        yield ""
        yield from _paragraph(f"{say['exposure']}{say['colon']}", say["exposure_text"].format(**entry))
        if explanation["risk"]["exposure_differs"]:
            yield f"  {say['exposure_differs']}"
    for mode in explanation["ai_use"]:
        yield from _paragraph(
            f"{say['ai_use']}{say['colon']}", f"{say[mode['kind']]} — {mode['label']} [{mode['document']}]"
        )
    if explanation["advice"]:
        yield ""
        yield f"{say['advice']}{say['colon']}"
        for entry in explanation["advice"][:_MAX_SHOWN]:
            audience = f" {say['client']}" if entry["for"] == "client" else ""
            yield from _item(f"{entry['text']}{audience} [{entry['document']}]")
    yield ""
    yield from textwrap.wrap(say["what_it_is_not"], _WIDTH)


def _category_lines(answer: dict[str, Any], say: dict[str, str]) -> Iterator[str]:
    category = answer["explanation"]["category"]
    percent = f"{100 * float(answer['category_probability']):.0f} %"
    if category["abstained"]:
        why = say[f"abstained_{category['abstained']}"]
        yield f"{say['category']}{say['colon']} {say['unknown']} ({why}{say['semicolon']} {say['best_guess']}{say['colon']} {category['best_guess_label']}, {percent})"
    else:
        yield f"{say['category']}{say['colon']} {category['label']} [{answer['category']}], {percent}"
        yield from textwrap.wrap(category["definition"], _WIDTH, initial_indent="  ", subsequent_indent="  ")
    others = [f"{other['label']} {100 * other['probability']:.0f} %" for other in category["runners_up"]]
    yield f"  {say['runners_up']}{say['colon']} {', '.join(others)}"
    words = [f"{word['word']} {word['weight']:+.1f}" for word in category["words"]]
    if words:
        yield f"{say['words']}{say['colon']} {', '.join(words)}"
    if answer["category_2"]:
        yield f"{say['second']}{say['colon']} {answer['category_2']}"
    if answer["needs_review"] == "true":
        yield say["review"]


def _risk_lines(answer: dict[str, Any], say: dict[str, str]) -> Iterator[str]:
    risk = answer["explanation"]["risk"]
    if answer["risk_level"] == "unknown":
        yield f"{say['demand']}{say['colon']} {say['unknown_level'].upper()}. {say['no_level']}"
        return
    facts = [f"{say['score']} {answer['risk_score']}"]
    if answer["trend_pct"]:
        facts.append(f"{answer['trend_pct']} %")
    facts.append(f"{say['confidence']} {say[answer['risk_confidence']]}")
    yield f"{say['demand']}{say['colon']} {risk['label'].upper()} ({', '.join(facts)})"
    if answer["risk_conflict"] == "true":
        yield f"  {say['conflict']}"
    yield from _paragraph(f"{say['rule']}{say['colon']}", f"{risk['derivation']} {risk['note']}")
    for heading, statements in ((say["figures"], risk["evidence"]), (say["contrary"], risk["contrary"])):
        if statements:
            yield f"{heading}{say['colon']}"
            for statement in statements[:_MAX_SHOWN]:
                yield from _item(_statement(statement, say))


def _statement(statement: dict[str, Any], say: dict[str, str]) -> str:
    caveat = f" ({statement['caveat']})" if statement["caveat"] else ""
    period = f", {statement['period']}" if statement["period"] else ""
    where = f"document {statement['document']}" if statement["document"] != "external" else statement["url"]
    return (
        f"{statement['id']}{say['colon']} {statement['statement']}{caveat} — {statement['source']}{period}"
        f"{say['semicolon']} {where}"
    )


def _trait_lines(traits: list[dict[str, Any]], say: dict[str, str]) -> Iterator[str]:
    if not traits:
        yield f"{say['traits']}{say['colon']} {say['no_traits']}"
        return
    yield f"{say['traits']}{say['colon']}"
    for trait in traits:
        direction = say["raises"] if trait["points"] > 0 else say["lowers"] if trait["points"] < 0 else say["neutral"]
        points = f"{trait['points']:+d} " if trait["points"] else ""
        yield f"  {points}{trait['label']} ({direction}){say['colon']} {say['quoted'].format(trait['words'])}"


def _paragraph(heading: str, text: str) -> list[str]:
    return textwrap.wrap(f"{heading} {text}", _WIDTH, subsequent_indent="  ")


def _item(text: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent="  - ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def _posting_text(text: str | None, path: str | None, title: str) -> str:
    """Take the posting from the argument, the file or standard input, whichever the user gave."""
    from jobtagger.errors import InputError  # noqa: PLC0415

    if text is not None and path is not None:
        raise click.UsageError("give the posting as text or as --file, not both")
    if text is not None:
        return text
    if path is None and sys.stdin.isatty():
        if title:
            return ""
        raise click.UsageError('give a posting: jobtagger check "Logo for my bakery", or --file, or standard input')
    body = _read_text(path)
    if not body.strip() and not title:
        raise InputError(f"{path or 'standard input'}: is empty; give a posting")
    return body


def _read_text(path: str | None) -> str:
    from jobtagger.errors import InputError  # noqa: PLC0415

    name = path or "standard input"
    try:
        return (Path(path).read_bytes() if path else sys.stdin.buffer.read()).decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: byte {error.start} is not UTF-8; convert the text to UTF-8 first") from None


def _split_title(body: str) -> Any:
    """Take a first short line as the title, as boards show it; a single line is all title."""
    from jobtagger.records import RawRecord  # noqa: PLC0415

    first, _, rest = body.strip().partition("\n")
    return RawRecord(first, rest) if len(first) <= _WIDTH or not rest else RawRecord("", body)
