"""Feeds, JSON over HTTP and databases as sources, against real servers: conditions, limits, paging, tokens, back-off."""

import json
import sqlite3
from datetime import timedelta

import pytest
from boards import atom, board, rss
from jobs import START, Job, uncommented
from sqlalchemy import create_engine, text

from jobtagger.errors import InputError
from jobtagger.job import RunOptions
from jobtagger.job.sources import found as found_module
from jobtagger.job.sources.found import utc_text


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Give a board that serves files."""
    with board(tmp_path_factory.mktemp("board")) as running:
        yield running


@pytest.fixture
def job(tmp_path, tagger, server):
    """Give a job; what other tests asked of the server is forgotten."""
    server.requests()
    return Job(tmp_path, tagger)


def feed_source(*urls, more=""):
    """Configure feeds."""
    return f'[[source]]\nname = "feeds"\nkind = "feed"\nurls = {json.dumps(urls)}\n{more}\n'


def http_source(url, more=""):
    """Configure JSON over HTTP."""
    return f'[[source]]\nname = "api"\nkind = "http"\nurl = "{url}"\n{more}\n'


LOGO, VOICE, COLD = ("1", "Logo for a bakery", "<p>in blue</p>"), ("2", "Voice over", "warm"), ("3", "Cold calling", "")


def test_rss_and_atom_entries_are_listings(job, server):
    """Id, link, title, longest text, categories and date of an entry are read; markup is cleaned."""
    server.put("a.xml", rss([LOGO]))
    server.put("b.xml", atom([(*VOICE[:2], "<p>warm and slow</p>")]))
    job.configure(feed_source(f"{server.url}/a.xml", f"{server.url}/b.xml"))

    assert {"read": 2, "new": 2} == job.counts(job.run())
    assert [
        ("1", "http://board.example/1", "Logo for a bakery", "in blue", "design", "2026-03-30T07:00:00+00:00"),
        ("2", "http://board.example/2", "Voice over", "warm and slow", "", "2026-03-30T07:00:00+00:00"),
    ] == job.query("SELECT listing_key, url, title, description, skills, posted_at FROM listings ORDER BY 1")


def test_feed_is_asked_for_only_if_changed(job, server):
    """The second request carries the ETag and is answered with nothing; a changed feed is read."""
    server.put("a.xml", rss([LOGO]))
    job.configure(feed_source(f"{server.url}/a.xml"))
    job.run()
    etag = job.query("SELECT mark FROM marks")[0][0]
    assert {} == job.counts(job.run())
    assert [None, json.loads(etag)["etag"]] == [r["headers"].get("if-none-match") for r in server.requests()]

    server.put("a.xml", rss([VOICE, (*LOGO[:2], "in red")]))
    assert {"read": 2, "new": 1, "changed": 1} == job.counts(job.run())
    assert [(3,)] == job.query("SELECT count(*) FROM tags")


def test_dry_run_moves_no_mark(job, server):
    """After a dry run the feed is still new."""
    server.put("a.xml", rss([LOGO]))
    job.configure(feed_source(f"{server.url}/a.xml"))
    job.run(RunOptions(dry_run=True))

    assert {"read": 1, "new": 1} == job.counts(job.run())


def test_malformed_feeds(job, server):
    """What can be read of a broken feed is read; what is no feed is an error; an entry without text is rejected once."""
    server.put("broken.xml", rss([LOGO]).replace("</channel></rss>", "<item><title>Cut o"))
    server.put("page.xml", "<html><body>Please log in</body></html>")
    server.put("empty.xml", rss([VOICE], "<item><guid>9</guid></item>"))
    job.configure(feed_source(*(f"{server.url}/{name}.xml" for name in ("broken", "page", "empty"))))

    report = job.run()

    assert [f"{server.url}/page.xml: is no RSS or Atom feed that can be read"] == report.sources[0].errors
    assert {"Logo for a bakery", "Voice over"} <= {title for (title,) in job.query("SELECT title FROM listings")}
    server.put("empty.xml", rss([COLD], "<item><guid>9</guid></item>"))
    job.run()
    assert [(f"{server.url}/empty.xml", "9")] == job.query("SELECT place, content FROM rejected WHERE content <> ''")


def test_one_failing_feed_does_not_stop_the_others(job, server):
    """Errors name address and reason; the others are read."""
    server.put("a.xml", rss([LOGO]))
    server.put("down.xml", "", status=404)
    job.configure(
        feed_source(f"{server.url}/down.xml", f"{server.url}/a.xml", "http://127.0.0.1:9/x", more="retries = 0")
    )

    report = job.run()

    assert 1 == report.sources[0].counts["n_new"]
    assert [
        f"{server.url}/down.xml: the server answered 404 Not Found",
        "http://127.0.0.1:9/x: cannot be reached: Connection refused",
    ] == report.sources[0].errors


def test_passing_troubles_are_tried_again_in_the_run(job, server):
    """A 503 is tried again, waiting as long as the server asks, else longer each time; a 404 is not."""
    server.put("busy.xml", "", status=503)
    job.configure(feed_source(f"{server.url}/busy.xml"))
    job.run()
    assert [1.0, 2.0] == job.waits
    assert 3 == len(server.requests())

    server.how("busy.xml", status=503, retry_after=7)
    job.run()
    assert [7.0, 7.0] == job.waits[2:]
    server.requests()
    server.how("busy.xml", status=404)
    job.now += timedelta(days=1)
    job.run()
    assert 1 == len(server.requests())


def test_server_that_keeps_failing_is_left_alone_for_longer_and_longer(job, server):
    """From the third failure in a row on, the next runs ask less and less often; a success ends that."""
    server.put("down.xml", "", status=500)
    job.configure(feed_source(f"{server.url}/down.xml", more="retries = 0"))
    asked = []
    for _ in range(12):
        job.run()
        job.now += timedelta(minutes=-50)  # a run every ten minutes
        asked.append(len(server.requests()))
    # after the third failure 5 minutes, then 10, 20, 40, 80
    assert [1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 1, 0] == asked
    assert "is left alone until" in job.run().message

    job.now += timedelta(hours=7)
    server.put("down.xml", rss([LOGO]))
    assert {"read": 1, "new": 1} == job.counts(job.run())
    assert "failures" not in job.query("SELECT mark FROM marks")[0][0]


def test_wait_that_a_wrong_clock_left_behind_is_not_kept(job, server):
    """A clock that was a year ahead for a while does not silence a feed."""
    server.put("down.xml", "", status=503, retry_after=9000)
    job.configure(feed_source(f"{server.url}/down.xml", more="retries = 0"))
    job.run()
    server.put("down.xml", rss([LOGO]))
    mark = json.loads(job.query("SELECT mark FROM marks")[0][0])
    assert "2026-04-01T14:30:00+00:00" == mark["not_before"]
    with sqlite3.connect(job.store) as db:
        db.execute("UPDATE marks SET mark = ?", [json.dumps(mark | {"not_before": "2027-04-01T14:30:00+00:00"})])
    db.close()

    assert {"read": 1, "new": 1} == job.counts(job.run())


def test_limits_of_time_and_size(job, server):
    """An answer too slow, too large, too large once unpacked, or broken off is an error, not a hang or a crash."""
    server.put("slow.xml", rss([LOGO]), sleep_s=1.5)
    server.put("large.xml", rss([("1", "Logo", "x" * 60_000)]))
    server.put("bomb.xml", rss([("1", "Logo", "x" * 5_000_000)]), gzip=True)
    server.put("cut.xml", rss([LOGO]), break_after=50)
    names = ("slow", "large", "bomb", "cut")
    job.configure(
        feed_source(*(f"{server.url}/{n}.xml" for n in names), more="timeout_s = 0.5\nmax_mb = 0.05\nretries = 0")
    )

    slow, large, bomb, cut = job.run().sources[0].errors
    assert slow.endswith("slow.xml: no answer within 0.5 s")
    assert large.endswith("large.xml: is larger than 0.05 MB (max_mb in the configuration)")
    assert bomb.endswith("bomb.xml: is larger than 0.05 MB (max_mb in the configuration)")
    assert "cut.xml: the answer broke off" in cut


def test_packed_answer_is_unpacked(job, server):
    """An answer in gzip is read."""
    server.put("a.xml", rss([LOGO]), gzip=True)
    job.configure(feed_source(f"{server.url}/a.xml"))

    assert {"read": 1, "new": 1} == job.counts(job.run())


def test_tokens_come_from_the_environment_and_stay_out_of_everything(job, server, caplog):
    """Header and parameter take a secret of the environment; no message, mark or table shows it."""
    server.put("jobs.json", [{"id": "1", "title": "Logo"}], need="Bearer hush-hush")
    job.configure(
        http_source(
            f"{server.url}/jobs.json",
            'headers = { Authorization = "Bearer ${TOKEN}" }\nparams = { api_key = "${KEY}" }\nretries = 0',
        )
    )
    assert "the environment has no variable" in job.run(environ={}).message
    assert (
        f"{server.url}/jobs.json: the server answered 401"
        in job.run(environ={"TOKEN": "no", "KEY": "hush-key"}).message
    )
    assert {"read": 1, "new": 1} == job.counts(job.run(environ={"TOKEN": "hush-hush", "KEY": "hush-key"}))

    assert "api_key=hush-key" in server.requests()[-1]["path"]
    with sqlite3.connect(job.store) as db:
        assert "hush" not in "\n".join(db.iterdump())
    db.close()
    assert "hush" not in caplog.text


def test_secret_that_http_does_not_allow_is_not_shown(job, server):
    """A line's end behind a secret is cut off; one within it is an error that does not show it."""
    server.put("jobs.json", [{"id": "1", "title": "Logo"}], need="Bearer hush")
    job.configure(
        http_source(f"{server.url}/jobs.json", 'headers = { Authorization = "Bearer ${TOKEN}" }\nretries = 0')
    )

    message = job.run(environ={"TOKEN": "hush\nhush"}).message
    assert "holds signs that HTTP does not allow" in message
    assert "hush" not in message
    assert {"read": 1, "new": 1} == job.counts(job.run(environ={"TOKEN": "hush\n"}))


@pytest.mark.parametrize("address", ["{}/${{KEY}}/none.json", "{}/none.json?token=${{KEY}}", "{}/none.json?q=${{KEY}}"])
@pytest.mark.parametrize("kind", ["feed", "http"])
def test_secret_in_an_address_is_not_shown_wherever_it_stands(job, server, address, kind, caplog):
    """In the path, under a name that tells nothing, with signs that part an address: it is sent whole, and never told."""
    caplog.set_level("INFO")
    url = address.format(server.url)
    job.configure((feed_source(url) if kind == "feed" else http_source(url)).replace("\n\n", "\nretries = 1\n"))

    report = job.run(environ={"KEY": "hush&pst"})

    assert "the server answered 404" in report.message
    assert {"/hush&pst/none.json", "/none.json?token=hush%26pst", "/none.json?q=hush%26pst"} >= {
        request["path"] for request in server.requests()
    }
    for told in (report.message, caplog.text, repr(job.query("SELECT * FROM run_sources"))):
        assert "hush" not in told
        assert "pst" not in told


def test_address_that_http_does_not_allow_is_named_as_that(job, server):
    """A blank out of the environment is no answer that broke off, and is tried once."""
    job.configure(http_source(f"{server.url}/${{KEY}}/jobs.json"))

    assert (
        "jobs.json: the address, or a header, holds signs that HTTP does not allow"
        in job.run(environ={"KEY": "hush hush"}).message
    )


def test_redirect_to_another_host_takes_no_token_along(job, server, tmp_path):
    """Our headers go to the host they were meant for."""
    with board(tmp_path / "elsewhere") as elsewhere:
        elsewhere.put("jobs.json", [{"id": "1", "title": "Logo"}])
        server.put("jobs.json", [], redirect=f"{elsewhere.url}/jobs.json")
        job.configure(http_source(f"{server.url}/jobs.json", 'headers = { Authorization = "Bearer ${TOKEN}" }'))

        assert {"read": 1, "new": 1} == job.counts(job.run(environ={"TOKEN": "hush"}))
        assert ["Bearer hush"] == [r["headers"].get("authorization") for r in server.requests()]
        assert [None] == [r["headers"].get("authorization") for r in elsewhere.requests()]


PAGES = [[{"id": "1", "title": "Logo"}, {"id": "2", "title": "Voice over"}], [{"id": "2", "title": "Moved on"}, {"id": "3", "title": "Cold calling"}], []]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "paging"),
    [
        ("page", '{ kind = "page", param = "page" }'),
        ("offset", '{ kind = "offset", param = "offset" }'),
        ("cursor", '{ kind = "cursor", param = "after", at = "meta.cursor" }'),
        ("next", '{ kind = "next", at = "links.next" }'),
        ("link", '{ kind = "link" }'),
    ],
)
def test_pages_are_followed(job, server, kind, paging):
    """Each way of paging reaches all listings; one that moved to the next page meanwhile counts once."""
    first, second, third = PAGES
    links = {"links": {"next": "/all.json?page=2"}}, {"links": {"next": "/all.json?page=3"}}, {"links": {"next": None}}
    metas = {"meta": {"cursor": "2"}}, {"meta": {"cursor": "3"}}, {"meta": {"cursor": ""}}
    names = {"page": ("1", "2", "3"), "offset": ("0", "2", "4")}.get(kind, ("", "2", "3"))
    for number, (name, records) in enumerate(zip(names, (first, second, third), strict=True)):
        document = {"data": {"items": records}, **links[number], **metas[number]}
        how = (
            {"link": f'<{server.url}/all.json?page={number + 2}>; rel="next"'} if kind == "link" and number < 2 else {}
        )
        server.put(f"all.json.{name}".rstrip("."), document, **how)
    job.configure(http_source(f"{server.url}/all.json", f'records = "data.items"\npaging = {paging}'))

    report = job.run()

    assert ([], {"read": 3, "new": 3}) == (report.sources[0].errors, job.counts(report))
    assert [("1", "Logo"), ("2", "Voice over"), ("3", "Cold calling")] == job.query(
        "SELECT listing_key, title FROM listings ORDER BY 1"
    )
    assert {"read": 3, "unchanged": 3} == job.counts(job.run())


def test_rejected_records_have_the_numbers_they_have_in_the_answer(job, server):
    """Whatever stands between them, and in the rows of a table too."""
    server.put(
        "bad.json", [{"id": "1", "title": "Logo"}, {"id": "5"}, "str", {"id": "6"}, {"id": "1", "title": "Twice"}]
    )
    job.configure(http_source(f"{server.url}/bad.json"))
    assert {"read": 4, "new": 1, "rejected": 3} == job.counts(job.run())
    assert [(2, "5"), (3, '"str"'), (4, "6")] == job.query("SELECT row, content FROM rejected ORDER BY row")


def test_several_listings_of_one_contact_are_several(job, server):
    """An address to write to, in place of the listing's own, makes no two listings one; whether masked or not."""
    records = [{"url": "mailto:a@b.example", "title": title} for title in ("Logo", "Voice over")]
    server.put("mail.json", records)
    for more in ("", "[privacy]\nmask = false"):
        job.configure(http_source(f"{server.url}/mail.json").replace('"api"', f'"api{len(more)}"'), more)
        assert 2 == job.run().total("n_new")


def test_answer_that_is_no_json_does_not_come_into_logs_and_tables(job, server, caplog):
    """Neither its text nor the addresses in it; nor those of a file whose first row is taken for a header."""
    server.put("cut.json", '[{"title": "Logo, mail anna@example.com')
    job.add("a.csv", [("2",)], "Call anna@example.com")
    job.configure(
        http_source(f"{server.url}/cut.json") + '[[source]]\nname = "f"\nkind = "folder"\npaths = ["listings/*"]\n'
    )

    report = job.run()

    stored = repr((job.query("SELECT * FROM run_sources"), job.query("SELECT * FROM runs")))
    for told in (report.message, caplog.text, stored):
        assert "Logo" not in told
        assert "anna" not in told
    assert "the answer is no JSON (39 bytes" in report.message
    assert "columns: Call ***@***" in report.message


def test_failure_in_the_middle_of_the_pages_keeps_those_before(job, server):
    """What was read before a page that fails is kept; the next run reads the rest."""
    server.put("mid.json.1", PAGES[0])
    server.put("mid.json.2", PAGES[1], status=500)
    server.put("mid.json.3", [])
    job.configure(http_source(f"{server.url}/mid.json", 'paging = { kind = "page", param = "page" }\nretries = 0'))

    assert 2 == job.run().sources[0].counts["n_new"]
    server.put("mid.json.2", PAGES[1])
    assert {"read": 3, "new": 1, "unchanged": 2} == job.counts(job.run())


def test_pages_have_a_limit_and_stay_at_their_host(job, server):
    """Endless pages end with an error; a next page at another host is refused, as it would see our headers."""
    server.put("endless.json", {"items": [{"id": "1", "title": "Logo"}], "next": "/endless.json?x=1"})
    job.configure(http_source(f"{server.url}/endless.json", 'paging = { kind = "next", at = "next", max_pages = 1 }'))
    assert "has more than 1 pages (max_pages of its paging)" in job.run().message

    server.put("endless.json", {"items": [{"id": "1", "title": "Logo"}], "next": "http://evil.example/${HOME}"})
    job.configure(http_source(f"{server.url}/endless.json", 'paging = { kind = "next", at = "next" }'))
    assert "names a next page at another host" in job.run().message


def test_records_in_json_are_flattened(job, server):
    """Nested fields are named by dots, lists are joined, columns can be named; what is no object is rejected."""
    record = {
        "ref": 7,
        "position": {"name": "Logo", "tags": ["a", "b"]},
        "text": "in blue",
        "on": 1774857600000,
        "www": "http://x/7",
    }
    server.put("nested.json", {"total": 1, "jobs": [record, "oops", None]})
    columns = '{ listing_id = "ref", title = "position.name", description = "text", skills = "position.tags", posted_at = "on", url = "www" }'  # fmt: skip
    job.configure(http_source(f"{server.url}/nested.json", f"columns = {columns}"))

    assert {"read": 3, "new": 1, "rejected": 2} == job.counts(job.run())
    assert [("7", "http://x/7", "Logo", "in blue", "a, b", "2026-03-30T08:00:00+00:00")] == job.query(
        "SELECT listing_key, url, title, description, skills, posted_at FROM listings"
    )
    assert [('"oops"',), ("null",)] == job.query("SELECT content FROM rejected ORDER BY row")
    assert {} == job.counts(job.run())


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("<html>", "the answer is no JSON (6 bytes)"),
        ({"a": 1}, 'the answer holds no list of records; name its path with records = "..."'),
        ([{"price": 1}], "no text column found; name it in the source's columns"),
    ],
    ids=["no JSON", "no list", "no text"],
)
def test_answers_that_hold_no_listings(job, server, answer, message):
    """Each names the address and what is missing."""
    server.put("odd.json", answer)
    job.configure(http_source(f"{server.url}/odd.json"))

    assert message in job.run().message


@pytest.fixture(params=["sqlite", "postgresql"])
def scraper(request, tmp_path):
    """Give a database as a scraper fills it: its address for the configuration, and how to change it."""
    if request.param == "sqlite":
        address, url = "sqlite:///scraper.db", f"sqlite:///{tmp_path}/scraper.db"
    else:
        address = request.getfixturevalue("postgres").new_database()
        url = address.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url)

    def execute(*statements):
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    kind = "TIMESTAMP" if request.param == "postgresql" else "TEXT"
    execute(f"CREATE TABLE postings (id INTEGER, title TEXT, body TEXT, scraped_at {kind})")
    yield address, execute
    engine.dispose()


def database_source(address, more):
    """Configure a database."""
    return f'[[source]]\nname = "scraper"\nkind = "database"\nurl = "{address}"\n{more}\n'


def test_table_is_read(job, scraper):
    """The rows of a table are listings; edited ones are tagged again; nothing is written to it."""
    address, execute = scraper
    execute("INSERT INTO postings VALUES (1, 'Logo', 'in blue', '2026-03-01'), (2, 'Voice over', NULL, NULL)")
    job.configure(database_source(address, 'table = "postings"'))

    assert {"read": 2, "new": 2} == job.counts(job.run())
    execute(
        "UPDATE postings SET body = 'in red' WHERE id = 1", "INSERT INTO postings VALUES (3, 'Cold calling', '', NULL)"
    )
    assert {"read": 3, "new": 1, "changed": 1, "unchanged": 1} == job.counts(job.run())
    assert [("1", "in red"), ("2", ""), ("3", "")] == job.query(
        "SELECT listing_key, description FROM listings ORDER BY 1"
    )


def test_query_with_a_growing_column_reads_only_what_is_new(job, scraper):
    """Rows below the highest value seen are not read again; those equal to it are, so that none is missed."""
    address, execute = scraper
    execute(
        "INSERT INTO postings VALUES (1, 'Logo', '', '2026-03-01 10:00:00'), (2, 'Voice', '', '2026-03-02 10:00:00')"
    )
    query = "SELECT id, title, scraped_at FROM postings WHERE title <> 'x';"
    job.configure(database_source(address, f'query = "{query}"\nsince_column = "scraped_at"'))

    assert {"read": 2, "new": 2} == job.counts(job.run())
    execute(
        "INSERT INTO postings VALUES (3, 'Cold calling', '', '2026-03-02 10:00:00'), (4, 'Poem', '', '2026-03-03 10:00:00')"
    )
    assert {"read": 3, "new": 2, "unchanged": 1} == job.counts(job.run())
    assert {"read": 1, "unchanged": 1} == job.counts(job.run())


def test_database_troubles_are_errors_of_the_source(job, scraper):
    """A table or column that is not there, or a statement that writes, is named and changes nothing."""
    address, execute = scraper
    execute("INSERT INTO postings VALUES (1, 'Logo', '', NULL)")
    job.configure(database_source(address, 'table = "nowhere"'))
    assert "nowhere" in job.run().message
    job.configure(database_source(address, 'query = "SELECT id, title FROM postings"\nsince_column = "when"'))
    assert "when" in job.run().message
    job.configure(database_source(address, 'query = "SELECT 1) AS x; DELETE FROM postings; --"'))
    assert "failed" == job.run().outcome
    job.configure(database_source(address, 'table = "postings"'))
    assert {"read": 1, "new": 1} == job.counts(job.run())


@pytest.mark.parametrize("name", ["jobs#1.sqlite", "50%41.sqlite", "what?mode=rwc", "à b.db"])
def test_sqlite_file_of_any_name_is_read(job, name):
    """No sign of a name is taken for a part of an address, and no other file is made."""
    with sqlite3.connect(job.home / name) as db:
        db.execute("CREATE TABLE t (id TEXT, title TEXT)")
        db.execute("INSERT INTO t VALUES ('1', 'Logo')")
    db.close()
    job.configure(database_source(f"sqlite:///{name}", 'table = "t"'))

    assert {"read": 1, "new": 1} == job.counts(job.run())
    assert {name, "listings", "jobtagger.toml"} == {
        path.name for path in job.home.iterdir() if not path.name.startswith("jobtagger.sqlite")
    }


def test_sqlite_source_is_never_written_to(job):
    """Not by a statement that would, nor beside it by one that names another file."""
    with sqlite3.connect(job.home / "s.db") as db:
        db.execute("CREATE TABLE t (id TEXT, title TEXT)")
    db.close()
    before = (job.home / "s.db").read_bytes()
    for query in ("SELECT 1) AS a; DROP TABLE t; --", "SELECT 1) AS a; ATTACH 'new.db' AS b; --"):
        job.configure(database_source("sqlite:///s.db", f'query = "{query}"'))
        assert "failed" == job.run().outcome
    assert before == (job.home / "s.db").read_bytes()


def test_colons_of_a_query_are_its_own(job, scraper):
    """A word behind a colon, in a text or a name, is no parameter, and a cast is one."""
    address, execute = scraper
    execute(r"INSERT INTO postings VALUES (1, 'Logo', '100 % \:new', '2026-03-01'), (2, 'Voice', '', '2026-03-02')")
    body = "body::text" if address.startswith("postgresql") else "body"
    query = (
        f"SELECT id, title || ':x' AS title, {body}, scraped_at AS 'at:day' FROM postings WHERE body LIKE '% % :new'"
    )
    query = query.replace("'at:day'", r"\"at:day\"")
    job.configure(database_source(address, f'query = "{query}"\nsince_column = "at:day"'))

    assert [{"read": 1, "new": 1}, {"read": 1, "unchanged": 1}] == [job.counts(job.run()) for _ in range(2)]
    assert [("Logo:x", "100 % :new")] == job.query("SELECT title, description FROM listings")


@pytest.mark.parametrize(
    "address", ["postgresql://me:${PW}@/x?host=FOLDER", "postgresql://me@/x?host=FOLDER&password=${PW}"]
)
def test_password_of_any_signs_is_not_shown(job, tmp_path, address):
    """Neither whole nor in part, for a source and for the store."""
    address = address.replace("FOLDER", str(tmp_path))
    job.configure(database_source(address, 'table = "x"'))
    of_source = job.run(environ={"PW": "hush@pst99"}).message
    with pytest.raises(InputError, match=r"\*\*\*.*: the database cannot be used: .*connection") as of_store:
        job.run(environ={"PW": "hush@pst99"}, store=address)

    for message in (of_source, str(of_store.value)):
        assert "***" in message
        assert "hush" not in message
        assert "pst99" not in message


def test_missing_databases_are_errors_of_the_source(job, tmp_path):
    """A SQLite file that is not there is not created; a server that is not there is named without its password."""
    job.configure(database_source("sqlite:///nowhere.db", 'table = "x"'))
    assert "nowhere.db: no such database" in job.run().message
    assert not (tmp_path / "nowhere.db").exists()
    job.configure(database_source(f"postgresql://me:${{PW}}@/x?host={tmp_path}", 'table = "x"'))
    message = job.run(environ={"PW": "hush"}).message
    assert "me:***@" in message
    assert "hush" not in message


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-30", "2026-03-30T00:00:00+00:00"),
        ("2026-03-30 09:00:00", "2026-03-30T09:00:00+00:00"),
        ("2026-03-30T09:00:00Z", "2026-03-30T09:00:00+00:00"),
        ("2026-03-30T09:00:00.5+02:00", "2026-03-30T07:00:00+00:00"),
        ("2026-03-30 09:00:00 UTC", "2026-03-30T09:00:00+00:00"),
        ("Mon, 30 Mar 2026 09:00:00 +0200", "2026-03-30T07:00:00+00:00"),
        ("Mon, 30 Mar 2026 09:00:00 GMT", "2026-03-30T09:00:00+00:00"),
        ("1774861200", "2026-03-30T09:00:00+00:00"),
        ("1774861200000", "2026-03-30T09:00:00+00:00"),
        ("1774861200.0", "2026-03-30T09:00:00+00:00"),
        ("yesterday", ""),
        ("", ""),
        ("0001-01-01", ""),
        ("9999-12-31T23:59:59-12:00", ""),
        ("12", ""),
    ],
)
def test_dates_are_read_as_boards_write_them(written, read):
    """Every usual form becomes UTC; what is no date is none, not an error."""
    assert read == utc_text(written)
    assert read == utc_text(read)


def test_start_is_what_the_tests_count_from():
    """The expected times above hang on this one."""
    assert "2026-04-01T12:00:00+00:00" == START.isoformat()


def test_row_numbers_of_a_table_count_through_all_chunks(job, monkeypatch):
    """A row without text is named by its place in the answer, in later chunks too."""
    monkeypatch.setattr(found_module, "CHUNK_ROWS", 4)
    with sqlite3.connect(job.home / "n.db") as db:
        db.execute("CREATE TABLE t (id TEXT, title TEXT)")
        db.executemany("INSERT INTO t VALUES (?, ?)", [(str(n), "" if n == 9 else f"Logo {n}") for n in range(1, 12)])
    db.close()
    job.configure('[[source]]\nname = "t"\nkind = "database"\nurl = "sqlite:///n.db"\ntable = "t"\n')
    job.run()

    assert [(9,)] == job.query("SELECT row FROM rejected")


@pytest.mark.parametrize("which", range(5))
def test_example_with_everything_set_runs(job, server, which):
    """Every commented part of what `jobtagger init` writes does what it says, in every alternative."""
    sources = uncommented(which, ['url = "postgresql', "query" if which else "table", 'folder = "'])
    job.config.write_text(sources.replace("https://example.org", server.url), "utf-8")
    (job.folder / "a.csv").write_text(
        "intitule;texte;competences;ref;lien;le\nUn été à peindre;dix façades;peinture;7;http://x/7;2026-03-01\n",
        "cp1252",
    )
    server.put("jobs.rss", rss([LOGO]), need="Bearer hush")
    (server.folder / "api").mkdir(exist_ok=True)
    record = {"id": "1", "position": {"name": "Voice over"}, "text": "warm"}
    for number in ("", ".0", ".1", ".2"):
        records = [] if number == ".2" else [record]
        document = {"data": {"items": records}, "meta": {"cursor": ""}, "links": {"next": None}}
        server.put(f"api/jobs{number}", document, need="Bearer hush")
    with sqlite3.connect(job.home / "scraper.db") as db:
        db.execute("CREATE TABLE postings (id INTEGER, title TEXT, body TEXT, scraped_at TEXT)")
        db.execute("INSERT INTO postings VALUES (1, 'Cold calling', 'by phone', '2026-03-01')")
        db.execute("CREATE VIEW description AS SELECT 1")
    db.close()

    report = job.run(environ={"FEED_TOKEN": "hush", "API_TOKEN": "hush"})

    assert [] == [error for source in report.sources for error in source.errors]
    assert [1, 1, 1, 1] == [source.counts["n_new"] for source in report.sources]
    assert ("Un été à peindre", "dix façades", "peinture", "7", "http://x/7", "2026-03-01T00:00:00+00:00") in job.query(
        "SELECT title, description, skills, listing_key, url, posted_at FROM listings"
    )
