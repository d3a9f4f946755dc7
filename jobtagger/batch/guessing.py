"""Which encoding text is in that is neither marked nor UTF-8: Latin letters tell by where they stand, others by a library.

Code pages of Latin letters differ in a few dozen letters and signs. Read in the wrong one, a text has letters that no one
language has together, capitals behind small letters, and signs within words.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from jobtagger.batch.reasons import Part, Why

WESTERN = "cp1252"
_LATIN = (WESTERN, "cp1250", "cp1254", "cp1257", "mac_roman", "cp850")
"""Code pages of Latin letters, the commonest first."""
_COMMON = [
    *_LATIN, "cp1251", "cp1253", "cp1256", "koi8_r", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
]  # fmt: skip
_LETTERS = {
    "French": "àâæçèéêëîïôœùûüÿ",
    "Spanish or Catalan": "áéíóúüñàçèïòªº",
    "Portuguese": "áâãàçéêíóôõúüªº",
    "German": "äöüß",
    "Italian": "àèéìîòù",
    "Dutch": "áéëïóöü",
    "Swedish, Danish or Norwegian": "åäöæøéü",
    "Polish": "ąćęłńóśźż",
    "Czech or Slovak": "áäčďéěíĺľňóôŕřšťúůýž",
    "Hungarian": "áéíóöőúüű",
    "Romanian": "ăâîşţșț",
    "Croatian or Slovenian": "čćđšž",
    "Turkish": "çğıİöşüâîû",
    "Lithuanian": "ąčęėįšųūž",
    "Latvian": "āčēģīķļņšūž",
    "Estonian or Finnish": "äõöüšžå",
}
_NEAR = 0.02
_FITS = 0.75  # less of the letters and signs in place: it is no Latin text, or many languages
_MANY = 0.4  # a larger part of the letters is not ASCII: it is another alphabet
_DRAW = 0.8  # how sure, where others fit as well
_SAMPLE_PIECES = 400
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_ASCII_LETTERS = re.compile(r"[A-Za-z]")
_SIGNS = frozenset("’‘“”„«»–—…•·€£§©®™°²³½¼×¿¡´\xa0\xad")
_WORD_SIGNS = frozenset("’—\xa0\xad")  # such as stand between letters


class Guess(NamedTuple):
    """An encoding, how likely it is the right one (0 to 1), and why it was taken."""

    name: str
    confidence: float
    reason: Why


def guess_encoding(pieces: Sequence[bytes]) -> Guess:
    """Guess the encoding of pieces of text, none of them ASCII."""
    sample = b"\n".join(pieces[:_SAMPLE_PIECES])
    return _latin(sample) or _any(sample)


def _latin(sample: bytes) -> Guess | None:
    """Guess by where letters and signs stand; None for other alphabets."""
    found = [fit for name in _LATIN if (fit := _fit(sample, name))]
    best = max((fit.share for fit in found), default=0.0)
    if best < _FITS:
        return None
    fit, *others = [fit for fit in found if fit.share >= best - _NEAR]
    reason = Why.of(
        (
            "{share:.0f}% of what is not ASCII stands where {language} has it",
            {"share": 100 * fit.share, "language": fit.language},
        ),
        *_also([other.name for other in others]),
    )
    return Guess(fit.name, fit.share * (_DRAW if others else 1), reason)


class _Fit(NamedTuple):
    """How much of what is not ASCII is in its place in a language, 0 to 1."""

    name: str
    language: str
    share: float


def _fit(sample: bytes, name: str) -> _Fit | None:
    """Say how much of what is not ASCII is in its place, in the language that it fits best; None for no Latin text."""
    try:
        text = sample.decode(name)
    except UnicodeDecodeError:
        return None
    letters: Counter[str] = Counter()  # those in their place
    n_all = n_letters = n_signs = 0
    for match in _NOT_ASCII.finditer(text):
        sign, place = match[0], match.start()
        before, behind = text[place - 1 : place], text[place + 1 : place + 2]
        n_all += 1
        if not sign.isalpha():
            is_within = before.isalpha() and behind.isalpha()
            n_signs += sign in (_WORD_SIGNS if is_within else _SIGNS)
            continue
        n_letters += 1
        if not (sign.isupper() and before.islower()):
            letters[sign if sign == "İ" else sign.lower()] += 1
    if n_letters > _MANY * (n_letters + len(_ASCII_LETTERS.findall(text))):
        return None
    n_of = {language: sum(map(letters.__getitem__, known)) for language, known in _LETTERS.items()}
    language = max(n_of, key=n_of.__getitem__)
    return _Fit(name, language, (n_signs + n_of[language]) / max(1, n_all))


def _any(sample: bytes) -> Guess:
    """Let charset-normalizer read a text that is not Latin, or not of one language."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - most files are UTF-8 and never need it

    results = sorted(from_bytes(sample, cp_isolation=_COMMON), key=lambda result: (result.chaos, -result.coherence))
    if not results:
        return Guess(WESTERN, 0.0, Why.of(("none fits", {}), ("the commonest one on Western systems", {})))
    draw = [result for result in results if result.chaos == results[0].chaos]
    names = list(dict.fromkeys(name for result in draw for name in (result.encoding, *result.could_be_from_charset)))
    name = WESTERN if WESTERN in names else results[0].encoding
    others = [other for other in names if other != name][:3]
    reason = Why.of(("charset-normalizer, from what is not ASCII", {}), *_also(others))
    return Guess(name, (1 - results[0].chaos) * (_DRAW if others else 1), reason)


def _also(names: Sequence[str]) -> list[Part]:
    """Say which other encodings would do, if there are any."""
    return [("{names} would do as well", {"names": ", ".join(names)})] if names else []
