/** The inspector: all that can be set of what is selected, and facts of what is not. */
import { Fragment } from "preact";
import { asStudioError } from "../core/channel.ts";
import { paceText } from "../core/pace.ts";
import type { Clip, Marker, Transition } from "../core/protocol.ts";
import { timecode } from "../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";
import { undo } from "../timeline/actions.ts";
import type { Editor } from "../timeline/editor.ts";
import { selectedClips } from "../timeline/selection.ts";
import { transitionName } from "../timeline/transitions.ts";
import { useEditor } from "../timeline/use_editor.ts";
import { Field, type FieldProps } from "./field.tsx";
import { KeyButton, KeyRow } from "./keyframes.tsx";
import { editOf, heldBy, sectionsOf, shared, type At, type Cell, type EditOf, type Kind } from "./properties.ts";

/** The place of a frame in a clip, from its start; null: outside of it. */
function placeIn(clip: Clip, frame: number): At {
  const at = frame - clip.startFrame;
  return at >= 0 && at < clip.durationFrames ? at : null;
}

/** What of the playhead is shown: its place where there are keyframes, else whether it is in the clip. */
function playheadPart({ value, selection, playhead }: Editor): unknown {
  const [only, ...more] = value ? selectedClips(value, selection) : [];
  if (!only || more.length > 0) return null;
  const at = placeIn(only, playhead);
  return only.curves?.length ? at : at !== null;
}

/** Sends an edit; "" when it was done, else why not, with the way out. */
async function sent(editor: Editor, edit: EditOf | null): Promise<string> {
  if (!edit) return "";
  try {
    await editor.document.edit(edit.op, edit.args);
    return "";
  } catch (error) {
    const { message, hint } = asStudioError(error);
    return hint ? `${message}. ${hint}` : message;
  }
}

type Shared = Pick<FieldProps, "rate" | "locked" | "undo">;

function Facts({ facts }: { facts: readonly (readonly [string, string])[] }) {
  return (
    <dl class="in-facts">
      {facts
        .filter(([, text]) => text !== "")
        .map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd title={text}>{text}</dd>
          </div>
        ))}
    </dl>
  );
}

function factsOf(clip: Clip, value: TimelineValue): [string, string][] {
  const { source } = clip;
  const kind = source.type === "media_file" || source.type === "recording" ? (source.kind ?? "video") : source.type;
  return [
    ["Track", value.tracks[clip.trackIndex]?.id ?? ""],
    ["End", timecode(clipEnd(clip), value.rate)],
    ["Source", source.type === "recording" ? `take, ${kind}` : kind],
    ["Plays", paceText(clip)],
    ["Linked by", clip.link ?? ""],
  ];
}

interface ClipsProps {
  readonly editor: Editor;
  readonly value: TimelineValue;
  readonly clips: Clip[];
  readonly common: Shared;
}

function Clips({ editor, value, clips, common }: ClipsProps) {
  const only = clips.length === 1 ? clips[0] : undefined;
  const at = only ? placeIn(only, editor.playhead) : null;
  const send = (edit: EditOf | null): Promise<string> => sent(editor, edit);
  return (
    <>
      {sectionsOf(clips, value).map(({ title, properties }) => (
        <fieldset class="in-section" key={title}>
          <legend>{title}</legend>
          {properties.map((property) => {
            const keys = only && property.keyed !== undefined && { property, clip: only, at, ...common, send, editor };
            return (
              <Fragment key={`${property.key} ${only?.id ?? "many"}`}>
                <Field
                  {...common}
                  locked={common.locked || heldBy(property, clips, at)}
                  label={property.label}
                  kind={property.kind}
                  usual={property.usual}
                  value={shared(property, clips, at)}
                  change={(to: Cell) => send(editOf(property, clips, to, at))}
                >
                  {keys && <KeyButton {...keys} />}
                </Field>
                {keys && <KeyRow {...keys} />}
              </Fragment>
            );
          })}
        </fieldset>
      ))}
      {only && <Facts facts={factsOf(only, value)} />}
    </>
  );
}

const KINDS: Kind = {
  type: "choice",
  choices: [
    ["crossfade", "Crossfade"],
    ["dip", "Dip"],
    ["wipe", "Wipe"],
  ],
};
const DIRECTIONS: Kind = { type: "choice", choices: ["right", "left", "up", "down"].map((way) => [way, way] as const) };

function OfTransition({ editor, transition, common }: { editor: Editor; transition: Transition; common: Shared }) {
  const set = (args: Record<string, unknown>) =>
    sent(editor, { op: "set_transition", args: { transition: transition.id, ...args } });
  const { kind = "crossfade", direction = "right", color } = transition;
  const one = { ...common, usual: undefined };
  return (
    <fieldset class="in-section">
      <legend>{transitionName(transition)}</legend>
      <Field {...one} label="Kind" kind={KINDS} value={kind} change={(to) => set({ kind: to })} />
      <Field
        {...one}
        label="Duration"
        kind={{ type: "time", least: 2 }}
        value={transition.durationFrames}
        change={(to) => set({ duration: to })}
      />
      {kind === "wipe" && (
        <Field {...one} label="Goes" kind={DIRECTIONS} value={direction} change={(to) => set({ direction: to })} />
      )}
      {kind === "dip" && (
        <Field
          {...one}
          label="Colour"
          kind={{ type: "color" }}
          value={color ?? "#000000"}
          change={(to) => set({ color: to })}
        />
      )}
    </fieldset>
  );
}

function OfMarker({ editor, marker, common }: { editor: Editor; marker: Marker; common: Shared }) {
  const set = (args: Record<string, unknown>) =>
    sent(editor, { op: "set_marker", args: { marker: marker.id, ...args } });
  const move = (to: Cell) => sent(editor, { op: "move_marker", args: { marker: marker.id, to } });
  const one = { ...common, usual: undefined };
  return (
    <fieldset class="in-section">
      <legend>Marker</legend>
      <Field {...one} label="Name" kind={{ type: "text" }} value={marker.name} change={(name) => set({ name })} />
      <Field {...one} label="At" kind={{ type: "time", least: 0 }} value={marker.frame} change={move} />
      <Field
        {...one}
        label="Chapter"
        kind={{ type: "switch" }}
        value={marker.chapter !== false}
        change={(chapter) => set({ chapter })}
      />
      <Field
        {...one}
        label="Colour"
        kind={{ type: "color" }}
        value={marker.color ?? "#7b3fa0"}
        change={(color) => set({ color })}
      />
      <Field
        {...one}
        label="Note"
        kind={{ type: "lines" }}
        value={marker.note ?? ""}
        change={(note) => set({ note })}
      />
    </fieldset>
  );
}

function Nothing({ value }: { value: TimelineValue }) {
  const { rate } = value;
  return (
    <>
      <p class="in-empty">Select clips, a transition or a marker to see and set what they are.</p>
      <Facts
        facts={[
          ["Length", timecode(value.totalFrames, rate)],
          ["Picture", `${value.width} × ${value.height}`],
          ["Rate", `${Number((rate.num / rate.den).toFixed(3))} frames a second`],
          ["Clips", String(value.clips.length)],
        ]}
      />
    </>
  );
}

/** Why the selection cannot be changed; "" when it can. */
function lockOf(editor: Editor, value: TimelineValue, clips: readonly Clip[]): string {
  if (!editor.document.alive) return "The kernel is gone: run the cell again";
  const track = clips.map((clip) => value.tracks[clip.trackIndex]).find((one) => one?.locked);
  return track ? `${track.id} is locked` : "";
}

export function Inspector({ editor }: { editor: Editor }) {
  useEditor(editor, (it) => [it.value, it.selection, it.document.alive, playheadPart(it)]);
  const { value, selection } = editor;
  const clips = value ? selectedClips(value, selection) : [];
  const transition = value?.transitions.find((item) => selection.includes(item.id));
  const marker = value?.markers.find((item) => selection.includes(item.id));
  const ends = value && transition ? [transition.leftClipId].flatMap((id) => value.byId.get(id) ?? []) : clips;
  const [only] = clips;
  const about =
    clips.length > 1
      ? `${clips.length} clips`
      : (only?.name ?? (transition ? "Transition" : marker ? "Marker" : "Timeline"));
  const common = value && { rate: value.rate, locked: lockOf(editor, value, ends), undo: () => undo(editor) };
  return (
    <section class="in" aria-label="Inspector" data-testid="inspector">
      <header class="in-head">
        <span>Inspector</span>
        <span class="in-about" title={about}>
          {about}
        </span>
      </header>
      <div class="in-body">
        {common?.locked && <p class="in-lock">{common.locked}</p>}
        {value && common && clips.length > 0 && <Clips editor={editor} value={value} clips={clips} common={common} />}
        {common && clips.length === 0 && transition && (
          <OfTransition key={transition.id} editor={editor} transition={transition} common={common} />
        )}
        {common && clips.length === 0 && !transition && marker && (
          <OfMarker key={marker.id} editor={editor} marker={marker} common={common} />
        )}
        {value && clips.length === 0 && !transition && !marker && <Nothing value={value} />}
      </div>
    </section>
  );
}
