"""One PostgreSQL server for all engine tests, a fresh database for each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.testing.globalipapp import start_ipython
from psycopg import sql
from psycopg.conninfo import make_conninfo

from studio_widgets.engine.library.database import Database, open_database
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.migrate import migrate
from studio_widgets.engine.library.projects import Projects
from studio_widgets.engine.library.recordings import Recordings
from studio_widgets.engine.library.server import EmbeddedServer
from studio_widgets.engine.library.storage import open_storage
from studio_widgets.engine.library.worker_pool import WorkerPool
from tests.engine import s3_server
from tests.engine.s3_server import S3Server

TEMPLATE = "studio_template"


@dataclass
class Kernel:
    """What one kernel has open: tests open two of them on one database and one home."""

    home: Path
    database: Database
    library: Library
    projects: Projects
    recordings: Recordings

    def close(self) -> None:
        self.recordings.close()
        self.projects.close()
        self.library.close()
        self.database.close()


def make_open_folder() -> Path:
    """A temporary folder that other users may enter, as the server's user must when root runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="studio-tests-"))
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def server_dsn() -> Iterator[str]:
    """One embedded server for the run, with a migrated database to copy."""
    folder = make_open_folder()
    server = EmbeddedServer(folder)
    dsn = server.start()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("alter system set fsync = off")  # what a crash loses here, nobody misses
        connection.execute("select pg_reload_conf()")
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(TEMPLATE)))
    migrate(make_conninfo(dsn, dbname=TEMPLATE))
    with psycopg.connect(dsn, autocommit=True):  # a server that nobody uses for some minutes stops itself
        yield dsn
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def s3_server_for_all() -> Iterator[S3Server]:
    """One S3 server for the run; tests that kill theirs take `s3_server_of_its_own`."""
    yield from s3_server.running()


@pytest.fixture
def s3_server_of_its_own() -> Iterator[S3Server]:
    """An S3 server that this test may kill."""
    yield from s3_server.running()


@pytest.fixture
def s3_url(s3_server_for_all: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty part of a bucket, with the keys to it in the environment."""
    return s3_address(s3_server_for_all, monkeypatch)


def s3_address(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("STUDIO_STORAGE_KEY_ID", s3_server.KEY_ID)
    monkeypatch.setenv("STUDIO_STORAGE_SECRET", s3_server.SECRET)
    return f"s3://{s3_server.BUCKET}/{uuid4().hex[:12]}?endpoint={server.endpoint}"


@pytest.fixture
def database_url(server_dsn: str) -> Iterator[str]:
    """A migrated database of this test's own, on the shared server."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(server_dsn, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
        )
    yield make_conninfo(server_dsn, dbname=name)
    with psycopg.connect(server_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """An open, empty database with the instructor's profile in it."""
    database = open_database(database_url, tmp_path)
    yield database
    database.close()


@pytest.fixture
def open_library(database: Database, tmp_path: Path) -> Iterator[Callable[[], Library]]:
    """Opens the library of this test's home, once more each time; all are closed at the end."""
    opened: list[Library] = []
    home = tmp_path / "home"

    def make() -> Library:
        opened.append(Library(database, open_storage(None, home), home))
        return opened[-1]

    yield make
    for library in opened:
        library.close()


@pytest.fixture
def library(open_library: Callable[[], Library]) -> Library:
    """An empty library."""
    return open_library()


@pytest.fixture
def no_derived_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thumbnails and proxies in the background: they have tests of their own, and every kernel would start workers."""
    monkeypatch.setattr(WorkerPool, "submit", lambda pool, job: False)


@pytest.fixture
def open_kernel(database_url: str, tmp_path: Path, no_derived_files: None) -> Iterator[Callable[[], Kernel]]:
    """Opens one more kernel on this test's database and home; all are closed at the end."""
    kernels: list[Kernel] = []
    home = tmp_path / "home"
    home.mkdir()

    def make() -> Kernel:
        database = open_database(database_url, home)
        library = Library(database, open_storage(None, home), home)
        # no background snapshots unless a test asks for them: what is seen is what the journal gives
        projects = Projects(library, quiet=3600, latest=3600)
        kernels.append(Kernel(home, database, library, projects, Recordings(library, projects)))
        return kernels[-1]

    yield make
    for kernel in kernels:
        kernel.close()


@pytest.fixture
def kernel(open_kernel: Callable[[], Kernel]) -> Kernel:
    return open_kernel()


@pytest.fixture(scope="session")
def shell() -> InteractiveShell:
    """The process's one IPython shell, with our magics: it can be started once, so all modules share it."""
    shell: InteractiveShell = start_ipython() or InteractiveShell.instance()
    shell.run_line_magic("load_ext", "studio_widgets")
    return shell
