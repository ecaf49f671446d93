"""`studio-widgets instructors`: who may log in to a shared database, and whose rows they see."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio_widgets.engine.library.database import Database


def add_command(commands: Any, where: argparse.ArgumentParser) -> None:
    """Add `instructors add | list | remove` to the subcommands; `where` gives the options of every command."""
    group = commands.add_parser("instructors", help="logins of a shared database: add, list, remove")
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)

    add = actions.add_parser("add", parents=[where], help="make a login role, and the instructor it stands for")
    add.add_argument("name", help="the login role; one that is there keeps its password")
    add.add_argument("--profile", metavar="ID", help="the rows of a profile that is there (default: a new one)")
    add.set_defaults(run=_add)

    listed = actions.add_parser("list", parents=[where], help="all instructors, with what they have")
    listed.set_defaults(run=_list)

    remove = actions.add_parser("remove", parents=[where], help="end an instructor's access; the rows stay")
    remove.add_argument("name", help="the login role; one that was made here goes, in all databases of the server")
    remove.set_defaults(run=_remove)


def _add(options: argparse.Namespace) -> int:
    from studio_widgets.engine.library import instructors

    with administered(options) as database:
        added = instructors.add(database.dsn, options.name, options.profile)
    print(f"{added.role} is the instructor of profile {added.profile_id}")
    if added.url is None:
        print("The role was there and keeps its password.")
    else:
        print("Its password is shown only now:")
        print(f"STUDIO_DATABASE_URL={added.url}")
        if _is_embedded(options):
            print("This is the embedded server's address until it stops; to share a library, use a server of your own.")
    if not added.is_bound:
        print(f"Row level security does not bind {added.role}: it is a superuser or an owner.", file=sys.stderr)
    return 0


def _list(options: argparse.Namespace) -> int:
    from studio_widgets.engine.library import instructors

    with administered(options) as database:
        found = instructors.instructors(database.dsn)
    for one in found:
        notes = [] if one.can_login else ["cannot log in"]
        if not one.is_bound and one.can_login:
            notes.append("not bound by row level security")
        counts = f"{one.media_files} media files, {one.projects} projects"
        print("  ".join([f"{one.role:20}", one.profile_id, one.name, counts, *notes]))
    return 0


def _remove(options: argparse.Namespace) -> int:
    from studio_widgets.engine.library import instructors

    with administered(options) as database:
        removed = instructors.remove(database.dsn, options.name)
    print(f"{removed.role} is no instructor any more; open sessions see nothing from now on")
    if removed.login_left:
        print("Its login was there before it became an instructor, and stays.")
    print(
        f"{removed.media_files} media files and {removed.projects} projects stay with profile {removed.profile_id}."
        f" Another login gets them: studio-widgets instructors add NAME --profile {removed.profile_id}"
    )
    return 0


def _is_embedded(options: argparse.Namespace) -> bool:
    return not (options.database or os.environ.get("STUDIO_DATABASE_URL"))


def administered(options: argparse.Namespace) -> Database:
    """The database that the options name, brought up to date."""
    from studio_widgets.engine.library.database import migrated_database

    home = Path(options.home or os.environ.get("STUDIO_HOME") or ".studio").expanduser().absolute()
    return migrated_database(options.database or os.environ.get("STUDIO_DATABASE_URL") or None, home)
