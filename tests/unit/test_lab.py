"""`studio-widgets lab`: which notebook is opened, and how JupyterLab is started."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio_widgets import lab
from studio_widgets.engine.errors import MissingMediaError


def test_without_a_name_the_quickstart_is_put_into_the_folder(tmp_path: Path) -> None:
    opened = lab.prepare(None, tmp_path)
    assert opened == tmp_path / "quickstart.ipynb"
    assert json.loads(opened.read_text(encoding="utf-8"))["cells"]


def test_a_quickstart_that_is_there_is_opened_as_it_is(tmp_path: Path) -> None:
    mine = tmp_path / "quickstart.ipynb"
    mine.write_text("changed by hand")
    assert lab.prepare(None, tmp_path) == mine
    assert mine.read_text() == "changed by hand"


def test_a_named_notebook_must_exist(tmp_path: Path) -> None:
    (tmp_path / "mine.ipynb").write_text("{}")
    assert lab.prepare("mine.ipynb", tmp_path) == tmp_path / "mine.ipynb"
    with pytest.raises(MissingMediaError, match=r"missing\.ipynb"):
        lab.prepare("missing.ipynb", tmp_path)


def test_the_server_extension_is_on_and_other_options_are_passed_on(tmp_path: Path) -> None:
    command = lab.command(tmp_path / "a.ipynb", ["--no-browser", "--port", "8899"])
    assert command[1:4] == ["-m", "jupyterlab", str(tmp_path / "a.ipynb")]
    assert "--ServerApp.jpserver_extensions={'studio_widgets.server': True}" in command
    assert command[-3:] == ["--no-browser", "--port", "8899"]


@pytest.mark.parametrize("arguments", [["--no-browser", "--port", "8899"], ["mine.ipynb", "--no-browser"], []])
def test_only_a_leading_name_is_a_notebook(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.ipynb").write_text("{}")
    started: list[list[str]] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lab.os, "execv", lambda program, command: started.append(command))
    lab.main(arguments)
    named = arguments[:1] == ["mine.ipynb"]
    assert Path(started[0][3]).name == ("mine.ipynb" if named else "quickstart.ipynb")
    options = [option for option in arguments if option != "mine.ipynb"]
    assert started[0][len(started[0]) - len(options) :] == options
