"""`project.timeline`: each method is one edit of the project's timeline, journaled and shown in every view.

The echo of edits made by hand calls these methods (`engine/timeline/echo.py` must be kept in step). Times are a frame
(int), seconds (float) or a timecode (str), see `engine/timeline/timecode.py`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from studio_widgets.engine.interchange.to_otio import to_otio
from studio_widgets.engine.library.clip_handle import ClipHandle
from studio_widgets.engine.library.handle_base import Style, find_item, id_of, plain_style
from studio_widgets.engine.library.handle_cuts import CuttingEdits
from studio_widgets.engine.library.handle_links import LinkingEdits
from studio_widgets.engine.library.handle_looks import LookEdits
from studio_widgets.engine.library.handle_notes import NoteEdits
from studio_widgets.engine.library.handle_tracks import TrackEdits
from studio_widgets.engine.library.timeline_files import places_of
from studio_widgets.engine.library.timeline_frame import REV, changed_rows, clips_frame
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.looks import Corner
from studio_widgets.engine.timeline.model import Caption, Marker, Track, Transition, TransitionKind, WipeDirection
from studio_widgets.engine.timeline.serial import to_json
from studio_widgets.engine.timeline.timecode import Time, timecode
from studio_widgets.engine.timeline.where import matching

__all__ = ["ClipHandle", "Lines", "TimelineHandle"]


class TimelineHandle(CuttingEdits, LinkingEdits, LookEdits, NoteEdits, TrackEdits):
    """A project's timeline as cells use it. Methods raise EditError, and change nothing, when an edit is refused.

    Wherever a clip, transition, marker or caption is asked for, what its edit returned or its id (`"clip-7"`) will do.
    """

    # --- what clips look and sound like --------------------------------------------------------------------------

    def set_audio(
        self,
        clip: ClipHandle | str,
        *,
        gain_db: float | None = None,
        muted: bool | None = None,
        fade_in: Time | None = None,
        fade_out: Time | None = None,
        at: Time | None = None,
    ) -> None:
        """Set a clip's gain (dB), mute and fades; what is not given stays.

        at: where the gain gets a keyframe if it has some, from the clip's start.
        """
        args = {"gain_db": gain_db, "muted": muted, "fade_in": self._frame(fade_in), "fade_out": self._frame(fade_out)}
        self._apply("set_audio", {"clip": id_of(clip), **args, "at": self._frame(at)})

    def set_transform(
        self,
        clip: ClipHandle | str,
        *,
        scale: float | None = None,
        x: float | None = None,
        y: float | None = None,
        opacity: float | None = None,
        rotation: float | None = None,
        at: Time | None = None,
    ) -> None:
        """Set where a clip's picture goes (fractions of the frame) and how opaque it is; what is not given stays.

        rotation: degrees clockwise. at: where what has keyframes gets one, from the clip's start.
        """
        args = {"scale": scale, "x": x, "y": y, "opacity": opacity, "rotation": rotation, "at": self._frame(at)}
        self._apply("set_transform", {"clip": id_of(clip), **args})

    def picture_in_picture(
        self,
        clip: ClipHandle | str,
        *,
        corner: Corner | None = None,
        scale: float | None = None,
        margin: float | None = None,
    ) -> None:
        """Put a clip's picture small into a corner ("bottom-right" unless told), over what lies below.

        scale: 1 fits the frame (0.25 unless told). margin: from the edges, a fraction of the frame's height (0.04).
        """
        given = {"corner": corner, "scale": scale, "margin": margin}
        told = {name: value for name, value in given.items() if value is not None}
        self._apply("picture_in_picture", {"clip": id_of(clip), **told})

    def set_title(self, clip: ClipHandle | str, text: str | None = None, style: Style | None = None) -> None:
        """Change a title's text or look."""
        self._apply("set_title", {"clip": id_of(clip), "text": text, "style": plain_style(style)})

    def set_name(self, clip: ClipHandle | str, name: str) -> None:
        """Call a clip something else."""
        self._apply("set_name", {"clip": id_of(clip), "name": name})

    # --- transitions -------------------------------------------------------------------------------------------

    def transition(
        self,
        left_clip: ClipHandle | str,
        kind: TransitionKind = "crossfade",
        duration: Time | None = None,
        *,
        direction: WipeDirection | None = None,
        color: str | None = None,
    ) -> Transition:
        """Cross from a clip to the one that follows it, over `duration` (1 s) around their cut.

        kind: "crossfade"; "wipe", whose edge goes in `direction` ("right", "left", "up", "down"); or "dip" to `color`
        (`#rrggbb`, black) and out of it.

        It is made of frames outside the cut, but for a dip, which needs none. With fewer of them than asked for it is
        shortened, with a warning.
        """
        asked = self._frame(duration)
        args = {"left": id_of(left_clip), "kind": kind, "duration": asked, "direction": direction, "color": color}
        created = self._apply("transition", args)
        made = find_item(self.value.transitions, created[0])
        _warn_if_shorter(made, asked)
        return made

    def set_transition(
        self,
        transition: Transition | str,
        duration: Time | None = None,
        *,
        kind: TransitionKind | None = None,
        direction: WipeDirection | None = None,
        color: str | None = None,
    ) -> Transition:
        """Give a transition another length, kind, direction or colour; None leaves what is.

        It is shortened, with a warning, to what its handles allow.
        """
        asked = self._frame(duration)
        args = {"transition": id_of(transition), "duration": asked, "kind": kind}
        self._apply("set_transition", {**args, "direction": direction, "color": color})
        made = find_item(self.value.transitions, id_of(transition))
        _warn_if_shorter(made, asked)
        return made

    def remove_transition(self, transition: Transition | str) -> None:
        """Make it a plain cut again."""
        self._apply("remove_transition", {"transition": id_of(transition)})

    # --- history -----------------------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take back the newest step, whoever made it, here or in a view."""
        self._session.undo()

    def redo(self) -> None:
        """Do the last undone step again."""
        self._session.redo()

    def echo(self) -> Lines:
        """The Python lines of all edits that stand; run on an empty timeline they rebuild this one."""
        return Lines(self._session.echo())

    # --- reading -----------------------------------------------------------------------------------------------

    @property
    def fps(self) -> Fraction:
        """Frames per second."""
        return self.value.fps

    @property
    def total_frames(self) -> int:
        """Length in frames."""
        return self.value.total_frames

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The tracks."""
        return self.value.tracks

    @property
    def clips(self) -> list[ClipHandle]:
        """All clips, by track and start."""
        return [self._clip(clip.id) for clip in self.value.clips]

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """The transitions."""
        return self.value.transitions

    @property
    def markers(self) -> tuple[Marker, ...]:
        """The markers, by frame."""
        return self.value.markers

    @property
    def captions(self) -> tuple[Caption, ...]:
        """The captions, by start."""
        return self.value.captions

    def __getitem__(self, clip: ClipHandle | str) -> ClipHandle:
        return self._clip(lanes.find_clip(self.value, id_of(clip)).id)

    def __len__(self) -> int:
        return len(self.value.clips)

    def to_json(self) -> str:
        """The timeline as one line of JSON, the same for equal timelines."""
        return to_json(self.value)

    def to_otio(self) -> Any:
        """The timeline as an `opentimelineio.schema.Timeline`; what that has no field for is in its metadata.

        Raises InterchangeError when OpenTimelineIO is not installed.
        """
        t = self.value
        return to_otio(t, name=self._session.title, places=places_of(self._session.library, t, fetch=False))

    def to_frame(self) -> pd.DataFrame:
        """The clips as a DataFrame, one row each by track and start; `start`, `end`, `duration` and trims in frames."""
        rev, value = self._session.state()
        return clips_frame(value, rev)

    def where(self, query: str) -> list[ClipHandle]:
        """The clips that a query about the columns of `to_frame()` is true of: `"track == 'V1' and duration > 300"`.

        It compares (`'intro' in name` looks for a part of a text), calculates, and joins with `and`, `or`, `not`.
        """
        return [self._clip(clip.id) for clip in matching(self.value, query)]

    def update(self, rows: pd.DataFrame | Iterable[Mapping[str, Any]]) -> int:
        """Let edited rows of `to_frame()` happen, as one step to undo; returns how many clips were changed.

        Only what comes of it has to fit: two clips may change places. Rows that are left out stay as they are, and so
        does what is linked with a clip. Changed read-only columns, overlaps and the like are refused by row, and then
        nothing has changed; so is what others changed since the DataFrame was made (ConflictError). Instead of a
        DataFrame a list of dicts will do: `[{"id": "clip-1", "start": 30}]`.
        """
        if isinstance(rows, pd.DataFrame):
            self._session.refresh()
            rev, now = self._session.state()
            shown = self._session.timeline_at(rows.attrs.get(REV, rev))
            rows = changed_rows(rows, shown, now)
        changes = [dict(row) for row in rows]
        if not changes:
            return 0
        before = self.value
        self._apply("update", {"rows": changes})
        return sum(before.clip_by_id.get(row["id"]) != self.value.clip_by_id.get(row["id"]) for row in changes)

    def __repr__(self) -> str:
        t = self.value
        length = timecode(t.total_frames, t.fps)
        return f"<timeline of {self._session.title!r}: {len(t.clips)} clips, {length} at {t.rate} frames a second>"


class Lines(list[str]):
    """Lines of text, shown one below the other; those of an echo are, as `str()`, code that does the same again."""

    def __str__(self) -> str:
        return "\n".join(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


def _warn_if_shorter(made: Transition, asked: int | None) -> None:
    if asked is not None and made.duration_frames < asked:
        warnings.warn(
            f"{made.id} is {made.duration_frames} frames long instead of {asked}: its clips have no more frames "
            "outside the cut. Trim them back for a longer one.",
            stacklevel=3,
        )
