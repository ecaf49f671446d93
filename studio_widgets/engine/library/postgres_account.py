"""Whose processes and files the embedded server's are.

PostgreSQL refuses to run as root. Started by root, the server runs as an unprivileged user, who must be able to
reach its data folder: where the studio's home lies below a closed folder (/root), the data go to a folder of the
system's instead, and a note in the home says where. The rights of folders that are not ours are never touched.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from studio_widgets.engine.errors import DatabaseError

SYSTEM_FOLDERS = (Path("/var/lib/studio-widgets"), Path("/opt/studio-widgets"))
_CANDIDATES = ("postgres", "nobody")  # users that systems have; ours to borrow, not to make
_TIMEOUT = 120.0


class Account(msgspec.Struct, frozen=True):
    """The user a server runs as; `uid` None: the user who runs this Python."""

    uid: int | None = None
    gid: int | None = None

    @property
    def is_other(self) -> bool:
        """Whether it is somebody else than us (we are root then)."""
        return self.uid is not None

    def run(
        self, command: Sequence[str], *, cwd: Path = Path("/"), data: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as this user and return what it said. `data` becomes PGDATA, `cwd` is entered as ourselves."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        environment["LC_ALL"] = "C"  # messages that we can read; the database has its own locale
        if data is not None:
            environment["PGDATA"] = str(data)
        if self.is_other:
            environment["HOME"] = "/"
        return subprocess.run(
            command,
            user=self.uid,
            group=self.gid,
            extra_groups=[] if self.is_other else None,
            umask=0o077,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT,
            check=False,
        )

    def can_use(self, folder: Path) -> bool:
        """Whether this user can work in an existing folder. Asked by trying, as rights have many sources.

        Only the shell's own words are used: the programs on our PATH may be out of this user's reach.
        """
        if not self.is_other:
            return os.access(folder, os.R_OK | os.W_OK | os.X_OK)
        return self.run(["/bin/sh", "-c", 'cd "$1" && test -r .', "sh", str(folder)]).returncode == 0

    def make_folder(self, folder: Path) -> None:
        """Create a private folder of this user's."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        self.own(folder)

    def own(self, path: Path) -> None:
        """Give a file or folder that we made to this user."""
        if self.is_other:
            os.chown(path, _known(self.uid), _known(self.gid))

    def make_reachable(self, folder: Path) -> None:
        """Create a folder of ours that this user may read."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)


def server_account(data: Path, home: Path) -> Account:
    """The account for a data folder: its owner; for a new one, who we are, or as root an unprivileged user."""
    if sys.platform == "win32":
        raise DatabaseError(
            "the embedded database does not run on Windows yet",
            hint="Set STUDIO_DATABASE_URL to a PostgreSQL server, or use WSL.",
        )
    me = os.geteuid()
    if data.exists():
        return _account_of_owner(data, me)
    if me != 0:
        return Account()
    return _unprivileged(home)


def _account_of_owner(data: Path, me: int) -> Account:
    """Data that exist are served by whoever owns them."""
    status = data.stat()
    if status.st_uid == me and me != 0:
        return Account()
    if me != 0:
        raise DatabaseError(
            "the database of this studio belongs to another user of this machine",
            where=str(data),
            hint="Use a STUDIO_HOME of your own, or share one server with STUDIO_DATABASE_URL.",
        )
    return Account(status.st_uid, status.st_gid) if status.st_uid != 0 else _unprivileged(data)


def _unprivileged(home: Path) -> Account:
    """For root: the owner of the home if that is a person, else a user that every system has."""
    import pwd  # not on Windows

    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    owner = nearest.stat().st_uid
    if owner != 0:
        with contextlib.suppress(KeyError):  # initdb insists on a user that the system knows by name
            return Account(owner, pwd.getpwuid(owner).pw_gid)
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise DatabaseError(
        "PostgreSQL refuses to run as root, and there is no other user to run it",
        hint="Create one, e.g. useradd --system postgres, or work as an ordinary user.",
    )


def _known(number: int | None) -> int:
    """A user or group number that is set (for os.chown, where -1 leaves things as they are)."""
    return -1 if number is None else number
