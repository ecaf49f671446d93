"""Run every notebook twice with nbval in one fresh STUDIO_HOME: the stored outputs must come out again, both times."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from temporary_home import temporary_home

ROOT = Path(__file__).parent.parent


def main() -> int:
    """Entry point: exit code 0 when both runs of every notebook agree with what is stored."""
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    for notebook in notebooks:
        with temporary_home() as home:
            env = dict(os.environ, STUDIO_HOME=str(home), STUDIO_NOTEBOOK_OUT=str(home.parent / "out"))
            for attempt in ("first", "second"):
                print(f"{notebook.relative_to(ROOT)}: {attempt} run", flush=True)
                command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", str(notebook)]
                done = subprocess.run(command, cwd=ROOT, env=env, check=False)
                if done.returncode != 0:
                    return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
