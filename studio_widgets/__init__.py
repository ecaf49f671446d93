"""A video-course studio inside a Jupyter notebook.

import studio_widgets as sw
studio = sw.Studio()
studio.library.add("talk.mp4")
studio                      # the workspace
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from studio_widgets.engine.errors import (
    CancelledError,
    ConflictError,
    CourseError,
    DatabaseError,
    EditError,
    InterchangeError,
    InterchangeWarning,
    LibraryError,
    MediaError,
    MissingMediaError,
    ProtocolError,
    RecordingError,
    RenderError,
    SchemaError,
    StorageError,
    StudioError,
)
from studio_widgets.engine.timeline.model import Timeline

if TYPE_CHECKING:
    from studio_widgets.studio import Studio

__all__ = [
    "CancelledError",
    "ConflictError",
    "CourseError",
    "DatabaseError",
    "EditError",
    "InterchangeError",
    "InterchangeWarning",
    "LibraryError",
    "MediaError",
    "MissingMediaError",
    "ProtocolError",
    "RecordingError",
    "RenderError",
    "SchemaError",
    "StorageError",
    "Studio",
    "StudioError",
    "Timeline",
    "__version__",
    "load_ipython_extension",
]

try:
    __version__ = version("studio-widgets")
except PackageNotFoundError:  # used from a folder that is not installed
    __version__ = "0+unknown"


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext studio_widgets`: adds the magic `%%media_sql`."""
    from studio_widgets.magics import StudioMagics

    shell.register_magics(StudioMagics)


def __getattr__(name: str) -> Any:
    # Worker processes import this package too: they must not pay for the database and the widgets.
    if name == "Studio":
        from studio_widgets.studio import Studio

        return Studio
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
