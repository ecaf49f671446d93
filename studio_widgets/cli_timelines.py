"""`studio-widgets timeline`: a project's timeline to and from files of other editors."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio_widgets.engine.interchange.report import Report
    from studio_widgets.project import Project
    from studio_widgets.studio import Studio

Opened = Callable[[argparse.Namespace], "AbstractContextManager[Studio]"]
Found = Callable[["Studio", str], None]


def add_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    where: argparse.ArgumentParser,
    studio: Opened,
    require_project: Found,
) -> None:
    """Add `timeline export` and `timeline import`; `studio` opens what the options name."""
    timeline = commands.add_parser("timeline", help="take a timeline to another editor, or from one")
    ways = timeline.add_subparsers(title="ways", metavar="WAY", required=True)
    formats = "a name ending in .otio, .otioz, .fcpxml or .edl"

    out = ways.add_parser("export", parents=[where], help="write a project's timeline to a file")
    out.add_argument("project", help="title of the project")
    out.add_argument("file", type=Path, help=formats)
    out.add_argument("--media", type=Path, metavar="FOLDER", help="copy the media there and name them there")

    def run_export(options: argparse.Namespace) -> int:
        with studio(options) as opened:
            require_project(opened, options.project)
            return _told(opened.project(options.project), "export", options)

    out.set_defaults(run=run_export)

    into = ways.add_parser("import", parents=[where], help="put a file's timeline in place of a project's")
    into.add_argument("project", help="title of the project; made when there is none")
    into.add_argument("file", type=Path, help=formats)
    into.add_argument("--media", type=Path, metavar="FOLDER", help="look there for files that the library lacks")
    into.add_argument("--rate", help="frames a second of an EDL, such as 25 or 30000/1001")

    def run_import(options: argparse.Namespace) -> int:
        with studio(options) as opened:
            return _told(opened.project(options.project), "import", options)

    into.set_defaults(run=run_import)


def _told(project: Project, way: str, options: argparse.Namespace) -> int:
    """Do it and print what was lost: one line each, on the error stream, for scripts to count."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the report says the same
        report: Report = (
            project.export_timeline(options.file, media=options.media)
            if way == "export"
            else project.import_timeline(options.file, media=options.media, rate=options.rate)
        )
    for loss in report:
        print(loss, file=sys.stderr)
    clips = len(project.timeline.clips)
    count = f"{len(report)} {'thing' if len(report) == 1 else 'things'}"
    lost = f", {count} the format cannot carry" if report else ""
    print(f"{options.file}: {clips} clips{lost}")
    return 0
