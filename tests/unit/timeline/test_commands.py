"""Edits by name, with arguments from JSON."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import commands, edits
from studio_widgets.engine.timeline.model import Timeline
from tests.unit.timeline.parts import media, scene, shown


def test_every_edit_has_a_name_a_label_and_a_picture() -> None:
    assert set(commands.EDITS) == set(edits.__all__)
    for name, spec in commands.EDITS.items():
        assert spec.label
        assert spec.function.__doc__ is not None
        assert "before" in spec.function.__doc__, name
        assert "after" in spec.function.__doc__, name


def test_arguments_are_those_of_the_function() -> None:
    for spec in commands.EDITS.values():
        _, *parameters = inspect.signature(spec.function).parameters.values()
        assert list(spec.args.__struct_fields__) == [parameter.name for parameter in parameters]
        assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in parameters)


def test_bytes_dicts_and_structs_do_the_same() -> None:
    as_struct = commands.apply(Timeline(), "add", {"source": media("talk"), "name": "talk.mp4", "trim": (2, 9)})
    text = json.dumps(
        {
            "source": {"type": "media_file", "mediaFileId": "talk", "frames": 100},
            "name": "talk.mp4",
            "trim": [2, 9],
            "at": None,
        }
    )
    assert commands.apply(Timeline(), "add", text.encode()) == as_struct
    assert commands.apply(Timeline(), "add", json.loads(text)) == as_struct


def test_a_change_tells_all_there_is_to_tell() -> None:
    t = scene(V1="1111")
    change = commands.run(t, "split", {"track": "V1", "at": 2})
    assert (change.op, change.before, shown(change.after, "V1")) == ("split", t, "1122")
    assert change.args == b'{"at":2,"track":"V1"}'
    assert change.created == ("clip-2",)
    assert [clip.id for clip in change.forward.upsert_clips] == ["clip-1", "clip-2"]
    assert change.backward.remove_clips == ("clip-2",)


def test_an_edit_that_does_nothing_has_no_change() -> None:
    assert not commands.run(scene(V1="1111"), "move", {"clip": "clip-1", "to": 0}).forward


@pytest.mark.parametrize(
    ("op", "args", "message"),
    [
        ("explode", {}, "no edit 'explode'"),
        ("split", {}, "at"),
        ("split", {"at": "00:00:01:00"}, "Expected `int`"),
        ("split", {"at": 1.5}, "Expected `int`"),
        ("split", {"at": 1, "tracks": "V1"}, "tracks"),
        ("split", b"[1]", "Expected `object`"),
        ("split", b"{", "malformed|truncated"),
        ("split", {"at": object()}, "bad arguments"),
        ("add", {"source": {"type": "file", "path": "/etc/passwd"}, "name": "x"}, "Invalid value 'file'"),
        ("remove", {"clips": "clip-1"}, "Expected `array`"),
        ("transition", {"left": "clip-1", "kind": "explode"}, "Invalid enum"),
    ],
)
def test_bad_arguments_are_refused_and_the_good_ones_listed(op: str, args: Any, message: str) -> None:
    with pytest.raises(EditError, match=message) as refused:
        commands.apply(scene(V1="1111"), op, args)
    assert refused.value.hint


def test_an_edit_that_went_wrong_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    t = scene(V1="11.22")

    def careless(t: Timeline, *, clip: str) -> Timeline:
        import msgspec

        from studio_widgets.engine.timeline import lanes

        old = t.clip_by_id[clip]
        return lanes.swap(t, [old], [msgspec.structs.replace(old, start_frame=1)])

    monkeypatch.setitem(commands.EDITS, "careless", commands._spec(careless, "careless"))
    with pytest.raises(EditError, match="inside clip-1") as refused:
        commands.apply(t, "careless", {"clip": "clip-2"})
    assert refused.value.where == "clip-2"
