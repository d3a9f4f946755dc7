"""The scheduled job: once each, nothing lost, nothing doubled; what it stores, masks, keeps and forgets."""

import gzip
import json
import os
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from jobs import START, Job
from sqlalchemy import Engine, event, text

from jobtagger.errors import ConfigError
from jobtagger.job import RunOptions, World, run_job
from jobtagger.job.sources import found as found_module
from jobtagger.job.store import open_store
from jobtagger.records import OUTPUT_COLUMNS, RawRecord
from jobtagger.tagger import Tagger


@pytest.fixture
def job(tmp_path, tagger, store_place):
    """Give a job with a folder source, in SQLite and in PostgreSQL."""
    return Job(tmp_path, tagger, store_place)


@pytest.fixture
def small_job(tmp_path, tagger):
    """Give a job in SQLite, for what does not depend on the database."""
    return Job(tmp_path, tagger)


def test_every_new_listing_is_tagged_once(job):
    """A run tags what is there, with all output columns and the digests of model and knowledge."""
    job.add("a.csv", [("1", "Logo for a bakery", ""), ("2", "Translate a contract", "to French")])

    report = job.run()

    assert "ok" == report.outcome
    assert {"read": 2, "new": 2} == job.counts(report)
    assert [("1", "graphic_design"), ("2", "translation")] == job.query(
        "SELECT listing_key, category FROM tagged_listings ORDER BY 1"
    )
    model, knowledge = job.tagger.model.digest, job.tagger.knowledge.digest
    assert [(model, knowledge)] * 2 == job.query("SELECT model, knowledge FROM tags")
    tags = job.query(f"SELECT {', '.join(OUTPUT_COLUMNS)} FROM tags ORDER BY tag_id")
    told = job.tagger.tag([RawRecord("Logo for a bakery"), RawRecord("Translate a contract", "to French")])
    assert [tuple(tag.as_row().values()) for tag in told] == tags


def test_running_again_does_nothing(job):
    """A second run over the same files changes nothing but the list of runs, and reads no file."""
    job.add("a.csv", [("1", "Logo for a bakery", "")])
    job.run()
    before = job.truth()

    assert {} == job.counts(job.run())
    assert before == job.truth()
    assert [("ok",), ("ok",)] == job.query("SELECT outcome FROM runs")


def test_edited_listing_is_tagged_again_with_its_history(job):
    """Edited listings get a new current tag, the old one is kept; unchanged ones are only seen."""
    job.add("a.csv", [("1", "Logo for a bakery", ""), ("2", "Voice over", "")])
    job.run()
    job.add("b.csv", [("1", "Translate a contract to French", ""), ("2", "Voice over", ""), ("3", "Cold calling", "")])

    assert {"read": 3, "new": 1, "changed": 1, "unchanged": 1} == job.counts(job.run())
    first, second = "2026-04-01T12:00:00+00:00", "2026-04-01T13:00:00+00:00"
    assert [
        ("1", "translation", first, second),
        ("2", "audio_voice", first, second),
        ("3", "sales_leadgen", second, second),
    ] == job.query("SELECT listing_key, category, first_seen, last_seen FROM tagged_listings ORDER BY 1")
    assert [("graphic_design", first, False), ("translation", second, True)] == [
        (category, when, bool(current))
        for category, when, current in job.query(
            "SELECT category, tagged_at, is_current FROM tags WHERE listing_id = 1 ORDER BY tag_id"
        )
    ]


def test_listings_without_an_id_are_known_by_their_content(job):
    """Equal rows without id are one listing, whatever the white space and markup."""
    (job.folder / "a.csv").write_text("title\nLogo for a bakery\n<b>Logo for  a bakery</b>\nVoice over\n")

    assert {"read": 3, "new": 2} == job.counts(job.run())
    (job.folder / "b.csv").write_text("title\nLogo for a bakery\n")
    assert {"read": 1, "unchanged": 1} == job.counts(job.run())


def test_repost_is_linked_to_the_first(job):
    """The same text under a new key, in the same chunk, later, or from another source, names the first listing."""
    (job.home / "other").mkdir()
    job.configure(
        '[[source]]\nname = "a"\nkind = "folder"\npaths = ["listings/*"]\n'
        '[[source]]\nname = "b"\nkind = "folder"\npaths = ["other/*"]\n'
    )
    job.add("a.csv", [("1", "Logo for a bakery", "in blue"), ("2", "Logo for a bakery", "in blue"), ("3", "Voice", "")])
    job.run()
    (job.home / "other" / "b.csv").write_text("id,title,description\n1,Logo for a bakery,in blue\n")
    job.add("b.csv", [("4", "Logo for a bakery", "in blue"), ("5", "Logo for a bakery", "in red")])

    report = job.run()

    assert [1, 1] == [source.counts["n_reposts"] for source in report.sources]
    assert [
        ("a", "1", None),
        ("a", "2", 1),
        ("a", "3", None),
        ("a", "4", 1),
        ("a", "5", None),
        ("b", "1", 1),
    ] == job.query("SELECT source, listing_key, repost_of FROM tagged_listings ORDER BY source, listing_key")
    assert [(3, 3)] == job.query("SELECT SUM(n_listings), SUM(n_reposts) FROM listings_by_week")


def test_repost_of_a_text_that_was_edited_away_is_new(job):
    """A listing is no repost of one that says something else by now."""
    job.add("a.csv", [("1", "Logo for a bakery", "")])
    job.run()
    job.add("b.csv", [("1", "Voice over", "")])
    job.run()
    job.add("c.csv", [("2", "Logo for a bakery", "")])
    job.run()

    assert [(None,), (None,)] == job.query("SELECT repost_of FROM listings")


def test_rejected_rows_are_kept_and_forgotten_when_the_file_is_mended(job):
    """A bad row is stored with file, row and reason, masked, and goes when the file is read anew without it."""
    job.add("a.csv", [("1", "Logo", ""), ("2", "", ""), ("write to me@example.org",)])

    report = job.run()
    assert {"read": 3, "new": 1, "rejected": 2} == job.counts(report)
    assert [
        ("board", "a.csv", 3, "has neither a title nor a description nor skills", "2"),
        ("board", "a.csv", 4, "1 cells where the header has 3", "write to ***@***"),
    ] == job.query("SELECT source, place, row, reason, content FROM rejected ORDER BY row")

    job.add("a.csv", [("1", "Logo", ""), ("2", "Voice over for a film", "")])
    job.run()

    assert [] == job.query("SELECT * FROM rejected")


def test_row_number_of_a_bad_row_counts_from_the_top_of_the_file(small_job, monkeypatch):
    """In later chunks too, a row without text is named by its row in the file."""
    monkeypatch.setattr(found_module, "CHUNK_ROWS", 4)
    small_job.add("a.csv", [(str(i), "" if i == 9 else f"Logo {i}", "") for i in range(12)])

    small_job.run()

    assert [(11,)] == small_job.query("SELECT row FROM rejected")


def test_files_of_any_format_are_read(small_job):
    """JSON lines, packed files and Excel-like delimiters are read as `jobtagger tag` reads them; unfinished ones wait."""
    (small_job.folder / "a.jsonl.gz").write_bytes(
        gzip.compress(b'{"url": "http://x/1", "title": "Logo", "published": "2026-03-30T09:00:00+02:00"}\n')
    )
    (small_job.folder / "b.csv").write_text("intitul\u00e9;texte\nTraduire un contrat;du fran\u00e7ais\n", "cp1252")
    (small_job.folder / "c.csv.part").write_text("id,title\n9,Voice over\n")

    assert {"read": 2, "new": 2} == small_job.counts(small_job.run())
    assert [("http://x/1", "2026-03-30T07:00:00+00:00", "Logo")] == small_job.query(
        "SELECT url, posted_at, title FROM listings WHERE url IS NOT NULL"
    )
    assert [("du fran\u00e7ais",)] == small_job.query("SELECT description FROM listings WHERE url IS NULL")


def test_columns_that_the_configuration_names_are_read(small_job):
    """Columns can be named; a change of them makes the files be read anew."""
    (small_job.folder / "a.csv").write_text("id,what,more,when\n1,Logo,a sign,2026-03-01\n")
    source = '[[source]]\nname = "board"\nkind = "folder"\npaths = ["listings/*"]\n'
    small_job.configure(source)
    assert "no text column found; name it in the source's columns" in small_job.run().message

    small_job.configure(source + 'columns = { title = "what" }\n')
    assert {"read": 1, "new": 1} == small_job.counts(small_job.run())
    small_job.configure(source + 'columns = { title = "what", description = "more", posted_at = "when" }\n')
    assert {"read": 1, "changed": 1} == small_job.counts(small_job.run())
    assert [("a sign", "2026-03-01T00:00:00+00:00")] == small_job.query("SELECT description, posted_at FROM listings")


def test_one_bad_file_does_not_stop_the_others(job):
    """A file that cannot be read is named; the rest is tagged; the next run tries it again."""
    (job.folder / "a.csv").write_bytes(b"title\n")
    job.add("b.csv", [("1", "Logo", "")])

    report = job.run()

    assert 1 == report.sources[0].counts["n_new"]
    assert ["a.csv: has a header and no rows" in error for error in report.sources[0].errors] == [True]
    assert 1 == len(job.run().sources[0].errors)


def test_one_failing_source_does_not_stop_the_others(job):
    """A folder that vanished is an error of its source; the others are read; when it is back it is read too."""
    job.configure(
        '[[source]]\nname = "gone"\nkind = "folder"\npaths = ["away/*.csv"]\n'
        '[[source]]\nname = "here"\nkind = "folder"\npaths = ["listings/*.csv"]\n'
    )
    job.add("a.csv", [("1", "Logo", "")])

    report = job.run()

    assert "problems" == report.outcome
    assert [0, 1] == [source.counts["n_new"] for source in report.sources]
    assert [("gone", True), ("here", False)] == [
        (name, "away: is no folder, or cannot be reached" in error)
        for name, error in job.query("SELECT source, error FROM run_sources ORDER BY source")
    ]
    (job.home / "away").mkdir()
    (job.home / "away" / "x.csv").write_text("id,title\n1,Voice over\n")
    assert "ok" == job.run().outcome
    assert [(2,)] == job.query("SELECT count(*) FROM listings")


def test_all_sources_failing_is_a_failed_run(small_job):
    """When nothing could be read, the run says failed."""
    shutil.rmtree(small_job.folder)

    assert "failed" == small_job.run().outcome


def test_folder_that_vanishes_loses_nothing(small_job):
    """Listings stay when their folder goes, and are not read again when it comes back."""
    small_job.add("a.csv", [("1", "Logo", "")])
    small_job.run()
    before = small_job.truth()
    small_job.folder.rename(small_job.home / "aside")
    small_job.run()
    (small_job.home / "aside").rename(small_job.folder)

    assert {} == small_job.counts(small_job.run())
    assert before == small_job.truth()


def test_named_file_that_is_not_there_is_an_error(small_job):
    """A pattern may fit nothing yet; a file named in full must be there."""
    small_job.configure('[[source]]\nname = "board"\nkind = "folder"\npaths = ["listings/a.csv", "listings/*.json"]\n')
    assert "a.csv: no such file" in small_job.run().message

    small_job.add("a.csv", [("1", "Logo", "")])
    assert {"read": 1, "new": 1} == small_job.counts(small_job.run())


def test_folders_with_strange_names_are_read(tmp_path, tagger):
    """A bracket or star in the name of the configuration's folder is no wildcard; folders within folders are read."""
    job = Job(tmp_path / "a [b] *c", tagger, sources='[[source]]\nname = "x"\nkind = "folder"\npaths = ["**/*.csv"]\n')
    (job.folder / "sub").mkdir()
    job.add("sub/a.csv", [("1", "Logo", "")])
    (job.home / "b.csv").write_text("id,title\n2,Voice over\n")

    assert {"read": 2, "new": 2} == job.counts(job.run())
    assert [("b.csv",), ("listings/sub/a.csv",)] == job.query("SELECT place FROM marks ORDER BY place")


def test_files_of_the_same_name_in_two_folders_are_two(job):
    """Each has its own mark and rejected rows; neither is read again, and one that is mended loses its own row only."""
    (job.home / "more").mkdir()
    job.configure('[[source]]\nname = "board"\nkind = "folder"\npaths = ["listings/*.csv", "more/*.csv", "**/*.csv"]\n')
    job.add("x.csv", [("1", "Logo", ""), ("2", "", "")])
    (job.home / "more" / "x.csv").write_text("id,title\n3,Voice over\n4,\n")

    assert {"read": 4, "new": 2, "rejected": 2} == job.counts(job.run())
    assert [("./more/x.csv", 3, "4"), ("x.csv", 3, "2")] == job.query(
        "SELECT place, row, content FROM rejected ORDER BY place"
    )
    assert {} == job.counts(job.run())
    (job.home / "more" / "x.csv").write_text("id,title\n3,Voice over\n")
    assert {"read": 1, "unchanged": 1} == job.counts(job.run())
    assert [("x.csv",)] == job.query("SELECT place FROM rejected")


def test_file_that_stood_under_the_name_of_another_folder_is_named_anew(job):
    """A store of before, in which files of the second folder had names like those of the first, keeps no old rows."""
    (job.home / "more").mkdir()
    (job.home / "more" / "x.csv").write_text("id,title\n3,Voice over\n4,\n")
    job.configure('[[source]]\nname = "board"\nkind = "folder"\npaths = ["more/*.csv"]\n')
    job.run()
    job.configure('[[source]]\nname = "board"\nkind = "folder"\npaths = ["listings/*.csv", "more/*.csv"]\n')

    assert {"read": 2, "unchanged": 1, "rejected": 1} == job.counts(job.run())
    assert [("./more/x.csv",)] == job.query("SELECT place FROM rejected")
    assert {} == job.counts(job.run())


def test_dry_run_counts_reposts_and_what_would_be_tagged_again(job):
    """A dry run with --retag says what the run then does."""
    job.add("a.csv", [(str(n), f"Logo {n}", "") for n in range(1, 5)])
    job.run()
    job.tagger = Tagger(replace(job.tagger.knowledge, digest="new"), job.tagger.model)
    job.add(
        "b.csv",
        [("1", "Voice over", ""), ("5", "Voice over", ""), ("6", "Logo 2", ""), ("7", "New", ""), ("8", "New", "")],
    )
    expected = {"read": 5, "new": 4, "changed": 1, "reposts": 3, "retagged": 3}
    before = job.truth()

    assert expected == job.counts(job.run(RunOptions(dry_run=True, retag=True)))
    assert before == job.truth()
    assert expected == job.counts(job.run(RunOptions(retag=True)))


def test_dry_run_writes_nothing(job):
    """A dry run says what would be done, makes no store, and leaves one that is there alone."""
    job.add("a.csv", [("1", "Logo", ""), ("2",)])

    assert {"read": 2, "new": 1, "rejected": 1} == job.counts(job.run(RunOptions(dry_run=True)))
    assert not (job.home / "jobtagger.sqlite").exists()
    job.run()
    job.add("b.csv", [("1", "Logo, please", ""), ("3", "Voice over", "")])
    before = job.truth(), job.query("SELECT count(*) FROM runs")

    assert {"read": 2, "new": 1, "changed": 1} == job.counts(job.run(RunOptions(dry_run=True)))
    assert before == (job.truth(), job.query("SELECT count(*) FROM runs"))
    assert {"read": 2, "new": 1, "changed": 1} == job.counts(job.run())


def test_source_option_reads_that_source_only(small_job):
    """Only the named source is read; an unknown name is refused."""
    (small_job.home / "b").mkdir()
    (small_job.home / "b" / "b.csv").write_text("id,title\n1,Voice over\n")
    small_job.add("a.csv", [("1", "Logo", "")])
    small_job.configure(
        '[[source]]\nname = "a"\nkind = "folder"\npaths = ["listings/*"]\n'
        '[[source]]\nname = "b"\nkind = "folder"\npaths = ["b/*"]\n'
    )

    assert ["b"] == [source.name for source in small_job.run(RunOptions(sources=("b",))).sources]
    assert [("b",)] == small_job.query("SELECT source FROM listings")
    with pytest.raises(ConfigError, match='no source "c" is configured; configured: a, b'):
        small_job.run(RunOptions(sources=("c",)))


def test_since_passes_over_older_listings_and_reads_them_later(job):
    """Listings posted before the day wait for a run without --since; those without a date are taken."""
    rows = [("1", "Logo", "", "2026-03-01"), ("2", "Voice over", "", "2026-03-31"), ("3", "Cold calling", "", "")]
    job.add("a.csv", rows, "id,title,description,posted")

    job.run(RunOptions(since=datetime(2026, 3, 15, tzinfo=UTC)))
    assert [("2",), ("3",)] == job.query("SELECT listing_key FROM listings ORDER BY 1")

    job.run()
    assert [("1",), ("2",), ("3",)] == job.query("SELECT listing_key FROM listings ORDER BY 1")


def test_retag_tags_again_what_other_knowledge_tagged(job):
    """New evidence tags only on demand, in the same run as new listings, and keeps what was said before."""
    job.add("a.csv", [("1", "Logo for a bakery", ""), ("2", "Voice over", "")])
    job.run()
    old = job.tagger.knowledge.digest
    job.tagger = Tagger(replace(job.tagger.knowledge, digest="new"), job.tagger.model)
    job.add("b.csv", [("3", "Cold calling", "")])

    assert {"read": 1, "new": 1} == job.counts(job.run())
    assert [(old,), (old,), ("new",)] == job.query("SELECT knowledge FROM tagged_listings ORDER BY listing_key")
    job.add("c.csv", [("4", "Write a poem", "")])
    assert {"read": 1, "new": 1, "retagged": 2} == job.counts(job.run(RunOptions(retag=True)))
    assert {} == job.counts(job.run(RunOptions(retag=True)))

    assert [("new",)] == job.query("SELECT DISTINCT knowledge FROM tagged_listings")
    assert [(old, 2)] == job.query("SELECT knowledge, count(*) FROM tags WHERE NOT is_current GROUP BY 1")
    assert [("graphic_design",), ("graphic_design",)] == job.query("SELECT category FROM tags WHERE listing_id = 1")


def test_retagging_gives_what_tagging_gave(job):
    """Tags are made from the stored texts: the same model gives the same tags when it tags again from the store."""
    job.add("a.csv", [(str(i), title, text) for i, (title, text) in enumerate(TEXTS)])
    job.run()
    columns = ", ".join(OUTPUT_COLUMNS)
    before = job.query(f"SELECT {columns} FROM tagged_listings ORDER BY listing_id")
    job.tagger = Tagger(replace(job.tagger.knowledge, digest="the same under another name"), job.tagger.model)

    assert len(TEXTS) == job.run(RunOptions(retag=True)).total("n_retagged")
    assert before == job.query(f"SELECT {columns} FROM tagged_listings ORDER BY listing_id")


TEXTS = [
    (
        "Logo &amp; card",
        "<p>Mail <a href='mailto:a@b.com'>a@b.com</a> or call +33 6 12 34 56 78</p><ul><li>two colours</li></ul>",
    ),
    ("Traduire un contrat", "Écrire à jean@exemple.fr, budget 300 €, https://exemple.fr/?token=abc"),
    ("Voice over", "WhatsApp 5551234567. Long term."),
]


def test_contacts_are_masked_before_they_are_stored(job):
    """No address, number or secret reaches the store; the configuration can allow it."""
    job.add("a.csv", [(f"http://x/{i}?sid=s3cret", *text) for i, text in enumerate(TEXTS)], "url,title,description")
    job.run()

    stored = repr(job.truth())
    for secret in ("a@b.com", "jean@", "34 56", "5551234567", "token=abc", "s3cret"):
        assert secret not in stored
    assert "http://x/0?sid=***" in stored
    job.configure('[[source]]\nname = "open"\nkind = "folder"\npaths = ["listings/*"]\n', "[privacy]\nmask = false")
    job.run()
    assert "jean@exemple.fr" in repr(job.truth())


def test_no_secret_is_left_in_the_files_of_the_store(small_job):
    """The bytes of the SQLite file and its side files hold none of what is masked, or emptied by retention."""
    small_job.configure(
        '[[source]]\nname = "board"\nkind = "folder"\npaths = ["listings/*"]\n', "[privacy]\nkeep_text_days = 7"
    )
    small_job.add("a.csv", [("1", "Logo", "Call me: jean@exemple.fr. Zanzibarian bakery.")])
    small_job.run()
    (small_job.folder / "a.csv").unlink()
    small_job.now += timedelta(days=8)
    small_job.run()
    with sqlite3.connect(small_job.store) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()

    content = b"".join(path.read_bytes() for path in small_job.home.glob("jobtagger.sqlite*"))
    assert b"jean@exemple" not in content
    assert b"Zanzibarian" not in content.replace(b"word:zanzibarian", b"")


def test_retention_empties_texts_and_keeps_tags(job):
    """Texts of listings not seen for so many days go, with what rejected rows held; tags, counts and links stay."""
    source = '[[source]]\nname = "board"\nkind = "folder"\npaths = ["listings/*"]\n'
    job.configure(source, "[privacy]\nkeep_text_days = 10")
    job.add(
        "a.csv", [("http://x/1", "Logo", "blue"), ("http://x/2", "Voice over", "warm"), ("3",)], "url,title,description"
    )
    job.run()
    job.now += timedelta(days=6)
    job.add("b.csv", [("http://x/2", "Voice over", "warm")], "url,title,description")
    job.run()
    job.now += timedelta(days=6)

    assert 1 == job.run().n_emptied
    assert [(None, None, None, None), ("http://x/2", "Voice over", "warm", "")] == job.query(
        "SELECT url, title, description, skills FROM listings ORDER BY listing_id"
    )
    assert [(None,)] == job.query("SELECT content FROM rejected")
    assert [("graphic_design",), ("audio_voice",)] == job.query(
        "SELECT category FROM tagged_listings ORDER BY listing_id"
    )
    job.add("c.csv", [("http://x/1", "Logo", "blue")], "url,title,description")
    assert {"read": 1, "unchanged": 1} == job.counts(job.run())
    assert [(None,)] == job.query("SELECT title FROM listings WHERE listing_id = 1")
    job.tagger = Tagger(replace(job.tagger.knowledge, digest="new"), job.tagger.model)
    assert 1 == job.run(RunOptions(retag=True)).total("n_retagged")


def test_clock_that_jumps_back_is_not_believed(job):
    """Times in the store never go back; the run says what it did about it."""
    job.add("a.csv", [("1", "Logo", "")])
    job.run()
    job.now = START - timedelta(days=400)
    job.add("b.csv", [("1", "Logo", ""), ("2", "Voice over", "")])

    report = job.run()

    assert (
        "the clock says 2025-02-25T12:00:00+00:00, but a run was at 2026-04-01T12:00:00+00:00 already" in report.message
    )
    assert "ok" == report.outcome
    assert [("2026-04-01T12:00:00+00:00",)] == job.query("SELECT DISTINCT last_seen FROM listings")


def test_asked_to_stop_it_keeps_what_is_done(small_job, monkeypatch):
    """A run that is asked to stop ends between two chunks, says so, and the next one goes on there."""
    monkeypatch.setattr(found_module, "CHUNK_ROWS", 4)
    small_job.add("a.csv", [(str(i), f"Logo {i}", "") for i in range(12)])
    asked = iter([False, False, True])
    report = run_job(small_job.settings(), small_job.tagger, World(lambda: START, should_stop=lambda: next(asked)))

    assert ("problems", "was asked to stop; the next run goes on") == (report.outcome, report.message)
    n_done = small_job.query("SELECT count(*) FROM listings")[0][0]
    assert 0 < n_done < 12
    assert {"read": 12 - n_done, "new": 12 - n_done} == small_job.counts(small_job.run())


def test_texts_that_no_database_takes_are_mended(job):
    """Zero characters and halves of characters are left out, endless ids cut down."""
    record = {
        "id": "x" * 5000 + "\0",
        "title": "Logo \ud83d for \0 a bakery",
        "description": "\udc00",
        "url": "http://x/\ud83d",
    }
    (job.folder / "a.jsonl").write_text(json.dumps(record) + "\n")

    assert {"read": 1, "new": 1} == job.counts(job.run())
    assert {} == job.counts(job.run())


def test_huge_history_of_one_file_is_not_read_twice(small_job):
    """A file that grew is read anew: what stood in it before is unchanged."""
    path = small_job.add("a.csv", [("1", "Logo", "")])
    small_job.run()
    with path.open("a") as file:
        file.write("2,Voice over,\n")

    assert {"read": 2, "new": 1, "unchanged": 1} == small_job.counts(small_job.run())


def test_own_store_in_the_folder_is_no_listing(small_job):
    """The store and its side files are not read as listings, wherever they lie."""
    small_job.store = small_job.folder / "tags.sqlite"
    small_job.configure('[[source]]\nname = "board"\nkind = "folder"\npaths = ["listings/*"]\n')
    small_job.add("a.csv", [("1", "Logo", "")])

    assert "ok" == small_job.run().outcome
    assert "ok" == small_job.run().outcome
    assert os.path.exists(small_job.store)


def test_work_with_the_database_grows_with_chunks_and_not_with_rows(job):
    """5,000 known listings and 5,000 new ones cost a few statements per 2,048 rows."""
    n_statements = 0

    def count(*_):
        nonlocal n_statements
        n_statements += 1

    event.listen(Engine, "before_cursor_execute", count)
    try:
        job.add("a.csv", [(str(i), f"Logo {i}", "") for i in range(5000)])
        job.run()
        assert n_statements < 130
        n_statements = 0
        job.add("b.csv", [(str(i), f"Logo {i}", "") for i in range(5000)])
        assert {"read": 5000, "unchanged": 5000} == job.counts(job.run())
        assert n_statements < 80
    finally:
        event.remove(Engine, "before_cursor_execute", count)


def test_correction_counts_for_reposts_and_not_after_an_edit(job):
    """What a person said of a text stands beside every listing with that text, until the text is another one."""
    job.add("a.csv", [("1", "zzxqy wvut", ""), ("2", "zzxqy wvut", ""), ("3", "wvut zzxqy", "")])
    job.run()
    with open_store(job.store) as store, store.engine.begin() as connection:
        connection.execute(text("INSERT INTO corrections VALUES (1, 1, 'legal', '2026-04-01T12:30:00Z', '', '')"))
    seen = "SELECT listing_key, corrected_category FROM tagged_listings ORDER BY 1"

    assert [("1", "legal"), ("2", "legal"), ("3", None)] == job.query(seen)
    assert ["3"] == [key for (key,) in job.query("SELECT listing_key FROM open_reviews")]

    job.add("b.csv", [("1", "zzxqy wvut, and more", "")])
    job.run()
    assert ("1", None) in job.query(seen)
