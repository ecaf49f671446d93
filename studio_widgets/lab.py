"""`studio-widgets lab`: JupyterLab, open on a notebook, with everything the studio needs switched on."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from studio_widgets.engine.errors import MissingMediaError, StudioError

QUICKSTART = "quickstart.ipynb"


def quickstart_source() -> Path:
    """The quickstart notebook: shipped in the wheel, or in the checkout this package is installed from."""
    package = Path(__file__).parent
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if (folder / QUICKSTART).exists():
            return folder / QUICKSTART
    raise MissingMediaError("the quickstart notebook is not in this installation", hint="Reinstall studio-widgets.")


def prepare(notebook: str | None, folder: Path) -> Path:
    """The notebook to open: the given one, or a quickstart put into `folder` (never over an existing file)."""
    if notebook is not None:
        path = folder / notebook
        if not path.exists():
            raise MissingMediaError(f"there is no notebook {notebook}", hint="Give a path that exists, or none.")
        return path
    path = folder / QUICKSTART
    if not path.exists():
        shutil.copyfile(quickstart_source(), path)
    return path


def command(notebook: Path, extra: list[str]) -> list[str]:
    """The arguments that start JupyterLab on `notebook`."""
    arguments = [sys.executable, "-m", "jupyterlab", str(notebook)]
    arguments.append("--ServerApp.jpserver_extensions={'studio_widgets.server': True}")
    # so that lines of Python which the timeline shows can be put into cells
    arguments.append("--LabApp.expose_app_in_browser=True")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # containers; Jupyter refuses root otherwise
    return arguments + extra


def main(arguments: list[str]) -> int:
    """Run JupyterLab in this process' place.

    The first argument may name a notebook to open (without one, the quickstart is put here); all others go to
    JupyterLab.
    """
    named = bool(arguments) and not arguments[0].startswith("-")
    notebook, extra = (arguments[0], arguments[1:]) if named else (None, arguments)
    if importlib.util.find_spec("jupyterlab") is None:
        raise StudioError("JupyterLab is not installed", hint="Run: pip install 'studio-widgets[lab]'")
    start = command(prepare(notebook, Path.cwd()), extra)
    sys.stdout.flush()
    if os.name == "nt":  # no exec on Windows
        return subprocess.run(start, check=False).returncode
    os.execv(start[0], start)
