"""Request and reply over a widget's custom messages.

A message is checked (version, kind, body, sizes) and enqueued where it arrives, in the kernel's comm
thread; a lane's thread does the work and answers. Exactly one reply goes out per request: its result, an
error of ours, or `cancelled`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from studio_widgets.engine.errors import CancelledError, ProtocolError, StudioError
from studio_widgets.widgets.lanes import Lane
from studio_widgets.widgets.protocol import (
    EVENTS,
    MAX_BODY,
    MAX_BUFFER,
    REQUESTS,
    VERSION,
    Cancel,
    ErrorBody,
    Event,
    Message,
    Nothing,
    Reply,
    Request,
)

log = logging.getLogger(__name__)

Buffer = bytes | bytearray | memoryview


# `send(content, buffers)` of a widget; called from any thread.
Sender = Callable[[dict[str, Any], Sequence[Buffer] | None], None]


class Call:
    """One request on its way: its id, its buffers, and whether the asker still wants it."""

    def __init__(self, channel: Channel, request: Request, body: Message, buffers: Sequence[Buffer]) -> None:
        self.id = request.id
        self.kind = request.kind
        self.body = body
        self.buffers = buffers
        self.cancelled = threading.Event()
        self._channel = channel
        self._answered = False
        self._started = False
        self._lock = threading.Lock()

    def start(self) -> bool:
        """True when the work may begin: it was not cancelled while it waited."""
        with self._lock:
            self._started = not self._answered
            return self._started

    def cancel(self) -> None:
        """Ask running work to stop; answer waiting work at once."""
        self.cancelled.set()
        with self._lock:
            waiting = not self._started
        if waiting:
            self.fail(CancelledError(f"{self.kind} was cancelled"))

    def answer(self, body: Message, buffers: Sequence[Buffer] = ()) -> None:
        """Send the result; the first answer counts."""
        self._reply(Reply(v=VERSION, id=self.id, ok=True, body=body), buffers)

    def fail(self, error: Exception) -> None:
        """Send the error; the first answer counts."""
        self._reply(Reply(v=VERSION, id=self.id, ok=False, error=error_body(error)), ())

    def _reply(self, reply: Reply, buffers: Sequence[Buffer]) -> None:
        with self._lock:
            if self._answered:
                return
            self._answered = True
        self._channel.finish(self, reply, buffers)


# Answers one kind of request: `(body, call)` → the reply's body, or `(body, buffers)`.
Handler = Callable[[Any, Call], Message | tuple[Message, Sequence[Buffer]]]


def error_body(error: Exception) -> ErrorBody:
    """An exception as the view shows it; a fault of ours is named `internal` and keeps its traceback to the
    log."""
    if isinstance(error, StudioError):
        return ErrorBody(code=error.code, message=error.message, where=error.where, hint=error.hint)
    return ErrorBody(
        code="internal",
        message=f"{type(error).__name__}: {error}"[:500],
        hint="This is a fault in studio-widgets; the kernel's log has the traceback.",
    )


def pieces(data: Buffer) -> list[Buffer]:
    """Bytes as buffers of at most `MAX_BUFFER`, to be joined by the view; none for no bytes."""
    view = memoryview(data)
    return [view[start : start + MAX_BUFFER] for start in range(0, len(view), MAX_BUFFER)]


class Channel:
    """The kernel's end of a widget's message stream.

    Parameters
    ----------
    send: sends `(content, buffers)` to the view.
    report: told of every fault that is not an error of ours (already logged), for the widget to show.
    """

    def __init__(self, send: Sender, report: Callable[[ErrorBody], None] | None = None) -> None:
        self._send = send
        self._report = report
        self._handlers: dict[str, tuple[Handler, Lane]] = {}
        self._calls: dict[str, Call] = {}
        self._lock = threading.Lock()
        self._closed = False

    def handle(self, kind: str, handler: Handler, lane: Lane) -> None:
        """Let `handler` answer requests of `kind`, on `lane`'s threads."""
        if kind not in REQUESTS:
            raise KeyError(kind)
        self._handlers[kind] = (handler, lane)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of request this channel answers."""
        return frozenset(self._handlers) | {"cancel"}

    def receive(self, content: Any, buffers: Sequence[Buffer] = ()) -> None:
        """A message from the view: checked and enqueued here, answered from a lane. Never raises, never
        waits."""
        try:
            request = msgspec.convert(content, Request)
        except msgspec.ValidationError as error:
            self._refuse(content, f"A message is malformed: {error}.")
            return
        try:
            body = self._decode(request, buffers)
        except ProtocolError as error:
            self.emit_reply(Reply(v=VERSION, id=request.id, ok=False, error=error_body(error)))
            return
        if isinstance(body, Cancel):
            self._cancel(request, body)
            return
        call = Call(self, request, body, buffers)
        with self._lock:
            if self._closed:
                return
            handler, lane = self._handlers[request.kind]
            known = request.id in self._calls
            if not known:
                self._calls[request.id] = call
        if known:
            # A view that sent a request twice gets the one answer of the first.
            return
        if not lane.submit(lambda: self._run(handler, call)):
            call.fail(ProtocolError("the widget is closed", hint="Show it again by running its cell."))

    def emit(self, kind: str, body: Message, buffers: Sequence[Buffer] = ()) -> None:
        """Push an event to every view of the widget. Callable from any thread; nothing happens after
        `close`."""
        assert isinstance(body, EVENTS[kind]), kind
        self._transmit(Event(v=VERSION, kind=kind, body=body), buffers)

    def emit_reply(self, reply: Reply, buffers: Sequence[Buffer] = ()) -> None:
        """Send one reply as it is."""
        self._transmit(reply, buffers)

    def finish(self, call: Call, reply: Reply, buffers: Sequence[Buffer]) -> None:
        """End a call: forget it, send its reply."""
        with self._lock:
            self._calls.pop(call.id, None)
        self.emit_reply(reply, buffers)

    def fault(self, error: Exception) -> None:
        """Show an error that no request asked for: in the widget, beside its traceback in the log."""
        if self._report is not None:
            self._report(error_body(error))

    def close(self) -> None:
        """Cancel what runs, send nothing any more, and let go of those who answered."""
        with self._lock:
            self._closed = True
            calls = list(self._calls.values())
            self._calls.clear()
            self._handlers.clear()
        for call in calls:
            call.cancelled.set()

    def _decode(self, request: Request, buffers: Sequence[Buffer]) -> Message:
        if request.v != VERSION:
            raise ProtocolError(
                f"the view speaks protocol version {request.v}, the kernel {VERSION}",
                hint="Restart the kernel and reload the page, so that both are of one installation.",
            )
        if request.kind not in REQUESTS or request.kind not in self.kinds:
            raise ProtocolError(f"{request.kind!r} is not something this widget can do")
        if any(memoryview(buffer).nbytes > MAX_BUFFER for buffer in buffers):
            raise ProtocolError(f"a buffer is larger than {MAX_BUFFER} bytes", where=request.kind)
        if len(msgspec.json.encode(request.body)) > MAX_BODY:
            raise ProtocolError(f"the body is larger than {MAX_BODY} bytes", where=request.kind)
        try:
            body = msgspec.convert(request.body, REQUESTS[request.kind][0])
        except msgspec.ValidationError as error:
            raise ProtocolError(str(error), where=request.kind) from error
        return body

    def _cancel(self, request: Request, body: Cancel) -> None:
        with self._lock:
            call = self._calls.get(body.target)
        if call is not None:
            call.cancel()
        self.emit_reply(Reply(v=VERSION, id=request.id, ok=True, body=Nothing()))

    def _refuse(self, content: Any, message: str) -> None:
        """Answer a message that is no envelope, as far as it says who asked."""
        asker = content.get("id") if isinstance(content, dict) else None
        error = ProtocolError(message.rstrip("."))
        if isinstance(asker, str):
            self.emit_reply(Reply(v=VERSION, id=asker[:200], ok=False, error=error_body(error)))
        else:
            log.warning("%s", error)

    def _run(self, handler: Handler, call: Call) -> None:
        if not call.start():
            return
        try:
            result = handler(call.body, call)
        except StudioError as error:
            call.fail(error)
        except Exception as error:
            # The asker must hear of any fault, and nothing may stop the lane.
            log.exception("%s failed", call.kind)
            self.fault(error)
            call.fail(error)
        else:
            body, buffers = result if isinstance(result, tuple) else (result, ())
            call.answer(body, buffers)

    def _transmit(self, message: Message, buffers: Sequence[Buffer]) -> None:
        with self._lock:
            if self._closed:
                return
        try:
            self._send(msgspec.to_builtins(message), list(buffers) or None)
        except Exception:
            # The socket can go away under a worker thread when the kernel shuts down: nobody is left to tell.
            log.warning("A message to the view was not sent", exc_info=True)
