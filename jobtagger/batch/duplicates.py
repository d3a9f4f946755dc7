"""Reposts within a run: the same text after cleaning, or nearly the same.

`exact` remembers 16 bytes per distinct posting. `near` compares groups of three words by MinHash (datasketch); it is
several times slower than the tagging itself and keeps some kilobytes per distinct posting.
"""

import hashlib
from collections.abc import Sequence
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

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

    def firsts_of(self, fingerprints: Sequence[Fingerprint], source: int, rows: Sequence[int]) -> list[Place | None]:
        """Give, for each row of a chunk, the place of the first posting like it; None, and remember it, if it is the first."""
        packed = self._first.packed([text for text, _ in fingerprints])
        recent, near = self._first.recent, self._near
        firsts: list[Place | None] = []
        for (text, signature), row, known in zip(fingerprints, rows, packed, strict=True):
            place = source << _ROW_BITS | row
            first = recent.get(text, place) if known is None else known
            if first == place and text:
                like = near.first_of(signature, Place(source, row)) if near else None
                first = recent[text] = like.source << _ROW_BITS | like.row if like else place
            firsts.append(None if first == place else Place(first >> _ROW_BITS, first & ((1 << _ROW_BITS) - 1)))
        self._first.pack()
        return firsts


class _PackedNumbers:
    """A dictionary of 64-bit numbers in 16 bytes each: sorted arrays, and a real dictionary of the `recent` ones."""

    def __init__(self, packed_from: int = 1 << 16) -> None:
        self.packed_from = packed_from
        self.recent: dict[int, int] = {}
        self._keys, self._values = np.empty(0, np.uint64), np.empty(0, np.uint64)

    def packed(self, keys: Sequence[int]) -> list[int | None]:
        """Give the value of each key in the arrays, None where it is not there."""
        if not len(self._keys):
            return [None] * len(keys)
        asked = np.array(keys, np.uint64)
        places = np.minimum(self._keys.searchsorted(asked), len(self._keys) - 1)
        found: NDArray[Any] = self._values[places].astype(object)
        found[self._keys[places] != asked] = None
        return found.tolist()  # type: ignore[no-any-return]

    def pack(self) -> None:
        """Move the recent numbers to the arrays when there are many."""
        if len(self.recent) > max(self.packed_from, len(self._keys) >> 3):
            keys = np.fromiter(self.recent.keys(), np.uint64, len(self.recent))
            values = np.fromiter(self.recent.values(), np.uint64, len(self.recent))
            order = keys.argsort()
            places = self._keys.searchsorted(keys[order])
            self._keys = np.insert(self._keys, places, keys[order])
            self._values = np.insert(self._values, places, values[order])
            self.recent = {}


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
