"""The answer of `jobtagger check`, worded for a person, line by line."""

import textwrap
from collections.abc import Iterator
from typing import Any, NamedTuple

from jobtagger.cli.wording import WORDING, typeset

_MAX_SHOWN = 6
_LEAST_WEIGHT = 0.1  # of a deciding word; less decides nothing
_LEAST_PROBABILITY = 0.01  # of a runner-up
_CERTAIN = 0.995  # what would be read as 100 %
_OPINIONS = ("opinion", "anecdote", "forecast", "quoted")
_BASES = ("by_analogy", "both_ways", "of_use", "opinions")  # of what a trait rests on, those that did not measure it


class _Line(NamedTuple):
    """A line before it is wrapped; `first` stands before its first row, `rest` before the others."""

    text: str = ""
    first: str = ""
    rest: str = "  "


def render(answer: dict[str, Any], language: str, width: int = 100) -> Iterator[str]:
    """Word the answer for a person, row by row of at most `width` columns; words and addresses stay whole."""
    for line in _lines(answer, WORDING[language]):
        yield from textwrap.wrap(
            typeset(line.text, language),
            width,
            initial_indent=line.first,
            subsequent_indent=line.rest,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]


def _lines(answer: dict[str, Any], say: dict[str, str]) -> Iterator[_Line]:
    explanation = answer["explanation"]
    yield from _category_lines(answer, say)
    yield _Line()
    yield from _risk_lines(answer, say)
    yield _Line()
    yield from _trait_lines(answer, say)
    for entry in explanation["exposure"][:1]:
        yield _Line()
        yield _Line(f"{say['exposure']}{say['colon']} {say['exposure_text'].format(**entry)}")
        if explanation["risk"]["exposure_differs"]:
            yield _indented(say["exposure_differs"])
    for mode in explanation["ai_use"]:
        described = say["ai_use_text"].format(kind=say[mode["kind"]], label=mode["label"])
        yield _Line(f"{say['ai_use']}{say['colon']} {described} [{mode['document']}]")
    if explanation["advice"]:
        yield _Line()
        yield _Line(f"{say['advice']}{say['colon']}")
        for entry in explanation["advice"][:_MAX_SHOWN]:
            audience = f" {say['client']}" if entry["for"] == "client" else ""
            yield _item(f"{entry['text']}{audience} [{entry['document']}]")
    yield from _closing_lines(answer, say)


def _category_lines(answer: dict[str, Any], say: dict[str, str]) -> Iterator[_Line]:
    category = answer["explanation"]["category"]
    percent = _percent(float(answer["category_probability"]))
    if category["abstained"]:
        why = say[f"abstained_{category['abstained']}"]
        guess = f"{say['best_guess']}{say['colon']} {category['best_guess_label']}, {percent}"
        yield _Line(f"{say['category']}{say['colon']} {say['unknown']} ({why}{say['semicolon']} {guess})")
    else:
        yield _Line(f"{say['category']}{say['colon']} {category['label']} [{answer['category']}], {percent}")
        yield _indented(category["definition"])
    others = [
        f"{other['label']} {_percent(other['probability'])}"
        for other in category["runners_up"]
        if other["probability"] >= _LEAST_PROBABILITY
    ]
    if others:
        yield _indented(f"{say['runners_up']}{say['colon']} {', '.join(others)}")
    words = [f"{word['word']} {word['weight']:+.1f}" for word in category["words"] if word["weight"] >= _LEAST_WEIGHT]
    if words:
        yield _Line(f"{say['words']}{say['colon']} {', '.join(words)}")
    if category["second_label"]:
        yield _Line(f"{say['second']}{say['colon']} {category['second_label']} [{answer['category_2']}]")
    if answer["needs_review"] == "true":
        yield _Line(say["review"])


def _percent(probability: float) -> str:
    return ">\u00a099 %" if probability >= _CERTAIN else f"{100 * probability:.0f} %"


def _risk_lines(answer: dict[str, Any], say: dict[str, str]) -> Iterator[_Line]:
    risk = answer["explanation"]["risk"]
    if answer["risk_level"] == "unknown":
        why = say["not_recognised" if answer["category"] in ("unknown", "other") else "no_level"]
        yield _Line(f"{say['demand']}{say['colon']} {say['unknown_level'].upper()}. {why}")
        return
    heading = say["trend" if answer["risk_level"] == risk["category_level"] == "growing" else "demand"]
    yield _Line(f"{heading}{say['colon']} {_level(answer, say)} ({_joined(list(_facts(answer, say)), say)})")
    yield from _arithmetic(answer, say)
    if risk["english_site"]:
        yield _indented(say["english_site"])
    if answer["risk_conflict"] == "true":
        yield _indented(say["conflict" if risk["rule"] == "R5" else "weak_conflict"])
    yield _Line(f"{say['rule']}{say['colon']} {risk['derivation']} {risk['note']}")
    for heading, statements in _parts(risk):
        if statements:
            yield _Line(f"{say[heading]}{say['colon']}")
            for statement in statements[:_MAX_SHOWN]:
                yield _item(_statement(statement, say))


def _facts(answer: dict[str, Any], say: dict[str, str]) -> Iterator[str]:
    """Give score, deciding figure and confidence; a figure of a part of the category is only said to be one."""
    risk = answer["explanation"]["risk"]
    yield f"{say['score']} {answer['risk_score']}"
    if answer["trend_pct"]:
        what = say.get(risk["evidence"][0]["unit"], say["percent_postings"])
        origin = f", {say['no_source']}" if risk["evidence"][0]["strength"] == "quoted" else ""
        yield f"{what} {answer['trend_pct']} %{origin}"
    if risk["counts_part"]:
        yield say["part_only"]
    yield f"{say['confidence']} {say[answer['risk_confidence']]}"


def _level(answer: dict[str, Any], say: dict[str, str]) -> str:
    """Name the level in capitals; the lowest says whether demand grows or only traits of the posting led there."""
    risk = answer["explanation"]["risk"]
    if answer["risk_level"] != "growing":
        return str(risk["label"]).upper()
    return say["growing" if risk["category_level"] == "growing" else "growing_by_traits"].upper()


def _arithmetic(answer: dict[str, Any], say: dict[str, str]) -> Iterator[_Line]:
    """Show how the traits of the posting moved the score of its category."""
    risk, traits = answer["explanation"]["risk"], answer["explanation"]["traits"]
    points = [trait["points"] for trait in traits if trait["points"]]
    if not points:
        return
    own = f"{say['own_level']}{say['colon']} {risk['category_label']} {risk['category_score']}"
    moves = f"{say['own_traits']} {' '.join(_score(one) for one in points)}"
    if _score(sum(points)) != risk["traits_score"]:
        moves += f", {say['at_most'].format(risk['traits_score'])}"
    exact = float(risk["category_score"]) + float(risk["traits_score"])
    end = "" if 0 <= round(exact, 2) <= 1 else f" ({say['never_below' if exact < 0 else 'never_above']})"
    yield _indented(f"{own}{say['semicolon']} {moves}{say['colon']} {answer['risk_score']}{end}")


def _score(points: int) -> str:
    """Give points of a trait in the unit of the score."""
    return f"{points / 100:+.2f}"


def _parts(risk: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Give the statements under their headings; where strong sources disagree, by the way they pull, opinions last."""
    if risk["rule"] != "R5":
        yield "figures", risk["evidence"]
        yield "contrary", risk["contrary"]
        return
    both = sorted([*risk["evidence"], *risk["contrary"]], key=lambda one: one["strength"] in _OPINIONS)
    for way in ("down", "up"):
        yield f"what_pulls_{way}", [statement for statement in both if statement["pulls"] == way]


def _statement(statement: dict[str, Any], say: dict[str, str]) -> str:
    caveat = f" ({statement['caveat']})" if statement["caveat"] else ""
    about = say["about" if statement["strength"] in _OPINIONS else "data"]
    period = f"{say['semicolon']} {about} {statement['period']}" if statement["period"] else ""
    where = f"document {statement['document']}" if statement["document"] != "external" else statement["url"]
    return (
        f"{statement['id']}{say['colon']} {statement['statement']}{caveat} — {say['published']} {statement['source']}"
        f"{period}{say['semicolon']} {where}"
    )


def _trait_lines(answer: dict[str, Any], say: dict[str, str]) -> Iterator[_Line]:
    """Show the traits, but for those that move nothing and that only words show which tend to go with them."""
    traits = [trait for trait in answer["explanation"]["traits"] if trait["points"] or not trait["by_words_alone"]]
    if not traits:
        yield _Line(f"{say['traits']}{say['colon']} {say['no_traits']}")
        return
    yield _Line(f"{say['traits']}{say['colon']}")
    for trait in traits:
        points = f"{_score(trait['points'])} " if trait["points"] else ""
        effect = _effect(trait, say) if trait["points"] else say[f"uncounted_{trait['uncounted']}"]
        quoted = say["quoted"].format(trait["words"])
        yield _Line(f"{points}{trait['label']} ({effect}){say['colon']} {quoted}", "  ", "    ")


def _effect(trait: dict[str, Any], say: dict[str, str]) -> str:
    """Say which way a trait moves the score, and on what that rests: what was measured before what is opinion."""
    parts = [say["raises" if trait["points"] > 0 else "lowers"]]
    if trait["measured"]:
        parts.append(" ".join(trait["measured"]))
    parts += [f"{say[basis]}{say['colon']} {' '.join(trait[basis])}" for basis in _BASES if trait[basis]]
    return _joined(parts, say)


def _closing_lines(answer: dict[str, Any], say: dict[str, str]) -> Iterator[_Line]:
    """Say what the level is not, and where the ids are explained; nothing where neither level nor id was shown."""
    rests_on = answer["explanation"]["risk"]["rests_on"]
    if rests_on:
        yield _Line()
        yield _Line(f"{say[f'rests_on_{rests_on}']} {say['what_it_is_not']}", rest="")
        yield _Line(say["legend"], rest="")


def _joined(parts: list[str], say: dict[str, str]) -> str:
    return f"{say['semicolon']} ".join(parts)


def _indented(text: str) -> _Line:
    return _Line(text, "  ")


def _item(text: str) -> _Line:
    return _Line(text, "  - ", "    ")
