"""What a posting says it pays: amounts with their currency and unit, so that a low offer is seen whatever its words.

An amount counts as an offer when it has a unit of pay ("$5/hr", "550-750 €/j", "TJM 500", "0.02 USD per word") or when
the words around it say that it is the price of the job ("budget: $30", "300 € forfait", "120 USD fixed"). Amounts that a
posting merely mentions, such as prices of goods, are passed over, and so are those per page, article or other piece, as
nobody knows how long one takes. Cents count with a unit only, as "cent" is a hundred in French; what so many words pay is
divided by their number.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from jobtagger.knowledge.types import Budget
from jobtagger.records import Posting

_CURRENCY = r"US\$|CA\$|A\$|[$€£₹]|\b(?:usd|eur|euros?|gbp|inr|cad|aud|chf|dollars?|pounds?|rs|cents?|centimes?)\b|¢"
_NUMBER = r"(?!0)\d{1,3}(?:[ .,'’\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
_AMOUNT = rf"(?:{_NUMBER})\s?k?"
_TO = r"\s?(?:-|–|to|à|a|et|and)\s?"
_UNIT = (
    r"\s?(?:[/⁄]\s?(?:per\b)?|\bper\b|\ban?\b|\beach\b|\bpar\b|\bde l['’]|\bdu\b|\bl['’]|\ble\b|\bla\b|\bthe\b)?\s?"
    r"(?P<unit>hours?|hourly|hr|h|heures?|hora|day|daily|j|jours?|journée|word|mot|palabra)\b"
    r"|\s?(?:[/⁄]|\b(?:per|for|par|pour|les|a|every)\b)\s?(?P<count>\d{1,3}[ ,.]?\d{3}|\d{2,3}|\d?k)\s?(?P<words>words?|mots)\b"
)
_OFFER = re.compile(
    rf"(?P<before>{_CURRENCY})?\s?(?P<low>{_AMOUNT})\s?(?P<mid>{_CURRENCY})?"
    rf"(?:{_TO}(?:{_CURRENCY})?\s?(?P<high>{_AMOUNT}))?\s?(?P<after>{_CURRENCY})?(?:{_UNIT})?",
    re.IGNORECASE,
)
_DAY_RATE = re.compile(
    rf"\btjm\b\s?:?\s?(?:(?:de|entre|max(?:imum)?|environ|jusqu['’]à)\s)?(?P<low>{_AMOUNT})(?:{_TO}(?P<high>{_AMOUNT}))?",
    re.IGNORECASE,
)
_PRICE_BEFORE = re.compile(
    r"\b(?:budget|fixed[ -]price|fixed|prix|price(?!\W*(?:tags?|lists?|comparison|tables?)\b)|forfait"
    r"|paying|will pay|(?:i|we)(?:'ll)?(?: (?:can|could|would|only))* pay|payment|paie|paye|(?:peux|pouvons) payer|tarif)\b"
    r"[^\d.!?\n]{0,15}\Z",
    re.IGNORECASE,
)
_PRICE_AFTER = re.compile(
    r"\s?(?:fixed|flat|budget|forfait|in total|for the (?:whole|entire|job|project))(?![a-z])", re.IGNORECASE
)
_PER_PIECE = re.compile(
    r"\s?(?:[/⁄]\s?|\b(?:per|par|each|every|chaque|for (?:each|every))\s"
    r"|\bl['’]|\b(?:an?|the|le|la)\s(?!(?:whole|entire|job|project|lot|total|tout|projet|mission)\b))(?=[^\W\d_]{2})",
    re.IGNORECASE,
)
_HOURLY_BEFORE = re.compile(r"\b(?:hourly (?:range|rate)|taux horaire)[^\d.!?\n]{0,15}\Z", re.IGNORECASE)
_NO_OFFER_BEFORE = re.compile(
    r"\b(?:costs?|saves?|sales|revenue|earns?|premium|subscription"
    r"|(?:ads?|adwords|advertising|adspend|media|campaign|marketing) ?(?:spend|spending|budget)(?: is| of)?|(?:adspend|spend(?:ing)?)"
    r"|(?:budget|dépenses?) (?:de )?(?:pub|publicité|publicitaires?|ads?|média|media|campagne)(?: de| est de)?"
    r"|(?:customers?|users?|clients|they)(?: will)? pay|charges?(?: (?:customers?|users?|clients|them|people))?"
    r"|(?:titres?|tickets?|chèques?)[- ]rest\w*(?: de| à)?|(?:indemnités?|primes?|paniers?)(?: (?:de )?[^\W\d]+)?(?: de)?"
    r")\W*\Z",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_LONGEST_SIGN = 9  # "centimes" and a blank
_LOOK_BACK = 40
_SYMBOLS = "€£₹¢"
_CODES = {
    "us$": "usd", "$": "usd", "dollar": "usd", "dollars": "usd", "€": "eur", "euro": "eur", "euros": "eur",
    "£": "gbp", "pound": "gbp", "pounds": "gbp", "₹": "inr", "rs": "inr", "ca$": "cad", "a$": "aud",
    "¢": "usd", "cent": "usd", "cents": "usd", "centime": "eur", "centimes": "eur",
}  # fmt: skip
_CENTS = ("¢", "cent", "cents", "centime", "centimes")
_UNITS = {
    "hour": ("hour", "hours", "hourly", "hr", "h", "heure", "heures", "hora"),
    "day": ("day", "daily", "j", "jour", "jours", "journée"),
    "word": ("word", "mot", "palabra"),
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
SPOKEN = (
    "tjm",
    "usd",
    "eur",
    "euro",
    "euros",
    "gbp",
    "inr",
    "cad",
    "aud",
    "chf",
    "dollar",
    "dollars",
    "pound",
    "pounds",
    "rs",
    "cent",
    "cents",
    "centime",
    "centimes",
)
"""Words without which (and without a sign of currency) there is no offer to look for."""


class Offer(NamedTuple):
    """An offered pay: from `low` to `high` in a currency per `unit` ("hour", "day", "word", or "job")."""

    low: float
    high: float
    currency: str
    unit: str
    words: str


def find_offers(text: str) -> list[Offer]:
    """Give the offers of a text in order of place."""
    day_rates = [
        Offer(*_span(match["low"], match["high"]), "eur", "day", match[0].strip())
        for match in (_DAY_RATE.finditer(text) if "tjm" in text.lower() else ())
    ]
    return day_rates or [offer for match in _amounts(text) if (offer := _offer(match, text))]


def is_low(offer: Offer, budget: Budget) -> bool:
    """Tell whether even the upper end of an offer is below what policy.toml calls low."""
    rate = budget.usd_per.get(offer.currency)
    return rate is not None and offer.high * rate < budget.low_per[offer.unit]


def may_hold_offer(posting: Posting) -> bool:
    """Tell whether a posting holds a sign of currency at all."""
    title, _, description, details = posting
    if "$" in description or "$" in title or "$" in details:
        return True
    return not (description.isascii() and title.isascii() and details.isascii()) and any(
        symbol in text for text in (title, description, details) for symbol in _SYMBOLS
    )


def _amounts(text: str) -> Iterator[re.Match[str]]:
    """Find amounts from their digits on, which are few: trying the pattern at every letter is a hundred times slower."""
    done = 0
    for digits in _DIGITS.finditer(text):
        while done < digits.end() and (match := _OFFER.search(text, max(done, digits.start() - _LONGEST_SIGN))):
            done = match.end()
            yield match


def _offer(match: re.Match[str], text: str) -> Offer | None:
    sign = match["before"] or match["mid"] or match["after"]
    if sign is None:
        return None
    before = max(0, match.start() - _LOOK_BACK), match.start()
    unit = "word" if match["words"] else _UNIT_OF.get((match["unit"] or "").lower())
    if unit is None and _HOURLY_BEFORE.search(text, *before):
        unit = "hour"
    if unit is None and not _is_price(text, *before, match.end()):
        return None
    if _NO_OFFER_BEFORE.search(text, *before):
        return None
    parts = 100 if sign.lower() in _CENTS else 1
    if parts > 1 and unit is None:
        return None
    if match["count"]:
        parts *= int(_value(match["count"])) or 1000  # "k" alone
    low, high = (value / parts for value in _span(match["low"], match["high"]))
    return Offer(low, high, _CODES.get(sign.lower(), sign.lower()), unit or "job", match[0].strip())


def _is_price(text: str, from_: int, start: int, end: int) -> bool:
    """Tell whether the words around an amount say that it is the price of the job."""
    says_so = _PRICE_BEFORE.search(text, from_, start) or _PRICE_AFTER.match(text, end)
    return says_so is not None and not _PER_PIECE.match(text, end)


def _span(low: str, high: str | None) -> tuple[float, float]:
    first = _value(low)
    return first, max(first, _value(high)) if high else first


def _value(amount: str) -> float:
    """Read "1,500", "1 500", "1.500,50", "0.02" and "2k"."""
    digits = amount.lower().rstrip("k").strip()
    if not digits:
        return 0.0
    whole = re.sub(r"[ .,'’\u00a0\u202f](?=\d{3}(?!\d))", "", digits) if not digits.startswith("0") else digits
    return float(whole.replace(",", ".")) * (1000 if amount.lower().endswith("k") else 1)
