"""Run every benchmark in this folder, one after the other, and pass on what they print.

A benchmark is a script `bench_*.py` that runs a peer beside us in the same process or the same minute and prints a
ratio. Names given as arguments choose among them: `python bench/run.py timeline render`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def main(wanted: list[str]) -> int:
    """Run the chosen (or all) benchmarks; the exit code is the number of those that failed to run."""
    scripts = [path for path in sorted(FOLDER.glob("bench_*.py")) if not wanted or path.stem[6:] in wanted]
    failed = 0
    for script in scripts:
        print(f"\n=== {script.stem[6:]}", flush=True)
        failed += subprocess.run([sys.executable, str(script)], cwd=FOLDER.parent, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
