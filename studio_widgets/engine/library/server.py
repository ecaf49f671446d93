"""The embedded PostgreSQL server of a studio's home: started when it is needed, shared by all kernels, stopped when
idle.

    start:  lock the home ─> connect ──yes──────────────────────────────> connection string
                               └─no─> initdb ─> settings ─> pg_ctl -w start ─> connect ─┘

Each start gives the socket a name of its own. A server whose data folder was deleted lives on for up to a minute and
then removes its socket by name: that must not be the name of the server that took its place.

The server is not our child: it outlives the kernel that started it, and a small watchdog stops it when nobody has been
connected for some minutes. Killing any process with -9, at any point, costs no acknowledged row: PostgreSQL
recovers, and every step here either leaves things as they were or is done again.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from studio_widgets.engine.errors import DatabaseError
from studio_widgets.engine.library import postmaster, server_watch
from studio_widgets.engine.library.postgres_account import SYSTEM_FOLDERS, Account
from studio_widgets.engine.library.postgres_binaries import Binaries, find_binaries
from studio_widgets.engine.library.postgres_place import Place, create_home, place_of, sign_data, socket_folders

ROLE = "studio"
DATABASE = "studio"
_PORTS = range(5433, 65536)  # one of them names the socket file in a private folder; no network port is opened
_PATIENCE = 90.0  # seconds for a start, a recovery after a crash included
_SOCKET_PATIENCE = 1.0  # seconds in which a server that is just going down may still live without its socket
_STOP_PATIENCE = 20  # seconds for a fast shutdown, before an immediate one
_LONGEST_LOG = 4_000_000  # bytes
_LEAST_BUFFERS, _MOST_BUFFERS = 128 << 20, 1 << 30  # bytes of the cache


class EmbeddedServer:
    """The server of one home. Cheap to make; threads and processes may each have their own."""

    def __init__(self, home: Path) -> None:
        self.home = home.expanduser().absolute()

    def start(self) -> str:
        """Make sure that the server runs; returns a connection string for it.

        Raises DatabaseError: no programs, data of another major version, a folder we may not use, a failed start.
        """
        try:
            create_home(self.home)
            with self._locked():
                place = place_of(self.home)
                dsn = _connected(place.data)
                if dsn is None:
                    dsn = self._launch(place)
                server_watch.ensure(self.home, place, dsn)
                return dsn
        except OSError as error:
            raise DatabaseError(
                f"the embedded database cannot be started ({error})",
                where=str(self.home),
                hint="Check the folder's rights and free space, or set STUDIO_HOME to another folder.",
            ) from error

    def restart(self) -> str:
        """`start` for a database that was open before: DatabaseError when its data are gone, rather than empty ones."""
        if not self.home.exists() or not (self.data / "PG_VERSION").exists():
            raise DatabaseError(
                "the studio's database was deleted", where=str(self.home), hint="Open a new one: studio = sw.Studio()."
            )
        return self.start()

    def stop(self) -> None:
        """Stop the server, whoever is connected; harmless when it does not run."""
        with self._locked():
            place = place_of(self.home)
            if postmaster.is_alive(place.data):
                stop_server(place, self._binaries(place))

    @property
    def data(self) -> Path:
        """The data folder."""
        return place_of(self.home).data

    # --- steps, under the home's lock -------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the home's lock: of all kernels, one starts the server and the others find it running."""
        with postmaster.file_lock(self.home / "postgres.lock", _PATIENCE):
            yield

    def _launch(self, place: Place) -> str:
        """Start the server, creating the database folder first if need be."""
        binaries = self._binaries(place)
        if postmaster.is_alive(place.data):
            stop_server(place, binaries)  # nobody can reach it any more
        if not (place.data / "PG_VERSION").exists():
            _initialize(place, binaries)
        sign_data(place.data, self.home)
        postmaster.disown_recycled_pid(place.data)
        _shorten_log(place.data / "server.log", place.account)
        problem = "there is no place for its socket"
        for sockets in socket_folders(place.data, place.account):
            _write_settings(place, sockets)
            problem = _start_server(place, binaries)
            if not problem:
                dsn = _connected(place.data)
                if dsn is not None:
                    return dsn
                problem = "it was started and cannot be reached"
            if "socket" not in problem:
                break
        raise DatabaseError(
            f"PostgreSQL {binaries.major} did not start: {problem}",
            where=str(place.data),
            hint="See server.log there for the whole story.",
        )

    def _binaries(self, place: Place) -> Binaries:
        return find_binaries(place.account, postmaster.data_version(place.data), SYSTEM_FOLDERS[0] / "programs")


def stop_server(place: Place, binaries: Binaries) -> None:
    """Stop a running server: connections are ended, everything committed is on disk or in its log."""
    told = ""
    for mode in ("fast", "immediate"):
        command = [binaries.program("pg_ctl"), "-w", "-t", str(_STOP_PATIENCE), "-m", mode, "stop"]
        done = place.account.run(command, cwd=place.data, data=place.data)
        if done.returncode == 0 or not postmaster.is_alive(place.data):
            return
        told = done.stderr.strip()
    raise DatabaseError(f"the server did not stop: {told}", where=str(place.data))


def _connected(data: Path) -> str | None:
    """A connection string for the server that runs on this data folder; None when none does that could be reached.

    Proven by connecting and asking the server for its data folder: process ids and socket files of the past prove
    nothing.
    """
    begin = reachable = time.monotonic()
    while True:
        address = postmaster.address(data)
        problem = "it has no socket yet"
        try:
            if address is not None:
                return _proven(address, data)
        except psycopg.OperationalError as error:
            problem = str(error).strip()
        # starting up, shutting down or recovering: it says so as long as it lives
        if not postmaster.is_alive(data):
            return None
        now = time.monotonic()
        if address is None or address.socket.exists():
            reachable = now
        elif now > reachable + _SOCKET_PATIENCE:
            return None  # somebody removed its socket, which it cannot make again
        if now > begin + _PATIENCE:
            raise DatabaseError(f"the server runs and does not let us in: {problem}", where=str(data))
        time.sleep(0.05)


def _proven(address: postmaster.Address, data: Path) -> str | None:
    """The connection string for this address; None when the server there is that of another data folder."""
    with psycopg.connect(_dsn(address, "postgres"), autocommit=True) as connection:
        row = connection.execute("select current_setting('data_directory')").fetchone()
        if row is None or not _is_same(Path(row[0]), data):
            return None
        _ensure_database(connection)
        return _dsn(address, DATABASE)


def _ensure_database(connection: psycopg.Connection) -> None:
    if connection.execute("select from pg_database where datname = %s", (DATABASE,)).fetchone() is None:
        connection.execute(f"create database {DATABASE}")  # a constant of ours


def _dsn(address: postmaster.Address, database: str) -> str:
    return make_conninfo(
        host=str(address.folder),
        port=address.port,
        user=ROLE,
        dbname=database,
        connect_timeout=10,
        sslmode="disable",
        gssencmode="disable",
        application_name="studio-widgets",
    )


def _is_same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _initialize(place: Place, binaries: Binaries) -> None:
    """Create the data folder: made aside and renamed, so that one half made by a crash is never taken for whole."""
    for left in place.data.parent.glob(f"{place.data.name}.new-*"):
        shutil.rmtree(left, ignore_errors=True)
    # a name of its own each time: the initdb of a killed kernel may be writing still
    aside = place.data.with_name(f"{place.data.name}.new-{secrets.token_hex(4)}")
    problem = ""
    for locale in _locales(binaries.major):
        place.account.make_folder(aside)
        command = [binaries.program("initdb"), "--username", ROLE, "--auth", "trust", "--encoding", "UTF8"]
        done = place.account.run([*command, "--data-checksums", "--no-instructions", *locale], cwd=aside, data=aside)
        if done.returncode == 0:
            if place.data.exists():  # an empty folder somebody made
                place.data.rmdir()
            aside.rename(place.data)
            return
        problem = done.stderr.strip()
        shutil.rmtree(aside, ignore_errors=True)
    raise DatabaseError(f"initdb failed: {problem}", where=str(place.data), hint="Check rights and free space.")


def _locales(major: int) -> Iterator[list[str]]:
    """Locales in which letters beyond ASCII have upper and lower case, and text sorts the same on every machine."""
    if major >= 17:
        yield ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    for name in ("C.UTF-8", "en_US.UTF-8", "C"):
        yield [
            f"--lc-ctype={name}",
            "--lc-collate=C",
            "--lc-messages=C",
            "--lc-monetary=C",
            "--lc-numeric=C",
            "--lc-time=C",
        ]


def _write_settings(place: Place, sockets: Path) -> None:
    """Put our settings into postgresql.auto.conf, keeping what ALTER SYSTEM has put there."""
    for left in sockets.glob(".s.PGSQL.*"):  # of servers that were killed: the folder is this server's alone
        left.unlink(missing_ok=True)
    ours = {
        "listen_addresses": "''",  # nobody but through the socket, in a folder only its user can enter
        "unix_socket_directories": "'\"" + str(sockets) + "\"'",
        "unix_socket_permissions": "0700",
        "port": str(secrets.choice(_PORTS)),
        "max_connections": "100",
        # The stock sizes hold a tenth of the indexes of a million files, and write whole pages again after each of many
        # checkpoints: changing many rows took twice as long.
        "shared_buffers": f"'{_buffers() >> 20}MB'",
        "max_wal_size": "'2GB'",
        "checkpoint_timeout": "'15min'",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
    }
    path = place.data / "postgresql.auto.conf"
    kept = [line for line in path.read_text("utf-8").splitlines() if line.partition("=")[0].strip() not in ours]
    text = "\n".join([*kept, *(f"{key} = {value}" for key, value in ours.items())]) + "\n"
    temporary = path.with_name("postgresql.auto.conf.studio")
    temporary.write_text(text, "utf-8")
    temporary.chmod(0o600)
    place.account.own(temporary)
    temporary.replace(path)


def _buffers() -> int:
    """Bytes of the server's cache: an eighth of the memory, within bounds. Taken only as far as a library fills it."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        memory = 0
    return max(_LEAST_BUFFERS, min(_MOST_BUFFERS, memory // 8))


def _start_server(place: Place, binaries: Binaries) -> str:
    """Run pg_ctl until the server runs; "" or what went wrong.

    Backends of a server killed with -9 hold its shared memory for a moment: that passes, and is waited for.
    """
    deadline = time.monotonic() + _PATIENCE
    log = place.data / "server.log"
    # Not -D but PGDATA, and a log without its folder: pg_ctl hands both to a shell, whatever characters are in them.
    command = [binaries.program("pg_ctl"), "-w", "-t", str(int(_PATIENCE)), "-l", log.name, "start"]
    while True:
        begin = log.stat().st_size if log.exists() else 0
        done = place.account.run(command, cwd=place.data, data=place.data)
        if done.returncode == 0:
            return ""
        told = _log_since(log, begin) or done.stderr.strip()
        passing = "pre-existing shared memory block" in told or 'lock file "postmaster.pid"' in told
        if not passing or time.monotonic() > deadline:
            return told
        time.sleep(0.1)


def _log_since(log: Path, begin: int) -> str:
    """The last lines logged after a position, without their times."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(begin)
        lines = file.read().decode("utf-8", "replace").splitlines()
    return " ".join(line.partition("] ")[2] or line for line in lines[-5:])


def _shorten_log(log: Path, account: Account) -> None:
    """Keep one old log when it has grown long."""
    if log.exists() and log.stat().st_size > _LONGEST_LOG:
        log.replace(log.with_name("server.log.1"))
