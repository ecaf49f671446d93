"""The widgets: thin anywidgets over engine objects. They know no `Studio`."""

from studio_widgets.widgets.browser import AssetBrowser
from studio_widgets.widgets.editor import TimelineEditor
from studio_widgets.widgets.picker import MediaPicker
from studio_widgets.widgets.player import Player
from studio_widgets.widgets.recorder import Recorder
from studio_widgets.widgets.workspace import Workspace

__all__ = ["AssetBrowser", "MediaPicker", "Player", "Recorder", "TimelineEditor", "Workspace"]
