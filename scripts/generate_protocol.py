"""Write `js/src/core/protocol.ts` from the message structs of `studio_widgets/widgets/protocol/`.

Run without arguments to write the file, with `--check` to fail (exit code 1) when it is out of step. The
structs are the only place where a message is described: names, optional fields, unions and docstrings are
carried over.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect as mi

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from studio_widgets.engine.timeline import clips, model, sources  # noqa: E402
from studio_widgets.widgets import keymap, protocol  # noqa: E402
from studio_widgets.widgets.protocol import envelope  # noqa: E402

TARGET = ROOT / "studio_widgets" / "js" / "src" / "core" / "protocol.ts"

HEADER = """\
// Generated from widgets/protocol/, widgets/keymap.py and engine/timeline by scripts/generate_protocol.py.
// Do not edit: run `make protocol`. `make check` fails when it is out of step.
"""

TIMELINE_JSON = """\
/** What `to_json()` writes and a snapshot carries: some fields are always there, and so is the length. */
export type TimelineJson = Timeline &
  Required<Pick<Timeline, "rate" | "width" | "height" | "tracks" | "clips">> & {
    schemaVersion: number;
    totalFrames: number;
  };
"""


def structs() -> list[type[msgspec.Struct]]:
    """Every struct of the model and the messages, the timeline's values first, in the order they are written there."""
    found: list[type[msgspec.Struct]] = []
    for module in (sources, clips, model, envelope, *protocol.MODULES):
        for value in vars(module).values():
            is_struct = isinstance(value, type) and issubclass(value, msgspec.Struct)
            if is_struct and value.__module__ == module.__name__ and value.__struct_fields__:
                found.append(value)
    found.append(protocol.Nothing)
    return sorted(set(found), key=found.index)


def type_script(kind: mi.Type) -> str:
    """The TypeScript type of one msgspec type; raises `TypeError` for one that has no JSON form we use."""
    match kind:
        case mi.StrType() | mi.BoolType() | mi.IntType() | mi.FloatType() | mi.NoneType():
            names = {"StrType": "string", "BoolType": "boolean", "NoneType": "null"}
            return names.get(type(kind).__name__, "number")
        case mi.AnyType():
            return "unknown"
        case mi.LiteralType(values=values):
            return " | ".join(json.dumps(value) for value in values)
        case mi.StructType(cls=cls):
            return str(cls.__name__)
        case mi.ListType(item_type=item) | mi.VarTupleType(item_type=item):
            inner = type_script(item)
            return f"({inner})[]" if " " in inner else f"{inner}[]"
        case mi.DictType(key_type=key, value_type=value):
            return f"Record<{type_script(key)}, {type_script(value)}>"
        case mi.UnionType(types=types):
            return " | ".join(type_script(item) for item in types)
    raise TypeError(f"no TypeScript type for {kind!r}")


def comment(text: str | None, indent: str = "") -> Iterator[str]:
    """A docstring as a TSDoc comment."""
    lines = [line.strip() for line in (text or "").strip().splitlines()]
    if len(lines) == 1:
        yield f"{indent}/** {lines[0]} */"
    elif lines:
        yield f"{indent}/**"
        yield from (f"{indent} * {line}".rstrip() for line in lines)
        yield f"{indent} */"


def default_of(field: mi.Field) -> Any:
    """A field's default as plain JSON values."""
    value = field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default
    return msgspec.to_builtins(value)


def interface(cls: type[msgspec.Struct]) -> Iterator[str]:
    """One struct as an exported interface: a field with a default may be left out."""
    info = mi.type_info(cls)
    assert isinstance(info, mi.StructType)
    yield from comment(cls.__doc__)
    if not info.fields and info.tag is None:
        yield f"export type {cls.__name__} = Record<string, never>;"
        return
    yield f"export interface {cls.__name__} {{"
    if info.tag is not None:
        yield f"  {info.tag_field}: {json.dumps(info.tag)};"
    for field in info.fields:
        kind = type_script(field.type)
        optional = "" if field.required else "?"
        if isinstance(info.cls, type) and issubclass(cls, model.Value) and not field.required:
            yield f"  /** Default: `{json.dumps(default_of(field), ensure_ascii=False)}`. */"
        yield f"  {field.encode_name}{optional}: {kind};"
    yield "}"


def defaults() -> Iterator[str]:
    """What the timeline's JSON leaves out: the default of every optional field of the model's values."""
    yield "/** The timeline's JSON leaves defaults out: these are they, but for those that are null. */"
    yield "export const DEFAULTS = {"
    for cls in structs():
        if not issubclass(cls, model.Value):
            continue
        info = mi.type_info(cls)
        assert isinstance(info, mi.StructType)
        pairs = {f.encode_name: default_of(f) for f in info.fields if not f.required}
        # A nested struct is written without its own defaults: they stand under its own name.
        if pairs := {name: value for name, value in pairs.items() if value is not None}:
            body = ", ".join(f"{name}: {json.dumps(value)}" for name, value in pairs.items())
            yield f"  {cls.__name__}: {{ {body} }},"
    yield "} as const;"


def keys() -> Iterator[str]:
    """The actions that have keys, and their usual keys."""
    yield "/** What keys can do, and the usual keys; the trait `keymap` may say others. */"
    yield "export const ACTIONS = {"
    for action, usual in keymap.ACTIONS.items():
        yield f"  {action}: {json.dumps(usual)},"
    yield "} as const;"


def generate() -> str:
    """The whole text of `protocol.ts`."""
    lines = [HEADER, f"export const VERSION = {protocol.VERSION};"]
    lines += [
        "/** Largest binary buffer of one message, bytes. */",
        f"export const MAX_BUFFER = {protocol.MAX_BUFFER};",
    ]
    lines += ["", f"export type Source = {type_script(mi.type_info(model.Source))};"]
    lines += [f"export type MediaKind = {type_script(mi.type_info(model.MediaKind))};"]
    lines += [f"export type TrackKind = {type_script(mi.type_info(model.TrackKind))};"]
    lines += [f"export type Property = {type_script(mi.type_info(model.Property))};"]
    lines += [f"export type Ease = {type_script(mi.type_info(clips.Ease))};"]
    lines += [f"export type TransitionKind = {type_script(mi.type_info(model.TransitionKind))};"]
    lines += [f"export type WipeDirection = {type_script(mi.type_info(model.WipeDirection))};", ""]
    for cls in structs():
        lines += [*interface(cls), ""]
    lines += [TIMELINE_JSON]
    lines += [*defaults(), "", *keys(), ""]
    lines += ["/** What a view may ask, by kind. */", "export interface Requests {"]
    for kind, (request, response) in protocol.REQUESTS.items():
        lines.append(f'  "{kind}": {{ request: {request.__name__}; response: {response.__name__} }};')
    lines += ["}", "", "/** What the kernel pushes unasked, by kind. */", "export interface Events {"]
    lines += [f'  "{kind}": {body.__name__};' for kind, body in protocol.EVENTS.items()]
    lines += ["}", ""]
    return "\n".join(lines)


def main() -> int:
    """Write the file, or with `--check` compare it; returns the exit code."""
    text = generate()
    if "--check" in sys.argv[1:]:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
            print(f"{TARGET.relative_to(ROOT)} is out of step with the message structs: run `make protocol`.")
            return 1
        return 0
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text, encoding="utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
