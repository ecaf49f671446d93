"""Every error this package raises, in one family.

This module is the ground under all rooms: it imports nothing of ours. An error names *what* was wrong, *where*, and
the *next step*, so that a cell and a widget can show the same three lines.
"""


class StudioError(Exception):
    """Base of all our errors.

    Parameters
    ----------
    message: what was wrong, with the offending name or value in it.
    where: the file, clip, table or setting it was found in ("" when the message already says it).
    hint: the next step for the user, an imperative sentence.
    """

    code = "studio_error"

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        self.message = message
        self.where = where
        self.hint = hint
        parts = [f"{where}: {message}" if where else message]
        if hint:
            parts.append(hint)
        super().__init__(" ".join(part if part.endswith((".", "!", "?")) else part + "." for part in parts))

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process boundaries (render workers); keyword-only arguments need help to survive pickling.
        return _rebuild, (type(self), self.message, self.where, self.hint)


def _rebuild(cls: type[StudioError], message: str, where: str, hint: str) -> StudioError:
    return cls(message, where=where, hint=hint)


class EditError(StudioError):
    """An edit that the timeline refuses; the timeline is unchanged."""

    code = "edit_refused"


class SchemaError(StudioError):
    """A timeline state that cannot be read: malformed, or written by a newer version."""

    code = "bad_timeline"


class MediaError(StudioError):
    """A file that is not usable media: not media at all, damaged, forbidden, or of an unsupported kind."""

    code = "bad_media"


class MissingMediaError(MediaError):
    """A file, library entry or take that does not exist (any more)."""

    code = "missing_media"


class LibraryError(StudioError):
    """A library request that cannot be carried out."""

    code = "library_error"


class DatabaseError(StudioError):
    """The database cannot be started, reached, migrated or asked."""

    code = "database_error"


class StorageError(StudioError):
    """Blob storage cannot be read or written."""

    code = "storage_error"


class ConflictError(StudioError):
    """Somebody else changed the same thing first; nothing was overwritten."""

    code = "conflict"


class InterchangeError(StudioError):
    """A file of another editor that cannot be read or written at all: not of its format, or not to be trusted."""

    code = "interchange_error"


class InterchangeWarning(UserWarning):
    """Something was lost on the way to or from a file of another editor; the report that was returned says what."""


class RecordingError(StudioError):
    """A recording request or chunk that is refused; the take is unharmed."""

    code = "recording_error"


class RenderError(StudioError):
    """A render failed; the message names clip, source and frame."""

    code = "render_error"


class CancelledError(StudioError):
    """Work stopped because the user asked for it."""

    code = "cancelled"


class CourseError(StudioError):
    """A course, chapter or publication request that cannot be carried out."""

    code = "course_error"


class ProtocolError(StudioError):
    """A widget message that is malformed, unknown, too large, or of another protocol version."""

    code = "protocol_error"
