"""What every widget of the studio has: its bundle, its channel, its worker lanes, and the traits they all share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

import anywidget
import msgspec
import traitlets

from studio_widgets.widgets import bundles, reruns
from studio_widgets.widgets.channel import Buffer, Call, Channel
from studio_widgets.widgets.lanes import Lane
from studio_widgets.widgets.protocol import CodeFiles, ErrorBody, Nothing
from studio_widgets.widgets.stand_in import StandIn, as_html, kernel_shell


class Part(Protocol):
    """One ability of a widget: it registers its handlers when made, and lets go of what it holds when closed."""

    def close(self) -> None:
        """Stop telling the view; release subscriptions, threads and processes."""


def view_state(kind: type[traitlets.TraitType[Any, Any]], default: Any, **kwargs: Any) -> Any:
    """A trait that the view writes often.

    It is not echoed: all views of a widget in one page share one model, so an echo would only cost a message.
    """
    return kind(default, **kwargs).tag(sync=True, echo_update=False)


def answer_on_the_asking_thread(comm: Any) -> None:
    """Let a comm's messages be handled on the subshell they were sent to.

    ipykernel 7.4.0 sends them to the subshell that last *published* on the comm instead: for a widget made in a cell
    that is the main shell, busy as long as a cell runs. It also remembers the id of every reply for good. The
    attributes are private, so nothing happens without them.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda data, default: default
    if hasattr(comm, "_reply_subshell_ids"):
        comm._reply_subshell_ids = _Forgetful()


class _Forgetful(dict[str, Any]):
    """A dictionary that keeps nothing."""

    def __setitem__(self, key: str, value: Any) -> None:
        pass


class StudioWidget(anywidget.AnyWidget):
    """Base of the studio's widgets.

    Traits
    ------
    project_title: the project shown. status: "" or a word such as "saved". busy, progress: whether long work runs, and
    how far it is (0..1). error: {} or the last fault as {code, message, where, hint}. panel_sizes: pixels by panel.
    """

    _bundle: ClassVar[str]

    project_title = traitlets.Unicode("").tag(sync=True)
    status = traitlets.Unicode("").tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)
    progress = traitlets.Float(0.0).tag(sync=True)
    error = traitlets.Dict().tag(sync=True)
    panel_sizes = view_state(traitlets.Dict, {})

    def __init__(self, **traits: Any) -> None:
        self._parts: list[Part] = []
        self._lanes: dict[str, Lane] = {}
        self._stand_ins: list[StandIn] = []
        self._channel = Channel(self._transmit, self._show_error)
        self._build = bundles.current()
        self._esm = self._build.module(self._bundle)
        self._channel.handle("code.files", self._code, self.lane("code"))
        super().__init__(_view_count=0, **traits)  # 0: the page counts its views
        self._own_layout = None if "layout" in traits else self.layout
        answer_on_the_asking_thread(self.comm)
        self.on_msg(self._receive)
        self._watched = bundles.watch(self._rebuilt)
        reruns.made(self)

    def add_part(self, part: Part) -> None:
        """Close `part` with the widget."""
        self._parts.append(part)

    def poster_changed(self) -> None:
        """Let saved notebooks show the widget as it is now."""
        for stand_in in self._stand_ins:
            stand_in.changed()

    def lane(self, name: str, workers: int = 1) -> Lane:
        """The widget's worker lane of that name, made on first use."""
        if name not in self._lanes:
            self._lanes[name] = Lane(name, workers)
        return self._lanes[name]

    def close(self) -> None:
        """Close the widget in every view and release what it holds. The project itself stays open."""
        # Also runs for an object whose construction failed, when it is collected.
        parts, self._parts = getattr(self, "_parts", []), []
        for part in parts:
            part.close()
        for lane in getattr(self, "_lanes", {}).values():
            lane.close()
        if hasattr(self, "_channel"):
            self._channel.close()
        super().close()
        # A widget of its own with a comm, which ipywidgets would keep for good; one that was given is somebody else's.
        layout, self._own_layout = getattr(self, "_own_layout", None), None
        if layout is not None:
            layout.close()

    def close_when_unseen(self) -> None:
        """Close the widget when no view shows it, now or later."""

        def count(change: Any = None) -> None:
            if not self._view_count and self.comm is not None:
                self.unobserve(count, "_view_count")
                self.close()

        self.observe(count, "_view_count")
        count()

    def __repr__(self) -> str:
        title = f"project={self.project_title!r}" if self.project_title else ""
        return f"{type(self).__name__}({title})"

    def _ipython_display_(self) -> None:
        shell = kernel_shell()
        if shell is None:
            raise NotImplementedError  # which IPython takes for: show it as any other object
        stand_in = StandIn(shell.display_pub, self._said)
        self._stand_ins.append(stand_in)
        self.add_part(stand_in)
        stand_in.show()
        bundles = super()._repr_mimebundle_()
        if bundles is not None:
            shell.display_pub.publish(data=bundles[0], metadata=bundles[1])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundles = super()._repr_mimebundle_(**kwargs)
        if bundles is not None:
            bundles[0]["text/html"] = self._said()
        return bundles

    def _said(self) -> str:
        """HTML for viewers without a kernel and without widgets."""
        return as_html(self.project_title or type(self).__name__, self._poster())

    def _poster(self) -> bytes | None:
        """A PNG of what the widget shows; None when there is nothing to see without it."""
        return None

    def _code(self, body: CodeFiles, call: Call) -> tuple[Nothing, list[bytes]]:
        return Nothing(), self._build.packed(body.names)

    def _rebuilt(self, build: bundles.Build) -> None:
        self._build = build
        self._esm = build.module(self._bundle)  # anywidget shows the views anew

    def _transmit(self, content: dict[str, Any], buffers: Sequence[Buffer] | None) -> None:
        self.send(content, buffers)

    def _receive(self, widget: Any, content: Any, buffers: Sequence[Buffer]) -> None:
        self._channel.receive(content, buffers or ())

    def _show_error(self, error: ErrorBody) -> None:
        self.error = msgspec.to_builtins(error)
