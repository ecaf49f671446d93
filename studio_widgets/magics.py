"""`%%media_sql`: a cell of SQL about the library, its result a DataFrame."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import psycopg
from IPython.core.magic import Magics, line_cell_magic, magics_class, needs_local_scope

from studio_widgets.engine.errors import DatabaseError, LibraryError
from studio_widgets.engine.library.tables import to_frame
from studio_widgets.sql_variables import bind
from studio_widgets.studio import current_studio

if TYPE_CHECKING:
    import pandas as pd

USAGE = "Usage: %%media_sql [--out name] [--write], and the statement below."


@magics_class
class StudioMagics(Magics):
    """The magics of a studio: they ask the Studio opened last in this kernel, or open one."""

    @line_cell_magic
    @needs_local_scope
    def media_sql(self, line: str, cell: str | None = None, local_ns: dict[str, Any] | None = None) -> Any:
        """Run one SQL statement on the studio's database and return a DataFrame.

        `:name` stands for the Python variable of that name, bound as a parameter. The statement cannot change anything
        unless `--write` is given. `--out name` assigns the result to a variable instead of showing it.

            %%media_sql --out recent
            select name, created_at from media_files where created_at > :since order by created_at desc
        """
        assert self.shell is not None  # a magic is registered in one
        write, out, rest = _options(line)
        text = rest if cell is None else cell
        if cell is not None and rest:
            raise LibraryError(f"unknown option {rest!r}", where="%%media_sql", hint=USAGE)
        if not text.strip():
            raise LibraryError("there is no statement", where="%%media_sql", hint=USAGE)
        statement, values = bind(text, {**self.shell.user_ns, **(local_ns or {})})
        library = current_studio().library
        frame = _write(library, statement, values) if write else library.sql(statement, values or None)
        if out is None:
            return frame
        self.shell.user_ns[out] = frame
        return None


def _options(line: str) -> tuple[bool, str | None, str]:
    """`--write` and `--out name` at the start of the line, and what follows them."""
    write, out, rest = False, None, line.strip()
    while rest.startswith(("--write", "--out", "-o ")):
        word, _, rest = rest.partition(" ")
        if word == "--write":
            write = True
        else:
            _, equals, out = word.partition("=")
            if not equals:
                out, _, rest = rest.strip().partition(" ")
            out = "".join(shlex.split(out)) if out else ""
            if not out.isidentifier():
                raise LibraryError(f"{out!r} is not a variable name", where="%%media_sql --out", hint=USAGE)
        rest = rest.strip()
    return write, out, rest


def _write(library: Any, statement: str, values: dict[str, Any]) -> pd.DataFrame:
    """Run the statement in a transaction that is committed; tell the views that rows may have changed."""
    try:
        with library.database.connection() as connection:
            frame = to_frame(connection.execute(statement, values or None, prepare=True))
    except psycopg.Error as error:
        raise DatabaseError(
            str(error.diag.message_primary or error).strip(), where="%%media_sql", hint="Nothing was changed."
        ) from error
    library.notify("library")
    library.notify("recordings")
    return frame
