"""The tables and views of the store, the same ones in SQLite and PostgreSQL; docs/store.md explains them.

Times are UTC, ISO 8601, as text: `2026-04-01T12:00:00+00:00`; they sort as they are.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from jobtagger.records import OUTPUT_COLUMNS

SCHEMA_VERSION = 3
"""Counted up with every change of what stands below; `migrations.py` has the way from each to the next."""

TEXTS = ("title", "description", "skills", "details")
"""What `keep_text_days` empties in `listings`, besides the address."""

_NUMBERS = ("category_probability", "risk_score", "trend_pct", "exposure_percentile")

metadata = MetaData()

schema_info = Table("schema_info", metadata, Column("version", Integer, nullable=False))

listings = Table(
    "listings",
    metadata,
    Column("listing_id", Integer, primary_key=True, autoincrement=False),  # given out by the run, in order of arrival
    Column("source", Text, nullable=False),
    Column("listing_key", Text, nullable=False),  # the board's id or address, else a digest
    Column("digest", Text, nullable=False),  # of all four texts: another one means edited
    Column("text_digest", Text, nullable=False),  # of title and description, else skills: the same one means repost
    Column("raw_digest", Text, nullable=False, server_default=""),  # of the texts as found: the same one needs no look
    Column("url", Text),
    *(Column(name, Text) for name in TEXTS),  # cleaned and masked; null when retention emptied them
    Column("posted_at", Text),
    Column("first_seen", Text, nullable=False),
    Column("last_seen", Text, nullable=False),
    Column("repost_of", Integer, ForeignKey("listings.listing_id")),  # the first listing with this text
    UniqueConstraint("source", "listing_key", name="one_listing_per_key"),
    Index("listings_by_text", "text_digest"),
)

tags = Table(
    "tags",
    metadata,
    Column("tag_id", Integer, primary_key=True),
    Column("listing_id", Integer, ForeignKey("listings.listing_id"), nullable=False),
    Column("digest", Text, nullable=False),  # of the texts that were tagged
    Column("model", Text, nullable=False),  # digest of the model
    Column("knowledge", Text, nullable=False),  # digest of the knowledge files
    Column("tagged_at", Text, nullable=False),
    Column("is_current", Boolean, nullable=False),
    *(Column(name, Text, nullable=False, server_default="") for name in OUTPUT_COLUMNS),
)
Index(
    "one_current_tag_per_listing",
    tags.c.listing_id,
    unique=True,
    sqlite_where=tags.c.is_current,
    postgresql_where=tags.c.is_current,
)
Index("tags_by_listing", tags.c.listing_id)

rejected = Table(
    "rejected",
    metadata,
    Column("rejected_id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("place", Text, nullable=False),  # file, address of a page or feed, or table
    Column("row", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("content", Text),  # masked; null when retention emptied it
    Column("seen_at", Text, nullable=False),
    Index("rejected_by_place", "source", "place"),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", Integer, primary_key=True),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("outcome", Text, nullable=False),  # running, ok, problems or failed
    Column("message", Text, nullable=False, server_default=""),
)

COUNTS = ("n_read", "n_new", "n_changed", "n_unchanged", "n_reposts", "n_rejected", "n_retagged")
"""What a run counts per source, in the order of the table."""

run_sources = Table(
    "run_sources",
    metadata,
    Column("run_id", Integer, ForeignKey("runs.run_id"), primary_key=True),
    Column("source", Text, primary_key=True),
    *(Column(name, Integer, nullable=False, server_default="0") for name in COUNTS),
    Column("error", Text, nullable=False, server_default=""),
    Column("seconds", Float, nullable=False, server_default="0"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("correction_id", Integer, primary_key=True),
    Column("listing_id", Integer, ForeignKey("listings.listing_id"), nullable=False),
    Column("category_id", Text, nullable=False),
    Column("corrected_at", Text, nullable=False),
    Column("corrected_by", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Index("corrections_by_listing", "listing_id"),
)

marks = Table(
    "marks",
    metadata,
    Column("source", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("mark", Text, nullable=False),  # JSON: up to where this file, feed, page or query was read
)

CORRECTED = (  # for a listing "l"; a correction belongs to a text: it counts for its reposts, and not after an edit
    "(SELECT c.category_id FROM corrections c JOIN listings k ON k.listing_id = c.listing_id "
    "WHERE k.text_digest = l.text_digest AND c.corrected_at >= (SELECT MIN(g.tagged_at) FROM tags g "
    "WHERE g.listing_id = k.listing_id AND g.digest = k.digest) ORDER BY c.correction_id DESC LIMIT 1)"
)
"""What a person said of the text of a listing, as SQL."""

VIEWS = ("tagged_listings", "listings_by_week", "open_reviews", "source_health")


def view_statements(dialect: str) -> list[str]:
    """Give the statements that make the views, for "sqlite" or "postgresql"."""
    number = "REAL" if dialect == "sqlite" else "DOUBLE PRECISION"
    tag_columns = [
        f"CAST(NULLIF(t.{name}, '') AS {number}) AS {name}" if name in _NUMBERS else f"t.{name}"
        for name in OUTPUT_COLUMNS
    ]
    listing_columns = [f"l.{column.name}" for column in listings.columns if not column.name.endswith("digest")]
    columns = [
        *listing_columns,
        "t.tag_id",
        "t.model",
        "t.knowledge",
        "t.tagged_at",
        *tag_columns,
        f"{CORRECTED} AS corrected_category",
    ]
    return [
        f"CREATE VIEW tagged_listings AS SELECT {', '.join(columns)} "  # noqa: S608 - our own column names
        "FROM listings l JOIN tags t ON t.listing_id = l.listing_id AND t.is_current",
        # A week is named by its Monday; a repost counts in n_reposts only.
        f"CREATE VIEW listings_by_week AS SELECT {_monday(dialect)} AS week, source, category, risk_level, "  # noqa: S608
        "SUM(CASE WHEN repost_of IS NULL THEN 1 ELSE 0 END) AS n_listings, "
        "SUM(CASE WHEN repost_of IS NULL THEN 0 ELSE 1 END) AS n_reposts "
        "FROM tagged_listings GROUP BY 1, 2, 3, 4",
        "CREATE VIEW open_reviews AS SELECT v.* FROM tagged_listings v WHERE v.needs_review = 'true' "
        "AND v.repost_of IS NULL "
        "AND v.corrected_category IS NULL",
        "CREATE VIEW source_health AS SELECT s.source, MAX(r.started_at) AS last_run, "
        "MAX(CASE WHEN s.error = '' AND r.outcome <> 'running' THEN r.started_at END) AS last_good_run, "
        "MAX(CASE WHEN s.n_new > 0 THEN r.started_at END) AS last_new_listing, SUM(s.n_new) AS n_new, "
        "SUM(s.n_rejected) AS n_rejected, SUM(CASE WHEN s.error <> '' THEN 1 ELSE 0 END) AS n_failed_runs "
        "FROM run_sources s JOIN runs r ON r.run_id = s.run_id GROUP BY s.source",
    ]


def _monday(dialect: str) -> str:
    moment = "COALESCE(posted_at, first_seen)"
    if dialect == "sqlite":
        return f"date({moment}, 'weekday 0', '-6 days')"
    return f"to_char(date_trunc('week', CAST({moment} AS timestamptz) AT TIME ZONE 'UTC'), 'YYYY-MM-DD')"
