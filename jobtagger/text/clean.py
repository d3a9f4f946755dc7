"""Raw text of any board to clean text: HTML, entities, mojibake, control characters, footers.

Most texts need nothing but a look: each step runs only when a cheap search finds a sign that it is needed.
Cleaning twice gives the same as cleaning once.
"""

import html
import re

_NEEDS_WORK = re.compile(
    r"[<&\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060\ufeff\ufffd\\ÃÂ]"
)
_MOJIBAKE = re.compile(r"Ã.|Â[\x80-\xbf\u00a0-\u00bf ]|â€|ðŸ|[\x80-\x9f]")
_MOJIBAKE_SIGN = re.compile(r"[\x80-\x9fÃÂâð]")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>|<!--")
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]{1,20});")
_BREAKING_TAG = re.compile(
    r"</?(?:br|p|div|li|ul|ol|h[1-6]|tr|table|blockquote|section|article|pre)\b[^<>]{0,2000}>", re.IGNORECASE
)
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00a0\u00ad\u200b-\u200f\u2028\u2029\u202f\u2060\ufeff\ufffd]"
)
_SPACES = {"\u00a0": " ", "\u2028": "\n", "\u2029": "\n", "\u202f": " "}
_ESCAPED_BREAK = re.compile(r"(?:\\r)?\\n")
_MAX_ROUNDS = 20  # each takes one layer of escaping or hiding off; real texts have two or three


def clean_text(text: str) -> str:
    """Give the readable text: no markup, entities, control or invisible characters, tidy white space.

    Line breaks are kept, one at a time, as they part sentences and list items.
    """
    if _NEEDS_WORK.search(text) or "â€" in text or "ðŸ" in text:
        text = _repair(text)
    if "\n" not in text:
        return " ".join(text.split())
    return "\n".join([" ".join(words) for words in map(str.split, text.split("\n")) if words])


def _repair(text: str) -> str:
    """Take off layer after layer of markup, escaping and invisible characters until nothing changes."""
    for _ in range(_MAX_ROUNDS):
        before = text
        if "<" in text and _TAG.search(text):
            text = _strip_markup(text)
        if "&" in text and _ENTITY.search(text):
            text = html.unescape(text)
        if _MOJIBAKE_SIGN.search(text) and _MOJIBAKE.search(text):
            import ftfy  # noqa: PLC0415 - 50 ms to import, needed by few texts

            text = ftfy.fix_encoding(text)
        text = _HIDDEN.sub(lambda hidden: _SPACES.get(hidden[0], ""), text)
        if "\\" in text:
            text = _ESCAPED_BREAK.sub("\n", text)
        if text == before:
            break
    return text


def _strip_markup(text: str) -> str:
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - only boards with HTML need it

    # Outside tags "&lt;" must not turn into markup of its own while the rest is parsed: the parser handles that.
    root = LexborHTMLParser(_BREAKING_TAG.sub(lambda tag: "\n" + tag[0], text)).root
    if root is None:
        return ""
    root.strip_tags(["script", "style"])
    return root.text(separator="")
