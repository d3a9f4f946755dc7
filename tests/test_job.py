"""The scheduled job: once each, nothing lost, nothing doubled, whatever happens."""

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime

import pytest

from jobtagger.errors import ConfigError, InputError
from jobtagger.job import read_config, run_job
from jobtagger.job.store import open_store
from jobtagger.records import OUTPUT_COLUMNS

NOW = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 4, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def job(tmp_path, tagger):
    """A folder, its configuration, and functions to add a file, run and look."""

    class Job:
        folder = tmp_path / "listings"
        config = tmp_path / "jobtagger.toml"
        database = tmp_path / "jobtagger.sqlite"

        def add(self, name, rows):
            (self.folder / name).write_text("id,title,description\n" + "".join(f"{','.join(row)}\n" for row in rows))

        def run(self, now=NOW):
            return run_job(read_config(self.config), lambda: tagger, now)

        def query(self, sql):
            with sqlite3.connect(self.database) as db:
                return db.execute(sql).fetchall()

    job = Job()
    job.folder.mkdir()
    job.config.write_text('[source]\nfolder = "listings"\npattern = "*.csv"\n')
    return job


def test_every_new_listing_is_tagged_once(job):
    """A run tags what is there, with all output columns and the digests of model and knowledge."""
    job.add("a.csv", [("1", "Logo for a bakery", ""), ("2", "Translate a contract", "to French")])

    report = job.run()

    assert (1, 2, 0, 0) == (report.n_files, report.n_new, report.n_changed, report.n_rejected)
    assert [("1", "graphic_design"), ("2", "translation")] == job.query(
        "SELECT listing_key, category FROM tags ORDER BY 1"
    )
    assert [(2,)] == job.query("SELECT count(*) FROM tags WHERE length(model) = 16 AND length(knowledge) = 16")
    columns = [row[1] for row in job.query("PRAGMA table_info(tags)")]
    assert list(OUTPUT_COLUMNS) == columns[4:]


def test_running_again_does_nothing(job):
    """A second run over the same files changes no row but the list of runs."""
    job.add("a.csv", [("1", "Logo for a bakery", "")])
    job.run()
    before = job.query("SELECT * FROM listings"), job.query("SELECT * FROM tags")

    report = job.run(LATER)

    assert (0, 1, 0) == (report.n_files, report.n_unchanged_files, report.n_new)
    assert before == (job.query("SELECT * FROM listings"), job.query("SELECT * FROM tags"))


def test_changed_listing_is_tagged_again_and_known_ones_are_not(job):
    """In a new file, edited listings are re-tagged, unchanged ones only seen, and nothing is doubled."""
    job.add("a.csv", [("1", "Logo for a bakery", ""), ("2", "Voice over", "")])
    job.run()
    job.add(
        "b.csv",
        [("1", "Translate a contract to French", ""), ("2", "Voice over", ""), ("3", "Cold calling", "")],
    )

    report = job.run(LATER)

    assert (1, 1, 1) == (report.n_new, report.n_changed, report.n_unchanged)
    assert [
        ("1", "translation", "2026-04-01T12:00:00+00:00", "2026-04-02T12:00:00+00:00"),
        ("2", "audio_voice", "2026-04-01T12:00:00+00:00", "2026-04-02T12:00:00+00:00"),
        ("3", "sales_leadgen", "2026-04-02T12:00:00+00:00", "2026-04-02T12:00:00+00:00"),
    ] == job.query(
        "SELECT listing_key, category, first_seen, last_seen FROM listings JOIN tags USING (listing_key) ORDER BY 1"
    )


def test_listings_without_an_id_are_known_by_their_content(job):
    """Two equal rows without id are one listing."""
    (job.folder / "a.csv").write_text("title\nLogo for a bakery\nLogo for a bakery\nVoice over\n")

    report = job.run()

    assert 2 == report.n_new
    assert [(2,)] == job.query("SELECT count(*) FROM listings")


def test_rejected_rows_are_kept_and_forgotten_when_the_file_is_mended(job):
    """A bad row is stored with file, row and reason, and goes when the file is read anew without it."""
    job.add("a.csv", [("1", "Logo", ""), ("2",)])

    assert 1 == job.run().n_rejected
    assert [("a.csv", 3, "1 cells where the header has 3")] == job.query("SELECT file, row, reason FROM rejected")

    job.add("a.csv", [("1", "Logo", ""), ("2", "Voice over for a film", "")])
    job.run(LATER)

    assert [] == job.query("SELECT * FROM rejected")


def test_one_bad_file_does_not_stop_the_others(job):
    """A file that cannot be read is named; the rest is tagged; the next run tries it again."""
    (job.folder / "a.csv").write_bytes(b"title\n")
    job.add("b.csv", [("1", "Logo", "")])

    report = job.run()

    assert 1 == report.n_new
    assert ["a.csv: has a header and no rows" in problem for problem in report.problems] == [True]
    assert 1 == len(job.run(LATER).problems)


def test_second_run_at_the_same_time_leaves(job):
    """While one run holds the store, another says so and touches nothing."""
    with open(f"{job.database}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(InputError, match=r"jobtagger\.sqlite: another run is at work on it; this one leaves"):
            job.run()


def test_store_of_another_version_is_refused(job):
    """A database with a schema we do not know is left alone."""
    with sqlite3.connect(job.database) as db:
        db.execute("PRAGMA user_version = 99")

    with pytest.raises(InputError, match=r"made by another version of jobtagger \(schema 99, known 1\)"):
        job.run()


def test_file_that_is_no_database_is_refused(job):
    """A file that is no SQLite database is named and stays as it is."""
    job.database.write_text("no database, but precious" * 50)

    with pytest.raises(InputError, match="the database cannot be used: file is not a database"):
        job.run()

    assert job.database.read_text().startswith("no database, but precious")


@pytest.mark.parametrize("kill_after_rows", [1, 500, 1500, 3000])
def test_killed_run_is_completed_by_the_next(job, kill_after_rows):
    """Kill -9 in the middle of a real process loses no listing and doubles none."""
    n_rows = 4000
    job.add("a.csv", [(str(i), f"Logo number {i} for a bakery", "") for i in range(n_rows)])
    script = textwrap.dedent("""
        import sys
        from jobtagger.cli import main
        main()
    """)
    process = subprocess.Popen(
        [sys.executable, "-c", script, "run", "--config", str(job.config)], stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if job.database.exists() and _n_listings(job.database) >= kill_after_rows:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait()

    n_before = _n_listings(job.database)
    report = job.run()

    assert kill_after_rows <= n_before
    assert n_rows == n_before + report.n_new
    assert [(n_rows, n_rows)] == job.query("SELECT count(*), count(DISTINCT listing_key) FROM tags")


def _n_listings(database):
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
            return db.execute("SELECT count(*) FROM listings").fetchone()[0]
    except sqlite3.Error:
        return 0


def test_nothing_to_do_needs_no_tagger(job):
    """An empty folder is no error and loads no model."""

    def refuse():
        raise AssertionError("the tagger was made for nothing")

    report = run_job(read_config(job.config), refuse, NOW)

    assert (0, 0) == (report.n_files, report.n_new)


def test_own_database_in_the_folder_is_no_listing(job):
    """The database and its side files are not read as listings, wherever they lie."""
    job.config.write_text('[source]\nfolder = "listings"\n[store]\ndatabase = "listings/tags.sqlite"\n')
    job.add("a.csv", [("1", "Logo", "")])

    assert [] == job.run().problems
    assert [] == job.run(LATER).problems


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("[source", "jobtagger.toml: is not TOML", id="no TOML"),
        pytest.param("[source]\n", r"\[source\] folder: is missing", id="no folder named"),
        pytest.param('[source]\nfolder = "nowhere"\n', r"folder: .*nowhere is no folder", id="no such folder"),
        pytest.param(
            '[source]\nfoldr = "x"\n',
            r"\[source\] unknown key foldr; known: folder, pattern",
            id="unknown key",
        ),
        pytest.param("[sauce]\n", r"unknown section \[sauce\]; known: source, store", id="unknown section"),
        pytest.param("[source]\nfolder = 5\n", r"\[source\] folder: 5 is not a string", id="wrong type"),
    ],
)
def test_wrong_configurations_are_refused(tmp_path, content, message):
    """Every mistake in the configuration is named with its place."""
    path = tmp_path / "jobtagger.toml"
    path.write_text(content)

    with pytest.raises(ConfigError, match=message):
        read_config(path)


def test_missing_configuration_says_how_to_write_one(tmp_path):
    """No configuration is an error that points to the help."""
    with pytest.raises(ConfigError, match=r'no such file; "jobtagger run --help" shows what to write'):
        read_config(tmp_path / "jobtagger.toml")


def test_unwritable_store_is_an_error(tmp_path):
    """A store in a folder that does not exist is named."""
    with (
        pytest.raises(InputError, match=r"cannot be written: No such file"),
        open_store(tmp_path / "no" / "db.sqlite"),
    ):
        pass
