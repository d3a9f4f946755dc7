"""A scheduled job to play with: its folder, its configuration, its runs, and what the store holds afterwards."""

import csv
import io
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from jobtagger.job import RunOptions, RunReport, Settings, World, read_config, run_job
from jobtagger.job.store import open_store
from jobtagger.tagger import Tagger

START = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
EXAMPLE = (Path(__file__).parents[1] / "jobtagger" / "job" / "example.toml").read_text("utf-8")
FOLDER_SOURCE = '[[source]]\nname = "board"\nkind = "folder"\npaths = ["listings/*"]\n'


def uncommented(which: int, without: Sequence[str]) -> str:
    """Give the example with all that can be set, set: of alternatives that of this number, else the last.

    `without` are the beginnings of lines to leave out: keys of which only one may be named.
    """
    lines: list[str] = []
    for block in re.split(r"\n(?=\[)", re.sub(r"^# (?=[\w\[])", "", EXAMPLE, flags=re.MULTILINE)):
        values: dict[str, list[str]] = {}
        for line in block.splitlines():
            if re.match(r"\[|\w+ = ", line) and not line.startswith(tuple(without)):
                values.setdefault(line.split(" = ")[0], []).append(line)
        lines += [alternatives[which if which < len(alternatives) else -1] for alternatives in values.values()]
    return "\n".join(lines)


class Job:
    """A job in a folder of its own, run without a process."""

    def __init__(
        self, home: Path, tagger: Tagger, store: Path | str | None = None, sources: str = FOLDER_SOURCE
    ) -> None:
        self.home, self.tagger, self.now = home, tagger, START
        self.folder = home / "listings"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config = home / "jobtagger.toml"
        self.store = store or home / "jobtagger.sqlite"
        self.configure(sources)
        self.waits: list[float] = []

    def configure(self, sources: str, more: str = "") -> None:
        """Write the configuration."""
        key = "database" if isinstance(self.store, Path) else "url"
        self.config.write_text(f"[store]\n{key} = {json.dumps(str(self.store))}\n{more}\n{sources}", "utf-8")

    def settings(self, **changes: Any) -> Settings:
        """Read the configuration."""
        return replace(read_config(self.config, os.environ), **changes)

    def add(self, name: str, rows: Sequence[Sequence[str]], header: str = "id,title,description") -> Path:
        """Write a CSV file into the folder; every file has a time of its own."""
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows([header.split(","), *rows])
        path = self.folder / name
        path.write_text(text.getvalue(), "utf-8")
        return path

    def run(
        self, options: RunOptions | None = None, environ: Mapping[str, str] | None = None, **changes: Any
    ) -> RunReport:
        """Run once, an hour after the last time."""
        if environ is not None:
            changes["environ"] = environ
        report = run_job(self.settings(**changes), self.tagger, World(lambda: self.now, self.waits.append), options)
        self.now += timedelta(hours=1)
        return report

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the store."""
        with open_store(self.store, must_exist=True) as store, store.read() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]

    def counts(self, report: RunReport) -> dict[str, int]:
        """Give the counts of a run that are not 0."""
        counts = report.sources[0].counts if len(report.sources) == 1 else {}
        return {name.removeprefix("n_"): n for name, n in counts.items() if n}

    def truth(self, times: bool = True) -> dict[str, list[tuple[Any, ...]]]:
        """Give what the store says of listings, tags and rejected rows, without ids that say nothing."""
        seen = "l.first_seen, l.last_seen" if times else "1"
        tagged = "t.tagged_at" if times else "1"
        return {
            "listings": self.query(
                "SELECT l.source, l.listing_key, l.digest, l.url, l.title, l.description, l.skills, l.details, l.posted_at, "
                f"{seen}, f.source, f.listing_key FROM listings l LEFT JOIN listings f ON f.listing_id = l.repost_of "
                "ORDER BY l.source, l.listing_key"
            ),
            "tags": self.query(
                f"SELECT l.source, l.listing_key, t.digest, t.is_current, t.model, t.knowledge, {tagged}, t.category, "
                "t.risk_level, t.reasons FROM tags t JOIN listings l ON l.listing_id = t.listing_id "
                "ORDER BY l.source, l.listing_key, t.tag_id"
            ),
            "rejected": self.query(
                "SELECT source, place, row, reason, content FROM rejected ORDER BY source, place, row, content"
            ),
        }
