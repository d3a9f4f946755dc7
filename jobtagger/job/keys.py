"""Under which key the store knows a listing, and how it knew it before.

Two listings whose addresses differ are two listings, also where the difference is masked: their key is then a digest.
"""

import hashlib
import re
from collections.abc import Sequence

from jobtagger.job.privacy import mask_address, mask_passing, names_listing

_MAX_KEY = 500  # characters; an index takes no endless ones, longer ones are known by their digest
_DIGEST = re.compile(r"[0-9a-f]{32}")

# What schema 2 took for a secret: it let "author" and "sid" go too, and kept e-mail addresses.
_PARAM_2 = r"[\w-]*(?:token|secret|passw|signature|session|api_?-?key|auth|jwt|credential)[\w-]*|sig|sid|pwd|otp"
_SECRET_2 = re.compile(rf"([?&#;](?:{_PARAM_2})=)[^&#;\s]+", re.IGNORECASE)
_USER_2 = re.compile(r"(://)[^/@\s]+(@)")


def digest_of(texts: Sequence[str]) -> str:
    """Give 32 signs that stand for these texts and no others."""
    return hashlib.blake2b("\0".join(texts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def text_digest_of(title: str, description: str, skills: str) -> str:
    """Name the text of a listing: the same one means repost. Without title and description the skills are the text."""
    return digest_of((title, description) if title or description else (title, description, skills))


def key_of(native_id: str, content: str, *, mask: bool) -> str:
    """Give the key of a listing from its own id or address and the digest of its content.

    A way to reach somebody names no listing, and a long secret, such as a session's, may be another one at every visit:
    there the content tells listings apart.
    """
    if not names_listing(native_id):
        return content
    if not mask:
        return _short(native_id)
    lasting = mask_passing(native_id)
    if lasting != native_id:
        return digest_of((lasting, content))
    return _short(native_id) if mask_address(native_id) == native_id else digest_of((native_id,))


def needs_content(native_id: str, *, mask: bool) -> bool:
    """Say whether the key of this id or address hangs on the content too."""
    return not names_listing(native_id) or (mask and mask_passing(native_id) != native_id)


def emptied_key(key: str) -> str:
    """Give what is left of a key when retention takes the address away: numbers and digests tell nothing."""
    return key if key.isdigit() or _DIGEST.fullmatch(key) else digest_of((key,))


def former_key(native_id: str, *, mask: bool) -> str:
    """Give the key that schema 2 had for this id or address."""
    if not mask:
        return _short(native_id)
    masked = _USER_2.sub(r"\1***\2", native_id)
    return _short(_SECRET_2.sub(r"\1***", masked))


def _short(key: str) -> str:
    return key if len(key) <= _MAX_KEY else digest_of((key,))
