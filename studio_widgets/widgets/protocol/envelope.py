"""The envelope of every message, and what all bodies are made of."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

VERSION = 1
MAX_BUFFER = 1_000_000  # bytes; larger things travel in numbered pieces
MAX_BODY = 1_000_000  # bytes of a request's JSON body

# What a view sends is bounded here, so that no handler meets a length it did not expect.
Name = Annotated[str, msgspec.Meta(max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=20_000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Pixels = Annotated[int, msgspec.Meta(ge=1, le=7680)]


class Message(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """Base of all bodies."""


class Request(Message, frozen=True):
    """View → kernel. `id` is unique per view; the body's type follows from `kind` (see REQUESTS)."""

    v: int
    id: Name
    kind: Name
    body: Any = msgspec.field(default_factory=dict)


class ErrorBody(Message, frozen=True):
    """An error as shown to the user: what, where, next step."""

    code: str
    message: str
    where: str = ""
    hint: str = ""


class Reply(Message, frozen=True):
    """Kernel → view, exactly one per request (a cancelled one answers with code `cancelled`)."""

    v: int
    id: str
    ok: bool
    body: Any = None
    error: ErrorBody | None = None


class Event(Message, frozen=True):
    """Kernel → view, unasked (see EVENTS)."""

    v: int
    kind: str
    body: Any


class Nothing(Message, frozen=True):
    """An empty body."""


class Cancel(Message, frozen=True):
    """Stop the request `target`; it answers `cancelled`. Harmless when it has ended already."""

    target: Name


Requests = dict[str, tuple[type[Message], type[Message]]]
"""What a view may ask, by kind: the body of the request and of its reply."""
Events = dict[str, type[Message]]
"""What the kernel pushes unasked, by kind."""
