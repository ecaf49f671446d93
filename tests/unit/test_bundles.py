"""The build's sizes, and what a widget sends of it."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path

import pytest

from studio_widgets.engine.errors import StudioError
from studio_widgets.widgets import bundles, protocol

LIMIT = 200_000  # bytes of minified JavaScript
MODULE = 12_000  # bytes that are sent, and saved in a notebook, with each widget
ROOMS = {"browser", "player", "recorder", "timeline", "workspace"}


@pytest.fixture
def build() -> bundles.Build:
    try:
        return bundles.current()
    except StudioError as error:
        pytest.skip(str(error))  # the JavaScript is not built here


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small build: a room, and what it shares."""
    (tmp_path / "chunks").mkdir()
    (tmp_path / "chunks" / "core-A.js").write_text("export const a = 1")
    (tmp_path / "room.js").write_text('import{a}from"./chunks/core-A.js";export default a')
    (tmp_path / "loader.js").write_text("export default STUDIO_PLAN")
    files = {
        "core-A.js": {"bytes": 18, "needs": [], "later": []},
        "room.js": {"bytes": 51, "needs": ["core-A.js"], "later": []},
    }
    openings = {"room.js": ["core-A.js", "room.js"]}
    manifest = {"build": "b1", "limit": LIMIT, "entries": {"room": "room.js"}, "openings": openings, "files": files}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path


def test_no_widget_and_no_part_needs_more_than_200_kb(build: bundles.Build) -> None:
    manifest = build.manifest
    sizes = {name: manifest.size(name) for name in manifest.openings}
    assert set(manifest.entries) == ROOMS
    assert set(manifest.entries.values()) <= set(sizes)
    assert {later for file in manifest.files.values() for later in file.later} <= set(sizes)
    assert {name: size for name, size in sizes.items() if size > LIMIT} == {}


def test_the_manifest_tells_the_truth_of_the_files(build: bundles.Build) -> None:
    for name, file in build.manifest.files.items():
        text = gzip.decompress(build.packed([name])[0]).decode()
        assert len(text.encode()) == file.bytes
        static = re.findall(r'(?:from|import)"\./(?:chunks/)?([\w-]+\.js)"', text)
        later = re.findall(r'import\("\./(?:chunks/)?([\w-]+\.js)"\)', text)
        assert (set(static), set(later)) == (set(file.needs), set(file.later)), name


def test_what_is_needed_comes_first(build: bundles.Build) -> None:
    files, openings = build.manifest.files, build.manifest.openings
    for name, order in openings.items():
        assert order[-1] == name
        for at, file in enumerate(order):
            assert set(files[file].needs) <= set(order[:at])


def test_files_fit_into_messages_and_modules_stay_small(build: bundles.Build) -> None:
    names = list(build.manifest.files)
    assert len(names) <= 200
    assert max(len(packed) for packed in build.packed(names)) <= protocol.MAX_BUFFER
    assert max(len(build.module(room)) for room in ROOMS) <= MODULE


def test_a_module_is_the_loader_with_its_plan(folder: Path) -> None:
    head, loader = bundles.Build(folder).module("room").split(";\n", 1)
    plan = json.loads(head.removeprefix("const STUDIO_PLAN="))
    assert plan == {"build": "b1", "entry": "room.js", "files": {"core-A.js": [], "room.js": ["core-A.js"]}}
    assert loader == "export default STUDIO_PLAN"


def test_files_are_given_in_the_order_asked(folder: Path) -> None:
    texts = [gzip.decompress(packed) for packed in bundles.Build(folder).packed(["room.js", "core-A.js"])]
    assert texts[0].startswith(b"import")
    assert texts[1] == b"export const a = 1"


@pytest.mark.parametrize("name", ["manifest.json", "loader.js", "../base.py", "chunks/core-A.js", ""])
def test_only_files_of_the_build_are_given(folder: Path, name: str) -> None:
    with pytest.raises(StudioError, match="not there"):
        bundles.Build(folder).packed(["room.js", name])


def test_a_package_upgraded_under_a_running_kernel_changes_nothing(folder: Path) -> None:
    build = bundles.Build(folder)
    for path in (folder / "room.js", folder / "chunks" / "core-A.js"):
        path.unlink()
    assert gzip.decompress(build.packed(["core-A.js"])[0]) == b"export const a = 1"


@pytest.mark.parametrize("gone", ["manifest.json", "loader.js", "room.js", "chunks/core-A.js"])
def test_half_a_build_says_what_is_missing_and_what_to_do(folder: Path, gone: str) -> None:
    (folder / gone).unlink()
    with pytest.raises(StudioError) as caught:
        bundles.Build(folder)
    assert caught.value.where.endswith(Path(gone).name)
    assert "make js" in caught.value.hint


def test_a_new_build_is_taken_by_the_next_widget(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "STATIC", folder)
    first = bundles.current()
    assert bundles.current() is first
    manifest = folder / "manifest.json"
    changed = manifest.stat().st_mtime_ns + 1_000_000_000
    manifest.write_text(manifest.read_text().replace('"b1"', '"b2"'))
    os.utime(manifest, ns=(changed, changed))
    assert bundles.current().manifest.build == "b2"
