"""What was lost on the way from one format to another: each loss is named, none is silent."""

from __future__ import annotations

import html
import warnings
from typing import TYPE_CHECKING

import msgspec

from studio_widgets.engine.errors import InterchangeWarning

if TYPE_CHECKING:
    import pandas as pd


_TOLD = 3  # losses that a warning spells out


class Loss(msgspec.Struct, frozen=True):
    """One thing that a format cannot carry, or that was not found.

    `where` it was (`clip-7 ("talk.mp4")`, `A2`), `what` was lost, and what it is `kept_as`: "" when nothing is left.
    """

    where: str
    what: str
    kept_as: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}{f'; kept as {self.kept_as}' if self.kept_as else ''}"


class Report(list[Loss]):
    """The losses, in the order in which they were met; empty when there was none.

    A cell shows it as a table; `to_frame()` gives a DataFrame.
    """

    def lose(self, what: str, where: str, kept_as: str = "") -> None:
        """Note a loss; the same one in the same place is noted once."""
        loss = Loss(where, what, kept_as)
        if loss not in self._known():
            self.append(loss)
            self._seen.add(loss)

    def _known(self) -> set[Loss]:
        if not hasattr(self, "_seen"):
            self._seen = set(self)
        return self._seen

    def to_frame(self) -> pd.DataFrame:
        """The losses as a DataFrame, one row each: where, what, kept_as."""
        import pandas as pd

        return pd.DataFrame(
            {name: [getattr(one, name) for one in self] for name in ("where", "what", "kept_as")}, dtype="str"
        )

    def warn(self, about: str, stacklevel: int = 3) -> None:
        """Say in a warning how much of `about` was lost, and the first of it; nothing when nothing was."""
        if not self:
            return
        first = "\n".join(f"  {one}" for one in self[:_TOLD])
        more = f"\n  … and {len(self) - _TOLD} more: see the report" if len(self) > _TOLD else ""
        things = f"{len(self)} thing{'' if len(self) == 1 else 's'}"
        warnings.warn(f"{about}: {things} could not be carried over\n{first}{more}", InterchangeWarning, stacklevel)

    def __repr__(self) -> str:
        return "\n".join(map(str, self)) or "nothing was lost"

    def _repr_html_(self) -> str:
        """A table; names come from files of strangers, so all of it is escaped."""
        if not self:
            return "<p>Nothing was lost.</p>"
        cells = ([html.escape(text) for text in (one.where, one.what, one.kept_as)] for one in self)
        rows = "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in cells)
        head = "<tr><th>where</th><th>what was lost</th><th>kept as</th></tr>"
        return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
