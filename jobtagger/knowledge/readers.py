"""One function per kind of entry: takes its fields, checks them against what is already known, builds the type."""

import math
import re
from collections.abc import Collection
from typing import Any, NamedTuple

from jobtagger.knowledge.schema import Fields, Problems
from jobtagger.knowledge.types import (
    Advice,
    Budget,
    Category,
    EmphasisWords,
    Evidence,
    Exposure,
    Footer,
    Headers,
    Layout,
    Level,
    Mode,
    Negation,
    Outlook,
    Policy,
    Sector,
    Sources,
    Text,
    Trait,
    WordWeights,
)

KINDS = ("category", "trait", "market")
DIRECTIONS = ("growth", "decline", "stable", "mixed", "new", "none")
EFFECTS = ("raises", "lowers", "mixed", "none")
STRENGTHS = ("count", "academic", "platform", "quoted", "usage", "survey", "opinion", "anecdote", "forecast")
CONFIDENCES = ("high", "medium", "low")
RULES = ("R1", "R2", "R3", "R4", "R5", "none")
WORDINGS = (
    "new", "disappears", "automated", "threatened", "capability", "use", "mixed", "in_demand", "hard_to_automate", "taken_up",
)  # fmt: skip
MODALITIES = ("text", "image_sound", "code_data", "office")
MODE_KINDS = ("automation", "augmentation")
AUDIENCES = ("freelancer", "client")
PAY_UNITS = ("hour", "day", "word", "job")
CURRENCIES = ("usd", "eur", "gbp", "inr", "cad", "aud", "chf")
SITE_LANGUAGES = ("en", "fr")
FIELDS = ("title", "description", "skills", "listing_id")
WORD_PLACES = ("start", "to_count", "text", "title", "shown", "counting", "category")
_MAX_PERCENTILE = 100
_MAX_WINDOW = 20  # words
_PAIR = 2
_ID = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*\Z")


def _snake_id(fields: Fields, problems_key: str = "id") -> str:
    value = fields.text(problems_key)
    if value and not _ID.match(value):
        fields.note(f'id: "{value}" is not snake_case')
    return value


def _text(fields: Fields, name: str, *, empty: bool = False) -> Text:
    return Text(fields.text(f"{name}_en", empty=empty), fields.text(f"{name}_fr", empty=empty))


def sector(fields: Fields) -> Sector:
    """Read a sector."""
    return Sector(_snake_id(fields), _text(fields, "label"), fields.text("modality", choices=MODALITIES))


def category(fields: Fields, sectors: Collection[str]) -> Category:
    """Read a category; only `other` belongs to no sector."""
    category_id = _snake_id(fields)
    return Category(
        category_id,
        fields.text("sector", empty=category_id == "other", choices=sectors),
        _text(fields, "label"),
        _text(fields, "definition"),
        _text(fields, "scope"),
        fields.text("soc", empty=True),
        fields.text("isco", empty=True),
    )


def level(fields: Fields) -> Level:
    """Read a level of policy.toml."""
    return Level(
        _snake_id(fields),
        _text(fields, "label"),
        fields.number("trend_from", -100, 10_000),
        int(fields.number("points", 0, 100)),
        int(fields.number("points_from", 0, 100)),
    )


def policy(levels: tuple[Level, ...], table: dict[str, Any], problems: Problems) -> Policy:
    """Read the sections of policy.toml."""
    sections = {
        name: Fields(table.pop(name, {}), f"[{name}]", problems)
        for name in ("rules", "traits", "budget", "exposure", "text", "language", "classifier", "duplicates")
    }
    level_ids = [entry.id for entry in levels]
    languages = sections["language"].texts("classified")
    rules, classifier, language = sections["rules"], sections["classifier"], sections["language"]
    result = Policy(
        levels=levels,
        rule_levels={name: rules.text(name, choices=level_ids) for name in (*WORDINGS, "stable_subtype", "conflict")},
        max_trait_points=int(sections["traits"].number("max_points", 0, 100)),
        negation_window=int(sections["traits"].number("negation_window", 0, _MAX_WINDOW)),
        negation_reach=int(sections["traits"].number("negation_reach", 0, 2 * _MAX_WINDOW)),
        budget=_budget(sections["budget"]),
        many_from=int(sections["traits"].number("many_from", 2, 10_000)),
        exposure_measure=sections["exposure"].text("measure"),
        exposed_from=int(sections["exposure"].number("exposed_from", 0, 100)),
        spared_below=int(sections["exposure"].number("spared_below", 0, 100)),
        max_chars=int(sections["text"].number("max_chars", 100, 10_000_000)),
        language_min_margin=language.number("min_margin", 0, 100),
        language_min_known=language.number("min_known", 0, 1),
        language_fallback=language.text("fallback", choices=languages),
        language_common=language.texts("common", choices=languages),
        language_rarity=language.number("rarity", 0, 100),
        classified_languages=languages,
        abstain_below=classifier.number("abstain_below", 0, 1),
        min_words=int(classifier.number("min_words", 0, 100)),
        review_below=classifier.number("review_below", 0, 1),
        category_2_from=classifier.number("category_2_from", 0, 1),
        n_alternatives=int(classifier.number("n_alternatives", 0, 36)),
        n_words=int(classifier.number("n_words", 0, 100)),
        near_similarity=sections["duplicates"].number("near_similarity", 0.5, 0.95),
    )
    for section in sections.values():
        section.finish()
    for name in table:
        problems.note("file", f'unknown section "{name}"')
    descending = [entry.trend_from for entry in levels]
    if descending != sorted(descending, reverse=True):
        problems.note("level", "levels must stand in order, from the highest trend_from to the lowest")
    return result


def _budget(fields: Fields) -> Budget:
    """Read which offers are low."""
    low_per = {unit: fields.number(f"low_per_{unit}", 0, 1_000_000) for unit in PAY_UNITS}
    usd_per = {currency: fields.number(f"usd_per_{currency}", 0, 1_000) for currency in CURRENCIES}
    return Budget(fields.text("trait"), low_per, usd_per)


def _worded(fields: Fields, name: str) -> Text:
    """Take a text that needs a French wording only where it has words: "2022-2024" reads the same in both languages."""
    text, french = fields.text(name, empty=True), fields.text(f"{name}_fr", empty=True)
    has_words = any(letter.isalpha() for letter in text)
    if has_words and not french:
        fields.note(f'{name}_fr: is empty; say "{text}" in French')
    elif french and not has_words:
        fields.note(f'{name}_fr: leave it empty, "{text}" has no words to put into French')
    return Text(text, french or text)


def _title(fields: Fields) -> Text:
    """Take the title of a source; one that reads the same in French needs no second one."""
    title, french = fields.text("source_title"), fields.text("source_title_fr", empty=True)
    if title and title == french:
        fields.note("source_title_fr: leave it empty, it is the same")
    return Text(title, french or title)


def evidence(row: dict[str, str], place: str, problems: Problems, categories: Collection[str]) -> Evidence:
    """Read a row of evidence.csv; the ids of a category statement must be in the taxonomy."""
    fields = Fields(
        {key: value for key, value in row.items() if value is not None}, f"{place}: {row.get('id')}", problems
    )
    kind = fields.text("kind", choices=KINDS)
    entry = Evidence(
        id=fields.text("id"),
        kind=kind,
        about=tuple(fields.text("about", empty=True).split()),
        direction=fields.text("direction", choices=DIRECTIONS),
        effect=fields.text("effect", choices=EFFECTS),
        figure=_number_or_none(fields, "figure"),
        unit=fields.text("unit", empty=True),
        period=_worded(fields, "period"),
        population=_worded(fields, "population"),
        strength=fields.text("strength", choices=STRENGTHS),
        statement=_text(fields, "statement"),
        caveat=_text(fields, "caveat", empty=True),
        source_title=_title(fields),
        source_url=fields.text("source_url", empty=True),
        document=fields.text("document"),
        section=fields.text("section", empty=True),
        line=fields.text("line", empty=True),
        restates=fields.text("restates", empty=True),
        site_language=fields.text("site_language", empty=True, choices=SITE_LANGUAGES),
    )
    if kind == "category":
        for category_id in set(entry.about) - set(categories):
            fields.note(f'about: "{category_id}" is not in taxonomy.toml')
    fields.finish()
    return entry


def outlook(category_id: str, fields: Fields, statements: dict[str, Evidence]) -> Outlook:
    """Read how one category's level is derived, and check that the rule has what it needs."""
    rule = fields.text("rule", choices=RULES)
    result = Outlook(
        category_id,
        rule,
        fields.text("wording", empty=rule not in ("R2", "R3"), choices=WORDINGS),
        fields.texts("headline", choices=statements),
        fields.texts("support", optional=True, choices=statements),
        fields.texts("contrary", optional=True, choices=statements),
        fields.texts("external", optional=True, choices=statements),
        fields.texts("external_contrary", optional=True, choices=statements),
        fields.text("confidence", choices=CONFIDENCES),
        fields.flag("conflict"),
        _text(fields, "note"),
        _text(fields, "part", empty=True),
    )
    deciding = [statements[name] for name in result.headline if name in statements]
    if rule == "R1":
        if len(result.headline) != 1 or [entry.figure for entry in deciding] == [None]:
            fields.note("headline: R1 needs exactly one statement, with a figure")
    elif rule != "none" and not result.headline:
        fields.note("headline: name the deciding statements")
    _check_part(result, deciding, fields)
    fields.finish()
    return result


def _check_part(outlook: Outlook, deciding: list[Evidence], fields: Fields) -> None:
    """Let a figure of a part of the category, or one that is only quoted, decide at low confidence alone."""
    if bool(outlook.part.en) != bool(outlook.part.fr):
        fields.note("part: say it in both languages, part_en and part_fr, or in neither")
    if any(outlook.part) and outlook.rule != "R1":
        fields.note("part: says what the figure of R1 counts; leave it out with other rules")
    if outlook.rule == "R1" and outlook.confidence != "low":
        if any(outlook.part):
            fields.note('confidence: write "low" where the figure counts a part only')
        elif any(entry.strength == "quoted" for entry in deciding):
            fields.note('confidence: write "low" where the figure is quoted without a source')


def advice(fields: Fields, categories: Collection[str], statements: Collection[str], traits: Collection[str]) -> Advice:
    """Read one piece of advice."""
    return Advice(
        _snake_id(fields),
        fields.texts("categories", choices=categories),
        fields.text("for", choices=AUDIENCES),
        fields.texts("evidence", optional=True, choices=statements),
        fields.text("document"),
        fields.text("section", empty=True),
        int(fields.number("line", 1, 100_000)),
        _text(fields, "text"),
        fields.texts("not_with", optional=True, choices=traits),
        fields.texts("first_with", optional=True, choices=traits),
    )


def mode(fields: Fields, categories: Collection[str], statements: Collection[str]) -> Mode:
    """Read a way of working with AI."""
    return Mode(
        _snake_id(fields),
        fields.text("kind", choices=MODE_KINDS),
        _text(fields, "label"),
        fields.texts("categories", choices=categories),
        fields.texts("evidence", choices=statements),
        fields.text("document"),
        int(fields.number("line", 1, 100_000)),
    )


def trait(fields: Fields, categories: Collection[str], statements: Collection[str]) -> Trait:
    """Read a trait with its phrases and its own examples."""
    return Trait(
        _snake_id(fields),
        fields.text("group"),
        _text(fields, "label"),
        int(fields.number("points", -100, 100)),
        fields.texts("not_for", optional=True, choices=categories),
        evidence := fields.texts("evidence", choices=statements),
        tuple(dict.fromkeys(fields.texts("en") + fields.texts("fr"))),
        fields.texts("matches"),
        fields.texts("does_not_match"),
        _phrases(fields, "title"),
        _phrases(fields, "signs"),
        _phrases(fields, "title_signs"),
        *_sign_counts(fields),
        fields.flag("counts_in_title", default=False),
        fields.texts("yields_to", optional=True),
        _phrases(fields, "not_after"),
        _phrases(fields, "not_before"),
        fields.texts("shown_by", optional=True, choices=categories),
        fields.flag("needs_phrase", default=False),
        fields.texts("by_analogy", optional=True, choices=evidence),
        _phrases(fields, "but_not"),
        _phrases(fields, "not_with"),
    )


def _sign_counts(fields: Fields) -> tuple[int, int]:
    """Take how many weak signs show a trait and how many make it count; both may be left out where there are none."""
    to_show = int(fields.number("signs_to_show", 1, 20, default=1))
    to_count = int(fields.number("signs_to_count", 1, 20, default=2))
    if to_count < to_show:
        fields.note("signs_to_count: is less than signs_to_show")
    return to_show, to_count


class TraitWord(NamedTuple):
    """A row of trait_words.csv."""

    trait_id: str
    place: str
    word: str
    weight: float


def trait_word(
    row: dict[str, str], place: str, problems: Problems, traits: Collection[str], categories: Collection[str]
) -> TraitWord:
    """Read a row of trait_words.csv; start and to_count have no word, shown, counting and category an id."""
    fields = Fields(row, place, problems)
    trait_id, where = fields.text("trait", choices=traits), fields.text("place", choices=WORD_PLACES)
    choices = {"shown": traits, "counting": traits, "category": categories}.get(where)
    word = fields.text("word", empty=where in {"start", "to_count"}, choices=choices)
    weight = _number_or_none(fields, "weight")
    if weight is None:
        fields.note("weight: is empty or no number")
    fields.finish()
    return TraitWord(trait_id, where, word, weight or 0.0)


def word_weights(places: dict[str, dict[str, float]]) -> WordWeights:
    """Join the rows of one trait."""
    start, to_count = (places.get(name, {}).get("", 0.0) for name in ("start", "to_count"))
    return WordWeights(start, to_count, *(places.get(name, {}) for name in WORD_PLACES[2:]))


def negation(fields: Fields, window: int, reach: int) -> Negation:
    """Read what cancels a phrase: words before it, phrases behind it, phrases further before it."""
    before = fields.texts("en") + fields.texts("fr")
    return Negation(before, _phrases(fields, "after"), window, _phrases(fields, "far"), reach)


def emphasis_words(fields: Fields) -> EmphasisWords:
    """Read emphasis.toml."""
    names = ("breaks", "openers", "negations")
    breaks, openers, negations = (fields.texts(f"{name}_en") + fields.texts(f"{name}_fr") for name in names)
    windows = [int(fields.number(name, 0, _MAX_WINDOW)) for name in ("negation_window", "far_window")]
    far = []
    for phrase in fields.texts("far_negations_en") + fields.texts("far_negations_fr"):
        words = phrase.split()
        if len(words) == _PAIR:
            far.append((words[0], words[1]))
        else:
            fields.note(f'far_negations: "{phrase}" is not two words')
    fields.finish()
    return EmphasisWords(breaks, openers, negations, windows[0], tuple(far), windows[1])


def _phrases(fields: Fields, name: str) -> tuple[str, ...]:
    """Take the phrases of both languages under an optional name."""
    both = fields.texts(f"{name}_en", optional=True) + fields.texts(f"{name}_fr", optional=True)
    return tuple(dict.fromkeys(both))


def layout(fields: Fields) -> Layout:
    """Read the layout of one board's export."""
    return Layout(
        _snake_id(fields),
        fields.texts("requires"),
        fields.texts("title", optional=True),
        fields.texts("description", optional=True),
        fields.texts("skills", optional=True),
        fields.texts("listing_id", optional=True),
        fields.text("records", empty=True),
        fields.texts("details", optional=True),
    )


def footer(fields: Fields) -> Footer:
    """Read a footer pattern."""
    return Footer(
        _snake_id(fields),
        fields.texts("start"),
        fields.text("skills"),
        fields.texts("other"),
        fields.texts("details", optional=True),
    )


def sources(
    layouts: tuple[Layout, ...], footers: tuple[Footer, ...], table: dict[str, Any], problems: Problems
) -> Sources:
    """Read the rest of sources.toml around its layouts and footers."""
    aliases = Fields(table.pop("aliases", {}), "[aliases]", problems)
    named = {name: aliases.texts(name) for name in FIELDS}
    details = aliases.texts("details", optional=True)
    aliases.finish()
    words = headers(Fields(table.pop("headers", {}), "[headers]", problems))
    top = Fields(table, "file", problems)
    suffixes = top.texts("title_suffixes")
    top.finish()
    return Sources(layouts, named, footers, suffixes, details, words)


def headers(fields: Fields) -> Headers:
    """Read the words of which names of columns are made."""
    core = {name: fields.texts(name) for name in ("title", "description", "skills")}
    beside = {name: frozenset(fields.texts(f"{name}_of_listing")) for name in ("title", "description")}
    kinds = ("listing", "texts", "qualifiers", "short", "small", "names", "foreign")
    sets = [frozenset(fields.texts(name)) for name in kinds]
    fields.finish()
    return Headers(core, beside, *sets)


def exposure(row: dict[str, str], place: str, problems: Problems, categories: Collection[str]) -> Exposure:
    """Read a row of exposure.csv."""
    fields = Fields(row, place, problems)
    percentile = int(_number_or_none(fields, "percentile") or 0)
    if not 0 <= percentile <= _MAX_PERCENTILE:
        fields.note(f"percentile: {percentile} is not between 0 and 100")
    entry = Exposure(
        fields.text("category_id", choices=categories),
        fields.text("measure"),
        _number_or_none(fields, "value") or 0.0,
        percentile,
        fields.text("code"),
        Text(fields.text("occupation"), fields.text("occupation_fr")),
        fields.text("licence"),
        Text(fields.text("source"), fields.text("source_fr")),
    )
    fields.finish()
    return entry


def _number_or_none(fields: Fields, key: str) -> float | None:
    value = fields.text(key, empty=True)
    try:
        number = float(value) if value else None
    except ValueError:
        number = math.nan
    if number is not None and not math.isfinite(number):
        fields.note(f'{key}: "{value}" is not a number')
        return None
    return number
