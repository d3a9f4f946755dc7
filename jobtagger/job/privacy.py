"""What concerns people is masked before anything is stored: e-mail addresses, phone numbers, secrets in links.

Digests and tags are made from the masked texts, so a tag that is made again later from the store is the same one. A mask
holds no word, so it tells the tagger nothing. Masking twice gives the same as masking once.
"""

import re

from jobtagger.records import RawRecord

MASK = "***"
_MASKED_MAIL = f"{MASK}@{MASK}"

_MAIL = re.compile(
    r"[\w.+%'-]{1,64}+@[\w-]+(?:\.[\w-]+)+"
)  # no name is longer; without a limit, long words take for ever
_MAIL_IN_ADDRESS = re.compile(r"(?:[\w.+'-]|%(?!40)){1,64}+(?:@|%40)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)
_CONTACT = re.compile(r"\s*(?:mailto|tel|sms|callto|skype|whatsapp):", re.IGNORECASE)

# Spelled-out addresses. A sign that is hardly anything else than "@" may stand before any domain; the word "at" stands in
# plain sentences, so it needs a spelled dot and a known ending behind it, or the name of a mail provider.
_ENDINGS = (
    "com|net|org|info|biz|edu|gov|io|ai|app|dev|tech|online|site|store|cloud|agency|studio|email|pro|xyz|eu|fr|de|uk|ie|"
    "ca|ch|lu|nl|pl|pt|es|se|dk|fi|gr|ro|cz|sk|hu|bg|hr|ua|ru|tr|il|ma|tn|dz|sn|ci|cm|za|ng|ke|eg|ae|pk|bd|lk|jp|cn|hk|"
    "sg|ph|vn|kr|mx|br|ar|cl|au|nz|co"
)
_PROVIDERS = "gmail|googlemail|hotmail|outlook|yahoo|icloud|protonmail|proton|gmx|laposte|wanadoo|aol"
_SAID_DOT = r"(?:\s*[\[({]\s*(?:dot|point|\.)\s*[\])}]\s*|\s+(?:dot|point)\s+)"
_ANY_DOT = rf"(?:{_SAID_DOT}|\.)"
_SURE_AT = r"(?:\s*[\[({]\s*(?:at|@|arobase?)\s*[\])}]\s*|\s+arobase?\s+|\s+@\s*|@\s+)"
_END = r"(?!\w)"
_SURE = rf"{_SURE_AT}[\w-]+(?:{_ANY_DOT}[\w-]+)*?(?:\.[a-z]{{2,}}|{_SAID_DOT}(?:{_ENDINGS}))(?:\.[a-z]{{2,}})?{_END}"
_SHOUTED = rf"(?-i:\s+AT\s+)[\w-]+(?:\.[\w-]+)*\.(?-i:[a-z]{{2,}}){_END}"
_SPOKEN = rf"\s+at\s+[\w-]+(?:{_ANY_DOT}[\w-]+)*?{_SAID_DOT}(?:{_ENDINGS}){_END}"
_AT_PROVIDER = rf"\s+at\s+(?:{_PROVIDERS}){_ANY_DOT}[a-z]{{2,}}{_END}"
_SPELLED_MAIL = re.compile(
    rf"(?<![\w.+-])[\w.+-]++(?:{_SAID_DOT}[\w+-]++)?(?:{_SURE}|{_SHOUTED}|{_SPOKEN}|{_AT_PROVIDER})", re.IGNORECASE
)
_MAY_BE_SPELLED = re.compile(r"@|arobas|[\[({]\s*at\s*[\])}]|\sat\s", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)
_PARAM = (
    r"[\w.-]*(?:token|secret(?!ar)|passw|signature|api_?-?key|auth(?!or(?!i[sz]))|jwt|credential)[\w.-]*|sig|pwd|otp"
)
_SESSION = r"[\w.-]*sess(?:ion)?[\w.-]*|sid"  # "session=spring" and "sid=3" are none: a session's name is a mixture
_MIXTURE = r"(?=[^&#;\s]{6})(?=[^&#;\s\d]*\d)(?=[^&#;\sA-Za-z]*[A-Za-z])"
_SECRET_PARAM = re.compile(rf"([?&#;](?:(?:{_PARAM})=|(?:{_SESSION})={_MIXTURE}))[^&#;\s]+", re.IGNORECASE)
_PASSING_PARAM = re.compile(rf"([?&#;](?:{_PARAM}|{_SESSION})=)(?=[^&#;\s]*\d)[^&#;\s]{{16,}}", re.IGNORECASE)
_OPAQUE_PARAM = re.compile(r"([?&#;][\w.-]+=)(?=[\w.~%-]*\d)(?=[\w.~%-]*[A-Za-z])[\w.~%-]{32,}")
_USER = re.compile(r"(://)[^/@\s]+(@)")
_NUMBER = re.compile(r"(?<![\w/=#.,*-])(?:\+|\()?\d(?:[\d().\u00a0 /-]{6,22})\d(?![\w@])")
_CALL = re.compile(
    r"(?:whats\s?app|phone|call|tel|t[ée]l[ée]phone|mobile|portable|viber|signal|sms)\D{0,15}$", re.IGNORECASE
)
_NATIONAL = re.compile(
    r"0\d(?:[ .\u00a0/-]?\d{2}){4}"  # France
    r"|\(?\d{3}\)?[ .\u00a0-]\d{3}[ .\u00a0-]\d{4}"  # North America
    r"|1[ .\u00a0-]?\(?[2-9]\d{2}\)?[ .\u00a0-]{1,2}\d{3}[ .\u00a0-]\d{4}"
    r"|(?:1[ .\u00a0-]?)?\([2-9]\d{2}\)\d{3}[ .\u00a0-]\d{4}"
    r"|0\d{2}[ .\u00a0/-]\d{3}[ .\u00a0-]\d{2}[ .\u00a0-]\d{2}"  # Switzerland
    r"|0\d{3}(?:[ .\u00a0/-]\d{2}){3}"  # Belgium
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
    return mask_contacts(text)


def mask_contacts(text: str) -> str:
    """Mask e-mail addresses and phone numbers, and nothing of links."""
    if "@" in text:
        text = _MAIL.sub(_MASKED_MAIL, text)
    if _MAY_BE_SPELLED.search(text):
        text = _mask_spelled(text)
    return _NUMBER.sub(_mask_number, text)


def mask_address(url: str) -> str:
    """Mask what concerns people in an address: user and password, secrets, e-mail addresses, numbers to call."""
    if "@" in url:
        url = _USER.sub(rf"\1{MASK}\2", url)
    url = mask_params(url)
    if "@" in url or "%40" in url:
        url = _MAIL_IN_ADDRESS.sub(_MASKED_MAIL, url)
    if (contact := _CONTACT.match(url)) and _MASKED_MAIL not in url:
        return contact[0] + MASK
    return url


def mask_params(url: str) -> str:
    """Mask only the secrets among the parameters of an address."""
    return _SECRET_PARAM.sub(rf"\1{MASK}", url) if "=" in url else url


def mask_passing(url: str) -> str:
    """Mask only the secrets of an address that may be others at the next visit."""
    return _PASSING_PARAM.sub(rf"\1{MASK}", url) if "=" in url else url


def names_listing(native_id: str) -> bool:
    """Say whether an id or address tells a listing from others: an empty one does not, nor does one to reach somebody."""
    return bool(native_id) and not _CONTACT.match(native_id)


def _mask_spelled(text: str) -> str:
    """Mask until nothing is left: what stands behind a masked address may be one by itself."""
    while (masked := _SPELLED_MAIL.sub(_MASKED_MAIL, text)) != text:
        text = masked
    return text


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
