"""What is remembered of how a project was looked at: whole files, nothing that cannot be."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from studio_widgets.widgets import remembered


def test_what_was_written_is_read_and_nothing_else_lies_there(tmp_path: Path) -> None:
    path = remembered.place_of(tmp_path, "3f2a")
    assert remembered.read(path) == {}
    remembered.write(path, {"view_mode": "review", "panel_sizes": {"height": 800}, "inspector_open": True})
    remembered.write(path, {"view_mode": "focus", "panel_sizes": {}, "inspector_open": False})
    assert remembered.read(path) == {"view_mode": "focus", "panel_sizes": {}, "inspector_open": False}
    assert [one.name for one in path.parent.iterdir()] == ["3f2a.json"]


@pytest.mark.parametrize("text", ["", "{", "[1]", '"x"', "\x00\xff", '{"view_mode": "review"'])
def test_a_damaged_file_is_nothing(tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture) -> None:
    path = remembered.place_of(tmp_path, "3f2a")
    path.parent.mkdir()
    path.write_text(text)
    with caplog.at_level(logging.ERROR):
        assert remembered.read(path) == {}
    assert not caplog.records


def test_names_of_another_version_are_passed_over(tmp_path: Path) -> None:
    path = remembered.place_of(tmp_path, "3f2a")
    path.parent.mkdir()
    path.write_text('{"view_mode": "edit", "_esm": "alert(1)"}')
    assert remembered.read(path) == {"view_mode": "edit"}
