/** One tile of the grid: picture, name, length or size, tags; for a take also how long it stays. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { MediaItem } from "../core/protocol.ts";
import { clockText } from "../core/timecode.ts";
import { Button } from "../core/ui/controls.tsx";
import { formatExpiry, formatLength, formatSize } from "../core/ui/format.ts";
import { Icon } from "../core/ui/icons.tsx";
import { Filmstrip } from "./filmstrip.tsx";
import type { Sheet, Sprites } from "./sprites.ts";
import type { Thumbnails } from "./thumbnails.ts";

interface TileProps {
  item: MediaItem;
  thumbnails: Thumbnails;
  sprites: Sprites;
  selected: boolean;
  /** The tile that the Tab key reaches. */
  current: boolean;
  /** Only for takes. */
  onSave?(): void;
}

export const KIND_NAMES = { video: "Video", image: "Image", audio: "Sound" } as const;
/** The mouse must rest so long on a tile before its filmstrip is asked for. */
const REST_MS = 120;

/** The name, to be broken after its own separators rather than in the middle of ".mp4". */
function breakable(name: string) {
  return name.split(/(?<=[_-])|(?=\.\w+$)/).map((part, index) => (index === 0 ? part : [<wbr />, part]));
}

/** The picture's URL once the element has been in sight. */
export function useThumbnail(item: MediaItem, thumbnails: Thumbnails) {
  const ref = useRef<HTMLDivElement>(null);
  const [url, setUrl] = useState<string | null>(null);
  const recording = item.sourceType === "recording";
  useEffect(() => {
    if (!item.hasThumbnail || !ref.current) return;
    let release: (() => void) | null = null;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        observer.disconnect();
        release = thumbnails.use({ id: item.id, recording }, setUrl);
      },
      { rootMargin: "120px" },
    );
    observer.observe(ref.current);
    return () => {
      observer.disconnect();
      release?.();
    };
  }, [item.id, item.hasThumbnail, recording, thumbnails]);
  return [ref, url] as const;
}

/** The filmstrip under the mouse: `at` is where on the tile it is, 0..1, null when it is not there. */
function useScrub(item: MediaItem, sprites: Sprites) {
  const [sheet, setSheet] = useState<Sheet | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const on = {
    onPointerEnter: ({ pointerType }: PointerEvent) => {
      if (pointerType === "mouse") timer.current = setTimeout(async () => setSheet(await sprites.get(item)), REST_MS);
    },
    onPointerMove: (event: PointerEvent) => {
      const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
      setAt(Math.max(0, Math.min(1, (event.clientX - left) / width)));
    },
    onPointerLeave: () => {
      clearTimeout(timer.current);
      setAt(null);
    },
  };
  return { sheet: at === null ? null : sheet, at: at ?? 0, on: item.kind === "video" ? on : {} };
}

function Picture({ item, thumbnails, sprites }: Pick<TileProps, "item" | "thumbnails" | "sprites">) {
  const [ref, url] = useThumbnail(item, thumbnails);
  const { sheet, at, on } = useScrub(item, sprites);
  const seconds = item.durationSeconds;
  return (
    <div class="tile-picture" ref={ref} data-kind={item.kind} data-scrub={sheet ? true : undefined} {...on}>
      {url ? <img src={url} alt="" draggable={false} /> : <Icon name={item.kind} size={24} />}
      {sheet && (
        <>
          <Filmstrip sheet={sheet} at={at} />
          <div class="tile-position" style={{ width: `${at * 100}%` }} />
        </>
      )}
      <span class="tile-badge tile-kind">
        <Icon name={item.kind} size={12} />
      </span>
      <span class="tile-badge tile-length sw-mono">
        {sheet && seconds ? clockText(at * seconds) : formatLength(seconds) || formatSize(item.fileSize)}
      </span>
      {item.sourceType === "studio_export" && <span class="tile-badge tile-source">Export</span>}
    </div>
  );
}

export function Tile({ item, thumbnails, sprites, selected, current, onSave }: TileProps) {
  const tile = (
    <div
      class="tile"
      role={onSave ? "gridcell" : "option"}
      aria-selected={selected}
      data-id={item.id}
      tabIndex={current ? 0 : -1}
      draggable
      title={`${item.name}\n${formatSize(item.fileSize)}${item.width ? ` · ${item.width} × ${item.height}` : ""}`}
    >
      <div class="tile-name">
        {breakable(item.name)}
        <span class="sw-hidden-visually">{KIND_NAMES[item.kind]}</span>
      </div>
      <Picture item={item} thumbnails={thumbnails} sprites={sprites} />
      {onSave ? (
        <div class="tile-note">
          <Icon name="clock" size={12} />
          {formatExpiry(item.expiresAt, Date.now())}
        </div>
      ) : (
        <div class="tile-tags">
          {item.tags.length > 0 ? item.tags.map((tag) => <span key={tag}>{tag}</span>) : <i>No tags</i>}
        </div>
      )}
    </div>
  );
  if (!onSave) return tile;
  // An option may hold no button, so that takes are rows of a grid: the tile, and what can be done with it.
  return (
    <div class="take" role="row">
      {tile}
      <div role="gridcell">
        <Button class="sw-button tile-save" icon="save" aria-label={`Save to library: ${item.name}`} onClick={onSave}>
          Save to library
        </Button>
      </div>
    </div>
  );
}

/** What the mouse carries: the tile's picture, with the number of files where there are several. */
export function dragImage(event: DragEvent, count: number): void {
  const picture = (event.target as Element).querySelector(".tile-picture");
  if (!picture || !event.dataTransfer) return;
  const image = document.createElement("div");
  image.className = "drag-image";
  image.append(picture.cloneNode(true));
  if (count > 1) image.append(Object.assign(document.createElement("b"), { textContent: String(count) }));
  picture.closest(".sw-root")!.append(image);
  event.dataTransfer.setDragImage(image, 24, 24);
  setTimeout(() => image.remove()); // it has been photographed by then
}
