"""The mouse stops where the engine would refuse: the furthest it goes is accepted, one frame more is not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.commands import run
from studio_widgets.engine.timeline.model import Timeline
from studio_widgets.engine.timeline.serial import to_builtins
from tests.unit.widgets.test_prediction import JS, ROOT, a_linked_timeline, a_timeline

FAR = 5000  # stands for "as far as one likes"


def with_gaps() -> Timeline:
    """Clips with gaps around them, linked with sounds that lie elsewhere."""
    t = edits.move(a_linked_timeline(), clip="clip-3", to=900)
    t = edits.trim(t, clip="clip-6", start=20, alone=True)
    return edits.trim(t, clip="clip-2", end=-40)


def with_a_lock() -> Timeline:
    """The sounds of the clips on V1 lie on a locked track."""
    return edits.set_track(a_linked_timeline(), track="A1", locked=True)


TIMELINES: list[Callable[[], Timeline]] = [a_timeline, a_linked_timeline, with_gaps, with_a_lock]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[list[dict[str, Any]]]:
    """The page's limits for each of TIMELINES."""
    if not (JS / "node_modules" / "esbuild").exists():
        pytest.skip("the widgets' npm packages are not installed: `make build` does it")
    bundle = tmp_path_factory.mktemp("limits") / "limits.mjs"
    script = (
        "import { build } from 'esbuild';"
        f"await build({{ entryPoints: ['dev/limits_cli.ts'], outfile: {json.dumps(str(bundle))},"
        " bundle: true, platform: 'node', format: 'esm', logLevel: 'error' })"
    )
    node = [sys.executable, str(ROOT / "scripts" / "node.py"), "node"]
    subprocess.run([*node, "--input-type=module", "-e", script], cwd=JS, check=True)

    def ask(timeline: Timeline) -> list[dict[str, Any]]:
        question = json.dumps(to_builtins(timeline))
        answer = subprocess.run([*node, str(bundle)], input=question, capture_output=True, text=True, check=True)
        found: list[dict[str, Any]] = json.loads(answer.stdout)
        return found

    return [ask(make()) for make in TIMELINES]


def accepted(t: Timeline, limit: dict[str, Any], frames: int) -> bool:
    """Whether the engine does the edit by so many frames."""
    try:
        run(t, limit["op"], {"clip": limit["clip"], limit["argument"]: frames, "alone": limit["alone"]})
    except EditError:
        return False
    return True


@pytest.mark.parametrize("index", range(len(TIMELINES)), ids=[make.__name__ for make in TIMELINES])
def test_the_mouse_stops_where_the_engine_refuses(index: int, asked: list[list[dict[str, Any]]]) -> None:
    t = TIMELINES[index]()
    wrong = []
    for limit in asked[index]:
        least, most = limit["limits"]["min"], limit["limits"]["max"]
        for furthest, step in ((least, -1), (most, 1)):
            if furthest and not accepted(t, limit, furthest):
                wrong.append(f"{limit} refused at {furthest}")
            if abs(furthest) != FAR and accepted(t, limit, furthest + step):
                wrong.append(f"{limit} would go on to {furthest + step}")
    assert not wrong, "\n".join(wrong)
