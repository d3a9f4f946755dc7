"""Reposts within a run: the same text after cleaning, or nearly the same.

`exact` remembers 16 bytes per distinct posting. `near` compares groups of three words by MinHash (datasketch); it is
several times slower than the tagging itself and keeps some kilobytes per distinct posting.
"""

import hashlib
from collections.abc import Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np

from jobtagger.batch.extras import require
from jobtagger.pieces import split
from jobtagger.records import Posting, from_columns

OFF, EXACT, NEAR = "off", "exact", "near"
MODES = (EXACT, NEAR, OFF)
_N_PERMUTATIONS = 64
_GROUP = 3
_ROW_BITS = 44  # a place is kept as one number, for memory's sake
_EXTRA = "near"


class Fingerprint(NamedTuple):
    """What a posting is known by: a hash of its text, 0 without any, and for `near` a signature, else empty."""

    text: int
    signature: bytes = b""


class Place(NamedTuple):
    """Where a posting stood: number of the input, and of the row in it."""

    source: int
    row: int


def fingerprints(postings: Sequence[Posting], mode: str) -> list[Fingerprint]:
    """Make the fingerprint of each posting; none are made when duplicates are off."""
    if mode == OFF:
        return []
    signatures = map(_signature, postings) if mode == NEAR else repeat(b"", len(postings))
    return from_columns(Fingerprint, map(_hash, postings), signatures)


class Duplicates:
    """Remembers the postings of a run; says which earlier one a posting repeats.

    Parameters
    ----------
    mode : str
        One of `MODES`.
    near_similarity : float
        Share of groups of words that two postings must have in common (Jaccard) to be nearly the same.
    """

    def __init__(self, mode: str, near_similarity: float) -> None:
        self._first = _PackedNumbers()
        self._near = _NearDuplicates(near_similarity) if mode == NEAR else None

    def first_of(self, fingerprint: Fingerprint, place: Place) -> Place | None:
        """Give the place of the first posting like this one; None, and remember it, if it is the first."""
        if not fingerprint.text:
            return None
        known = self._first.get(fingerprint.text)
        if known is not None:
            return Place(known >> _ROW_BITS, known & ((1 << _ROW_BITS) - 1))
        first = self._near.first_of(fingerprint.signature, place) if self._near else None
        if first is None:
            self._first.add(fingerprint.text, place.source << _ROW_BITS | place.row)
        return first


class _PackedNumbers:
    """A dictionary of 64-bit numbers in 16 bytes each: sorted arrays, and a real dictionary of those added lately."""

    def __init__(self, merged_from: int = 1 << 16) -> None:
        self.merged_from = merged_from
        self._keys, self._values = np.empty(0, np.uint64), np.empty(0, np.uint64)
        self._recent: dict[int, int] = {}

    def get(self, key: int) -> int | None:
        value = self._recent.get(key)
        if value is not None or not len(self._keys):
            return value
        place = int(self._keys.searchsorted(np.uint64(key)))
        return int(self._values[place]) if place < len(self._keys) and int(self._keys[place]) == key else None

    def add(self, key: int, value: int) -> None:
        """Add a number that is not there."""
        self._recent[key] = value
        if len(self._recent) > max(self.merged_from, len(self._keys) >> 3):
            keys = np.fromiter(self._recent.keys(), np.uint64, len(self._recent))
            values = np.fromiter(self._recent.values(), np.uint64, len(self._recent))
            order = keys.argsort()
            places = self._keys.searchsorted(keys[order])
            self._keys = np.insert(self._keys, places, keys[order])
            self._values = np.insert(self._values, places, values[order])
            self._recent = {}


class _NearDuplicates:
    def __init__(self, similarity: float) -> None:
        datasketch = require("datasketch", _EXTRA, "--duplicates near")
        self._similarity = similarity
        self._lsh: Any = datasketch.MinHashLSH(similarity, _N_PERMUTATIONS)
        self._sketches: dict[Place, Any] = {}

    def first_of(self, signature: bytes, place: Place) -> Place | None:
        sketch = _sketch(signature)
        alike = [
            other for other in self._lsh.query(sketch) if self._sketches[other].jaccard(sketch) >= self._similarity
        ]
        if alike:
            first: Place = min(alike)
            return first
        self._lsh.insert(place, sketch)
        self._sketches[place] = sketch
        return None


def _hash(posting: Posting) -> int:
    text = f"{posting.title}\n{posting.description}".strip().lower()
    if not text:
        return 0
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def _signature(posting: Posting) -> bytes:
    words = split(f"{posting.title}\n{posting.description}".lower())
    groups = {" ".join(words[i : i + _GROUP]) for i in range(max(1, len(words) - _GROUP + 1))}
    sketch = _sketch()
    sketch.update_batch([group.encode("utf-8", "replace") for group in sorted(groups)])
    return bytes(sketch.hashvalues.tobytes())


def _sketch(signature: bytes = b"") -> Any:
    datasketch = require("datasketch", _EXTRA, "--duplicates near")
    values = np.frombuffer(signature, dtype=np.uint64) if signature else None
    return datasketch.MinHash(_N_PERMUTATIONS, hashvalues=values, scheme="legacy")
