"""Which database this is, told apart from all others: what `gc` needs to know of whom the bytes in a store are."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Sequence

import psycopg

from studio_widgets.engine.errors import LibraryError
from studio_widgets.engine.library.database import Database
from studio_widgets.engine.library.storage import DATABASES, Storage


def identity(database: Database) -> str:
    """The same for every session of a database, and another one for a copy of it, which goes its own way."""
    try:
        with database.connection() as connection:
            row = connection.execute(
                "select system_identifier::text || '-' || (select oid::text from pg_database where datname ="
                " current_database()) from pg_control_system()"
            ).fetchone()
    except psycopg.errors.InsufficientPrivilege:  # some hosts keep it to themselves; then the address has to do
        return hashlib.sha256(label(database).encode()).hexdigest()[:20]
    return str(row[0]) if row else ""


def label(database: Database) -> str:
    """What a person knows the database by."""
    parts = psycopg.conninfo.conninfo_to_dict(database.dsn)
    host = str(parts.get("host") or "")
    where = host if host and not host.startswith(("/", "@")) else f"the machine {socket.gethostname()}"
    return f"{parts.get('dbname') or 'a database'} on {where}"


def refuse_shared(storage: Storage, own: str) -> None:
    """Raise LibraryError when another database has its bytes here, too: its rows cannot be asked who needs them."""
    others = [found for found in storage.keys(DATABASES) if found.key != f"{DATABASES}/{own}"]
    if others:
        raise LibraryError(
            f"other databases keep media here: {_listed(storage, [found.key for found in others])}",
            hint="Pass shared=True (--shared) to spare all media bytes, or give each database a prefix of its own. If"
            " one is gone for good, remove its mark: library.storage.delete(key).",
        )


def _listed(storage: Storage, keys: Sequence[str]) -> str:
    return ", ".join(f"{storage.read(key).decode('utf-8', 'replace')[:100]} ({key})" for key in keys)
