"""Amounts of pay in texts; all texts are our own."""

import pytest
from builders import POLICY
from hypothesis import given
from hypothesis import strategies as st

from jobtagger.records import Posting
from jobtagger.risk.budget import _OFFER, SPOKEN, _amounts, find_offers, is_low, may_hold_offer

BUDGET = POLICY.budget  # 8 dollars an hour, 100 a day, 0.02 a word, 25 a job; a euro is worth 2, a rupee 0.01


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        pytest.param("Painter, $5/hr", (5, 5, "usd", "hour"), id="dollars an hour"),
        pytest.param("between 550-750 €/j", (550, 750, "eur", "day"), id="range of euros a day"),
        pytest.param("550-750\u00a0€⁄j", (550, 750, "eur", "day"), id="as Free-Work writes it"),
        pytest.param("TJM 500", (500, 500, "eur", "day"), id="French day rate without a sign"),
        pytest.param("TJM : 350 à 400 €", (350, 400, "eur", "day"), id="range of French day rates"),
        pytest.param("I pay 2$ per hour", (2, 2, "usd", "hour"), id="sign behind"),
        pytest.param("10 euros de l'heure", (10, 10, "eur", "hour"), id="French hour"),
        pytest.param("0,06$/per word", (0.06, 0.06, "usd", "word"), id="a word, with a decimal comma"),
        pytest.param("0.02 € par mot", (0.02, 0.02, "eur", "word"), id="a French word"),
        pytest.param("23.0 GBP hourly", (23, 23, "gbp", "hour"), id="code and adverb"),
        pytest.param("USD 15 - 45 / hora", (15, 45, "usd", "hour"), id="code before a range"),
        pytest.param("Hourly Range: $3.00-$5.00", (3, 5, "usd", "hour"), id="unit before"),
        pytest.param("Budget: $1,200", (1200, 1200, "usd", "job"), id="budget with thousands"),
        pytest.param("budget USD 1.000 - 3.000", (1000, 3000, "usd", "job"), id="thousands with points"),
        pytest.param("Forfait de 1 500 €", (1500, 1500, "eur", "job"), id="thousands with a blank"),
        pytest.param("Budget CHF 4'500", (4500, 4500, "chf", "job"), id="thousands as the Swiss write them"),
        pytest.param("2k € budget", (2000, 2000, "eur", "job"), id="thousands with k"),
        pytest.param("60 USD fixed_price", (60, 60, "usd", "job"), id="fixed price of a column"),
        pytest.param("1 centime le mot", (0.01, 0.01, "eur", "word"), id="French cents"),
        pytest.param("we pay 2 cents per word", (0.02, 0.02, "usd", "word"), id="cents"),
        pytest.param("1-2¢ a word", (0.01, 0.02, "usd", "word"), id="sign of cents"),
        pytest.param("$5 per 1000 words", (0.005, 0.005, "usd", "word"), id="so many words"),
        pytest.param("5 € pour 1 000 mots", (0.005, 0.005, "eur", "word"), id="so many words in French"),
        pytest.param("$4/1k words", (0.004, 0.004, "usd", "word"), id="a thousand as k"),
        pytest.param("I can pay 10 dollars", (10, 10, "usd", "job"), id="what a client can pay"),
        pytest.param("Je peux payer 15 €", (15, 15, "eur", "job"), id="what a French client can pay"),
        pytest.param("₹900 for the whole job", (900, 900, "inr", "job"), id="rupees"),
    ],
)
def test_offer_is_read(text, offer):
    """Amount, range, currency and unit are read however they are written, with the words that say so."""
    (found,) = find_offers(text)

    assert found[:4] == offer
    assert found.words in text


@pytest.mark.parametrize(
    "text",
    [
        "A shop that sells hats for $5",
        "The plan costs $5/day to run",
        "$5 million in sales",
        "5 hours of work",
        "I need 500 words",
        "TJM selon profil, 5 ans d'expérience",
        "Subscription $2/hour",
        "Call me at 5",
        "Logo with a price tag of $20 on it",
        "Users pay 10 dollars",
        "The budget line is 50 cents",
        "Cinq cents mots, 5 cents",
        "",
        pytest.param("Budget $20 per article, 40 articles", id="an article"),
        pytest.param("payment $20 per audio hour", id="an hour of sound"),
        pytest.param("Tarif : 22 € la page, 50 pages", id="a French page"),
        pytest.param("budget 20 € l'illustration", id="a French picture"),
        pytest.param("fixed price: $15/chapter", id="a chapter"),
        pytest.param("Ad budget: $20/day. You are paid separately.", id="what adverts may cost"),
        pytest.param("Advertising budget: $20", id="what adverts may cost in all"),
        pytest.param("Current ad spend is $10 per day", id="what adverts cost now"),
        pytest.param("Budget pub 15 € par jour", id="what French adverts may cost"),
        pytest.param("budget média 20€/jour", id="what media cost"),
        pytest.param("Titres restaurant : 9 €/jour", id="meal vouchers"),
        pytest.param("Indemnité repas 9€/jour", id="a meal allowance"),
        pytest.param("Prime panier 10€ par jour", id="a bonus"),
        pytest.param("We charge customers $3/hr", id="what the client charges"),
        pytest.param("Our customers pay $8 per day", id="what customers pay"),
    ],
)
def test_amounts_that_pay_nobody_are_no_offers(text):
    """Prices of goods, costs and bare numbers are passed over."""
    assert find_offers(text) == []


@pytest.mark.parametrize(
    ("text", "low"),
    [
        pytest.param("$7/hr", True, id="below"),
        pytest.param("$8/hr", False, id="on the edge"),
        pytest.param("$3-$9/hr", False, id="the upper end decides"),
        pytest.param("5 €/h", False, id="worth ten dollars"),
        pytest.param("3 €/h", True, id="worth six dollars"),
        pytest.param("500 INR per hour", True, id="worth five dollars"),
        pytest.param("5 CAD per hour", False, id="a currency without a worth tells nothing"),
        pytest.param("TJM 40", True, id="a low day"),
        pytest.param("$0.01 per word", True, id="a low word"),
        pytest.param("Budget: $24", True, id="a low job"),
    ],
)
def test_low_offers_are_below_the_policy(text, low):
    """An offer is low when its upper end, in dollars, is below the policy's for its unit."""
    assert [is_low(offer, BUDGET) for offer in find_offers(text)] == [low]


@given(st.text(st.sampled_from("$€£0123456789.,- /khrjTJMbudget\n")))
def test_any_text_is_read(text):
    """Whatever stands around signs and digits, offers have ends in order and are worded as in the text."""
    for offer in find_offers(text):
        assert 0 <= offer.low <= offer.high
        assert offer.words in text


amount_texts = st.lists(
    st.sampled_from([
        "5", "0", "12", "1,500", "1 500", "0.02", "1.5", "2k", "1234", "9" * 90, "$", "€", "US$", "₹", "usd", "dollars",
        "euros", "eurosk", "rs", "pound", " ", " ", "  ", "-", "to", "à", "/", "hr", "per hour", "par mot", "de l'heure",
        "a day", "k", "x", "TJM", "budget", ":", ".", ",", "'", "\n", "\u00a0", "_", "fixed",
    ]),
    max_size=30,
).map("".join)  # fmt: skip


@given(amount_texts)
def test_amounts_are_those_of_the_pattern_on_the_whole_text(text):
    """Starting at digits finds what trying the pattern at every place finds."""
    assert [match.regs for match in _amounts(text)] == [match.regs for match in _OFFER.finditer(text)]


@given(amount_texts)
def test_offers_of_any_amounts_are_read(text):
    """However amounts and signs follow each other, each is read and none is below nothing."""
    assert all(0 <= offer.low <= offer.high for offer in find_offers(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("pays 1,2345 €/h", ["5 €/h"], id="digits left over by thousands"),
        pytest.param(f"id {'7' * 200}, pays $5/hr", ["$5/hr"], id="behind an endless number"),
        pytest.param(f"{'7' * 200} USD per hour", [f"{'7' * 200} USD per hour"], id="an endless number itself"),
        pytest.param("$0.123.456/hr", [], id="thousands never begin with nothing"),
        pytest.param("budget: $0 500", ["$0"], id="nor with a blank between"),
        pytest.param("0.05 dollars 7 euros per word", ["7 euros per word"], id="one amount right behind another"),
    ],
)
def test_odd_amounts_are_read(text, words):
    """Numbers that no one writes raise nothing and hide no offer that follows."""
    assert [offer.words for offer in find_offers(text)] == words


@pytest.mark.parametrize("sign", ["$", "€", "£", "₹", "¢"])
def test_every_symbol_is_a_sign_that_an_offer_may_be_there(sign):
    """In whatever part of the posting it stands."""
    text = f"5{sign} per hour"

    assert len(find_offers(text)) == 1
    assert all(may_hold_offer(posting) for posting in (Posting(text), Posting("", "", text), Posting("", "", "", text)))


@pytest.mark.parametrize(
    "currency",
    ["usd", "eur", "euro", "euros", "gbp", "inr", "cad", "aud", "chf", "dollar", "dollars", "pound", "pounds", "rs"],
)
def test_every_currency_is_a_sign_that_an_offer_may_be_there(currency):
    """Texts are searched for offers only where such a word stands, so none that the pattern knows may be missing."""
    assert len(find_offers(f"5 {currency} per hour")) == 1
    assert currency in SPOKEN
