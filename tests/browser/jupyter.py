"""A real JupyterLab for the browser tests: server, page and notebook, each in a few lines.

Nothing here waits for time to pass: every wait is for a state of the server, the kernel or the page.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    # getDisplayMedia takes this tab, with its sound, without asking
    "--auto-accept-this-tab-capture",
)
PATIENCE = 60_000  # ms until a state that must come counts as not coming

KERNEL_READY = """() => {
  const widget = window.jupyterapp?.shell?.currentWidget;
  return Boolean(widget?.context?.isReady && widget.sessionContext?.isReady
    && widget.sessionContext.session?.kernel?.status === "idle");
}"""

EXECUTE = """async ([code, wait]) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code, store_history: false });
  const text = [];
  let failed = null;
  future.onIOPub = (message) => {
    if (message.header.msg_type === "stream") text.push(message.content.text);
    if (message.header.msg_type === "error") failed = message.content.traceback.join("\\n");
  };
  window.studioFuture = { done: false };
  const state = window.studioFuture;
  const ended = future.done.then(() => { state.done = true; }, () => { state.done = true; });
  if (!wait) return ["", null];
  await ended;
  return [text.join(""), failed];
}"""


def free_port() -> int:
    """A port of the loopback interface that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Lab:
    """A running JupyterLab server with a folder of notebooks."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.notebooks = folder / "notebooks"
        self.settings = folder / "state/settings"
        self.log = folder / "server.log"

    def end_session(self, session: str) -> None:
        """Shut down a notebook's kernel, and wait for its end."""
        request = urllib.request.Request(f"{self.url}/api/sessions/{session}", method="DELETE")
        try:
            urllib.request.urlopen(request, timeout=PATIENCE / 1000).close()
        except urllib.error.HTTPError as error:
            if error.code not in (404, 410):  # it has ended already
                raise

    def change_setting(self, plugin: str, values: Mapping[str, Any]) -> None:
        """Store a JupyterLab setting; pages opened from now on have it."""
        package, name = plugin.split(":")
        path = self.settings / package / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))


@contextmanager
def running_lab(folder: Path, *, server_extension: bool = True) -> Iterator[Lab]:
    """Start JupyterLab with its state in `folder`, without prompts, and end it.

    `server_extension`: load this package's own server extension (small messages without delay).
    """
    port = free_port()
    lab = Lab(f"http://127.0.0.1:{port}", folder)
    lab.notebooks.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    lab.change_setting("@jupyterlab/apputils-extension:notification", quiet)
    state = folder / "state"
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        *("--IdentityProvider.token=", "--PasswordIdentityProvider.hashed_password="),
        "--ServerApp.disable_check_xsrf=True",  # or nobody but a page could end a kernel
        *("--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None"),
        *("--LabApp.extension_manager=readonly", f"--ServerApp.root_dir={lab.notebooks}"),
        f"--ServerApp.jpserver_extensions={{'studio_widgets.server': {server_extension}}}",
    ]
    environment = os.environ | {
        "JUPYTERLAB_SETTINGS_DIR": str(lab.settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(state / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(state / "config"),
        "JUPYTER_DATA_DIR": str(state / "data"),
        "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
        "IPYTHONDIR": str(state / "ipython"),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
    }
    with lab.log.open("wb") as out:
        server = subprocess.Popen(command, env=environment, cwd=lab.notebooks, stdout=out, stderr=subprocess.STDOUT)
        try:
            wait_until(lambda: answers(lab.url) or ended(server, lab.log), "JupyterLab's answer")
            yield lab
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def answers(url: str) -> bool:
    """Whether the server is up."""
    try:
        urllib.request.urlopen(f"{url}/api/status", timeout=2).close()
    except OSError:
        return False
    return True


def ended(server: subprocess.Popen[bytes], log: Path) -> bool:
    """False; raises with the end of the log when the server has ended."""
    if server.poll() is not None:
        raise RuntimeError(f"JupyterLab ended:\n{log.read_text()[-3000:]}")
    return False


def wait_until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE / 1000) -> Any:
    """The first true result of `condition`."""
    end = time.monotonic() + seconds
    while True:
        if result := condition():
            return result
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come within {seconds:.0f} s")
        time.sleep(0.02)


class Notebook:
    """A notebook open in JupyterLab, with a kernel of its own."""

    def __init__(self, page: Page, lab: Lab, home: Path) -> None:
        self.page = page
        self.lab = lab
        self.home = home
        self.name = ""

    def open(self, *cells: str) -> None:
        """Write a notebook of these cells and open it, ready to run."""
        self.name = f"{uuid.uuid4().hex[:8]}.ipynb"
        (self.lab.notebooks / self.name).write_text(json.dumps(notebook_json(cells)))
        self.visit()

    def visit(self, query: str = "") -> None:
        """Open (or reload) the notebook's page; `query` is more for its address, such as "import=…"."""
        workspace = uuid.uuid4().hex[:8]
        more = f"&{query}" if query else ""
        self.page.goto(
            f"{self.lab.url}/lab/workspaces/{workspace}/tree/{self.name}?reset{more}", wait_until="domcontentloaded"
        )
        self.page.wait_for_function(KERNEL_READY, timeout=PATIENCE)

    def run_all(self) -> None:
        """Run every cell; fails with the traceback of a cell that raises."""
        ok = self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        assert ok, self.errors() or "a cell failed"

    def save(self) -> None:
        """Save the notebook with its outputs."""
        self.page.evaluate("async () => { await window.jupyterapp.commands.execute('docmanager:save'); }")

    def errors(self) -> str:
        """The tracebacks shown in the notebook."""
        shown = self.page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']")
        return "\n".join(shown.all_inner_texts())

    def execute(self, code: str) -> str:
        """Run code in the kernel as a cell would; returns what it printed. Fails with its traceback."""
        text, failed = self.page.evaluate(EXECUTE, [code, True])
        assert failed is None, failed
        return str(text)

    def value(self, expression: str) -> Any:
        """A JSON-able value of the kernel."""
        return json.loads(self.execute(f"import json as _json; print(_json.dumps({expression}))"))

    def start(self, code: str) -> None:
        """Begin to run code in the kernel, without waiting; see `idle`."""
        self.page.evaluate(EXECUTE, [code, False])

    def idle(self) -> bool:
        """Whether the code begun by `start` has ended."""
        return bool(self.page.evaluate("() => window.studioFuture.done"))

    def wait_idle(self) -> None:
        """Wait for the end of the code begun by `start`."""
        self.page.wait_for_function("() => window.studioFuture.done", timeout=PATIENCE)

    def interrupt(self) -> None:
        """Interrupt the code begun by `start`, and wait for its end."""
        self.page.evaluate(
            "async () => { await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt(); }"
        )
        self.wait_idle()

    def restart_kernel(self) -> None:
        """Restart the kernel as the menu does, without its question."""
        self.page.evaluate(
            "async () => { await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart(); }"
        )
        self.page.wait_for_function(KERNEL_READY, timeout=PATIENCE)

    def wait_kernel_back(self, before: int) -> int:
        """After a kernel was killed: wait until the server has started another one; returns its process id."""

        def other() -> int | None:
            if not self.page.evaluate(KERNEL_READY):
                return None
            # What is asked of a dying kernel is answered with nothing.
            now = self.execute("import os; print(os.getpid())").strip()
            return int(now) if now and int(now) != before else None

        self.page.get_by_role("dialog", name="Kernel Restarting").get_by_role("button", name="Ok").click()
        return int(wait_until(other, "a new kernel"))

    def kernel_pid(self) -> int:
        """Process id of the kernel."""
        return int(self.execute("import os; print(os.getpid())"))

    def widget(self, index: int = 0) -> Locator:
        """The `index`-th widget output on the page."""
        return self.page.locator(".jp-OutputArea-output.lm-Panel").nth(index)


def notebook_json(cells: tuple[str, ...]) -> dict[str, Any]:
    """A notebook of code cells for the machine's own Python kernel."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"},
            "language_info": {"name": "python"},
        },
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": source,
            }
            for number, source in enumerate(cells)
        ],
    }
