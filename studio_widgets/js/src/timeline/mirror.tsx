/**
 * The clips as a list for keyboards and screen readers: an invisible listbox whose options lie exactly over the drawn clips.
 *
 * Only the clips in view (and the one in focus) are options, so that ten thousand clips cost nothing; each says its place
 * in the whole. The list follows the view once that has come to rest.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Clip } from "../core/protocol.ts";
import { timecode } from "../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";
import type { Editor } from "./editor.ts";
import { firstEndingAfter, type Lane } from "./lanes.ts";
import { RULER_HEIGHT } from "./paint.ts";
import { frameToX, xToFrame } from "./viewport.ts";

const REST_MS = 120;
const MOST = 200;

/** `V1: intro.mp4, 00:00:03:00 to 00:00:05:10`. */
export function clipLabel(value: TimelineValue, clip: Clip): string {
  const { rate } = value;
  const track = value.tracks[clip.trackIndex]?.id ?? "";
  const name = clip.source.type === "title" ? `Title “${clip.source.text}”` : clip.name;
  return `${track}: ${name}, ${timecode(clip.startFrame, rate)} to ${timecode(clipEnd(clip), rate)}`;
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
      const now = [editor.value, editor.view, editor.lanes, editor.focused, editor.selected];
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

export function ClipList({ editor, id }: { editor: Editor; id: string }) {
  const options = useAtRest(editor);
  const list = useRef<HTMLDivElement>(null);
  const { value, view, selected, focused } = editor;
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
    const shifted = event.shiftKey;
    if (event.key === "Tab") {
      // Tab walks through the clips, and leaves after the last.
      if (step(shifted ? -1 : 1)) event.preventDefault();
      else editor.focus(null);
    } else if (event.key === "Enter" && focused !== null) {
      event.preventDefault();
      const toggled = selected.has(focused) ? [...selected].filter((item) => item !== focused) : [...selected, focused];
      editor.select(shifted ? toggled : [focused], { anchor: focused });
    } else if (event.key === "Escape" && focused !== null) {
      event.stopPropagation();
      editor.focus(null);
      (list.current?.closest("[data-timeline-root]") as HTMLElement | null)?.focus();
    }
  };
  const place = new Map(value.clips.length > 0 && options.length > 0 ? indexed(value, options) : []);
  return (
    <div
      ref={list}
      class="tl-clips"
      role="listbox"
      aria-label="Clips"
      aria-multiselectable="true"
      aria-activedescendant={focused === null ? undefined : `${id}-${focused}`}
      aria-description="Tab moves between clips, Enter selects, Escape goes back"
      tabIndex={0}
      data-testid="clip-list"
      onFocus={() => focused === null && step(1)}
      onBlur={() => editor.focus(null)}
      onKeyDown={onKeyDown}
    >
      {options.map(({ clip, lane }) => (
        <div
          key={clip.id}
          id={`${id}-${clip.id}`}
          role="option"
          class="tl-clip"
          data-testid={`clip-${clip.id}`}
          data-clip-id={clip.id}
          data-track={lane.track.id}
          data-start={clip.startFrame}
          data-end={clipEnd(clip)}
          data-pending={editor.document.pendingClips.has(clip.id) || undefined}
          aria-label={clipLabel(value, clip)}
          aria-selected={selected.has(clip.id)}
          aria-setsize={value.clips.length}
          aria-posinset={(place.get(clip.id) ?? 0) + 1}
          style={{
            left: `${frameToX(view, clip.startFrame)}px`,
            top: `${lane.y - view.top + RULER_HEIGHT}px`,
            width: `${Math.max(1, clip.durationFrames * view.zoom)}px`,
            height: `${lane.height}px`,
          }}
        />
      ))}
    </div>
  );
}

/** Where the options stand among all clips. */
function indexed(value: TimelineValue, options: readonly Option[]): [string, number][] {
  const wanted = new Set(options.map(({ clip }) => clip.id));
  const found: [string, number][] = [];
  value.clips.forEach((clip, index) => wanted.has(clip.id) && found.push([clip.id, index]));
  return found;
}
