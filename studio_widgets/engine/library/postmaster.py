"""What the files of a PostgreSQL data folder tell, and the lock of a studio's home."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from studio_widgets.engine.errors import DatabaseError

_NO_PROCESS = 2**31 - 1  # larger than any process id a system gives


def data_version(data: Path) -> int | None:
    """The major version of PostgreSQL that made the data; None when there are none."""
    try:
        text = (data / "PG_VERSION").read_text("ascii").strip()
    except FileNotFoundError:
        return None
    try:
        return int(text.partition(".")[0])
    except ValueError as error:
        raise DatabaseError(f"PG_VERSION says {text!r}, which is no version", where=str(data)) from error


class Address(msgspec.Struct, frozen=True):
    """Where a server listens: a private folder, and the number in its socket's name."""

    folder: Path
    port: int

    @property
    def socket(self) -> Path:
        """The socket file."""
        return self.folder / f".s.PGSQL.{self.port}"


def address(data: Path) -> Address | None:
    """Where the server that runs or ran last listens; None when it was stopped in order, or has not come that far."""
    lines = _pid_file(data)
    if len(lines) < 5 or not lines[4] or not lines[3].isdecimal():
        return None
    return Address(Path(lines[4]), int(lines[3]))


def is_alive(data: Path) -> bool:
    """Whether the process that postmaster.pid names lives and is the server of this very folder."""
    pid = _pid(data)
    return pid is not None and _is_server_of(pid, data)


def disown_recycled_pid(data: Path) -> None:
    """Correct a postmaster.pid whose process id now belongs to somebody else, which would keep the server from
    starting.

    Only the id is replaced, by one that no process can have: the other lines let PostgreSQL see for itself whether
    backends of the dead server still use its shared memory.
    """
    pid = _pid(data)
    if pid is None or pid == _NO_PROCESS or _is_server_of(pid, data):
        return
    path = data / "postmaster.pid"
    status = path.stat()
    lines = path.read_text("utf-8", "surrogateescape").split("\n")
    lines[0] = str(_NO_PROCESS)
    temporary = path.with_name("postmaster.pid.studio")
    temporary.write_text("\n".join(lines), "utf-8", "surrogateescape")
    temporary.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(temporary, status.st_uid, status.st_gid)
    temporary.replace(path)


@contextlib.contextmanager
def file_lock(path: Path, patience: float) -> Iterator[None]:
    """Hold a lock among processes and threads; given up by the system when the process dies.

    Raises DatabaseError after `patience` seconds.
    """
    import fcntl  # not on Windows, where there is no embedded server

    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + patience
    with path.open("ab") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise DatabaseError(
                        f"another program has held the lock for more than {patience:.0f} seconds",
                        where=str(path),
                        hint="See whether another kernel hangs while it starts the database.",
                    ) from None
                time.sleep(0.02)
        yield


def _pid_file(data: Path) -> list[str]:
    """Lines of postmaster.pid: process id, data folder, start, port, socket folder, address, shared memory, state."""
    try:
        return (data / "postmaster.pid").read_text("utf-8", "surrogateescape").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []


def _pid(data: Path) -> int | None:
    lines = _pid_file(data)
    try:
        return int(lines[0])
    except (IndexError, ValueError):
        return None


def _is_server_of(pid: int, data: Path) -> bool:
    """Whether a process lives (a zombie does not) and is a PostgreSQL server working in this folder."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # somebody else's; look closer
    with contextlib.suppress(OSError):  # no /proc here, or not ours to see
        if Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] == "Z":
            return False
        # the server works in its data folder
        return os.path.realpath(Path(f"/proc/{pid}/cwd").readlink()) == os.path.realpath(data)
    told = subprocess.run(["ps", "-p", str(pid), "-o", "stat=,comm="], capture_output=True, text=True, check=False)
    state, _, command = told.stdout.strip().partition(" ")
    return not state.startswith("Z") and ("postgres" in command or "postmaster" in command)
