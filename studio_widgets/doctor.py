"""`studio-widgets doctor`: tries everything a studio needs on this machine, and says what to do about what fails."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import msgspec

from studio_widgets.engine.errors import StudioError

LOW_DISK = 2_000_000_000  # bytes


class Finding(msgspec.Struct, frozen=True):
    """One thing that was tried: fine, usable with a drawback, or broken; `hint` is the next step."""

    state: Literal["ok", "warning", "broken"]
    what: str
    detail: str
    hint: str = ""


def run(options: argparse.Namespace) -> int:
    """Print every finding; 1 when something is broken."""
    broken = False
    for finding in examine(options.database, options.storage, options.home):
        broken |= finding.state == "broken"
        print(f"{finding.state:8} {finding.what:10} {finding.detail}")
        if finding.hint:
            print(f"{'':19} {finding.hint}")
    return 1 if broken else 0


def examine(database: str | None = None, storage: str | None = None, home: str | None = None) -> Iterator[Finding]:
    """All findings, in an order in which the first broken one is usually the reason of those after it."""
    folder = Path(home or os.environ.get("STUDIO_HOME") or ".studio").expanduser().absolute()
    yield from _tried("python", _python)
    yield from _tried("codecs", _codecs)
    yield from _tried("widgets", _widgets)
    yield from _tried("kernel", _kernel)
    yield from _tried("home", lambda: _home(folder))
    place = storage or os.environ.get("STUDIO_STORAGE_URL")
    yield from _tried("storage", lambda: _storage(place, folder))
    if place is not None and place.startswith("s3://"):
        yield from _tried("cache", lambda: _cache(place, folder))
    url = database or os.environ.get("STUDIO_DATABASE_URL") or None
    yield from _tried("database", lambda: _database(url, folder))
    yield from _tried("rows", lambda: _rows(url, folder))


def _tried(what: str, check: Callable[[], Finding]) -> Iterator[Finding]:
    import psycopg

    try:
        yield check()
    except StudioError as error:
        yield Finding("broken", what, error.message, error.hint)
    except psycopg.Error as error:
        yield Finding("broken", what, error.diag.message_primary or str(error).strip())
    except (OSError, ImportError) as error:
        yield Finding("broken", what, str(error), "Reinstall: pip install --force-reinstall studio-widgets")


def _python() -> Finding:
    return Finding("ok", "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _codecs() -> Finding:
    import av

    missing = [name for name in ("libx264", "aac", "mjpeg") if not _encodes(name)]
    if missing:
        return Finding(
            "broken",
            "codecs",
            f"PyAV {av.__version__} cannot encode {', '.join(missing)}",
            "pip install 'av>=18.1,<19'",
        )
    return Finding("ok", "codecs", f"PyAV {av.__version__} with H.264 and AAC")


def _encodes(name: str) -> bool:
    import av.codec

    try:
        av.codec.Codec(name, "w")
    except av.codec.codec.UnknownCodecError:
        return False
    return True


def _widgets() -> Finding:
    from studio_widgets.widgets import bundles

    manifest = bundles.current().manifest
    size = sum(file.bytes for file in manifest.files.values())
    return Finding(
        "ok", "widgets", f"{len(manifest.entries)} widgets, {size // 1000} kB; anywidget {_version('anywidget')}"
    )


def _kernel() -> Finding:
    kernel, lab = _version("ipykernel"), _version("jupyterlab")
    detail = f"ipykernel {kernel}, JupyterLab {lab or 'not installed'}"
    if kernel.startswith("7.0."):
        return Finding("broken", "kernel", detail, "pip install -U ipykernel (7.0 breaks messages from threads)")
    if kernel.split(".")[0] < "7":
        return Finding("warning", "kernel", detail, "ipykernel 7 answers widgets while a cell runs; older ones wait")
    if not lab:
        return Finding("warning", "kernel", detail, "pip install 'studio-widgets[lab]', or use your own front end")
    return Finding("ok", "kernel", detail)


def _home(folder: Path) -> Finding:
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    detail = f"{folder}, {free / 1e9:.1f} GB free"
    if free < LOW_DISK:
        return Finding("warning", "home", detail, "Free some disk space: proxies and renders need it")
    return Finding("ok", "home", detail)


def _storage(url: str | None, folder: Path) -> Finding:
    from studio_widgets.engine.library.storage import open_storage
    from studio_widgets.engine.library.storage_check import check

    problem, hint = check(storage := open_storage(url, folder))
    if problem:
        return Finding("broken", "storage", problem, hint)
    detail = (url or "in the home folder").partition("?")[0]
    hosts = ", ".join(sorted(storage.hosts()))
    return Finding("ok", "storage", f"{detail} at {hosts}" if hosts else detail, hint)


def _cache(url: str | None, folder: Path) -> Finding:
    from studio_widgets.engine.library.s3_storage import S3Storage
    from studio_widgets.engine.library.storage import open_storage

    storage = open_storage(url, folder)
    assert isinstance(storage, S3Storage)
    size, limit, free = storage.cache.size(), storage.cache.limit, shutil.disk_usage(storage.cache.folder).free
    detail = f"{size / 1e9:.1f} of {limit / 1e9:.1f} GB in {storage.cache.folder}, {free / 1e9:.1f} GB free"
    if free < limit - size:
        return Finding("warning", "cache", detail, "Free some disk space, or set STUDIO_CACHE_GB lower")
    return Finding("ok", "cache", detail)


def _database(url: str | None, folder: Path) -> Finding:
    from studio_widgets.engine.library.database import open_database

    with open_database(url, folder) as database:
        server = database.frame("select current_setting('server_version') as version").version[0]
        count = database.frame("select count(*) as files from media_files").files[0]
    return Finding("ok", "database", f"PostgreSQL {server}{' (given)' if url else ' (embedded)'}, {count} media files")


def _rows(url: str | None, folder: Path) -> Finding:
    """Whose rows this login sees, and what keeps it from seeing more."""
    from studio_widgets.engine.library import row_security
    from studio_widgets.engine.library.database import open_database

    with open_database(url, folder) as database:
        found = row_security.examine(database)
    if found.instructor is None:
        return Finding(
            "broken",
            "rows",
            f"the login role {found.role!r} is no instructor",
            f"Its administrator makes it one: studio-widgets instructors add {found.role}",
        )
    identity, name = found.instructor
    detail = f"instructor {name or identity} ({found.role}), row level security"
    if found.pending:
        return Finding(
            "warning",
            "rows",
            f"{detail} off: {', '.join(found.pending)} pending",
            "To share the library, a superuser or the owner with CREATEROLE runs: studio-widgets migrate",
        )
    if found.unprotected:
        return Finding(
            "warning",
            "rows",
            f"{detail} switched off for {', '.join(found.unprotected)}",
            "Switch it on: alter table … enable row level security",
        )
    if found.as_before:
        return Finding(
            "warning",
            "rows",
            f"{detail} on; {', '.join(found.as_before)} had none before and stay open to other roles, as before",
            "Where the web studio has policies for its own roles: drop policy studio_as_before on …",
        )
    if not found.is_bound:
        return Finding("ok", "rows", f"{detail} on; it does not bind this login, an administrator's")
    return Finding("ok", "rows", f"{detail} on")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
