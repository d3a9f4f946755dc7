"""Files that are no table, known by how they begin, and what to do with them instead."""

import re

_UNPACK = "unpack it and name what was in it, or pack it by gzip or zstd"
_EXPORT = "export the postings as CSV, JSON or Excel"
_BEGINNINGS = (
    (b"BZh", "packed by bzip2", _UNPACK),
    (b"\xfd7zXZ\x00", "packed by xz", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "packed by 7-Zip", _UNPACK),
    (b"Rar!\x1a\x07", "packed by RAR", _UNPACK),
    (b"%PDF-", "a PDF", _EXPORT),
    (b"\x89PNG\r\n", "a picture (PNG)", _EXPORT),
    (b"GIF8", "a picture (GIF)", _EXPORT),
    (b"\xff\xd8\xff", "a picture (JPEG)", _EXPORT),
    (b"{\\rtf", "a text document (RTF)", _EXPORT),
    (b"SQLite format 3\x00", "a database (SQLite)", _EXPORT),
)
_PACKINGS = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"))
_TAR = (257, b"ustar")
_MARKUP = re.compile(rb"<(?:(\?xml|rss|feed)|(!doctype|html|head|body))[\s>]", re.IGNORECASE)


def other_kind(head: bytes) -> str:
    """Say what a file is that begins like this, and what to do with it; empty if it may be a table."""
    for beginning, kind, remedy in _BEGINNINGS:
        if head.startswith(beginning):
            return f"is {kind}, no table; {remedy}"
    for beginning, packing in _PACKINGS:  # the outer one is off by now
        if head.startswith(beginning):
            return f"is packed twice, the second time by {packing}; unpack it once"
    place, beginning = _TAR
    if head[place:].startswith(beginning):
        return f"is an archive (tar), no table; {_UNPACK}"
    markup = _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf").lstrip())
    if markup:
        return f"is {'XML' if markup[1] else 'a web page (HTML)'}, no table; {_EXPORT}"
    return ""
