"""OpenTimelineIO itself, which is an extra: imported when it is needed, and named when it is not there."""

from __future__ import annotations

from types import ModuleType

from studio_widgets.engine.errors import InterchangeError


def opentimelineio() -> ModuleType:
    """The module; InterchangeError, with the line that installs it, when it is not installed."""
    try:
        import opentimelineio as module
    except ImportError as error:
        raise InterchangeError(
            "this needs OpenTimelineIO, which is not installed",
            hint="Install the extra: pip install 'studio-widgets[otio]'",
        ) from error
    found: ModuleType = module
    return found
