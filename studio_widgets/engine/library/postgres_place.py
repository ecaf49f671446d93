"""Where an embedded server keeps its data and its socket."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from studio_widgets.engine.errors import DatabaseError
from studio_widgets.engine.library import postmaster
from studio_widgets.engine.library.postgres_account import SYSTEM_FOLDERS, Account, server_account

# A socket's path has room for 107 bytes on Linux, 103 on macOS, the file's own name included.
_LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.65535")
# libpq splits hosts at commas, the server's setting has quotes of its own: other folders get their socket elsewhere
_PLAIN = re.compile(r"[\w ./@+=-]+")
_SIGN = "studio-home.json"  # in data that lie outside their home: where that is


class Place(msgspec.Struct, frozen=True):
    """The data folder (which may not exist yet) and the account it belongs to."""

    data: Path
    account: Account


def place_of(home: Path) -> Place:
    """Where the database of a studio's home is, or is to be made: `home/postgres`, or where a note in the home says."""
    data, note = home / "postgres", home / "postgres.json"
    if note.exists():
        return _noted(note, home)
    account = server_account(data, home)
    if data.exists() or not account.is_other:
        return Place(data, account)
    if account.can_use(home):
        return Place(data, account)
    return Place(_elsewhere(note, home, account), account)


def create_home(home: Path) -> None:
    """Create a studio's home (as root, so that the server's user can pass through); one that is there stays as is."""
    if home.exists():
        return
    home.mkdir(parents=True, exist_ok=True)
    if os.name == "posix" and os.geteuid() == 0:
        home.chmod(stat.S_IMODE(home.stat().st_mode) | 0o011)


def sign_data(data: Path, home: Path) -> None:
    """Write into data that lie outside their home whose they are."""
    if _real(data).is_relative_to(_real(home)):
        return
    told = json.dumps({"home": str(_real(home)), "device": home.stat().st_dev})
    sign = data / _SIGN
    if not sign.exists() or sign.read_text("utf-8") != told:
        temporary = sign.with_suffix(".new")
        temporary.write_text(told, "utf-8")
        temporary.replace(sign)


def lost_data() -> Iterator[Path]:
    """Data folders outside a home that is gone, on which no server runs.

    A home on a disk that is not there just now is not gone: the folder around it must be there, on the same disk. One
    that was moved, and not opened since, cannot be told from one that is gone.
    """
    for root in (*SYSTEM_FOLDERS, _temporary_root()):
        for sign in sorted(root.glob(f"*/{_SIGN}")):
            try:
                content = json.loads(sign.read_text("utf-8"))
                home, device = Path(content["home"]), int(content["device"])
                is_gone = not os.path.lexists(home) and home.parent.stat().st_dev == device
            except (ValueError, KeyError, TypeError, OSError):
                continue
            if is_gone and not postmaster.is_alive(sign.parent):
                yield sign.parent


def _temporary_root() -> Path:
    """What belongs to a temporary home is temporary too."""
    return Path(tempfile.gettempdir()) / "studio-widgets"


def _noted(note: Path, home: Path) -> Place:
    """Data that lie elsewhere. A home that was moved takes them along; a copy of a home must not share them."""
    try:
        content = json.loads(note.read_text("utf-8"))
        data, told = Path(content["data"]), Path(content["home"])
    except (ValueError, KeyError, OSError) as error:
        raise DatabaseError(
            "the note about where the database lies cannot be read",
            where=str(note),
            hint="Restore it, or delete it to begin with an empty database.",
        ) from error
    if told != _real(home):
        if (told / note.name).exists():
            raise DatabaseError(
                f"this studio is a copy of {told}, where its database belongs to",
                where=str(home),
                hint=f"Delete {note.name} here to begin with an empty database, or work in the original.",
            )
        _write_note(note, data, home)
    return Place(data, server_account(data, home))


def _elsewhere(note: Path, home: Path, account: Account) -> Path:
    """A data folder in a place of the system's, noted in the home."""
    name = hashlib.sha256(os.fsencode(_real(home)) + os.urandom(8)).hexdigest()[:16]
    temporary = Path(tempfile.gettempdir())
    folders = (_temporary_root(),) if _real(home).is_relative_to(_real(temporary)) else SYSTEM_FOLDERS
    for folder in folders:
        try:
            account.make_reachable(folder)
        except OSError:
            continue
        if account.can_use(folder):
            _write_note(note, folder / name, home)
            return folder / name
    raise DatabaseError(
        "as root, PostgreSQL runs as another user, and no place was found that this user can reach",
        where=str(home),
        hint="Put STUDIO_HOME in a folder that others may enter, or work as an ordinary user.",
    )


def _write_note(note: Path, data: Path, home: Path) -> None:
    temporary = note.with_suffix(".new")
    temporary.write_text(json.dumps({"data": str(data), "home": str(_real(home))}), "utf-8")
    temporary.replace(note)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def socket_folders(data: Path, account: Account) -> Iterator[Path]:
    """Private folders for the socket, best first: the data folder, or a short one among temporary files."""
    if len(os.fsencode(data)) <= _LONGEST_SOCKET_FOLDER and _PLAIN.fullmatch(str(data)):
        yield data
    name = hashlib.sha256(os.fsencode(_real(data))).hexdigest()[:12]
    for root in dict.fromkeys((tempfile.gettempdir(), "/tmp")):
        for number in range(3):  # others may own the name we want
            folder = Path(root) / f"studio-{name}-{number}"
            if len(os.fsencode(folder)) > _LONGEST_SOCKET_FOLDER or not _PLAIN.fullmatch(str(folder)):
                continue
            with contextlib.suppress(OSError):
                account.make_folder(folder)
                if _is_private(folder, account) and account.can_use(folder):
                    yield folder


def _is_private(folder: Path, account: Account) -> bool:
    """Whether only the account can do anything in it: a folder in /tmp may be somebody's trap."""
    status = folder.lstat()
    owner = account.uid if account.uid is not None else os.geteuid()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == owner and not status.st_mode & 0o077
