"""A real store with made-up runs and listings, for the tests of what looks after the job."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select

from jobtagger.job.schema import listings, run_sources, runs, tags
from jobtagger.job.store import Store
from jobtagger.records import OUTPUT_COLUMNS

FIRST_RUN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # a Monday


def stamp(moment):
    """Word a moment as the store does."""
    return moment.isoformat(timespec="seconds")


def day(number):
    """Give the time of the run of a day, counted from the first."""
    return FIRST_RUN + timedelta(days=number)


def add_run(store: Store, at, found, outcome="ok", message=""):
    """Add a run that found, by source, a list of listings, or an error (a text).

    A listing is a dictionary of columns of `listings` and `tags`; what is missing is filled in.
    """
    with store.write() as connection:
        run_id = connection.execute(
            insert(runs).values(
                started_at=stamp(at), finished_at=stamp(at + timedelta(minutes=1)), outcome=outcome, message=message
            )
        ).inserted_primary_key[0]
        next_id = (connection.scalar(select(func.max(listings.c.listing_id))) or 0) + 1
        for source, rows in found.items():
            if isinstance(rows, str):
                connection.execute(insert(run_sources).values(run_id=run_id, source=source, error=rows))
                continue
            good = [row for row in rows if row != "rejected"]
            _insert(connection, source, at, next_id, good)
            next_id += len(good)
            connection.execute(
                insert(run_sources).values(
                    run_id=run_id,
                    source=source,
                    n_read=len(rows),
                    n_new=len(good),
                    n_rejected=len(rows) - len(good),
                    seconds=1.5,
                )
            )


def _insert(connection, source, at, first_id, rows):
    of_listings, of_tags = [], []
    for listing_id, row in enumerate(rows, first_id):
        listing = {
            "listing_id": listing_id, "source": source, "listing_key": str(listing_id), "digest": f"d{listing_id}",
            "text_digest": f"t{listing_id}", "title": f"Job {listing_id}", "description": "Some work", "skills": "",
            "url": None, "details": "", "posted_at": None, "first_seen": stamp(at), "last_seen": stamp(at), "repost_of": None,
        }  # fmt: skip
        tag = dict.fromkeys(OUTPUT_COLUMNS, "") | {
            "category": "legal", "category_probability": "0.900", "language": "en", "needs_review": "false",
        }  # fmt: skip
        listing |= {key: value for key, value in row.items() if key in listing}
        tag |= {key: value for key, value in row.items() if key in tag}
        of_listings.append(listing)
        of_tags.append(
            tag | {"listing_id": listing_id, "digest": listing["digest"], "model": row.get("model", "m"), "knowledge": "k",
                   "tagged_at": stamp(at), "is_current": True}
        )  # fmt: skip
    if rows:
        connection.execute(insert(listings), of_listings)
        connection.execute(insert(tags), of_tags)


def some(n, **columns):
    """Give n listings that are alike."""
    return [columns] * n
