"""What was lost is a list, a table and a warning."""

from __future__ import annotations

import subprocess
import sys
import warnings

import pytest

from studio_widgets.engine.errors import InterchangeWarning
from studio_widgets.engine.interchange import losses
from studio_widgets.engine.interchange.edl_write import write_edl
from studio_widgets.engine.interchange.fcpxml_write import write_fcpxml
from studio_widgets.engine.interchange.report import Loss, Report
from studio_widgets.engine.timeline import edits
from tests.unit.timeline.parts import scene


def report() -> Report:
    made = Report()
    made.lose("its speed (2×)", 'clip-1 ("<b>.mp4")', "1×")
    made.lose("its speed (2×)", 'clip-1 ("<b>.mp4")', "1×")
    made.lose("an EDL has no captions", "caption-1")
    return made


def test_a_loss_is_noted_once_and_in_order() -> None:
    assert list(report()) == [
        Loss('clip-1 ("<b>.mp4")', "its speed (2×)", "1×"),
        Loss("caption-1", "an EDL has no captions", ""),
    ]


def test_it_is_a_table() -> None:
    frame = report().to_frame()
    assert list(frame.columns) == ["where", "what", "kept_as"]
    assert frame["kept_as"].tolist() == ["1×", ""]
    assert list(Report().to_frame().columns) == ["where", "what", "kept_as"]


def test_names_of_strangers_are_escaped() -> None:
    assert "&lt;b&gt;.mp4" in report()._repr_html_()
    assert "<b>" not in report()._repr_html_()


def test_it_warns_once_with_the_first_of_it() -> None:
    made = report()
    for number in range(5):
        made.lose("x", f"clip-{number}")
    with pytest.warns(InterchangeWarning, match=r"cut\.edl: 7 things could not be carried over") as seen:
        made.warn("cut.edl")
    text = str(seen[0].message)
    assert 'clip-1 ("<b>.mp4"): its speed (2×); kept as 1×' in text
    assert "and 4 more: see the report" in text


def test_nothing_lost_is_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Report().warn("cut.edl")
    assert repr(Report()) == "nothing was lost"


def test_fields_that_no_writer_knows_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new field of the model is a loss of FCPXML and EDLs until they write it."""
    monkeypatch.setattr(losses, "_CLIP", losses._CLIP - {"trim_start_frame"})
    monkeypatch.setattr(losses, "_TRANSFORM", frozenset({"x", "y", "opacity"}))
    t = edits.set_transform(scene(V1="1"), clip="clip-1", scale=0.5)
    for write in (write_edl, write_fcpxml):
        _, lost = write(t, title="x", places={})
        told = [loss.what.partition(" is written without ")[2] for loss in lost if "without" in loss.what]
        assert told == ["its trim start frame", "its scale"]


def test_without_the_extra_only_its_own_formats_fail_and_say_how() -> None:
    code = """
import sys
sys.modules["opentimelineio"] = None
from fractions import Fraction
from studio_widgets.engine.interchange.edl_read import read_edl
from studio_widgets.engine.interchange.edl_write import write_edl
from studio_widgets.engine.interchange.fcpxml_write import write_fcpxml
from studio_widgets.engine.interchange.fcpxml_read import read_fcpxml
from studio_widgets.engine.interchange.to_otio import to_otio
from studio_widgets.engine.errors import InterchangeError
from tests.unit.timeline.parts import scene
t = scene(V1="11.22")
read_edl(write_edl(t, title="x", places={})[0], rate=Fraction(30))
read_fcpxml(write_fcpxml(t, title="x", places={})[0])
try:
    to_otio(t)
except InterchangeError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'studio-widgets[otio]'" in done.stdout
