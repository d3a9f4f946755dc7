"""What the knowledge files hold, once read and checked. `Text` is a pair of wordings, English and French."""

from dataclasses import dataclass
from typing import NamedTuple


class Text(NamedTuple):
    """One wording in each of the two languages."""

    en: str
    fr: str

    def in_language(self, language: str) -> str:
        """Give the French wording for "fr", the English one for anything else."""
        return self.fr if language == "fr" else self.en


NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Sector:
    """A family of categories; `modality` is what is made in them."""

    id: str
    label: Text
    modality: str


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of freelance work: label, what is delivered, where it ends; nearest SOC and ISCO occupation."""

    id: str
    sector: str
    label: Text
    definition: Text
    scope: Text
    soc: str
    isco: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One dated, sourced statement; `figure` is None where the source gives no number.

    `site_language` is the language in which a site that was measured is chiefly used, empty where no site was or none is.
    """

    id: str
    kind: str
    about: tuple[str, ...]
    direction: str
    effect: str
    figure: float | None
    unit: str
    period: Text
    population: Text
    strength: str
    statement: Text
    caveat: Text
    source_title: Text
    source_url: str
    document: str
    section: str
    line: str
    restates: str
    site_language: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """How the level of a category is derived: rule R1 to R5 and the evidence ids for and against.

    `part` says what the deciding figure counts where that is only a part of the category, and is empty elsewhere.
    """

    category_id: str
    rule: str
    wording: str
    headline: tuple[str, ...]
    support: tuple[str, ...]
    contrary: tuple[str, ...]
    external: tuple[str, ...]
    external_contrary: tuple[str, ...]
    confidence: str
    conflict: bool
    note: Text
    part: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Advice:
    """What the documents advise people of some categories (or "all") to do.

    It is not given where a trait of `not_with` shows, and before all other where one of `first_with` does.
    """

    id: str
    categories: tuple[str, ...]
    audience: str
    evidence: tuple[str, ...]
    document: str
    section: str
    line: int
    text: Text
    not_with: tuple[str, ...] = ()
    first_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mode:
    """A way of working with AI, and the categories for which the documents give it as an example."""

    id: str
    kind: str
    label: Text
    categories: tuple[str, ...]
    evidence: tuple[str, ...]
    document: str
    line: int


@dataclass(frozen=True, slots=True)
class Trait:
    """A sign in a posting's text that moves the score by `points`.

    One of `phrases` shows it anywhere, one of `title_phrases` in the title. Different weak `signs` (`title_signs` in the
    title) show it from `signs_to_show` on, and move the score from `signs_to_count` on. It is left out where one of
    `yields_to` was found; a phrase does not count shortly after a word of `not_after` or right before one of
    `not_before`. Postings of a category of `shown_by` show it by being what they are, which moves no score.
    Where words are weighed, those alone never show a trait that `needs_phrase`. `by_analogy` names those of `evidence`
    that measured something near it only. A phrase of `but_not` takes the meaning away from those that begin within it, one
    of `not_with` from all of the posting.
    """

    id: str
    group: str
    label: Text
    points: int
    not_for: tuple[str, ...]
    evidence: tuple[str, ...]
    phrases: tuple[str, ...]
    matches: tuple[str, ...]
    does_not_match: tuple[str, ...]
    title_phrases: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    title_signs: tuple[str, ...] = ()
    signs_to_show: int = 1
    signs_to_count: int = 2
    counts_in_title: bool = False
    yields_to: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    shown_by: tuple[str, ...] = ()
    needs_phrase: bool = False
    by_analogy: tuple[str, ...] = ()
    but_not: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()


class WordWeights(NamedTuple):
    """How much words and phrases speak for a trait: its score is the sum, shown from 0 on.

    `text` and `title` weigh each different word there once; `shown` and `counting` weigh traits (this or others) that
    phrases show, and show strongly enough to move the level; `category` weighs the predicted category.
    """

    start: float
    to_count: float
    text: dict[str, float]
    title: dict[str, float]
    shown: dict[str, float]
    counting: dict[str, float]
    category: dict[str, float] = {}  # noqa: RUF012 - never written to


class Negation(NamedTuple):
    """Words that cancel a phrase within `window` words behind them, and phrases that cancel it from behind.

    Phrases of `far` cancel those within `reach` words behind them.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    window: int
    far: tuple[str, ...] = ()
    reach: int = 0


class EmphasisWords(NamedTuple):
    """Words that say how much others count for the category: see emphasis.toml.

    `far_negations` are pairs of words; what they negate may stand `far_window` words behind them.
    """

    breaks: tuple[str, ...]
    openers: tuple[str, ...]
    negations: tuple[str, ...]
    negation_window: int
    far_negations: tuple[tuple[str, str], ...] = ()
    far_window: int = 0


@dataclass(frozen=True, slots=True)
class Level:
    """A demand-trend level; `trend_from` is the change in postings (per cent) down to which it goes, see `level_of_trend`."""

    id: str
    label: Text
    trend_from: float
    points: int
    points_from: int


@dataclass(frozen=True, slots=True)
class Budget:
    """Which offers are low: US dollars per unit below which they are, and what a unit of each currency is worth."""

    trait: str
    low_per: dict[str, float]
    usd_per: dict[str, float]


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers of policy.toml; each is explained there."""

    levels: tuple[Level, ...]
    rule_levels: dict[str, str]
    max_trait_points: int
    negation_window: int
    negation_reach: int
    many_from: int
    budget: Budget
    exposure_measure: str
    exposed_from: int
    spared_below: int
    max_chars: int
    language_min_margin: float
    language_min_known: float
    language_fallback: str
    language_common: tuple[str, ...]
    language_rarity: float
    classified_languages: tuple[str, ...]
    abstain_below: float
    min_words: int
    review_below: float
    category_2_from: float
    n_alternatives: int
    n_words: int
    near_similarity: float

    def clipped(self, trait_points: int) -> int:
        """Give by how much traits move a score: the sum of their points, no further than they may."""
        return max(-self.max_trait_points, min(self.max_trait_points, trait_points))


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns of one board's export hold which field; `records` is the path to the list in a JSON file.

    `details` words what other columns say, each as a text with column names in braces.
    """

    id: str
    requires: tuple[str, ...]
    title: tuple[str, ...]
    description: tuple[str, ...]
    skills: tuple[str, ...]
    listing_id: tuple[str, ...]
    records: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Footer:
    """A block of "name: value" lines that a board hides at the end of a description."""

    id: str
    start: tuple[str, ...]
    skills: str
    other: tuple[str, ...]
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Headers:
    """The words of which names of columns are made.

    `core` are those that tell a field, the strongest first; `beside_listing` tell it only together with one of `listing`,
    which are words for the posting itself. `texts` are those of them that alone may name the text. Columns called by one
    of `names` are the title as a last resort; those with one of `foreign` are never the description by what they hold.
    """

    core: dict[str, tuple[str, ...]]
    beside_listing: dict[str, frozenset[str]]
    listing: frozenset[str]
    texts: frozenset[str]
    qualifiers: frozenset[str]
    short: frozenset[str]
    small: frozenset[str]
    names: frozenset[str]
    foreign: frozenset[str]

    def known(self) -> frozenset[str]:
        """Give all words of which the name of a field's column may be made."""
        fields = (word for words in (*self.core.values(), *self.beside_listing.values()) for word in words)
        return frozenset(fields) | self.listing | self.qualifiers | self.short | self.small


NO_HEADERS = Headers({}, {}, *[frozenset[str]()] * 7)
"""For sources of which names are read by the aliases alone."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The layouts, the column names that speak for themselves and what further such columns say, what boards add to texts."""

    layouts: tuple[Layout, ...]
    aliases: dict[str, tuple[str, ...]]
    footers: tuple[Footer, ...]
    title_suffixes: tuple[str, ...]
    details: tuple[str, ...] = ()
    headers: Headers = NO_HEADERS


@dataclass(frozen=True, slots=True)
class Exposure:
    """One outside measure of AI exposure for a category; percentile 0 to 100 among all occupations."""

    category_id: str
    measure: str
    value: float
    percentile: int
    code: str
    occupation: Text
    licence: str
    source: Text


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything we claim to know, in the order of the files; `digest` names this state of them."""

    sectors: dict[str, Sector]
    categories: dict[str, Category]
    evidence: dict[str, Evidence]
    outlooks: dict[str, Outlook]
    advice: tuple[Advice, ...]
    modes: tuple[Mode, ...]
    traits: dict[str, Trait]
    trait_words: dict[str, WordWeights]
    negation: Negation
    emphasis_words: EmphasisWords
    policy: Policy
    sources: Sources
    exposure: tuple[Exposure, ...]
    digest: str
