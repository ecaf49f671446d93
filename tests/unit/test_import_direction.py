"""Imports point one way; see "Rooms" in docs/architecture.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "studio_widgets"

# Each room may import rooms of lower floors, never of its own or a higher one (other than itself).
FLOORS = {
    "front": 6,  # studio, magics, cli and what stands beside them
    "widgets": 5,
    "engine.courses": 4,
    "engine.library": 3,
    "engine.render": 3,
    "engine.interchange": 2,
    "engine.media": 1,
    "engine.timeline": 1,
    "engine.errors": 0,
}
JUPYTER = {"ipywidgets", "IPython", "anywidget", "traitlets", "ipykernel", "comm", "jupyter_server", "jupyterlab"}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "node_modules" not in path.parts)


def room_of(module: str) -> str | None:
    """The room that a dotted module of ours is in; None for packages that only hold rooms."""
    parts = module.split(".")[1:]
    if parts[:1] == ["engine"]:
        return f"engine.{parts[1]}" if len(parts) > 1 else None
    if parts[:1] == ["widgets"]:
        return "widgets"
    return "front"


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything the file imports, in functions and under TYPE_CHECKING too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            assert node.module is not None
            yield node.lineno, node.module
            # `from studio_widgets.engine import library` names a room in its second half
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def ours(path: Path) -> Iterator[tuple[int, str, str]]:
    for line, name in imports(path):
        if name.split(".")[0] == "studio_widgets":
            room = room_of(name)
            # `from studio_widgets import x` and `import studio_widgets` by themselves say nothing of a room
            if room is not None and name != "studio_widgets" and name != "studio_widgets.engine":
                yield line, name, room


def test_every_room_is_known() -> None:
    rooms = {room_of(dotted(path)) for path in MODULES} - {None}
    assert rooms == set(FLOORS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: dotted(path))
def test_imports_point_down(path: Path) -> None:
    room = room_of(dotted(path))
    if room is None:
        assert list(ours(path)) == []
        return
    upward = [
        f"line {line}: {name}" for line, name, target in ours(path) if target != room and FLOORS[target] >= FLOORS[room]
    ]
    assert upward == []


@pytest.mark.parametrize("path", [path for path in MODULES if "engine" in path.parts], ids=lambda path: dotted(path))
def test_the_engine_knows_nothing_of_jupyter(path: Path) -> None:
    assert [name for _, name in imports(path) if name.split(".")[0] in JUPYTER] == []


def test_the_timeline_needs_msgspec_and_the_standard_library_only() -> None:
    foreign = {"av", "numpy", "pandas", "PIL", "psycopg", "boto3", "tqdm"}
    for path in (PACKAGE / "engine" / "timeline").rglob("*.py"):
        assert [name for _, name in imports(path) if name.split(".")[0] in foreign] == [], path.name


def test_other_editors_files_need_the_timeline_and_errors_only() -> None:
    for path in (PACKAGE / "engine" / "interchange").rglob("*.py"):
        rooms = {room for _, _, room in ours(path)}
        assert rooms <= {"engine.interchange", "engine.timeline", "engine.errors"}, path.name


def test_extras_are_imported_where_they_are_used() -> None:
    """Without the extra `otio` the package imports, and only that one function fails."""
    users = [path.name for path in MODULES for _, name in imports(path) if name.split(".")[0] == "opentimelineio"]
    assert users == ["extra.py"]


def test_nothing_imports_the_front_door_from_behind(tmp_path: Path) -> None:
    """The check itself sees an import that points up."""
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    from studio_widgets.studio import Studio\n")
    assert [room for _, _, room in ours(bad)] == ["front", "front"]
