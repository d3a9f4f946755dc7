"""What a run asks the store and writes into it: always for many listings at once, never row by row."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    any_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)

from jobtagger.job.keys import emptied_key
from jobtagger.job.schema import COUNTS, TEXTS, listings, marks, rejected, run_sources, runs, tags
from jobtagger.records import RawRecord, RejectedRecord

RUNNING, OK, PROBLEMS, FAILED = "running", "ok", "problems", "failed"


class Known(NamedTuple):
    """A listing as the store has it; without texts if retention emptied them."""

    listing_id: int
    digest: str
    raw_digest: str
    key: str
    has_texts: bool


class Listing(NamedTuple):
    """A listing on its way into the store, masked; `listing_id` is 0 as long as it has none."""

    key: str
    digest: str
    text_digest: str
    raw_digest: str
    url: str
    record: RawRecord
    posted_at: str
    listing_id: int = 0


class Stamp(NamedTuple):
    """With what, and when, a run tags."""

    now: str
    model: str
    knowledge: str


@dataclass(slots=True)
class Changes:
    """What one chunk changes: written together, or not at all."""

    source: str
    place: str
    new: list[tuple[Listing, dict[str, str]]] = field(default_factory=list)
    changed: list[tuple[Listing, dict[str, str]]] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    reworded: list[Listing] = field(default_factory=list)  # unchanged, but found in another form or under another key
    rejected: Sequence[RejectedRecord] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    replaces_rejected: bool = False


def latest_moment(connection: Connection) -> str:
    """Give the latest time that a run has written down, empty for a new store."""
    return connection.scalar(select(func.max(func.coalesce(runs.c.finished_at, runs.c.started_at)))) or ""


def begin_run(connection: Connection, now: str) -> tuple[int, int]:
    """Note that a run begins; give its id, and how many earlier ones ended without a word."""
    begun = connection.execute(insert(runs).values(started_at=now, outcome=RUNNING))
    run_id = int(begun.inserted_primary_key[0])  # type: ignore[index] # one row was inserted
    broken = connection.execute(
        update(runs)
        .where(runs.c.outcome == RUNNING, runs.c.run_id != run_id)
        .values(outcome=FAILED, message=f"ended without a word (killed, or the machine stopped); run {run_id} went on")
    )
    return run_id, broken.rowcount


def finish_run(connection: Connection, run_id: int, now: str, outcome: str, message: str) -> None:
    """Note how a run ended."""
    values = {"finished_at": now, "outcome": outcome, "message": message}
    connection.execute(update(runs).where(runs.c.run_id == run_id).values(values))


def note_source(
    connection: Connection, run_id: int, source: str, counts: Mapping[str, int], error: str, seconds: float
) -> None:
    """Note how far a run has come with a source."""
    of_this = (run_sources.c.run_id == run_id) & (run_sources.c.source == source)
    values = {name: counts[name] for name in COUNTS} | {"error": error, "seconds": round(seconds, 3)}
    if not connection.execute(update(run_sources).where(of_this).values(values)).rowcount:
        connection.execute(insert(run_sources).values(values | {"run_id": run_id, "source": source}))


def marks_of(connection: Connection, source: str) -> dict[str, str]:
    """Give up to where the places of a source were read."""
    found = connection.execute(select(marks.c.place, marks.c.mark).where(marks.c.source == source))
    return {row.place: row.mark for row in found}


def known_listings(connection: Connection, source: str, keys: Sequence[str]) -> dict[str, Known]:
    """Give those listings of a source that the store has, by their keys."""
    names = ("listing_id", "digest", "raw_digest", "listing_key")
    columns = (*(listings.c[name] for name in names), listings.c.description.is_not(None))
    asked = select(*columns).where(listings.c.source == source, _among(connection, listings.c.listing_key, keys))
    rows = connection.execute(asked).all()
    return {key: Known(listing_id, digest, raw, key, bool(texts)) for listing_id, digest, raw, key, texts in rows}


def first_listings(connection: Connection, text_digests: Sequence[str]) -> dict[str, int]:
    """Give, for each text that the store has, the first listing that had it."""
    first = func.min(func.coalesce(listings.c.repost_of, listings.c.listing_id))
    asked = select(listings.c.text_digest, first).where(_among(connection, listings.c.text_digest, text_digests))
    return {digest: listing_id for digest, listing_id in connection.execute(asked.group_by(listings.c.text_digest))}


def save(connection: Connection, changes: Changes, stamp: Stamp) -> int:
    """Write what a chunk changes; give the number of reposts among its new listings."""
    if changes.changed:  # first: what is new is no repost of what says something else by now
        _update_changed(connection, changes, stamp)
    n_reposts = _insert_new(connection, changes, stamp)
    seen = update(listings).where(listings.c.last_seen < stamp.now).values(last_seen=stamp.now)
    if changes.unchanged:
        connection.execute(seen.where(_among(connection, listings.c.listing_id, changes.unchanged)))
    if changes.reworded:
        found_as = update(listings).where(listings.c.listing_id == bindparam("this_id"))
        rows = [
            {
                "this_id": this.listing_id,
                "raw_digest": this.raw_digest,
                "listing_key": this.key,
                "url": this.url or None,
            }
            for this in changes.reworded
        ]
        connection.execute(found_as, rows)
    _save_rejected(connection, changes, stamp.now)
    save_marks(connection, changes.source, changes.marks)
    return n_reposts


def save_marks(connection: Connection, source: str, new: Mapping[str, str]) -> None:
    """Note up to where places of a source were read."""
    for place, mark in new.items():
        of_this = (marks.c.source == source) & (marks.c.place == place)
        if not connection.execute(update(marks).where(of_this).values(mark=mark)).rowcount:
            connection.execute(insert(marks).values(source=source, place=place, mark=mark))


def stale_listings(
    connection: Connection, stamp: Stamp, sources: Sequence[str], after: int, limit: int
) -> list[tuple[str, Listing]]:
    """Give listings, with their sources, whose tags were made by another model or knowledge and whose texts are kept."""
    columns = [listings.c[name] for name in ("listing_id", "source", "digest", *TEXTS)]
    asked = (
        select(*columns)
        .join(tags, (tags.c.listing_id == listings.c.listing_id) & tags.c.is_current)
        .where(listings.c.listing_id > after, listings.c.source.in_(sources), listings.c.description.is_not(None))
        .where((tags.c.model != stamp.model) | (tags.c.knowledge != stamp.knowledge))
        .order_by(listings.c.listing_id)
        .limit(limit)
    )
    return [(row.source, _as_stored(row)) for row in connection.execute(asked)]


def replace_tags(connection: Connection, tagged: Sequence[tuple[Listing, dict[str, str]]], stamp: Stamp) -> None:
    """Make these the current tags of listings; those before them are kept as history."""
    if tagged:
        of_these = _among(connection, tags.c.listing_id, [listing.listing_id for listing, _ in tagged])
        connection.execute(update(tags).where(of_these & tags.c.is_current).values(is_current=False))
        connection.execute(insert(tags), [_tag_values(listing, row, stamp) for listing, row in tagged])


def empty_texts(connection: Connection, before: str) -> int:
    """Delete the texts of listings not seen since, and what rejected rows of that age held; tags stay."""
    old = (listings.c.last_seen < before) & listings.c.description.is_not(None)
    nothing = dict.fromkeys((*TEXTS, "url")) | {"raw_digest": ""}
    empty_keys(connection, old)
    connection.execute(
        update(rejected).where(rejected.c.seen_at < before, rejected.c.content.is_not(None)).values(content=None)
    )
    return connection.execute(update(listings).where(old).values(nothing)).rowcount


def empty_keys(connection: Connection, of_these: ColumnElement[bool]) -> None:
    """Take the address out of the keys of listings; they are recognised all the same."""
    kept = connection.execute(select(listings.c.listing_id, listings.c.listing_key).where(of_these)).all()
    rows = [{"this_id": row[0], "listing_key": emptied_key(row[1])} for row in kept if emptied_key(row[1]) != row[1]]
    if rows:
        connection.execute(update(listings).where(listings.c.listing_id == bindparam("this_id")), rows)


def relink(connection: Connection, moved: Sequence[int], texts: Collection[str]) -> None:
    """Find the first listing anew for those whose text is another one, and for the reposts of theirs.

    `texts` are the digests of the texts that they had before.
    """
    columns = (listings.c.listing_id, listings.c.text_digest, listings.c.repost_of)
    ids = set(moved)
    left = connection.execute(select(*columns).where(_among(connection, listings.c.text_digest, sorted(texts)))).all()
    ids |= {row.listing_id for row in left if row.repost_of in ids}
    asked = select(*columns).where(_among(connection, listings.c.listing_id, sorted(ids))).order_by(columns[0])
    rows = connection.execute(asked).all()
    same = select(*columns).where(_among(connection, listings.c.text_digest, sorted({row.text_digest for row in rows})))
    firsts: dict[str, int] = {}
    for row in connection.execute(same.order_by(columns[0])):
        if row.listing_id not in ids:
            firsts.setdefault(row.text_digest, row.repost_of or row.listing_id)
    due = []
    for row in rows:
        first = firsts.setdefault(row.text_digest, row.listing_id)
        due.append({"this_id": row.listing_id, "repost_of": None if first == row.listing_id else first})
    connection.execute(update(listings).where(listings.c.listing_id == bindparam("this_id")), due)


def _as_stored(row: Any) -> Listing:
    record = RawRecord(*(getattr(row, name) or "" for name in TEXTS))
    return Listing("", row.digest, "", "", "", record, "", row.listing_id)


def _insert_new(connection: Connection, changes: Changes, stamp: Stamp) -> int:
    if not changes.new:
        return 0
    firsts = first_listings(connection, sorted({listing.text_digest for listing, _ in changes.new}))
    next_id = (connection.scalar(select(func.max(listings.c.listing_id))) or 0) + 1
    rows, of_tags, n_reposts = [], [], 0
    for listing_id, (listing, row) in enumerate(changes.new, next_id):
        first = firsts.setdefault(listing.text_digest, listing_id)
        n_reposts += first != listing_id
        own = {"listing_id": listing_id, "source": changes.source, "first_seen": stamp.now}
        rows.append(own | _listing_values(listing, stamp.now) | {"repost_of": None if first == listing_id else first})
        of_tags.append(_tag_values(listing._replace(listing_id=listing_id), row, stamp))
    connection.execute(insert(listings), rows)
    connection.execute(insert(tags), of_tags)
    return n_reposts


def _update_changed(connection: Connection, changes: Changes, stamp: Stamp) -> None:
    ids = [listing.listing_id for listing, _ in changes.changed]
    asked = select(listings.c.listing_id, listings.c.text_digest).where(_among(connection, listings.c.listing_id, ids))
    before = {listing_id: digest for listing_id, digest in connection.execute(asked)}
    rows = [_listing_values(listing, stamp.now) | {"this_id": listing.listing_id} for listing, _ in changes.changed]
    connection.execute(update(listings).where(listings.c.listing_id == bindparam("this_id")), rows)
    moved = [this.listing_id for this, _ in changes.changed if before[this.listing_id] != this.text_digest]
    if moved:
        relink(connection, moved, {before[listing_id] for listing_id in moved})
    replace_tags(connection, changes.changed, stamp)


def _listing_values(listing: Listing, now: str) -> dict[str, str | None]:
    texts = dict(zip(TEXTS, listing.record, strict=True))
    return {
        "listing_key": listing.key, "digest": listing.digest, "text_digest": listing.text_digest, "raw_digest": listing.raw_digest,
        "url": listing.url or None, **texts,
        "posted_at": listing.posted_at or None, "last_seen": now,
    }  # fmt: skip


def _tag_values(listing: Listing, row: dict[str, str], stamp: Stamp) -> dict[str, Any]:
    return {
        "listing_id": listing.listing_id, "digest": listing.digest, "model": stamp.model, "knowledge": stamp.knowledge,
        "tagged_at": stamp.now, "is_current": True, **row,
    }  # fmt: skip


def _save_rejected(connection: Connection, changes: Changes, now: str) -> None:
    """Keep rejected rows: a file read anew replaces its own, what was rejected elsewhere is kept once."""
    at_place = (rejected.c.source == changes.source) & (rejected.c.place == changes.place)
    known: set[str | None] = set()
    if changes.replaces_rejected:
        connection.execute(delete(rejected).where(at_place))
    elif changes.rejected:
        known = set(connection.scalars(select(rejected.c.content).where(at_place)))
    rows = [
        {"source": changes.source, "place": changes.place, "row": record.row, "reason": record.reason,
         "content": record.content, "seen_at": now}
        for record in changes.rejected
        if changes.replaces_rejected or record.content not in known
    ]  # fmt: skip
    if rows:
        connection.execute(insert(rejected), rows)


def _among(connection: Connection, column: Column[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Ask for any of many values at once: one parameter, so that thousands cost the database no long statement."""
    if connection.dialect.name == "sqlite":
        return column.in_(select(func.json_each(json.dumps(values)).table_valued("value").c.value))
    return column == any_(cast(list(values), ARRAY(column.type)))
