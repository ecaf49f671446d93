/** What the inspector shows of clips: one row a property, and the edit that changes it. Pure. */
import { hasSound, isEndless } from "../core/handles.ts";
import { curveOf, valueAt } from "../core/motion.ts";
import { paceText } from "../core/pace.ts";
import type { Clip, TitleSource } from "../core/protocol.ts";
import type { TimelineValue } from "../core/value.ts";

export type Cell = string | number | boolean;

export interface EditOf {
  readonly op: string;
  readonly args: Record<string, unknown>;
}

/** How a property is typed and shown. */
export type Kind =
  | { readonly type: "text" | "lines" | "color" | "switch" }
  | { readonly type: "choice"; readonly choices: readonly (readonly [string, string])[] }
  | { readonly type: "time"; readonly least: number }
  | {
      readonly type: "number";
      readonly least: number;
      readonly most: number;
      readonly step: number;
      readonly unit: string;
    };

export interface Property {
  readonly key: string;
  readonly label: string;
  readonly kind: Kind;
  /** What a double click on the label goes back to. */
  readonly usual?: Cell;
  /** Column of `timeline.update`, by which several clips are changed at once; none: only one clip can be. */
  readonly column?: string;
  /** Can have keyframes, under its own key; how often what they say goes into what is shown. */
  readonly keyed?: number;
  read(clip: Clip): Cell;
  /** The edit of one clip; null: there is nothing to change. */
  edit(clip: Clip, to: Cell): EditOf | null;
}

export interface Section {
  readonly title: string;
  readonly properties: readonly Property[];
  /** Whether a clip has these at all. */
  applies(clip: Clip, value: TimelineValue): boolean;
}

const number = (least: number, most: number, step: number, unit = ""): Kind => ({
  type: "number",
  least,
  most,
  step,
  unit,
});
const percent = (least: number, most: number): Kind => number(least, most, 1, "%");

/** Rounded to what a person types: digits of a float that nobody chose are no value. */
const tidy = (value: number): number => Number(value.toFixed(6));

const place: Section = {
  title: "Clip",
  applies: () => true,
  properties: [
    {
      key: "name",
      label: "Name",
      kind: { type: "text" },
      column: "name",
      read: (clip) => clip.name,
      edit: (clip, to) => ({ op: "set_name", args: { clip: clip.id, name: to } }),
    },
    {
      key: "start",
      label: "Start",
      kind: { type: "time", least: 0 },
      read: (clip) => clip.startFrame,
      edit: (clip, to) => ({ op: "move", args: { clip: clip.id, to } }),
    },
    {
      key: "duration",
      label: "Duration",
      kind: { type: "time", least: 1 },
      read: (clip) => clip.durationFrames,
      edit: (clip, to) => ({ op: "trim", args: { clip: clip.id, end: Number(to) - clip.durationFrames } }),
    },
    {
      key: "trim_start",
      label: "Source in",
      kind: { type: "time", least: 0 },
      read: (clip) => clip.trimStartFrame,
      edit: (clip, to) =>
        isEndless(clip) ? null : { op: "slip", args: { clip: clip.id, by: Number(to) - clip.trimStartFrame } },
    },
  ],
};

const speed: Section = {
  title: "Speed",
  applies: (clip) => !isEndless(clip),
  properties: [
    {
      key: "speed",
      label: "Speed",
      kind: percent(1, 10_000),
      usual: 100,
      read: (clip) => tidy((Number.parseFloat(paceText(clip)) || 1) && 100 * speedOf(clip)),
      edit: (clip, to) => ({
        op: "stretch",
        args: { clip: clip.id, speed: fractionOf(Number(to)), ripple: true },
      }),
    },
  ],
};

function speedOf({ retime }: Clip): number {
  const [num = 1, den = 1] = (retime?.speed ?? "1").split("/").map(Number);
  return num / den;
}

/** A percentage as the text of a fraction of 1, to a hundredth of a percent. */
export function fractionOf(percentage: number): string {
  const whole = Math.round(percentage * 100);
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  const common = gcd(whole, 10_000);
  return common === 10_000 ? String(whole / 10_000) : `${whole / common}/${10_000 / common}`;
}

type Look = "scale" | "x" | "y" | "opacity" | "rotation";
const LOOKS: readonly (readonly [Look, string, Kind, number, number])[] = [
  ["scale", "Scale", percent(0.1, 10_000), 1, 100],
  ["x", "Position X", percent(-10_000, 10_000), 0, 100],
  ["y", "Position Y", percent(-10_000, 10_000), 0, 100],
  ["rotation", "Rotation", number(-36_000, 36_000, 1, "°"), 0, 1],
  ["opacity", "Opacity", percent(0, 100), 1, 100],
];

const hasPicture = (clip: Clip, value: TimelineValue): boolean => value.tracks[clip.trackIndex]?.kind === "video";

const picture: Section = {
  title: "Picture",
  applies: hasPicture,
  properties: [
    ...LOOKS.map(([key, label, kind, usual, times]): Property => ({
      key,
      label,
      kind,
      usual: usual * times,
      column: key,
      keyed: times,
      read: (clip) => tidy((clip.transform?.[key] ?? usual) * times),
      edit: (clip, to) => ({ op: "set_transform", args: { clip: clip.id, [key]: tidy(Number(to) / times) } }),
    })),
    ...(["in", "out"] as const).map((end): Property => ({
      key: `picture_fade_${end}`,
      label: `Fade ${end}`,
      kind: { type: "time", least: 0 },
      usual: 0,
      column: `picture_fade_${end}`,
      read: (clip) => clip.fades?.[`${end}Frames`] ?? 0,
      edit: (clip, to) => ({ op: "set_fades", args: { clip: clip.id, [`fade_${end}`]: to } }),
    })),
  ],
};

const crop: Section = {
  title: "Crop",
  applies: hasPicture,
  properties: (["left", "top", "right", "bottom"] as const).map((side) => ({
    key: `crop_${side}`,
    label: `${side[0]!.toUpperCase()}${side.slice(1)}`,
    kind: percent(0, 99),
    usual: 0,
    column: `crop_${side}`,
    keyed: 100,
    read: (clip) => tidy((clip.transform?.crop?.[side] ?? 0) * 100),
    edit: (clip, to) => ({ op: "set_crop", args: { clip: clip.id, [side]: tidy(Number(to) / 100) } }),
  })),
};

const sound: Section = {
  title: "Sound",
  applies: (clip) => hasSound(clip) && clip.retime?.freezeFrame == null,
  properties: [
    {
      key: "gain_db",
      label: "Gain",
      kind: number(-100, 24, 0.5, "dB"),
      usual: 0,
      column: "gain_db",
      keyed: 1,
      read: (clip) => tidy(clip.audio?.gainDb ?? 0),
      edit: (clip, to) => ({ op: "set_audio", args: { clip: clip.id, gain_db: Number(to) } }),
    },
    {
      key: "muted",
      label: "Muted",
      kind: { type: "switch" },
      column: "muted",
      read: (clip) => clip.audio?.muted === true,
      edit: (clip, to) => ({ op: "set_audio", args: { clip: clip.id, muted: to } }),
    },
    {
      key: "fade_in",
      label: "Fade in",
      kind: { type: "time", least: 0 },
      usual: 0,
      column: "fade_in",
      read: (clip) => clip.audio?.fadeInFrames ?? 0,
      edit: (clip, to) => ({ op: "set_audio", args: { clip: clip.id, fade_in: to } }),
    },
    {
      key: "fade_out",
      label: "Fade out",
      kind: { type: "time", least: 0 },
      usual: 0,
      column: "fade_out",
      read: (clip) => clip.audio?.fadeOutFrames ?? 0,
      edit: (clip, to) => ({ op: "set_audio", args: { clip: clip.id, fade_out: to } }),
    },
  ],
};

const STYLE = { size: 0.09, color: "#ffffff", align: "center", x: 0.5, y: 0.5, bold: false } as const;
type Styled = keyof typeof STYLE;

function styled(key: Styled, label: string, kind: Kind): Property {
  const inPercent = kind.type === "number";
  return {
    key: `style_${key}`,
    label,
    kind,
    usual: inPercent ? Number(STYLE[key]) * 100 : (STYLE[key] as Cell),
    read: ({ source }) => {
      const found: Cell = (source as TitleSource).style?.[key] ?? STYLE[key];
      return inPercent ? tidy(Number(found) * 100) : found;
    },
    edit: (clip, to) => {
      const style = { ...(clip.source as TitleSource).style, [key]: inPercent ? tidy(Number(to) / 100) : to };
      return { op: "set_title", args: { clip: clip.id, style } };
    },
  };
}

const title: Section = {
  title: "Title",
  applies: (clip) => clip.source.type === "title",
  properties: [
    {
      key: "text",
      label: "Text",
      kind: { type: "lines" },
      column: "text",
      read: (clip) => (clip.source as TitleSource).text,
      edit: (clip, to) => ({ op: "set_title", args: { clip: clip.id, text: to } }),
    },
    styled("size", "Size", percent(0.5, 100)),
    styled("color", "Colour", { type: "color" }),
    styled("bold", "Bold", { type: "switch" }),
    styled("align", "Align", {
      type: "choice",
      choices: [
        ["left", "Left"],
        ["center", "Centre"],
        ["right", "Right"],
      ],
    }),
    styled("x", "Across", percent(-100, 200)),
    styled("y", "Down", percent(-100, 200)),
  ],
};

export const SECTIONS: readonly Section[] = [place, title, picture, crop, speed, sound];

/** Where the playhead is in the one clip that is shown, from its start; null: outside of it. */
export type At = number | null;

/** Why a property cannot be set although its clip can; "" when it can. */
export function heldBy(property: Property, clips: readonly Clip[], at: At): string {
  if (property.keyed === undefined || !clips.some((clip) => curveOf(clip, property.key))) return "";
  if (clips.length > 1) return "Some have keyframes: select one clip to set them";
  return at === null ? "It has keyframes: move the playhead onto the clip to set one" : "";
}

/** The sections that all of the clips have, with the properties that so many clips can be given at once. */
export function sectionsOf(clips: readonly Clip[], value: TimelineValue): Section[] {
  const many = clips.length > 1;
  return SECTIONS.filter((section) => clips.every((clip) => section.applies(clip, value)))
    .map((section) => ({
      ...section,
      properties: section.properties.filter((property) => !many || property.column !== undefined),
    }))
    .filter((section) => section.properties.length > 0);
}

/** The value that all of the clips have; null: they differ. What has keyframes is what it is at the playhead. */
export function shared(property: Property, clips: readonly Clip[], at: At): Cell | null {
  const [first, ...rest] = clips.map((clip) => cellOf(property, clip, at));
  return first !== undefined && rest.every((cell) => cell === first) ? first : null;
}

function cellOf(property: Property, clip: Clip, at: At): Cell {
  const curve = property.keyed === undefined ? undefined : curveOf(clip, property.key);
  return curve ? tidy(valueAt(clip, curve, at ?? 0) * property.keyed!) : property.read(clip);
}

/** The one edit that gives the clips a value, at the playhead where there are keyframes; null: all have it already. */
export function editOf(property: Property, clips: readonly Clip[], to: Cell, at: At): EditOf | null {
  const changed = clips.filter((clip) => cellOf(property, clip, at) !== to);
  const [only] = changed;
  if (!only) return null;
  if (clips.length === 1) {
    const edit = property.edit(only, to);
    return edit && at !== null && curveOf(only, property.key) ? { ...edit, args: { ...edit.args, at } } : edit;
  }
  const cell = property.kind.type === "number" && property.kind.unit === "%" ? tidy(Number(to) / 100) : to;
  return { op: "update", args: { rows: changed.map(({ id }) => ({ id, [property.column as string]: cell })) } };
}
