"""Messages of the widgets' own code: a page asks for the files of the build that it does not have yet."""

from __future__ import annotations

from typing import Annotated

import msgspec

from studio_widgets.widgets.protocol.envelope import Message, Name, Nothing, Requests


class CodeFiles(Message, frozen=True):
    """Files of the widget's build by name; the reply has one buffer for each, in this order, packed with gzip."""

    names: Annotated[list[Name], msgspec.Meta(min_length=1, max_length=200)]


REQUESTS: Requests = {"code.files": (CodeFiles, Nothing)}
