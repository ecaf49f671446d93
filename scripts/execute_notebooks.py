"""Run the notebooks in a fresh STUDIO_HOME and store their outputs in them: `make notebooks`, after changing one.

Widget state is left out (it names this run), and so are the outputs of cells marked NBVAL_IGNORE_OUTPUT.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
from temporary_home import temporary_home

ROOT = Path(__file__).parent.parent


def execute(notebook: Path) -> None:
    """Execute one notebook in place."""
    with temporary_home() as home:
        env = dict(os.environ, STUDIO_HOME=str(home), STUDIO_NOTEBOOK_OUT=str(home.parent / "out"))
        command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace"]
        options = ["--ExecutePreprocessor.store_widget_state=False", "--ExecutePreprocessor.record_timing=False"]
        subprocess.run([*command, *options, str(notebook)], env=env, check=True)
    content = nbformat.read(notebook, as_version=4)
    for cell in content.cells:
        if cell.cell_type == "code" and "NBVAL_IGNORE_OUTPUT" in cell.source:
            cell.outputs = []
    content.metadata["language_info"] = {"name": "python"}  # the exact Python is this machine's business
    nbformat.write(content, notebook)


if __name__ == "__main__":
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        execute(path)
