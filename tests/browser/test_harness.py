"""The harness itself: a widget in a real JupyterLab, in both directions, also while a cell runs."""

from __future__ import annotations

from tests.browser.jupyter import Notebook

ECHO_WIDGET = '''
import anywidget
from studio_widgets.widgets.base import answer_on_the_asking_thread

class Echo(anywidget.AnyWidget):
    _esm = """
    export default () => ({ render({ model, el }) {
      const button = document.createElement("button");
      button.textContent = "ask";
      button.onclick = () => model.send({ n: 1 });
      const out = document.createElement("output");
      model.on("msg:custom", (message) => { out.textContent = message.text; });
      el.append(button, out);
    } })
    """
    def __init__(self, pinned):
        super().__init__()
        if pinned:
            answer_on_the_asking_thread(self.comm)
        self.on_msg(self.answer)
    def answer(self, widget, content, buffers):
        self.send({"text": f"answered {content['n']}"})
'''
BUSY = "import threading; gate = threading.Event(); print('waiting', flush=True); gate.wait(30)"


def test_a_widget_is_answered_while_a_cell_runs(notebook: Notebook) -> None:
    notebook.open(ECHO_WIDGET, "widget = Echo(pinned=True); widget")
    notebook.run_all()
    notebook.start(BUSY)
    notebook.widget().get_by_role("button", name="ask").click()
    notebook.widget().get_by_text("answered 1").wait_for()
    assert not notebook.idle()
    notebook.interrupt()


def test_the_way_round_ipykernels_routing_is_still_needed(notebook: Notebook) -> None:
    """When this fails, ipykernel routes comms right again: remove `answer_on_the_asking_thread`."""
    notebook.open(ECHO_WIDGET, "plain = Echo(pinned=False); plain", "pinned = Echo(pinned=True); pinned")
    notebook.run_all()
    routed = notebook.value("hasattr(plain.comm, '_reply_subshell_for')")
    plain, pinned = notebook.widget(0), notebook.widget(1)
    notebook.start(BUSY)
    plain.get_by_role("button", name="ask").click()
    pinned.get_by_role("button", name="ask").click()
    pinned.get_by_text("answered 1").wait_for()
    # One thread answers all widgets in order: had it got the first question, the first answer would be here.
    assert (plain.locator("output").inner_text() == "") == routed
    notebook.interrupt()
    plain.get_by_text("answered 1").wait_for()


def test_a_kernel_killed_comes_back(notebook: Notebook) -> None:
    notebook.open("x = 1")
    before = notebook.kernel_pid()
    notebook.start("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert notebook.wait_kernel_back(before) != before
