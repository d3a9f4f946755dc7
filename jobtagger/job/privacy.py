"""What concerns people is masked before anything is stored: e-mail addresses, phone numbers, secrets in links.

Digests and tags are made from the masked texts, so a tag that is made again later from the store is the same one. A mask
holds no word, so it tells the tagger nothing. Masking twice gives the same as masking once.
"""

import re

from jobtagger.records import RawRecord

MASK = "***"
_MASKED_MAIL = f"{MASK}@{MASK}"

_MAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_AT = r"\s*(?:\[\s*at\s*\]|\(\s*at\s*\)|\{\s*at\s*\}|\s(?:arobase|AT)\s)\s*"
_DOT = r"\s*(?:\.|\[\s*dot\s*\]|\(\s*dot\s*\)|\{\s*dot\s*\}|\s(?:point|DOT|dot)\s)\s*"
_SPELLED_MAIL = re.compile(rf"[\w.+-]+{_AT}[\w-]+{_DOT}[a-z]{{2,}}(?:\.[a-z]{{2,}})?")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)
_PARAM = r"[\w-]*(?:token|secret|passw|signature|session|api_?-?key|auth|jwt|credential)[\w-]*|sig|sid|pwd|otp"
_SECRET_PARAM = re.compile(rf"([?&#;](?:{_PARAM})=)[^&#;\s]+", re.IGNORECASE)
_OPAQUE_PARAM = re.compile(r"([?&#;][\w.-]+=)(?=[\w.~%-]*\d)(?=[\w.~%-]*[A-Za-z])[\w.~%-]{32,}")
_USER = re.compile(r"(://)[^/@\s]+(@)")
_NUMBER = re.compile(r"(?<![\w/=#.,*-])(?:\+|\()?\d(?:[\d().\u00a0 /-]{6,22})\d(?![\w@])")
_CALL = re.compile(
    r"(?:whats\s?app|phone|call|tel|t[ée]l[ée]phone|mobile|portable|viber|signal|sms)\D{0,15}$", re.IGNORECASE
)
_NATIONAL = re.compile(
    r"0\d(?:[ .\u00a0/-]?\d{2}){4}"  # France
    r"|\(?\d{3}\)?[ .\u00a0-]\d{3}[ .\u00a0-]\d{4}"  # North America
    r"|0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,4}"  # United Kingdom, Germany
)
_MIN_DIGITS, _MAX_DIGITS = 9, 15


def mask_record(record: RawRecord) -> RawRecord:
    """Mask all texts of a listing."""
    return RawRecord(*map(mask_text, record))


def mask_text(text: str) -> str:
    """Mask what concerns people in a text."""
    if "://" in text or "www." in text.lower():  # before addresses: a user's name in a link is not one
        text = _LINK.sub(lambda link: _OPAQUE_PARAM.sub(rf"\1{MASK}", mask_address(link[0])), text)
    if _may_hold_mail(text):
        text = _SPELLED_MAIL.sub(_MASKED_MAIL, _MAIL.sub(_MASKED_MAIL, text))
    return _NUMBER.sub(_mask_number, text)


def mask_address(url: str) -> str:
    """Mask user, password and secrets of an address, and nothing that tells listings apart."""
    if "@" in url:
        url = _USER.sub(rf"\1{MASK}\2", url)
    return _SECRET_PARAM.sub(rf"\1{MASK}", url) if "=" in url else url


def _may_hold_mail(text: str) -> bool:
    return any(sign in text for sign in ("@", "dot", "DOT", "point", "at]", "at)", "at}"))


def _mask_number(match: re.Match[str]) -> str:
    found = match[0]
    n_digits = sum(map(str.isdigit, found))
    if not _MIN_DIGITS <= n_digits <= _MAX_DIGITS:
        return found
    is_international = found.startswith(("+", "00", "(+"))
    before = match.string[max(0, match.start() - 30) : match.start()]
    if is_international or _NATIONAL.fullmatch(found.strip()) or _CALL.search(before):
        return MASK
    return found
