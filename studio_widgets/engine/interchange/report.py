"""What was lost on the way from one format to another: each loss is named, none is silent."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import pandas as pd


class Loss(msgspec.Struct, frozen=True):
    """One thing that a format cannot carry, or that was not found: what, and where (`clip-7 ("talk.mp4")`, `A2`)."""

    what: str
    where: str


class Report(list[Loss]):
    """The losses, in the order in which they were met; empty when there was none.

    A cell shows it as a table; `to_frame()` gives a DataFrame of `what` and `where`.
    """

    def lose(self, what: str, where: str) -> None:
        """Note a loss; the same one in the same place is noted once."""
        loss = Loss(what, where)
        if loss not in self._known():
            self.append(loss)
            self._seen.add(loss)

    def _known(self) -> set[Loss]:
        if not hasattr(self, "_seen"):
            self._seen = set(self)
        return self._seen

    def to_frame(self) -> pd.DataFrame:
        """The losses as a DataFrame, one row each: what, where."""
        import pandas as pd

        return pd.DataFrame({"what": [one.what for one in self], "where": [one.where for one in self]}, dtype="str")

    def __repr__(self) -> str:
        return "\n".join(f"{one.where}: {one.what}" for one in self) or "nothing was lost"

    def _repr_html_(self) -> str:
        """A table; names come from files of strangers, so all of it is escaped."""
        if not self:
            return "<p>Nothing was lost.</p>"
        rows = "".join(f"<tr><td>{html.escape(one.where)}</td><td>{html.escape(one.what)}</td></tr>" for one in self)
        return f"<table><thead><tr><th>where</th><th>what was lost</th></tr></thead><tbody>{rows}</tbody></table>"
