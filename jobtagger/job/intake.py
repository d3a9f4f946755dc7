"""From a chunk of found listings to what it changes in the store: masked, known or new, tagged."""

import hashlib
from collections.abc import Mapping, Sequence

from jobtagger.job.ledger import Changes, Known, Listing
from jobtagger.job.privacy import mask_address, mask_record, mask_text
from jobtagger.job.sources import Chunk, Found
from jobtagger.records import RawRecord, RejectedRecord
from jobtagger.tagger import Tagger
from jobtagger.text import clean_text

NO_TEXT = "has neither a title nor a description nor skills"
_RAW_PER_CHAR = 4  # as in text/prepare.py: markup may be this many times longer than the text in it
_MAX_KEY = 500  # characters; an index takes no endless ones, longer ones are known by their digest
_MAX_CONTENT = 2000  # of a rejected row; enough to find it again


class Intake:
    """Turns the chunks of one source into changes of the store.

    `since` passes over listings known to be posted before that moment.
    """

    def __init__(self, source: str, tagger: Tagger, *, mask: bool, since: str = "") -> None:
        self._source, self._tagger, self._mask, self._since = source, tagger, mask, since
        self._raw_limit = tagger.knowledge.policy.max_chars * _RAW_PER_CHAR

    def listings(self, chunk: Chunk) -> tuple[dict[str, Listing], list[RejectedRecord]]:
        """Give the listings of a chunk by their keys, and what of it is none; of two with one key the later counts."""
        found: dict[str, Listing] = {}
        rejected = list(chunk.rejected)
        numbers = chunk.numbers or range(1, len(chunk.found) + 1)
        for number, entry in zip(numbers, chunk.found, strict=True):
            if entry.posted_at and entry.posted_at < self._since:
                continue
            listing = self._listing(entry)
            if not any(listing.record[:3]):
                content = " | ".join(filter(None, (entry.native_id, entry.url, entry.record.details)))
                rejected.append(RejectedRecord(chunk.place, number, NO_TEXT, content))
                continue
            found[listing.key] = listing
        return found, [self._masked(record) for record in rejected]

    def changes(
        self, chunk: Chunk, found: Mapping[str, Listing], rejected: Sequence[RejectedRecord], known: Mapping[str, Known]
    ) -> Changes:
        """Tag what is new or edited."""
        changes = Changes(
            self._source, chunk.place, rejected=rejected, marks=chunk.marks, replaces_rejected=chunk.replaces
        )
        due: list[tuple[Listing, list[tuple[Listing, dict[str, str]]]]] = []
        for key, listing in found.items():
            stored = known.get(key)
            if stored is None:
                due.append((listing, changes.new))
            elif stored.digest != listing.digest:
                due.append((listing._replace(listing_id=stored.listing_id), changes.changed))
            else:
                changes.unchanged.append(stored.listing_id)
        tagged = self._tagger.tag(listing.record for listing, _ in due)
        for (listing, where), tag in zip(due, tagged, strict=True):
            where.append((listing, tag.as_row()))
        return changes

    def _listing(self, found: Found) -> Listing:
        limit = self._raw_limit
        record = RawRecord(*(_storable(clean_text(text[:limit])) if text else "" for text in found.record))
        key, url = _storable(found.native_id), _storable(found.url)
        if self._mask:
            record, key, url = mask_record(record), mask_address(key), mask_address(url)
        digest = _digest(record)
        if len(key) > _MAX_KEY:
            key = _digest([key])
        return Listing(key or digest, digest, _digest(record[:2]), url, record, found.posted_at)

    def _masked(self, record: RejectedRecord) -> RejectedRecord:
        content = _storable(record.content[:_MAX_CONTENT].strip())
        return record._replace(content=mask_text(content) if self._mask else content)


def counts_of(changes: Changes, n_read: int) -> dict[str, int]:
    """Count what a chunk changes."""
    return {
        "n_read": n_read, "n_new": len(changes.new), "n_changed": len(changes.changed),
        "n_unchanged": len(changes.unchanged), "n_rejected": len(changes.rejected),
    }  # fmt: skip


def _storable(text: str) -> str:
    """Leave out what no database takes: the zero character and halves of characters."""
    return text if text.isascii() and "\0" not in text else text.replace("\0", "").encode("utf-8", "replace").decode()


def _digest(texts: Sequence[str]) -> str:
    return hashlib.blake2b("\0".join(texts).encode("utf-8", "replace"), digest_size=16).hexdigest()
