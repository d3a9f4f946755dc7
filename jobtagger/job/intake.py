"""From a chunk of found listings to what it changes in the store: known or new, masked, tagged."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from jobtagger import __version__
from jobtagger.job.keys import digest_of, emptied_key, former_key, key_of, needs_content, text_digest_of
from jobtagger.job.ledger import Changes, Known, Listing
from jobtagger.job.privacy import mask_address, mask_record, mask_text
from jobtagger.job.sources import Chunk, Found, FoundRow
from jobtagger.job.sources.found import utc_text
from jobtagger.records import RawRecord, RejectedRecord
from jobtagger.tagger import Tagger
from jobtagger.text import clean_text

NO_TEXT = "has neither a title nor a description nor skills"
_RAW_PER_CHAR = 4  # as in text/prepare.py: markup may be this many times longer than the text in it
_MASKS = 2  # counted up when other things are masked: what was found before is then read in full once
_MAX_CONTENT = 2000  # of a rejected row; enough to find it again


class Entry(NamedTuple):
    """A found listing with its key and its place; `listing` is made at once only if the key hangs on it."""

    number: int
    key: str
    raw_digest: str
    found: Found | FoundRow
    listing: Listing | None


class Intake:
    """Turns the chunks of one source into changes of the store.

    `since` passes over listings known to be posted before that moment.
    """

    def __init__(self, source: str, tagger: Tagger, *, mask: bool, since: str = "") -> None:
        self._source, self._tagger, self._mask, self._since = source, tagger, mask, since
        self._raw_limit = tagger.knowledge.policy.max_chars * _RAW_PER_CHAR
        # What is found in the same form, under the same settings, was cleaned and masked to the same texts.
        self._salt = f"{__version__} {mask} {_MASKS} {self._raw_limit}"

    def entries(self, chunk: Chunk) -> list[Entry]:
        """Give a chunk's listings with the keys under which the store may know them."""
        numbers = chunk.numbers or range(1, len(chunk.found) + 1)
        entries = []
        for number, found in zip(numbers, chunk.found, strict=True):
            if self._since and "" < utc_text(found.whole().posted_at) < self._since:
                continue
            raw_digest = digest_of((self._salt, found.raw()))
            native_id = _storable(found.native_id)
            if not needs_content(native_id, mask=self._mask):
                entries.append(Entry(number, key_of(native_id, "", mask=self._mask), raw_digest, found, None))
                continue
            listing = self._listing("", found.whole(), raw_digest)
            key = key_of(native_id, listing.digest, mask=self._mask) if native_id else listing.key
            entries.append(Entry(number, key, raw_digest, found, listing._replace(key=key)))
        return entries

    def former_keys(self, entry: Entry) -> list[str]:
        """Give other keys under which the store may know a listing: of an earlier schema, or emptied by retention."""
        native_id = _storable(entry.found.native_id)
        keys = [entry.key, former_key(native_id, mask=self._mask)] if native_id else [entry.key]
        return [key for key in dict.fromkeys([*keys, *map(emptied_key, keys)]) if key != entry.key]

    def recognised(self, entries: Sequence[Entry], former: Mapping[str, Known]) -> dict[str, Known]:
        """Give, by their keys of today, the listings that the store knows under former ones.

        Schema 2 took listings for one when their addresses differed in nothing but what it masked. Such a one is the
        listing that has its content; the others are new.
        """
        found: dict[str, Known] = {}
        taken = set[int]()
        for entry in reversed(entries):  # of two with one key the later counted
            for key in self.former_keys(entry):
                known = former.get(key)
                if (
                    known
                    and entry.key not in found
                    and known.listing_id not in taken
                    and self._is_same(entry, key, known)
                ):
                    found[entry.key] = known
                    taken.add(known.listing_id)
        return found

    def _is_same(self, entry: Entry, former: str, known: Known) -> bool:
        native_id = _storable(entry.found.native_id)
        was_masked = needs_content(native_id, mask=self._mask) or former_key(native_id, mask=self._mask) != native_id
        if former == emptied_key(entry.key) or not was_masked:
            return True
        return known.digest == self._listing("", entry.found.whole(), "").digest

    def changes(self, chunk: Chunk, entries: Sequence[Entry], known: Mapping[str, Known]) -> Changes:
        """Tag what is new or edited; of two listings with one key the later counts."""
        unchanged: dict[str, int] = {}
        other: dict[str, Listing] = {}
        rejected = list(chunk.rejected)
        for entry in entries:
            stored = known.get(entry.key)
            if stored and stored.raw_digest == entry.raw_digest:
                other.pop(entry.key, None)
                unchanged[entry.key] = stored.listing_id
                continue
            listing = entry.listing or self._listing(entry.key, entry.found.whole(), entry.raw_digest)
            if not any(listing.record[:3]):
                found = entry.found.whole()
                content = " | ".join(dict.fromkeys(filter(None, (found.native_id, found.url, found.record.details))))
                rejected.append(RejectedRecord(chunk.place, entry.number, NO_TEXT, content))
                continue
            unchanged.pop(entry.key, None)
            other[entry.key] = listing
        changes = Changes(self._source, chunk.place, marks=chunk.marks, replaces_rejected=chunk.replaces)
        changes.unchanged = list(unchanged.values())
        changes.rejected = [self._masked(record) for record in rejected]
        self._tag(other, known, changes)
        return changes

    def _tag(self, listings: Mapping[str, Listing], known: Mapping[str, Known], changes: Changes) -> None:
        due: list[tuple[Listing, list[tuple[Listing, dict[str, str]]]]] = []
        for key, listing in listings.items():
            stored = known.get(key)
            if stored is None:
                due.append((listing, changes.new))
            elif stored.digest != listing.digest:
                due.append((listing._replace(listing_id=stored.listing_id), changes.changed))
            else:
                changes.unchanged.append(stored.listing_id)
                kept = listing if stored.has_texts else listing._replace(key=stored.key, url="")
                changes.reworded.append(kept._replace(listing_id=stored.listing_id))
        tagged = self._tagger.tag(listing.record for listing, _ in due)
        for (listing, where), tag in zip(due, tagged, strict=True):
            where.append((listing, tag.as_row()))

    def _listing(self, key: str, found: Found, raw_digest: str) -> Listing:
        limit = self._raw_limit
        record = RawRecord(*(_storable(clean_text(text[:limit])) if text else "" for text in found.record))
        url = _storable(found.url)
        if self._mask:
            record, url = mask_record(record), mask_address(url)
        digest, text_digest = digest_of(record), text_digest_of(*record[:3])
        return Listing(key or digest, digest, text_digest, raw_digest, url, record, utc_text(found.posted_at))

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
