"""One JupyterLab and one Chromium per run; a page, a notebook and a studio folder per test.

A failing test leaves a screenshot, the page's messages and the server's log in `test-results/<test>/`.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.jupyter import CHROMIUM_FLAGS, PATIENCE, ROOT, Lab, Notebook, running_lab

RESULTS = ROOT / "test-results"
Report = Generator[None, pytest.TestReport, pytest.TestReport]
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Report:
    """Let fixtures know that their test failed."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium; skips where there is none, unless STUDIO_CHROMIUM demands it."""
    path = os.environ.get("STUDIO_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine: `make test-browser` installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=list(CHROMIUM_FLAGS), ignore_default_args=["--mute-audio"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The one JupyterLab server of the run."""
    with running_lab(tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page; errors of the widgets' scripts fail the test."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1600}, permissions=[])
    context.set_default_timeout(PATIENCE / 2)
    page = context.new_page()
    messages: list[str] = []
    faults: list[str] = []
    page.on("console", lambda message: messages.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: faults.append(f"{error}\n{error.stack or ''}"))
    yield page
    if request.node.stash.get(FAILED, False):
        (result_folder(request.node) / "console.txt").write_text("\n".join([*messages, "", *faults]))
    context.close()
    # Widgets are modules from blob URLs. JupyterLab's own scripts complain when a kernel dies, and may.
    assert [fault for fault in faults if "blob:" in fault] == [], "a widget's script failed"


@pytest.fixture
def notebook(page: Page, lab: Lab, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    """A page for one notebook, whose studio lives in a folder of this test; its kernel ends with the test."""
    made = Notebook(page, lab, tmp_path / "studio home")
    start = lab.log.stat().st_size
    yield made
    if request.node.stash.get(FAILED, False):
        page.screenshot(path=result_folder(request.node) / "page.png")
        with lab.log.open("rb") as log:
            log.seek(start)
            (result_folder(request.node) / "server.log").write_bytes(log.read())
    if made.name:
        page.evaluate("async () => { await window.jupyterapp?.shell?.currentWidget?.sessionContext?.shutdown?.(); }")


def result_folder(item: pytest.Item) -> Path:
    """Where a failing test leaves what it saw."""
    folder = RESULTS / re.sub(r"[^\w.-]+", "_", item.name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
