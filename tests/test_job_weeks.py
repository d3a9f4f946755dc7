"""Three weeks of scraping, played: new, edited, vanished, reposted and malformed listings, failing servers, kills, drift.

What the store holds in the end is compared with what follows from the observations alone, worked out below without the
store: for each listing the text last seen, the days it was first and last seen, how often it was tagged, the first
listing of the same text.
"""

import json
import os
import random
import signal
import sqlite3
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from boards import board, rss
from jobs import START, Job
from sqlalchemy import Engine, event

from jobtagger.job import RunOptions
from jobtagger.records import RawRecord
from jobtagger.tagger import Tagger

DAYS = 21
RETAG_DAY = 15
FEED_SIZE = 9
SOURCES = ("dump", "feed", "api", "table")
WORK = (
    "Logo",
    "Voice over",
    "Translate a contract",
    "Cold calling",
    "Fix a website",
    "Write product texts",
    "Edit a video",
)
WHOM = ("a bakery", "our shop", "a museum", "two friends", "a law firm")
HOW = ("This week.", "For the long run.", "With examples please.", "Small budget.", "In French and English.")


@dataclass
class Post:
    """A listing on a board; `text` may be edited while it is up."""

    key: str
    title: str
    text: str
    is_editable: bool


@dataclass
class World:
    """Four boards, and what of them could be observed."""

    rng: random.Random = field(default_factory=lambda: random.Random(2026))  # noqa: S311 - a game
    live: dict[str, list[Post]] = field(default_factory=lambda: {name: [] for name in SOURCES})
    number: int = 0
    seen: dict[tuple[str, str], list[tuple[int, str, str]]] = field(default_factory=dict)
    firsts: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    reposts: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def next_day(self, day: int) -> None:
        """Let things happen: posts come, are edited, reposted, go."""
        for name in SOURCES:
            posts = self.live[name]
            for post in posts:
                if post.is_editable and self.rng.random() < 0.15:
                    post.text = f"{post.text} Edited on day {day}."
            self.live[name] = [post for post in posts if self.rng.random() > 0.12]
            for _ in range(self.rng.randint(3, 6)):
                self.live[name].append(self._new_post(day))
            others = [post for posts in self.live.values() for post in posts if not post.is_editable]
            if others and self.rng.random() < 0.7:
                other = self.rng.choice(others)
                self.number += 1
                self.live[name].append(Post(str(self.number), other.title, other.text, False))

    def observe(self, day: int, name: str, posts: list[Post]) -> None:
        """Note what a run can see."""
        for post in posts:
            place = (name, post.key)
            if place not in self.seen:
                first = self.firsts.setdefault((post.title, post.text), place)
                if first != place:
                    self.reposts[place] = first
            self.seen.setdefault(place, []).append((day, post.title, post.text))

    def _new_post(self, day: int) -> Post:
        self.number += 1
        work = "Translate a contract" if day > DAYS // 2 else self.rng.choice(WORK)  # the drift
        title = f"{work} for {self.rng.choice(WHOM)} no {self.number}"
        return Post(str(self.number), title, self.rng.choice(HOW), self.rng.random() < 0.5)


class Boards:
    """Shows a world to the job: files, a feed, an interface with pages, a table."""

    def __init__(self, job, server, world):
        self.job, self.server, self.world = job, server, world
        self.database = job.home / "scraper.db"
        job.configure(
            '[[source]]\nname = "dump"\nkind = "folder"\npaths = ["listings/*.csv"]\n'
            f'[[source]]\nname = "feed"\nkind = "feed"\nurls = ["{server.url}/feed.xml"]\nretries = 0\n'
            f'[[source]]\nname = "api"\nkind = "http"\nurl = "{server.url}/api.json"\nretries = 0\n'
            'paging = { kind = "page", param = "page" }\n'
            '[[source]]\nname = "table"\nkind = "database"\nurl = "sqlite:///scraper.db"\ntable = "postings"\n'
        )

    def show(self, day):
        """Publish a day; say which sources can be read on it."""
        live = self.world.live
        rows = [(post.key, post.title, post.text) for post in live["dump"]]
        rows.insert(len(rows) // 2, (f"malformed on day {day}",))
        self.job.add(f"day-{day:02}.csv", rows)
        newest = live["feed"][::-1][:FEED_SIZE]
        feed_fails, api_fails = day % 6 == 3, day % 7 in (4, 5)
        bad_entry = f"<item><guid>empty-{day}</guid></item>" if day % 5 == 0 else ""
        text = rss([(post.key, post.title, post.text) for post in newest], bad_entry)
        self.server.put("feed.xml", text, **({"status": 503} if feed_fails else {}))
        records = [{"id": post.key, "title": post.title, "description": post.text} for post in live["api"]]
        pages = [records[:7], [*records[7:], f"no object on day {day}"], []]
        for number, page in enumerate(pages, 1):
            self.server.put(f"api.json.{number}", page, **({"status": 500} if api_fails and number == 1 else {}))
        with sqlite3.connect(self.database) as db:
            db.execute("CREATE TABLE IF NOT EXISTS postings (id TEXT, title TEXT, description TEXT)")
            db.execute("DELETE FROM postings")
            db.executemany("INSERT INTO postings VALUES (?, ?, ?)", [(p.key, p.title, p.text) for p in live["table"]])
        db.close()
        self.world.observe(day, "dump", live["dump"])
        if not feed_fails:
            self.world.observe(day, "feed", newest)
        if not api_fails:
            self.world.observe(day, "api", live["api"])
        self.world.observe(day, "table", live["table"])


def killed_run(job, options, n_events):
    """Run in a process that kills itself at its n-th word with the database."""
    pid = os.fork()
    if not pid:
        left = n_events

        def count(*_):
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "before_cursor_execute", count)
        event.listen(Engine, "commit", count)
        try:
            job.run(options)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL


@pytest.mark.parametrize("store_place", ["sqlite", "postgresql"], indirect=True)
def test_three_weeks_end_as_worked_out_from_scratch(tmp_path, tagger, store_place):
    """After 21 days with failures and kills, listings, history, reposts and rejected rows are what they must be."""
    job = Job(tmp_path / "job", tagger, store_place)
    new_tagger = Tagger(replace(tagger.knowledge, digest="new evidence"), tagger.model)
    world, kills, n_kills = World(), random.Random(7), 0  # noqa: S311 - a game
    with board(tmp_path / "board") as server:
        boards = Boards(job, server, world)
        for day in range(1, DAYS + 1):
            world.next_day(day)
            boards.show(day)
            job.now = START + timedelta(days=day)
            if day == RETAG_DAY:
                job.tagger = new_tagger
            options = RunOptions(retag=day == RETAG_DAY)
            if day % 2 == 0:
                n_kills += killed_run(job, options, kills.randint(0, 90))
                job.now += timedelta(hours=1)
            report = job.run(options)
            assert ("problems" if day % 6 == 3 or day % 7 in (4, 5) else "ok") == report.outcome
            if day % 4 == 0:
                assert 0 == job.run(options).total("n_new") + job.run(options).total("n_changed")

    assert n_kills >= 8
    check_listings(job, world)
    check_tags(job, world, tagger, new_tagger)
    check_rejected(job)
    check_runs(job, n_kills)


def day_of(moment):
    """Give the day of the game on which something was written."""
    return (int(moment[8:10]) - START.day) if moment[5:7] == "04" else 30 - START.day + int(moment[8:10])


def check_listings(job, world):
    """Each listing stands there once, with its last text, its days, and the first of its text."""
    stored = {
        (source, key): (title, text, day_of(first), day_of(last), None if of is None else (of, of_key))
        for source, key, title, text, first, last, of, of_key in job.query(
            "SELECT l.source, l.listing_key, l.title, l.description, l.first_seen, l.last_seen, f.source, f.listing_key "
            "FROM listings l LEFT JOIN listings f ON f.listing_id = l.repost_of"
        )
    }
    expected = {
        place: (*days[-1][1:], days[0][0], days[-1][0], world.reposts.get(place)) for place, days in world.seen.items()
    }
    assert len(expected) > 300
    assert len(world.reposts) > 20
    assert expected == stored
    assert [(len(expected),)] == job.query("SELECT count(*) FROM listings")


def check_tags(job, world, tagger, new_tagger):
    """One current tag for each listing, that of its last text; one before it for each text and knowledge it had before."""
    stored = {}
    for source, key, knowledge, is_current, day, category, reasons in job.query(
        "SELECT l.source, l.listing_key, t.knowledge, t.is_current, t.tagged_at, t.category, t.reasons "
        "FROM tags t JOIN listings l ON l.listing_id = t.listing_id ORDER BY t.tag_id"
    ):
        stored.setdefault((source, key), []).append((knowledge, bool(is_current), day_of(day), category, reasons))
    expected = {place: list(tags_of(days)) for place, days in world.seen.items()}
    for place, tags in expected.items():
        told = tagger.tag([RawRecord(title, text, "design" * (place[0] == "feed")) for title, text, *_ in tags])
        expected[place] = [
            (knowledge, number == len(tags), day, tag.as_row()["category"], tag.as_row()["reasons"])
            for number, ((_, _, day, knowledge), tag) in enumerate(zip(tags, told, strict=True), 1)
        ]
    old, new = tagger.knowledge.digest, new_tagger.knowledge.digest
    assert {old, new} == {tag[0] for tags in stored.values() for tag in tags}
    assert max(map(len, expected.values())) >= 4
    assert expected == {
        place: [({old: "old", new: "new"}[tag[0]], *tag[1:]) for tag in tags] for place, tags in stored.items()
    }


def tags_of(days):
    """Give the tags that follow from what was seen on which days: text, day, knowledge."""
    last, knowledge = None, "old"
    for day, title, text in days:
        if day > RETAG_DAY and knowledge == "old" and last is not None:
            yield (*last, RETAG_DAY, "new")  # tagged again while it was not to be seen
            knowledge = "new"
        if (title, text) != last:
            last = (title, text)
            knowledge = "new" if day >= RETAG_DAY else "old"
            yield title, text, day, knowledge
        elif day == RETAG_DAY and knowledge == "old":
            knowledge = "new"
            yield title, text, day, knowledge
    if knowledge == "old":
        yield (*last, RETAG_DAY, "new")


def check_rejected(job):
    """Every malformed listing is kept once."""
    contents = sorted(content for (content,) in job.query("SELECT content FROM rejected"))
    expected = [f"malformed on day {day}" for day in range(1, DAYS + 1)]
    expected += [json.dumps(f"no object on day {day}") for day in range(1, DAYS + 1) if day % 7 not in (4, 5)]
    expected += [f"empty-{day}" for day in range(5, DAYS + 1, 5) if day % 6 != 3]
    assert sorted(expected) == contents


def check_runs(job, n_kills):
    """Every run is written down, but for those killed before they could; killed ones are told from failed sources."""
    ((n_failed,),) = job.query("SELECT count(*) FROM runs WHERE outcome = 'failed'")
    assert 5 <= n_failed <= n_kills
    assert [] == job.query("SELECT run_id FROM runs WHERE outcome = 'running'")
    failed = job.query("SELECT source, count(DISTINCT substr(r.started_at, 1, 10)) FROM run_sources s "
                       "JOIN runs r ON r.run_id = s.run_id WHERE error <> '' GROUP BY source ORDER BY source")  # fmt: skip
    assert [("api", 6), ("feed", 4)] == failed
