"""What the tests share: the shipped knowledge and model, and postings prepared with them."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from databases import PostgresServer, find_postgres, postgres_server
from hypothesis import settings

from jobtagger.knowledge import DATA_FOLDER, Knowledge, load_knowledge
from jobtagger.records import Posting, RawRecord
from jobtagger.tagger import Tagger

settings.register_profile("repeatable", max_examples=100, deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """Give the shipped knowledge."""
    return load_knowledge()


@pytest.fixture(scope="session")
def tagger() -> Tagger:
    """Give a tagger with the shipped knowledge and model."""
    return Tagger()


@pytest.fixture(scope="session")
def posting(tagger: Tagger) -> Callable[..., Posting]:
    """Give a function that makes a posting for `tagger` from title, description and skills."""

    def make(title: str, description: str = "", skills: str = "") -> Posting:
        return tagger.prepare(RawRecord(title, description, skills))

    return make


@pytest.fixture
def knowledge_folder(tmp_path: Path) -> Path:
    """Give a copy of the shipped knowledge files, for tests that break one."""
    return Path(shutil.copytree(DATA_FOLDER, tmp_path / "knowledge"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Give a real PostgreSQL server; .ci/run sees to it that there is one."""
    programs = find_postgres()
    if not programs:
        pytest.skip("NO POSTGRESQL: the store is not tested there; apt-get install postgresql, as .ci/run does")
    with postgres_server(programs) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def store_place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Give the place of a new store, of each kind in turn."""
    if request.param == "sqlite":
        return tmp_path / "jobtagger.sqlite"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch of `make golden`."""
    parser.addoption(
        "--rewrite-golden", action="store_true", help="rewrite tests/data/golden from what the tagger says now"
    )
