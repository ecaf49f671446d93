"""One JupyterLab and one Chromium per run; a page, a notebook and a studio folder per test.

A failing test leaves a screenshot, the page's messages and the server's log in `test-results/<test>/`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from studio_widgets.engine.library.database import open_database
from studio_widgets.engine.library.postgres_place import create_home
from studio_widgets.engine.library.server import EmbeddedServer
from tests.browser.jupyter import CHROMIUM_FLAGS, PATIENCE, ROOT, Lab, Notebook, running_lab

RESULTS = ROOT / "test-results"
SESSION = "() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.id ?? ''"
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


@pytest.fixture(scope="session")
def profile(chromium: Browser) -> Iterator[BrowserContext]:
    """One profile for all notebooks of the run: JupyterLab's megabytes of script are loaded and compiled once."""
    with new_profile(chromium) as context:
        yield context


@pytest.fixture
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in a fresh profile."""
    with new_profile(chromium) as context, watched(context.new_page(), request.node) as page:
        yield page


@contextmanager
def new_profile(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser profile that remembers nothing of others."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1600})
    context.set_default_timeout(PATIENCE / 2)
    yield context
    context.close()


@contextmanager
def watched(page: Page, item: pytest.Item) -> Iterator[Page]:
    """Errors of the widgets' scripts on the page fail the test; a failed one leaves the page's messages."""
    messages: list[str] = []
    faults: list[str] = []
    page.on("console", lambda message: messages.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: faults.append(f"{error}\n{error.stack or ''}"))
    yield page
    if item.stash.get(FAILED, False):
        (result_folder(item) / "console.txt").write_text("\n".join([*messages, "", *faults]))
    page.close()
    # Widgets are modules from blob URLs. JupyterLab's own scripts complain when a kernel dies, and may.
    assert [fault for fault in faults if "blob:" in fault] == [], "a widget's script failed"


@pytest.fixture(scope="session")
def empty_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data of an empty, migrated database: copied, they are there in a moment; made, in seconds."""
    server = EmbeddedServer(tmp_path_factory.mktemp("empty") / "home")
    open_database(None, server.home).close()
    server.stop()
    yield server.data
    shutil.rmtree(server.data, ignore_errors=True)


Clean = Callable[[Notebook, str], None]


@pytest.fixture(scope="session")
def clean_up() -> Iterator[Clean]:
    """Ends a kernel, by the id of its session, and its database, beside the next test: it waits for its children."""
    jobs: list[Future[None]] = []
    with ThreadPoolExecutor(1, "clean up") as thread:
        yield lambda notebook, session: jobs.append(thread.submit(end_studio, notebook, session))
    for job in jobs:
        job.result()


def end_studio(notebook: Notebook, session: str) -> None:
    """End the kernel (session "": it has ended), then the database that it used."""
    if session:
        notebook.lab.end_session(session)
    server = EmbeddedServer(notebook.home)
    server.stop()
    shutil.rmtree(server.data, ignore_errors=True)  # may lie outside the home


@pytest.fixture
def notebook(
    profile: BrowserContext,
    lab: Lab,
    tmp_path: Path,
    empty_data: Path,
    clean_up: Clean,
    request: pytest.FixtureRequest,
) -> Iterator[Notebook]:
    """A page for one notebook, whose studio lives in a folder of this test; its kernel ends with the test."""
    start = lab.log.stat().st_size
    home = tmp_path / "studio home"
    create_home(home)
    data = EmbeddedServer(home).data
    subprocess.run(["cp", "-a", f"{empty_data}/.", data], check=True)
    with watched(profile.new_page(), request.node) as page:
        made = Notebook(page, lab, home)
        yield made
        if request.node.stash.get(FAILED, False):
            folder = result_folder(request.node)
            page.screenshot(path=folder / "page.png")
            (folder / "server.log").write_bytes(lab.log.read_bytes()[start:])
        session = page.evaluate(SESSION) if made.name else ""
    clean_up(made, session)


def result_folder(item: pytest.Item) -> Path:
    """Where a failing test leaves what it saw."""
    folder = RESULTS / re.sub(r"[^\w.-]+", "_", item.name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
