"""The edit that brings a whole timeline: what an imported file holds, or what another project had."""

from __future__ import annotations

from typing import Any

from studio_widgets.engine.errors import EditError, SchemaError
from studio_widgets.engine.timeline.model import Timeline


def load(t: Timeline, *, timeline: dict[str, Any]) -> Timeline:
    """Put another timeline in place of this one: its rate, size, tracks, clips and all else, ids included.

    ```
    before  V1 [aaa].[bbb]
    after   V1 [cc][dddd].     timeline: V1 [cc][dddd]
    ```

    timeline: what `to_json()` gives, decoded.

    Refused, naming the place, when it is no sound timeline. As with `clear`, nothing of what was there is left, so
    locked tracks do not refuse, and the echo begins anew.
    """
    from studio_widgets.engine.timeline.serial import from_builtins  # it stands on the other edits

    try:
        return from_builtins(timeline)
    except SchemaError as error:
        raise EditError(f"this is no timeline to load: {error.message}", where=error.where, hint=error.hint) from error
