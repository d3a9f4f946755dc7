"""Which listings are one and which are two: addresses that differ in what is masked, former keys, reposts after edits."""

import pytest
from jobs import Job
from sqlalchemy import text

from jobtagger.job.keys import digest_of, emptied_key, former_key, key_of
from jobtagger.job.migrations import STEPS
from jobtagger.job.store import open_store
from jobtagger.watch.corrections import to_review

SOURCE = '[[source]]\nname = "board"\nkind = "folder"\npaths = ["listings/*"]\n'


@pytest.fixture
def job(tmp_path, tagger, store_place):
    """Give a job with a folder source, in SQLite and in PostgreSQL."""
    return Job(tmp_path, tagger, store_place)


def change(job, *statements):
    """Make the store what an earlier version left."""
    with open_store(job.store) as store, store.write() as connection:
        for statement in statements:
            connection.execute(text(statement))


ADDRESSES = [
    "https://b.example/job?sid=1",
    "https://b.example/job?sid=2",
    "https://b.example/view?author=anna",
    "https://b.example/view?author=bob",
    "https://b.example/view?session=spring",
    "https://b.example/view?session=autumn",
    "https://b.example/job?token=1",
    "https://b.example/job?token=2",
    "https://b.example/job?auth_key=a",
    "https://b.example/job?auth_key=b",
    "https://b.example/apply?email=anna@example.com&id=1",
    "https://b.example/apply?email=bob@example.com&id=1",
    "https://anna:pw@b.example/x",
    "https://bob:pw@b.example/x",
]


def test_listings_whose_addresses_differ_in_what_is_masked_are_different_ones(job):
    """None is lost, none is doubled by the next reading, and edits are edits."""
    rows = [(address, f"Logo number {number}") for number, address in enumerate(ADDRESSES)]
    job.add("a.csv", rows, "url,title")
    assert {"read": len(ADDRESSES), "new": len(ADDRESSES)} == job.counts(job.run())

    rows[0] = (ADDRESSES[0], "Voice over")
    job.add("b.csv", rows, "url,title")
    n = len(ADDRESSES) - 1
    assert {"read": n + 1, "changed": 1, "unchanged": n} == job.counts(job.run())
    stored = repr(job.query("SELECT listing_key, url FROM listings"))
    assert "anna@" not in stored
    assert "bob@" not in stored
    assert ":pw" not in stored


def test_secret_that_is_another_one_at_every_visit_doubles_nothing(job):
    """A session's name changes; the listing behind it is known by the rest and its content."""
    job.add("a.csv", [("https://b.example/job?id=1&PHPSESSID=ab12cd34ef56ab12cd34", "Logo")], "url,title")
    job.run()
    job.add("b.csv", [("https://b.example/job?id=1&PHPSESSID=9912cd34ef56ab12cd99", "Logo")], "url,title")
    assert {"read": 1, "unchanged": 1} == job.counts(job.run())
    other = [("https://b.example/job?PHPSESSID=9912cd34ef56ab12cd99", f"Voice {n}") for n in range(3)]
    job.add("c.csv", other, "url,title")
    assert {"read": 3, "new": 3} == job.counts(job.run())


def test_ways_to_reach_somebody_name_no_listing(job):
    """Several listings with the same mail address in place of their own are several, and it is not stored."""
    job.add("a.csv", [("mailto:bob@example.com", "Logo"), ("mailto:bob@example.com", "Voice over")], "url,title")
    assert {"read": 2, "new": 2} == job.counts(job.run())
    assert "bob" not in repr(job.truth())
    assert [("mailto:***@***",)] * 2 == job.query("SELECT url FROM listings")


def test_store_of_schema_2_knows_its_listings_again(job):
    """Masked keys become keys of their own listing; those that were merged with it are new; nothing is doubled."""
    plain, mail = "https://b.example/1", "https://b.example/apply?email=anna@example.com&id=1"
    rows = [(plain, "Plain"), (mail, "Mail"), ("https://b.example/?sid=1", "One"), ("https://b.example/?sid=2", "Two")]
    job.add("a.csv", rows, "url,title")
    job.run()
    assert "https://b.example/?sid=***" == former_key("https://b.example/?sid=2", mask=True)
    change(
        job,
        "DELETE FROM tags WHERE listing_id = 3",
        "DELETE FROM listings WHERE listing_id = 3",
        "UPDATE listings SET raw_digest = 'old'",
        "UPDATE listings SET listing_key = 'https://b.example/?sid=***', url = 'https://b.example/?sid=***' "
        "WHERE title = 'Two'",
        f"UPDATE listings SET listing_key = '{mail}', url = '{mail}' WHERE title = 'Mail'",
        "UPDATE schema_info SET version = 2",
    )

    job.add("b.csv", rows, "url,title")
    assert {"read": 4, "new": 1, "unchanged": 3} == job.counts(job.run())
    assert [
        ("Mail", key_of(mail, "", mask=True), "https://b.example/apply?email=***@***&id=1"),
        ("One", "https://b.example/?sid=1", "https://b.example/?sid=1"),
        ("Plain", plain, plain),
        ("Two", "https://b.example/?sid=2", "https://b.example/?sid=2"),
    ] == job.query("SELECT title, listing_key, url FROM listings ORDER BY title")
    job.add("c.csv", rows, "url,title")
    assert {"read": 4, "unchanged": 4} == job.counts(job.run())


def test_retention_takes_the_address_out_of_the_key_too(job):
    """What is left is a digest, by which the listing is known again, unchanged or edited; numbers stay."""
    job.configure(SOURCE, "[privacy]\nkeep_text_days = 7")
    rows = [("https://b.example/logo-for-anna", "Logo"), ("12345", "Voice over")]
    job.add("a.csv", rows, "listing_id,title")
    job.run()
    (job.folder / "a.csv").unlink()
    job.now = job.now.replace(day=20)

    assert 2 == job.run().n_emptied
    assert [(digest_of(["https://b.example/logo-for-anna"]),), ("12345",)] == job.query(
        "SELECT listing_key FROM listings ORDER BY listing_id"
    )
    assert "logo-for-anna" not in repr(job.truth())
    job.add("b.csv", rows, "listing_id,title")
    assert {"read": 2, "unchanged": 2} == job.counts(job.run())
    job.add("c.csv", rows, "listing_id,title")
    assert {"read": 2, "unchanged": 2} == job.counts(job.run())
    assert "logo-for-anna" not in repr(job.truth())
    job.add("d.csv", [(rows[0][0], "A new logo")], "listing_id,title")
    assert {"read": 1, "changed": 1} == job.counts(job.run())
    assert ("https://b.example/logo-for-anna", "A new logo") in job.query("SELECT listing_key, title FROM listings")


def test_emptied_listings_of_schema_2_lose_their_addresses(job):
    """Bringing the store up to date takes them out; a digest is not digested again."""
    job.add("a.csv", [("https://b.example/logo-for-anna", "Logo")], "url,title")
    job.run()
    change(
        job,
        "UPDATE listings SET title = NULL, description = NULL, skills = NULL, details = NULL, url = NULL, raw_digest = ''",
        "UPDATE schema_info SET version = 2",
    )

    key = digest_of(["https://b.example/logo-for-anna"])
    assert [(key,)] == job.query("SELECT listing_key FROM listings")
    assert key == emptied_key(key)
    job.add("b.csv", [("https://b.example/logo-for-anna", "Logo")], "url,title")
    assert {"read": 1, "unchanged": 1} == job.counts(job.run())


def links(job):
    """Give for each listing the one it is a repost of."""
    return dict(
        job.query(
            "SELECT l.listing_key, f.listing_key FROM listings l LEFT JOIN listings f ON f.listing_id = l.repost_of"
        )
    )


def test_edited_repost_is_none_any_more(job):
    """A repost that says something else stands by itself, and becomes one again with the old text."""
    job.add("a.csv", [("1", "Logo", ""), ("2", "Logo", "")])
    job.run()
    assert {"1": None, "2": "1"} == links(job)
    job.add("b.csv", [("2", "Voice over", "")])
    job.run()
    assert {"1": None, "2": None} == links(job)
    job.add("c.csv", [("2", "Logo", ""), ("3", "Voice over", "")])
    job.run()
    assert {"1": None, "2": "1", "3": None} == links(job)


def test_reposts_of_an_edited_listing_have_a_new_first(job):
    """When the first says something else, the next one is the first of the others."""
    job.add("a.csv", [(str(n), "Logo", "") for n in range(1, 5)])
    job.run()
    job.add("b.csv", [("1", "Voice over", ""), ("5", "Logo", ""), ("6", "Voice over", "")])

    report = job.run()

    assert {"1": None, "2": None, "3": "2", "4": "2", "5": "2", "6": "1"} == links(job)
    assert 2 == report.total("n_reposts")
    job.add("c.csv", [("2", "Voice over", ""), ("3", "Voice over", "")])
    job.run()
    assert {"1": None, "2": "1", "3": "1", "4": None, "5": "4", "6": "1"} == links(job)


def test_wrong_links_of_schema_2_are_mended(job):
    """Reposts of a listing that says something else by now find the first of their own text."""
    job.add("a.csv", [("1", "Voice over", ""), ("2", "Logo", ""), ("3", "Logo", ""), ("4", "Voice over", "")])
    job.run()
    change(
        job,
        "UPDATE listings SET repost_of = 1 WHERE listing_id IN (2, 3)",
        "UPDATE listings SET repost_of = NULL WHERE listing_id = 4",
        "UPDATE listings SET repost_of = 2 WHERE listing_id = 4",
        "UPDATE schema_info SET version = 2",
    )

    assert {"1": None, "2": None, "3": "2", "4": "1"} == links(job)


def test_listings_with_nothing_but_skills_are_told_apart(job):
    """Without title and description the skills are the text: other skills are no repost, and each is to be reviewed."""
    job.add("a.csv", [("1", "", "Zzq"), ("2", "", "Vvx"), ("3", "", "Zzq")], "id,title,skills")
    job.run()
    assert {"1": None, "2": None, "3": "1"} == links(job)
    with open_store(job.store) as store, store.read() as connection:
        assert [(1, 2), (2, 1)] == [tuple(row[1:]) for row in connection.execute(to_review())]
    digests = [row[0] for row in job.query("SELECT text_digest FROM listings ORDER BY listing_id")]

    change(
        job,
        f"UPDATE listings SET text_digest = '{digest_of(['', ''])}'",
        "UPDATE listings SET repost_of = 1 WHERE listing_id > 1",
        "UPDATE schema_info SET version = 2",
    )
    assert {"1": None, "2": None, "3": "1"} == links(job)
    assert digests == [row[0] for row in job.query("SELECT text_digest FROM listings ORDER BY listing_id")]


def test_every_version_has_a_way_to_the_next():
    """No step is left out."""
    assert [1, 2] == sorted(STEPS)
