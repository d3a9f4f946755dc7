"""Small pieces of knowledge of our own, so that tests of the rooms do not hang on the shipped numbers."""

from itertools import product

from jobtagger.knowledge.types import Budget, Evidence, Level, Outlook, Policy, Text, Trait
from jobtagger.records import Posting, Prediction
from jobtagger.vocabulary import Tokens, Vocabulary

NOTHING = Text("", "")

LEVELS = (
    Level("growing", Text("growing", "en croissance"), trend_from=20, points=10, points_from=0),
    Level("low", Text("low", "faible"), trend_from=-5, points=30, points_from=20),
    Level("moderate", Text("moderate", "modéré"), trend_from=-15, points=50, points_from=40),
    Level("high", Text("high", "élevé"), trend_from=-25, points=70, points_from=60),
    Level("critical", Text("critical", "critique"), trend_from=-100, points=90, points_from=80),
)

POLICY = Policy(
    levels=LEVELS,
    rule_levels={
        "new": "growing", "in_demand": "low", "threatened": "moderate", "disappears": "high",
        "automated": "high", "capability": "moderate", "use": "moderate", "mixed": "moderate", "hard_to_automate": "low",
        "taken_up": "low", "stable_subtype": "moderate", "conflict": "moderate",
    },
    max_trait_points=20,
    negation_window=3,
    negation_reach=6,
    many_from=20,
    budget=Budget("cheap", {"hour": 8, "day": 100, "word": 0.02, "job": 25}, {"usd": 1, "eur": 2, "inr": 0.01}),
    exposure_measure="ours",
    exposed_from=80,
    spared_below=50,
    max_chars=100,
    language_min_margin=0.5,
    language_min_known=0.3,
    language_fallback="en",
    language_common=("en", "fr"),
    language_rarity=0.0,
    classified_languages=("en", "fr"),
    abstain_below=0.2,
    min_words=1,
    review_below=0.5,
    category_2_from=0.2,
    n_alternatives=3,
    n_words=5,
    near_similarity=0.8,
)  # fmt: skip


def make_trait(
    trait_id: str, phrases: tuple[str, ...], points: int = 6, group: str = "", not_for: tuple[str, ...] = ()
) -> Trait:
    """Make a trait that stands in a group of its own unless one is given."""
    return Trait(trait_id, group or trait_id, NOTHING, points, not_for, (), phrases, (), ())


def make_evidence(statement_id: str, figure: float | None = None) -> Evidence:
    """Make a statement of which only the id and the figure matter."""
    texts = dict.fromkeys(("unit", "source_url", "document", "section", "line", "restates", "site_language"), "")
    return Evidence(
        id=statement_id, kind="category", about=(), direction="none", effect="none", figure=figure, strength="count",
        period=NOTHING, population=NOTHING, statement=NOTHING, caveat=NOTHING,
        source_title=NOTHING, **texts,
    )  # fmt: skip


def make_outlook(
    rule: str,
    wording: str = "",
    headline: tuple[str, ...] = (),
    contrary: tuple[str, ...] = (),
    category_id: str = "legal",
) -> Outlook:
    """Make an outlook of low confidence."""
    return Outlook(category_id, rule, wording, headline, (), contrary, (), (), "low", rule == "R5", NOTHING)


def make_posting(text: str) -> Posting:
    """Make a posting that is all title."""
    return Posting(text)


def tokens_of(vocabulary: Vocabulary, *postings: Posting | str) -> Tokens:
    """Tokenise a chunk of postings; a text is one that is all title."""
    return vocabulary.tokenise([make_posting(one) if isinstance(one, str) else one for one in postings])


def spell(vocabulary: Vocabulary, tokens: Tokens, start: int = 0, end: int | None = None) -> str:
    """Give the words of tokens `start` to `end` (exclusive), parted by blanks."""
    return " ".join(vocabulary.words[number] for number in tokens.ids[start:end])


def make_prediction(category_id: str, abstained: str = "") -> Prediction:
    """Make a sure prediction, or an abstention."""
    return Prediction(category_id, 0.9, (), "", (), abstained, needs_review=bool(abstained))


def speak_number(word: str) -> str:
    """Give a token that a sign of a phrase stands for, and any other word as it is."""
    return {"#": "7", "##": "70", "*": "anyhow"}.get(word, word)


def spell_out(phrase: str) -> list[tuple[str, ...]]:
    """Give every sequence of words that a phrase stands for: `a|b c?` gives (a, c), (a,), (b, c), (b,)."""
    choices = [[*part.rstrip("?").split("|"), *([""] if part.endswith("?") else [])] for part in phrase.split()]
    sequences = [tuple(word for word in words if word) for words in product(*choices)]
    return [words for words in dict.fromkeys(sequences) if words]
