"""What the numbered SQL files must agree on with the code beside them."""

from __future__ import annotations

import re
from importlib import resources

from studio_widgets.engine.library.recipes import SET_VERSION


def test_the_index_of_what_is_to_be_derived_is_that_of_the_current_set() -> None:
    """Files of an older set are found through an index that states its number: a new number needs a new migration."""
    folder = resources.files("studio_widgets.engine.library") / "migrations"
    texts = [file.read_text("utf-8") for file in sorted(folder.iterdir(), key=lambda file: file.name)]
    indexes = re.findall(r"media_files_underived\s+on [^;]*derived_version < (\d+)", "\n".join(texts))
    assert indexes[-1] == str(SET_VERSION)
