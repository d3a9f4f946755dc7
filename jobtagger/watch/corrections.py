"""Corrections by people: what a text really asks for, kept in the store, good for every listing with the same text.

A correction is about a text. When a listing was edited afterwards, its correction is of the past and it is asked about
again.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, delete, func, insert, select

from jobtagger.job.schema import corrections, listings, tags


class Correction(NamedTuple):
    """What somebody said of a listing, which has this text."""

    text_digest: str
    listing_id: int
    category_id: str
    corrected_at: str
    corrected_by: str
    note: str


def valid_corrections(connection: Connection) -> dict[str, Correction]:
    """Give the latest correction of each text; those of texts that were edited since are left out."""
    found = {}
    for digest, listing_id, category_id, corrected_at, by, note in connection.execute(_valid()):
        found[digest] = Correction(digest, listing_id, category_id, corrected_at, by, note)
    return found


def to_review() -> Select[Any]:
    """Ask for the texts marked for review that nobody has corrected: digest, first listing, number of listings.

    Those with many listings come first, and among them those the classifier was least sure of; texts that retention has
    emptied are left out.
    """
    n = func.count()
    return (
        select(listings.c.text_digest, func.min(listings.c.listing_id).label("listing_id"), n.label("n_listings"))
        .join(tags, (tags.c.listing_id == listings.c.listing_id) & tags.c.is_current)
        .where(
            tags.c.needs_review == "true",
            (listings.c.title != "") | (listings.c.description != "") | (listings.c.skills != ""),
            listings.c.text_digest.not_in(select(_valid().subquery().c.text_digest)),
        )
        .group_by(listings.c.text_digest)
        .order_by(n.desc(), func.min(tags.c.category_probability), func.min(listings.c.listing_id))
    )


def add_correction(
    connection: Connection, listing_id: int, category_id: str, now: datetime, by: str, note: str = ""
) -> int:
    """Note a correction; give its id, for `take_back`."""
    values = {
        "listing_id": listing_id,
        "category_id": category_id,
        "corrected_at": now.isoformat(timespec="seconds"),
        "corrected_by": by,
        "note": note,
    }
    return int(
        connection.execute(insert(corrections).values(values).returning(corrections.c.correction_id)).scalar_one()
    )


def take_back(connection: Connection, correction_id: int) -> None:
    """Forget a correction."""
    connection.execute(delete(corrections).where(corrections.c.correction_id == correction_id))


class TrainingRow(NamedTuple):
    """A corrected text, as `jobtagger train --data` takes it."""

    title: str
    description: str
    skills: str
    lang: str
    category: str


def training_rows(connection: Connection) -> Iterator[TrainingRow]:
    """Give every corrected text once, in order of correction; texts that retention has emptied are left out."""
    columns = (listings.c.title, listings.c.description, listings.c.skills, tags.c.language)
    for correction in valid_corrections(connection).values():
        query = (
            select(*columns)
            .join(tags, (tags.c.listing_id == listings.c.listing_id) & tags.c.is_current)
            .where(listings.c.listing_id == correction.listing_id)
        )
        row = connection.execute(query).first()
        if row and (row.title or row.description or row.skills):
            texts = (row.title or "", row.description or "", row.skills or "")
            yield TrainingRow(*texts, row.language, correction.category_id)


def _valid() -> Select[Any]:
    since = (
        select(func.min(tags.c.tagged_at))
        .where(tags.c.listing_id == listings.c.listing_id, tags.c.digest == listings.c.digest)
        .scalar_subquery()
    )
    return (
        select(
            listings.c.text_digest,
            corrections.c.listing_id,
            corrections.c.category_id,
            corrections.c.corrected_at,
            corrections.c.corrected_by,
            corrections.c.note,
        )
        .join(listings, listings.c.listing_id == corrections.c.listing_id)
        .where(corrections.c.corrected_at >= since)
        .order_by(corrections.c.correction_id)
    )
