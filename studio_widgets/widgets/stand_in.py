"""What a saved notebook shows in a widget's place: an output of its own, above the widget's.

JupyterLab shows one form of an output, and prefers the widget: of a notebook that is opened without its kernel it says
"model not found", whatever other forms the output has. So the stand-in comes first, as HTML, with the rules that hide
it as long as there is a widget below it, and hide what JupyterLab says when there is none. Where those rules have
nothing to hold on to (an exported notebook, one on the web), and where a notebook is not trusted, it is simply seen.

    run                         [stand-in, hidden]                       [widget]
    opened, its kernel gone     [stand-in]                               [error, hidden]
    opened, no kernel at all    [stand-in, hidden for a second]          ["Loading widget..."]

It follows the timeline, so that what is saved with the notebook is what was last edited.
"""

from __future__ import annotations

import base64
import html
import os
import sys
import uuid
from collections.abc import Callable
from typing import Any

from studio_widgets.widgets.lanes import Throttle

INTERVAL = 2.0  # seconds between pictures of a timeline that is being edited

_MARK = "studio-widgets-stand-in"
_CHILD = ".jp-OutputArea-child"
_OWN = f"{_CHILD}:has(.{_MARK})"
_RULES = "".join(
    (
        # below it a widget, a widget that is awaited, what is said in place of one
        f"{_OWN}:has(+ {_CHILD} > .lm-Panel > *){{display:none}}",
        f"{_OWN}:has(+ {_CHILD} > .lm-Panel:empty){{display:none}}",
        f"{_OWN}:has(+ {_CHILD} > .lm-Panel:not(.jupyter-widgets)){{max-height:0;animation:{_MARK} 0s 1s forwards}}",
        f"{_OWN} + {_CHILD}:has(> .lm-Panel.jupyter-widgets){{display:none}}",
        f"@keyframes {_MARK}{{to{{max-height:none}}}}",
    )
)


def kernel_shell() -> Any:
    """The shell of a kernel whose notebooks show a stand-in; None elsewhere.

    Other front ends keep the outputs of a cell in other elements, where nothing would hide it below a living widget.
    """
    if "VSCODE_PID" in os.environ or "google.colab" in sys.modules:
        return None
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None else None
    return shell if getattr(shell, "kernel", None) is not None else None


def as_html(title: str, picture: bytes | None) -> str:
    """The name of a widget and, if it has one, its picture, a PNG."""
    shown = html.escape(title)
    said = f"<p>studio-widgets: <b>{shown}</b>. Run this cell to open it.</p>"
    if picture is not None:
        packed = base64.b64encode(picture).decode()
        said += f'<img alt="The timeline of {shown}" style="max-width:100%" src="data:image/png;base64,{packed}">'
    return said


class StandIn:
    """The output above one display of a widget; `says` gives its HTML, as it should be now."""

    def __init__(self, publisher: Any, says: Callable[[], str]) -> None:
        self._publisher = publisher
        self._says = says
        self._shown = ""
        self._transient = {"display_id": uuid.uuid4().hex}
        # not at once: drawing takes as long as an edit, whose answer somebody waits for
        self._throttle = Throttle(INTERVAL, self._show_again, rest=INTERVAL)

    def show(self) -> None:
        """Show it below what the cell has shown so far."""
        self._publish(update=False)

    def changed(self) -> None:
        """What it shows may have changed: show it again, soon."""
        self._throttle.poke()

    def close(self) -> None:
        """Show what it should be now, and change it no more."""
        self._throttle.close()
        self._show_again()

    def _show_again(self) -> None:
        if self._shown:
            self._publish(update=True)

    def _publish(self, *, update: bool) -> None:
        said = self._says()
        if said == self._shown:
            return
        self._shown = said
        data = {"text/html": f'<style>{_RULES}</style><div class="{_MARK}">{said}</div>'}
        data["text/plain"] = "The studio in this cell, as it was last seen"
        self._publisher.publish(data=data, metadata={}, transient=self._transient, update=update)
