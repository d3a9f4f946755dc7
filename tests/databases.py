"""A real PostgreSQL server for the tests, started from the machine's own programs and thrown away."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

FOLDERS = ["/usr/local/bin", "/usr/bin", *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))]
OPTIONS = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=40"


def find_postgres() -> dict[str, str]:
    """Give the paths of the programs; empty when one is missing."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *FOLDERS])
    found = {name: shutil.which(name, path=path) for name in ("postgres", "initdb", "pg_ctl")}
    return {name: place for name, place in found.items() if place} if all(found.values()) else {}


class PostgresServer:
    """A running server; `new_database` gives the address of an empty database."""

    def __init__(self, socket_folder: Path) -> None:
        self._host = str(socket_folder)
        self._n_databases = 0

    def new_database(self) -> str:
        """Create a database and give its address."""
        self._n_databases += 1
        name = f"test_{os.getpid()}_{self._n_databases}"
        engine = create_engine(self.url("postgres", "postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self.url(name)

    def url(self, database: str, scheme: str = "postgresql") -> str:
        """Give the address of a database of this server."""
        return f"{scheme}://tester@/{database}?host={self._host}"


@contextmanager
def postgres_server(programs: dict[str, str]) -> Iterator[PostgresServer]:
    """Run a server in a new folder; as root, under another account, as it refuses to run as root."""
    folder = Path(tempfile.mkdtemp(prefix="jobtagger-pg-", dir="/tmp"))
    as_other = ["runuser", "-u", "nobody", "--"] if os.geteuid() == 0 else []
    if as_other:
        shutil.chown(folder, "nobody")

    def call(*command: str) -> None:
        result = subprocess.run([*as_other, *command], capture_output=True, text=True, cwd="/", check=False)
        assert 0 == result.returncode, f"{command}: {result.stdout} {result.stderr}"

    data, log = str(folder / "data"), str(folder / "log")
    try:
        call(programs["initdb"], "-D", data, "-A", "trust", "-U", "tester", "-E", "UTF8", "--locale=C", "--no-sync")
        call(programs["pg_ctl"], "-D", data, "-w", "-l", log, "-o", f"-k {folder} {OPTIONS}", "start")
        try:
            yield PostgresServer(folder)
        finally:
            call(programs["pg_ctl"], "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
