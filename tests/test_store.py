"""The store: the same in SQLite and PostgreSQL, brought up to date, locked against a second run, survived."""

import fcntl
import os
import resource
import sqlite3
import subprocess
import sys
import textwrap
import threading
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner
from jobs import Job
from sqlalchemy import create_engine, inspect, text
from stores import add_run, day, some

from jobtagger.cli import cli
from jobtagger.errors import InputError
from jobtagger.job.schema import SCHEMA_VERSION, VIEWS, metadata
from jobtagger.job.store import open_store
from jobtagger.records import OUTPUT_COLUMNS

VERSION_1 = """
CREATE TABLE listings (listing_key TEXT PRIMARY KEY, digest TEXT NOT NULL, title TEXT NOT NULL, file TEXT NOT NULL,
    first_seen TEXT NOT NULL, last_seen TEXT NOT NULL);
CREATE TABLE tags (listing_key TEXT PRIMARY KEY REFERENCES listings (listing_key), tagged_at TEXT NOT NULL,
    model TEXT NOT NULL, knowledge TEXT NOT NULL, {columns});
CREATE TABLE rejected (file TEXT NOT NULL, row INTEGER NOT NULL, reason TEXT NOT NULL, content TEXT NOT NULL,
    seen_at TEXT NOT NULL, PRIMARY KEY (file, row));
CREATE TABLE files (file TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, done_at TEXT NOT NULL);
CREATE TABLE runs (started_at TEXT NOT NULL, n_new INTEGER NOT NULL, n_changed INTEGER NOT NULL,
    n_unchanged INTEGER NOT NULL, n_rejected INTEGER NOT NULL, n_problems INTEGER NOT NULL);
PRAGMA user_version = 1;
"""


def shape(place):
    """Give the tables and views with their columns and indexes."""
    with open_store(place) as store:
        inspector = inspect(store.engine)
        return {
            name: ([c["name"] for c in inspector.get_columns(name)], sorted(i["name"] for i in inspector.get_indexes(name)))
            for name in [*inspector.get_table_names(), *inspector.get_view_names()]
        }  # fmt: skip


def test_both_kinds_of_database_get_the_same_store(postgres, tmp_path):
    """Tables, views, columns and indexes have the same names, and are those of schema.py."""
    sqlite, postgresql = shape(tmp_path / "a.sqlite"), shape(postgres.new_database())

    assert sqlite.keys() == postgresql.keys() == {*metadata.tables, *VIEWS}
    assert sqlite == {
        name: (columns, [i for i in indexes if not i.startswith("one_listing_per_key")])
        for name, (columns, indexes) in postgresql.items()
    }
    assert set(OUTPUT_COLUMNS) <= set(sqlite["tags"][0])
    assert set(OUTPUT_COLUMNS) <= set(sqlite["tagged_listings"][0])


def test_opening_again_changes_nothing(store_place):
    """A store that is up to date is opened as it is."""
    assert shape(store_place) == shape(store_place)
    with open_store(store_place) as store, store.read() as connection:
        assert [SCHEMA_VERSION] == list(connection.scalars(text("SELECT version FROM schema_info")))


def test_store_of_version_1_is_brought_up_to_date(tmp_path, tagger):
    """Listings and tags of the first version are kept, belong to the source "folder", and are known again."""
    path = tmp_path / "jobtagger.sqlite"
    with sqlite3.connect(path) as db:
        db.executescript(VERSION_1.format(columns=", ".join(f"{name} TEXT NOT NULL" for name in OUTPUT_COLUMNS)))
        db.execute("INSERT INTO listings VALUES ('7', 'old digest', 'Logo', 'a.csv', '2026-01-01', '2026-01-02')")
        tag = ["graphic_design", *["x"] * (len(OUTPUT_COLUMNS) - 1)]
        marks = ", ".join("?" * (4 + len(tag)))
        db.execute(f"INSERT INTO tags VALUES ({marks})", ["7", "2026-01-01", "m", "k", *tag])
    db.close()

    job = Job(tmp_path, tagger, path, '[[source]]\nname = "folder"\nkind = "folder"\npaths = ["listings/*"]\n')
    assert [("folder", "7", "graphic_design")] == job.query("SELECT source, listing_key, category FROM tagged_listings")

    job.add("a.csv", [("7", "Logo for a bakery", "")])
    assert {"read": 1, "changed": 1} == job.counts(job.run())
    assert [("2026-01-01", False), ("2026-04-01T12:00:00+00:00", True)] == [
        (when, bool(current)) for when, current in job.query("SELECT tagged_at, is_current FROM tags ORDER BY tag_id")
    ]
    assert shape(path) == shape(tmp_path / "new.sqlite")


def test_migration_that_breaks_off_leaves_the_old_store(tmp_path):
    """All steps are one transaction: after an error in the middle the store of version 1 is whole."""
    path = tmp_path / "jobtagger.sqlite"
    with sqlite3.connect(path) as db:
        db.executescript(VERSION_1.format(columns=", ".join(f"{name} TEXT NOT NULL" for name in OUTPUT_COLUMNS)))
        db.execute("INSERT INTO listings VALUES ('7', 'd', 'Logo', 'a.csv', '2026-01-01', '2026-01-02')")
        db.execute("DROP TABLE files")  # the last step will miss it
    db.close()

    with pytest.raises(InputError, match="no such table: files"), open_store(path):
        pass

    with sqlite3.connect(path) as db:
        assert [("7", "Logo")] == db.execute("SELECT listing_key, title FROM listings").fetchall()
        assert 1 == db.execute("PRAGMA user_version").fetchone()[0]
    db.close()


def test_output_column_that_came_later_is_added(store_place):
    """A store made before an output column existed gets it, and its views too."""
    with open_store(store_place) as store, store.write() as connection:
        for view in reversed(VIEWS):
            connection.execute(text(f"DROP VIEW {view}"))
        connection.execute(text("ALTER TABLE tags DROP COLUMN needs_review"))

    assert "needs_review" in shape(store_place)["tagged_listings"][0]


def test_newer_store_is_refused(store_place):
    """A store with a schema we do not know is left alone."""
    with open_store(store_place) as store, store.write() as connection:
        connection.execute(text("UPDATE schema_info SET version = 99"))

    with (
        pytest.raises(InputError, match=rf"made by another version of jobtagger \(schema 99, known {SCHEMA_VERSION}\)"),
        open_store(store_place),
    ):
        pass


def test_tables_of_somebody_else_are_left_alone(store_place):
    """A database with a table of one of our names, and no schema of ours, is refused."""
    place = f"sqlite:///{store_place}" if isinstance(store_place, Path) else store_place.replace("ql:", "ql+psycopg:")
    engine = create_engine(place)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE listings (a TEXT)"))
    engine.dispose()

    with (
        pytest.raises(InputError, match="holds tables that are not ours under our names: listings; name another store"),
        open_store(store_place),
    ):
        pass


def test_second_run_at_the_same_time_leaves(store_place):
    """While one run holds the store, another says so; readers come in."""
    with open_store(store_place, for_run=True):
        with (
            pytest.raises(InputError, match="another run is at work on it; this one leaves"),
            open_store(store_place, for_run=True),
        ):
            pass
        with open_store(store_place) as store, store.read() as connection:
            assert 0 == connection.scalar(text("SELECT count(*) FROM listings"))
    with open_store(store_place, for_run=True):
        pass


def test_lock_ends_with_the_process(store_place):
    """A run that was killed with SIGKILL holds nothing back."""
    script = textwrap.dedent("""
        import sys, time, pathlib
        from jobtagger.job.store import open_store
        place = sys.argv[1]
        with open_store(place if "://" in place else pathlib.Path(place), for_run=True):
            print("held", flush=True)
            time.sleep(60)
    """)
    process = subprocess.Popen([sys.executable, "-c", script, str(store_place)], stdout=subprocess.PIPE, text=True)
    assert "held\n" == process.stdout.readline()
    with pytest.raises(InputError, match="another run is at work"), open_store(store_place, for_run=True):
        pass

    process.kill()
    process.wait()
    process.stdout.close()

    for _ in range(50):  # PostgreSQL notices the end of a connection in its own time
        try:
            with open_store(store_place, for_run=True):
                return
        except InputError:
            threading.Event().wait(0.1)
    raise AssertionError("the lock outlived its process")


def test_file_that_is_no_database_is_refused(tmp_path):
    """A file that is no SQLite database is named and stays as it is."""
    path = tmp_path / "precious.txt"
    path.write_text("no database, but precious" * 50)

    with pytest.raises(InputError, match=r"precious\.txt: the database cannot be used: file is not a database"):
        with open_store(path):
            pass

    assert path.read_text().startswith("no database, but precious")


def test_folder_of_the_store_is_made_by_a_run(tmp_path):
    """A run makes the folder that the configuration names; who only asks makes none."""
    path = tmp_path / "out" / "deep" / "db.sqlite"
    with pytest.raises(InputError, match='no such store; "jobtagger run" makes it'), open_store(path, must_exist=True):
        pass
    assert not (tmp_path / "out").exists()

    with open_store(path, for_run=True):
        assert path.exists()


def test_unwritable_place_is_an_error(tmp_path):
    """A store in a folder that cannot be made is named."""
    (tmp_path / "no").write_text("a file")
    with pytest.raises(InputError, match="no: the folder of the store cannot be made: File exists"):
        with open_store(tmp_path / "no" / "db.sqlite", for_run=True):
            pass


def test_server_that_is_not_there_is_an_error(tmp_path):
    """A PostgreSQL that cannot be reached is named, without its password."""
    with pytest.raises(
        InputError, match=r"postgresql://me:\*\*\*@/x\S+: the database cannot be used: .*connection"
    ) as error:
        with open_store(f"postgresql://me:hush@/x?host={tmp_path}", busy_seconds=2):
            pass

    assert "hush" not in str(error.value)


def test_locked_database_is_survived(tmp_path, tagger):
    """A run that waits in vain for somebody's transaction says so; the next one does its work."""
    job = Job(tmp_path, tagger)
    job.add("a.csv", [("1", "Logo for a bakery", "")])
    job.run()
    job.add("b.csv", [("2", "Voice over", "")])
    other = sqlite3.connect(job.store)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(InputError, match="database is locked; another program is writing to it"):
        job.run(busy_seconds=0.1)
    other.close()

    assert {"read": 1, "new": 1} == job.counts(job.run())


def test_full_disk_is_survived(tmp_path, tagger):
    """When no more bytes can be written the run says so, and the next one completes it."""
    job = Job(tmp_path, tagger)
    job.add(
        "a.csv",
        [(str(i), f"Logo number {i} for a bakery", "With a sun, a loaf and a river. " * 20) for i in range(500)],
    )
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    pid = os.fork()
    if not pid:  # in a process of its own, as the limit holds for all that a process writes
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, limit[1]))
        try:
            job.run()
        except InputError as error:
            os._exit(0 if "jobtagger.sqlite: the database cannot be used: " in str(error) else 2)
        os._exit(1)
    assert 0 == os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    assert {"read": 500, "new": 500} == job.counts(job.run())
    assert [(500, 500)] == job.query("SELECT count(*), count(DISTINCT listing_id) FROM tags")


def test_full_file_system_is_named(tmp_path):
    """SQLite's word for a full disk gets a remedy."""
    with open_store(tmp_path / "a.sqlite") as store:
        with pytest.raises(InputError, match="database or disk is full; make room, the next run goes on"):
            with store.write() as connection:
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
                connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
                connection.execute(text("CREATE TABLE big AS SELECT hex(randomblob(1000000)) AS x"))


@contextmanager
def as_reader(folder, mode):
    """Let this process be an account that may read a folder of mode 0555 and its files, but not write them."""
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(mode)
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)
        folder.chmod(0o755)
        for path in folder.iterdir():
            path.chmod(0o644)


@pytest.fixture
def shared():
    """Give a folder that everybody may enter, with a store in it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with open_store(folder / "jobtagger.sqlite") as store:
            add_run(store, day(0), {"a": some(2)})
        yield folder


STATUS = ["status", "--lang", "en", "--max-age", "1000000", "--store"]


@pytest.mark.parametrize("mode", [0o555, 0o777], ids=["nothing may be written", "the folder may"])
@pytest.mark.parametrize("is_open", [False, True], ids=["between runs", "during a run"])
def test_store_that_may_only_be_read_is_read(shared, mode, is_open):
    """Who may not write gets all answers, between runs and during one; only writing is refused, with a remedy."""
    path = shared / "jobtagger.sqlite"
    expected = CliRunner().invoke(cli, [*STATUS, str(path)])
    with open_store(path) if is_open else nullcontext() as run:
        if is_open:
            with run.write() as connection:
                connection.execute(text("UPDATE listings SET title = 'new'"))
        with as_reader(shared, mode):
            before = set(shared.iterdir())
            shown = CliRunner().invoke(cli, [*STATUS, str(path)])
            with open_store(path, must_exist=True) as store, store.read() as connection:
                titles = set(connection.scalars(text("SELECT title FROM listings")))
            with pytest.raises(InputError, match="readonly database; it may only be read here: let the account"):
                with open_store(path) as store, store.write() as connection:
                    connection.execute(text("DELETE FROM tags"))
            assert before == set(shared.iterdir())  # nothing that is in the way of the next run

    assert (0, expected.output.splitlines()[2:]) == (shown.exit_code, shown.output.splitlines()[2:]), shown.output
    assert {"new"} if is_open else {"Job 1", "Job 2"} == titles


def test_writing_while_a_frozen_store_is_read_is_noticed(shared):
    """Where SQLite cannot see what others write, an answer that may be torn is not given."""
    path = shared / "jobtagger.sqlite"
    with as_reader(shared, 0o555), open_store(path) as store:
        with pytest.raises(InputError, match="was written to while it was read; ask again"), store.read():
            os.seteuid(os.getuid())
            for file in (shared, path):
                file.chmod(0o755)
            with open_store(path) as run, run.write() as connection:
                connection.execute(text("UPDATE listings SET title = 'new'"))


def test_store_named_by_a_link_is_read(shared, tmp_path):
    """What stands beside the store is looked for where the store really is."""
    (tmp_path / "link.sqlite").symlink_to(shared / "jobtagger.sqlite")
    with open_store(shared / "jobtagger.sqlite") as run, open_store(tmp_path / "link.sqlite") as store:
        with run.write() as connection:
            connection.execute(text("UPDATE listings SET title = 'new'"))
        with store.read() as connection:
            assert {"new"} == set(connection.scalars(text("SELECT title FROM listings")))


def test_reader_of_a_postgresql_store_needs_no_more_than_select(postgres):
    """An account with nothing but SELECT gets all answers; writing is refused."""
    address = postgres.new_database()
    with open_store(address) as store:
        add_run(store, day(0), {"a": some(2)})
        with store.write() as connection:
            connection.execute(text("CREATE ROLE reader LOGIN"))
            connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"))
    address = address.replace("tester@", "reader@")

    assert 0 == CliRunner().invoke(cli, [*STATUS, address]).exit_code
    with pytest.raises(InputError, match="permission denied"), open_store(address) as store:
        with store.write() as connection:
            connection.execute(text("DELETE FROM tags"))


def test_lock_file_is_a_plain_lock(tmp_path):
    """Other programs can hold a run back with the same lock, such as flock(1)."""
    path = tmp_path / "jobtagger.sqlite"
    with open(f"{path}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="another run is at work"), open_store(path, for_run=True):
            pass


def test_every_table_view_and_column_is_documented():
    """docs/store.md names them all."""
    page = (Path(__file__).parents[1] / "docs" / "store.md").read_text("utf-8")

    for table in metadata.tables.values():
        section = page.split(f"\n| `{table.name}` |")[1].split("\n")[0]
        for column in table.columns:
            assert column.name in OUTPUT_COLUMNS or f"`{column.name}`" in section, f"{table.name}.{column.name}"
    for view in VIEWS:
        assert f"\n| `{view}` |" in page
