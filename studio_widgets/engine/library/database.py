"""The database: one connection pool, usable from cell threads, handler threads and workers alike.

    open_database(url, home)            url None: the embedded server of `home`
      └─ Database.connection()          a transaction: commits on exit, rolls back on an exception
      └─ Database.frame(query)          a DataFrame with good dtypes

Identity: an instructor is a login role of PostgreSQL, by the table `studio_api.identities`. Where the role is new, the
profile's id follows from its name, so that the same notebook gives the same ids on every laptop (where the embedded
server's only role is `studio`).
"""

from __future__ import annotations

import contextlib
import logging
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID, uuid5

import psycopg
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from studio_widgets.engine.errors import DatabaseError
from studio_widgets.engine.library import profiles
from studio_widgets.engine.library.migrate import migrate
from studio_widgets.engine.library.server import EmbeddedServer
from studio_widgets.engine.library.tables import to_frame

if TYPE_CHECKING:
    import pandas as pd

NAMESPACE = UUID("6f1a2c52-3f0b-5d0e-9c8e-5a0f3b1d7e44")
"""Root of every id that is computed rather than drawn: uuid5(NAMESPACE, "kind:…")."""

Row = tuple[Any, ...]
Connection = psycopg.Connection[Row]
Params = Sequence[Any] | Mapping[str, Any] | None

_log = logging.getLogger(__name__)

OLDEST_SERVER = 150000  # server_version_num of PostgreSQL 15
_CONNECT_TIMEOUT = 30.0  # seconds a thread waits for a free connection


class ConnectionLostError(DatabaseError):
    """The server went away while it was asked; what it was told in this transaction may be lost."""


class Database:
    """A pool of connections to one PostgreSQL database.

    `dsn` is a libpq connection string or URL. When no connection can be made, `revive` is called: it may start a server
    that has stopped meanwhile (the embedded one), and says where it is now. Raises DatabaseError when the database
    cannot be reached.
    """

    def __init__(self, dsn: str, *, revive: Callable[[], str] | None = None, max_size: int = 12) -> None:
        self.dsn = dsn
        self._owner: str | None = None
        self._lock = threading.Lock()
        self._connection_class = _reviving(dsn, revive)
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            dsn,
            connection_class=self._connection_class,
            min_size=1,
            max_size=max_size,
            max_idle=60.0,
            timeout=_CONNECT_TIMEOUT,
            reconnect_timeout=5.0,
            check=ConnectionPool.check_connection,
            configure=_configure,
            open=False,
            name="studio",
        )
        _check_reachable(dsn, revive)
        self._pool.open()
        # A kernel that exits without close() must not wait for the pool's threads.
        self._finalizer = weakref.finalize(self, _close_pool, self._pool)

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection in a transaction: committed when the block ends, rolled back when it raises.

        Rows are tuples. Any thread may use it; a block keeps its connection to itself. Raises ConnectionLostError when
        the server goes away in the middle.
        """
        try:
            connection = self._pool.getconn()
        except PoolTimeout as error:
            raise DatabaseError(
                "the database does not answer",
                where=_place(self.dsn),
                hint="See whether the server runs and is not out of connections, then try again.",
            ) from error
        except PoolClosed as error:
            raise DatabaseError("this Studio is closed", hint="Open a new one: studio = sw.Studio().") from error
        try:
            with connection:  # commits or rolls back, and closes
                yield connection
        except psycopg.OperationalError as error:
            if not connection.broken:
                raise
            raise ConnectionLostError(
                "the connection to the database was lost", where=_place(self.dsn), hint="Try again."
            ) from error
        finally:
            self._pool.putconn(connection)

    def frame(self, query: str, params: Params = None) -> pd.DataFrame:
        """The rows of one SELECT as a DataFrame: UTC timestamps, lists as lists, uuids as text, numbers as numbers."""
        try:
            return self._frame(query, params)
        except ConnectionLostError:  # a question may be asked twice
            return self._frame(query, params)

    def _frame(self, query: str, params: Params) -> pd.DataFrame:
        with self.connection() as connection:
            return to_frame(connection.execute(_literal(query), params))

    @property
    def owner(self) -> str:
        """The instructor's uuid: whose rows these are. Raises DatabaseError when the login role is no instructor."""
        with self._lock:
            if self._owner is None:
                self._owner = self._identity()
            return self._owner

    def _identity(self) -> str:
        with self.connection() as connection:
            row = connection.execute("select studio_api.uid()::text, session_user::text").fetchone()
        if row is None or row[0] is None:
            role = row[1] if row else ""
            raise DatabaseError(
                f"the login role {role!r} is no instructor of this library",
                where=_place(self.dsn),
                hint=self._how_to_become_one(role),
            )
        return str(row[0])

    def _how_to_become_one(self, role: str) -> str:
        """The next step for a login role that is no instructor; names profiles that may be meant, where it sees any."""
        command = f"studio-widgets instructors add {role}"
        try:
            with self.connection() as connection:
                known = profiles.named(connection, 5)
        except psycopg.Error:
            known = []
        if not known:
            return f"Its administrator makes it one: {command}."
        return f"Its administrator makes it one: {command} --profile ID, such as {'; '.join(known)}."

    def address(self) -> str:
        """A connection string for a connection outside the pool: where the server is now, and answers."""
        with self.connection() as connection:
            connection.execute("select")
        return self._connection_class.place

    def connect_apart(self) -> Connection:
        """A connection outside the pool, in autocommit, to where the server was last.

        It starts no server: psycopg.Error when that is away.
        """
        return psycopg.connect(self._connection_class.place, autocommit=True)

    def close(self) -> None:
        """Give all connections back. The embedded server goes on for other kernels and stops when nobody is left."""
        self._finalizer()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def owner_id(role: str) -> str:
    """The instructor id that belongs to a login role."""
    return str(uuid5(NAMESPACE, f"instructor:{role}"))


def open_database(url: str | None, home: Path) -> Database:
    """The database at `url`, or the embedded one of the folder `home`; migrated, with the instructor's profile in it.

    Raises DatabaseError: not reachable, older than PostgreSQL 15, newer than this code, edited migrations, or
    migrations that this login role may not apply.
    """
    database = migrated_database(url, home)
    try:
        _ensure_profile(database)
    except BaseException:
        database.close()
        raise
    return database


def migrated_database(url: str | None, home: Path) -> Database:
    """As `open_database`, for an administrator, who need not be an instructor."""
    if url is None:
        server = EmbeddedServer(home)
        database = Database(server.start(), revive=server.restart)
    else:
        database = Database(url)
    try:
        migrate(database.dsn)
    except BaseException:
        database.close()
        raise
    return database


def _ensure_profile(database: Database) -> None:
    """Make the login role an instructor when it may do so itself: the owner of the tables, on a laptop everybody."""
    try:
        with database.connection() as connection:
            row = connection.execute("select studio_api.uid() is null, session_user::text").fetchone()
            if row is None or not row[0]:
                return
            identity = owner_id(row[1])
            profiles.create(connection, identity, row[1])
            connection.execute(
                "insert into studio_api.identities (role_name, instructor_id) values (session_user, %s)"
                " on conflict (role_name) do nothing",
                (identity,),
            )
    except (psycopg.errors.InsufficientPrivilege, psycopg.IntegrityError) as error:
        # No administrator, or the profiles belong to the users of a web studio: whoever asks for `owner` hears of it.
        _log.info("the login role was not made an instructor: %s", error)


class _Connection(psycopg.Connection[Row]):
    """A connection of a pool whose server may move: `place` is where it was last."""

    place: ClassVar[str]


def _reviving(dsn: str, revive: Callable[[], str] | None) -> type[_Connection]:
    """A connection class that sees to the server (it may have been stopped, killed or moved while we slept)."""

    class Reviving(_Connection):
        place = dsn

        @classmethod
        def connect(cls, conninfo: str = "", **kwargs: Any) -> Any:
            try:
                return super().connect(cls.place, **kwargs)
            except psycopg.OperationalError:
                if revive is None:
                    raise
                cls.place = revive()
                return super().connect(cls.place, **kwargs)

    return Reviving


def _check_reachable(dsn: str, revive: Callable[[], str] | None) -> None:
    """Connect once in the caller's thread, so that the reason of a failure is the error's text and not a time-out."""
    try:
        with _reviving(dsn, revive).connect(connect_timeout=10) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        raise DatabaseError(
            f"cannot connect to the database: {str(error).strip()}",
            where=_place(dsn),
            hint="Check STUDIO_DATABASE_URL, or leave it away to use the embedded database.",
        ) from error
    if version < OLDEST_SERVER:
        raise DatabaseError(
            f"the server is PostgreSQL {version // 10000}, older than 15",
            where=_place(dsn),
            hint="Use PostgreSQL 15 or newer.",
        )


def _configure(connection: Connection) -> None:
    """Timestamps leave the server in UTC, whatever the machine's zone."""
    connection.execute("set time zone 'UTC'")
    connection.commit()


def _close_pool(pool: ConnectionPool[Connection]) -> None:
    """Close without waiting long: threads that hold a connection notice by themselves."""
    pool.close(timeout=2.0)


def _literal(query: str) -> Any:
    """A query that came as a value (mypy wants LiteralString; our callers pass parameters, never formatted text)."""
    return query


def _place(dsn: str) -> str:
    """`host/database` of a connection string, without its password."""
    try:
        parts = psycopg.conninfo.conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        return "database URL"
    return f"{parts.get('host', 'localhost')}/{parts.get('dbname', '')}"
