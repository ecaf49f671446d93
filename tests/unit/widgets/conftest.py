"""Widgets without a kernel, a browser or a bundle."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from studio_widgets.widgets import bundles as built
from studio_widgets.widgets.base import StudioWidget
from tests.unit.widgets.fakes import FakeLibrary, FakeSession, View

Shown = TypeVar("Shown", bound=StudioWidget)


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture
def bundles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a build that has one file for each widget."""
    rooms = ("browser", "timeline", "player", "recorder", "workspace")
    for name in (*rooms, "loader"):
        (tmp_path / f"{name}.js").write_text("export default () => ({})")
    files = {f"{name}.js": {"bytes": 25, "needs": [], "later": []} for name in rooms}
    entries = {name: f"{name}.js" for name in rooms}
    openings = {name: [name] for name in files}
    manifest = {"build": "b", "limit": 100, "entries": entries, "openings": openings, "files": files}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    monkeypatch.setattr(built, "STATIC", tmp_path)
    return tmp_path


@pytest.fixture
def show(bundles: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[StudioWidget], View]]:
    """`view = show(widget)`: what the widget sends comes to the view; the widget is closed after the test."""
    shown: list[StudioWidget] = []

    def show(widget: StudioWidget) -> View:
        view = View()
        monkeypatch.setattr(widget, "send", view.send)
        shown.append(widget)
        return view

    yield show
    for widget in shown:
        widget.close()


def ask(widget: StudioWidget, view: View, kind: str, body: Any = None, buffers: Any = ()) -> dict[str, Any]:
    """Send a request as the kernel hands it over; returns the request."""
    request = view.request(kind, body)
    widget._handle_custom_msg(request, list(buffers))
    return request
