/**
 * The clips as a grid for keyboards and screen readers: a row for each track, a cell for each clip, invisible and exactly
 * over what is drawn.
 *
 * Only the clips in view (and the one in focus) are cells, so that ten thousand clips cost nothing; each says its place
 * in the whole. The grid follows the view once that has come to rest.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Clip } from "../core/protocol.ts";
import { timecode } from "../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";
import type { Editor } from "./editor.ts";
import { firstEndingAfter } from "../core/search.ts";
import type { Lane } from "./lanes.ts";
import { RULER_HEIGHT } from "./paint.ts";
import { frameToX, xToFrame } from "./viewport.ts";

const REST_MS = 120;
const MOST = 200;

/** `V1: intro.mp4, 00:00:03:00 to 00:00:05:10, linked`. */
export function clipLabel(value: TimelineValue, clip: Clip, missing = false): string {
  const { rate } = value;
  const track = value.tracks[clip.trackIndex]?.id ?? "";
  const name = clip.source.type === "title" ? `Title “${clip.source.text}”` : clip.name;
  const more = `${clip.link ? ", linked" : ""}${missing ? ", its file is missing" : ""}`;
  return `${track}: ${name}, ${timecode(clip.startFrame, rate)} to ${timecode(clipEnd(clip), rate)}${more}`;
}

interface Option {
  clip: Clip;
  lane: Lane;
}

function inView(editor: Editor): Option[] {
  const { value, view, lanes, focused } = editor;
  if (!value) return [];
  const options: Option[] = [];
  const end = xToFrame(view, view.width);
  for (const lane of lanes) {
    const clips = value.lanes[lane.trackIndex] ?? [];
    for (let index = firstEndingAfter(clips, view.scroll); index < clips.length; index++) {
      const clip = clips[index] as Clip;
      if (clip.startFrame >= end || options.length >= MOST) break;
      options.push({ clip, lane });
    }
  }
  const clip = focused === null ? undefined : value.byId.get(focused);
  const lane = clip && lanes.find((item) => item.trackIndex === clip.trackIndex);
  if (clip && lane && !options.some((option) => option.clip.id === clip.id)) options.push({ clip, lane });
  return options;
}

/** The editor's clips in view, read again when it has been at rest for a moment. */
function useAtRest(editor: Editor): Option[] {
  const [options, setOptions] = useState<Option[]>(() => inView(editor));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let before: unknown[] = [];
    const follow = (): void => {
      const { value, view, lanes, focused, selected, assets } = editor;
      const now = [value, view, lanes, focused, selected, assets.missingCount];
      if (now.every((item, index) => item === before[index])) return;
      // Moving the focus or the selection shows at once; scrolling and zooming wait for rest.
      const urgent = before[0] !== now[0] || before[3] !== now[3] || before[4] !== now[4];
      before = now;
      clearTimeout(timer);
      if (urgent) setOptions(inView(editor));
      else timer = setTimeout(() => setOptions(inView(editor)), REST_MS);
    };
    follow();
    const stop = editor.subscribe(follow);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [editor]);
  return options;
}

/** The clip next to the focused one: along its track, or nearest in time on the next track that has any. */
export function neighbourOf(
  value: TimelineValue,
  lanes: readonly Lane[],
  clip: Clip,
  key: "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown",
): Clip | null {
  const lane = value.lanes[clip.trackIndex] ?? [];
  if (key === "ArrowLeft" || key === "ArrowRight") {
    return lane[lane.indexOf(clip) + (key === "ArrowRight" ? 1 : -1)] ?? null;
  }
  const step = key === "ArrowDown" ? 1 : -1;
  const at = lanes.findIndex((item) => item.trackIndex === clip.trackIndex);
  for (let index = at + step; lanes[index]; index += step) {
    const clips = value.lanes[lanes[index]!.trackIndex] ?? [];
    const found = clips[firstEndingAfter(clips, clip.startFrame)] ?? clips.at(-1);
    if (found) return found;
  }
  return null;
}

export function ClipGrid({ editor, id }: { editor: Editor; id: string }) {
  const options = useAtRest(editor);
  const grid = useRef<HTMLDivElement>(null);
  const { value, view, lanes, selected, focused } = editor;
  if (!value) return null;

  const step = (by: number): boolean => {
    const order = value.clips;
    const index = focused === null ? -1 : order.findIndex((clip) => clip.id === focused);
    const next = order[index < 0 ? (by > 0 ? 0 : order.length - 1) : index + by];
    if (next) editor.focus(next.id);
    return next !== undefined;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const clip = focused === null ? undefined : value.byId.get(focused);
    const { key } = event;
    if (key === "Tab") {
      // Tab walks through the clips, and leaves after the last.
      if (step(event.shiftKey ? -1 : 1)) event.preventDefault();
      else editor.focus(null);
    } else if (!clip) return;
    else if (
      (key === "ArrowLeft" || key === "ArrowRight" || key === "ArrowUp" || key === "ArrowDown") &&
      !event.shiftKey
    ) {
      event.preventDefault();
      const next = neighbourOf(value, lanes, clip, key);
      if (next) editor.focus(next.id);
    } else if (key === "Enter" || key === " ") {
      event.preventDefault();
      const toggled = selected.has(clip.id) ? [...selected].filter((item) => item !== clip.id) : [...selected, clip.id];
      editor.select(event.shiftKey ? toggled : [clip.id], { anchor: clip.id });
    } else if (key === "Escape" && !editor.gesture) {
      event.stopPropagation();
      editor.focus(null);
      (grid.current?.closest("[data-timeline-root]") as HTMLElement | null)?.focus();
    }
  };
  const places = placesOf(value, options);
  const rows = lanes.map((lane) => ({ lane, cells: options.filter((option) => option.lane === lane) }));
  return (
    <div
      ref={grid}
      class="tl-clips"
      role="grid"
      aria-label="Clips"
      aria-multiselectable="true"
      aria-readonly="true"
      aria-rowcount={lanes.length}
      aria-colcount={Math.max(1, ...value.lanes.map((clips) => clips.length))}
      aria-activedescendant={focused === null ? undefined : `${id}-${focused}`}
      aria-description="Arrows and Tab move between clips, Enter selects, Escape goes back to the timeline"
      tabIndex={0}
      data-testid="clip-list"
      onFocus={() => focused === null && step(1)}
      onBlur={() => editor.focus(null)}
      onKeyDown={onKeyDown}
    >
      {rows.map(({ lane, cells }, index) => (
        <div key={lane.track.id} role="row" aria-label={`Track ${lane.track.id}`} aria-rowindex={index + 1}>
          {cells.length === 0 && <span role="gridcell" aria-label="No clips in view" class="sw-hidden-visually" />}
          {cells.map(({ clip }) => (
            <div
              key={clip.id}
              id={`${id}-${clip.id}`}
              role="gridcell"
              class="tl-clip"
              data-testid={`clip-${clip.id}`}
              data-clip-id={clip.id}
              data-track={lane.track.id}
              data-start={clip.startFrame}
              data-end={clipEnd(clip)}
              data-pending={editor.document.pendingClips.has(clip.id) || undefined}
              aria-label={clipLabel(value, clip, editor.assets.missing(clip))}
              aria-selected={selected.has(clip.id)}
              aria-colindex={(places.get(clip.id) ?? 0) + 1}
              style={{
                left: `${frameToX(view, clip.startFrame)}px`,
                top: `${lane.y - view.top + RULER_HEIGHT}px`,
                width: `${Math.max(1, clip.durationFrames * view.zoom)}px`,
                height: `${lane.height}px`,
              }}
            />
          ))}
        </div>
      ))}
    </div>
  );
}

/** Where the clips stand among those of their track. */
function placesOf(value: TimelineValue, options: readonly Option[]): Map<string, number> {
  return new Map(
    options.map(({ clip }) => [clip.id, firstEndingAfter(value.lanes[clip.trackIndex] ?? [], clip.startFrame)]),
  );
}
