"""`studio-widgets`: what a shell or a build server does with a studio."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studio_widgets import __version__, cli_instructors, cli_timelines, doctor
from studio_widgets.engine.errors import StudioError

if TYPE_CHECKING:
    from studio_widgets.studio import Studio

BAD_USAGE = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 an error that was printed, 2 bad usage, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given[:1] == ["lab"]:  # everything after it belongs to JupyterLab
            from studio_widgets import lab

            return lab.main(given[1:])
        options = _parser().parse_args(given)
        return int(options.run(options) or 0)
    except StudioError as error:
        print(f"studio-widgets: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("studio-widgets: interrupted", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="studio-widgets", description="A video-course studio inside a Jupyter notebook."
    )
    parser.add_argument("--version", action="version", version=f"studio-widgets {__version__}")
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--home", help="folder of everything local (default: $STUDIO_HOME or ./.studio)")
    where.add_argument("--database", help="PostgreSQL URL (default: $STUDIO_DATABASE_URL or an embedded server)")
    where.add_argument("--storage", help="folder or URL of media bytes (default: $STUDIO_STORAGE_URL or in the home)")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    commands.add_parser("lab", help="open JupyterLab on a notebook, by default the quickstart", add_help=False)

    add = commands.add_parser("add", parents=[where], help="add media files to the library")
    add.add_argument("paths", nargs="+", metavar="PATH", help="files, folders or patterns")
    add.add_argument("--tag", action="append", default=[], metavar="TAG", help="may be given several times")
    add.add_argument("--description", default="")
    add.set_defaults(run=_add)

    render = commands.add_parser("render", parents=[where], help="render a project to a film, sound or picture")
    render.add_argument("project", help="title of the project")
    render.add_argument("out", type=Path, help="the file to write; its suffix says what it is to be")
    render.add_argument("--preset", help="size and quality (default: those of the timeline)")
    render.add_argument("--loudness", type=float, metavar="LUFS", help="-16, say (default: the preset's, or as mixed)")
    render.add_argument("--at", default="0", help="what a picture shows: a frame, or a timecode (default: %(default)s)")
    render.add_argument("--quiet", action="store_true", help="no progress bar")
    render.set_defaults(run=_render)

    publish = commands.add_parser("publish", parents=[where], help="publish a course to a folder")
    publish.add_argument("course", help="title of the course")
    publish.add_argument("out", type=Path, help="the folder to write")
    publish.add_argument("--format", default="site", help="default: %(default)s")
    publish.add_argument("--language", default="en", help="language of the texts (default: %(default)s)")
    publish.add_argument("--quiet", action="store_true", help="no progress bar")
    publish.set_defaults(run=_publish)

    cli_timelines.add_command(commands, where, _studio, _require_project)

    migrate = commands.add_parser("migrate", parents=[where], help="bring the database up to this version")
    migrate.set_defaults(run=_migrate)

    cli_instructors.add_command(commands, where)

    collect = commands.add_parser("gc", parents=[where], help="remove media bytes and half-finished work nobody needs")
    collect.add_argument("--dry-run", action="store_true", help="only say what would be removed")
    collect.add_argument("--older-than", type=float, default=24.0, metavar="HOURS", help="default: %(default)g")
    collect.add_argument("--shared", action="store_true", help="other databases keep media here too: spare all of them")
    collect.add_argument(
        "--databases", action="store_true", help="also embedded databases of studios whose folder is gone"
    )
    collect.add_argument("--quiet", action="store_true", help="no progress bar")
    collect.set_defaults(run=_gc)

    check = commands.add_parser("doctor", parents=[where], help="check that everything a studio needs works here")
    check.set_defaults(run=doctor.run)
    return parser


def _add(options: argparse.Namespace) -> int:
    from studio_widgets.engine.library.library import BatchError

    with _studio(options) as studio:
        try:
            frame = studio.library.add(*options.paths, tags=options.tag, description=options.description, progress=True)
            failed: StudioError | None = None
        except BatchError as error:
            frame, failed = error.added, error
        for row in frame.itertuples():
            print(f"{row.id}  {row.kind:5}  {row.name}")
        studio.library.wait()
    if failed is not None:
        raise failed
    return 0


def _render(options: argparse.Namespace) -> int:
    with _studio(options) as studio:
        _require_project(studio, options.project)
        at = int(options.at) if options.at.isdecimal() else options.at
        project = studio.project(options.project)
        render = project.render(
            options.out, progress=not options.quiet, preset=options.preset, at=at, loudness=options.loudness
        )
    print(f"{render.path}: {render.frames} frame{'' if render.frames == 1 else 's'}, sha256 {render.sha256}")
    return 0


def _publish(options: argparse.Namespace) -> int:
    from studio_widgets.engine.courses import chapters

    with _studio(options) as studio:
        chapters.find(studio.library, options.course)  # a mistyped title must not create a course
        published = studio.course(options.course).publish(
            options.out, format=options.format, language=options.language, progress=not options.quiet
        )
    print(f"{published.index}: {published.chapters} chapters")
    return 0


def _migrate(options: argparse.Namespace) -> int:
    from studio_widgets.engine.library.migrate import pending

    with cli_instructors.administered(options) as database:
        applied = database.frame("select version from studio_migrations.applied order by version").version
        waiting = pending(database.dsn)
    print(f"the database is at migration {applied.iloc[-1]} ({len(applied)} applied)")
    if waiting:
        print(f"waiting for a role that may make roles: {', '.join(waiting)}")
    return 0


def _gc(options: argparse.Namespace) -> int:
    import datetime

    from tqdm.auto import tqdm

    with (
        _studio(options) as studio,
        tqdm(desc="looking", unit="", disable=options.quiet, leave=False) as bar,
    ):

        def report(what: str, count: int) -> None:
            bar.set_description_str(what, refresh=False)
            bar.update(count - bar.n)

        found = studio.library.gc(
            datetime.timedelta(hours=options.older_than),
            dry_run=options.dry_run,
            shared=options.shared,
            databases=options.databases,
            progress=report,
        )
    for row in found.itertuples():
        print(f"{row.size:>15,}  {row.modified:%Y-%m-%d %H:%M}  {row.key}  ({row.why})")
    done = "would be removed" if options.dry_run else "removed"
    print(f"{len(found)} {done}, {found['size'].sum() / 1e6:,.1f} MB")
    return 0


def _require_project(studio: Studio, title: str) -> None:
    titles = list(studio.projects.list()["title"])
    if title not in titles:
        known = ", ".join(repr(name) for name in titles[:10]) or "none yet"
        raise StudioError(f"there is no project {title!r}", hint=f"Projects here: {known}.")


def _studio(options: argparse.Namespace) -> Studio:
    # Not at the top: `--help`, `--version` and `lab` need neither a database nor codecs.
    from studio_widgets.studio import Studio

    return Studio(options.database, storage=options.storage, home=options.home)


if __name__ == "__main__":
    sys.exit(main())
