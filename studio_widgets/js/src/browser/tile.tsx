/** One tile of the grid: picture, name, length or size, tags; for a take also how long it stays. */
import { useEffect, useRef, useState } from "preact/hooks";
import { endMediaDrag, startMediaDrag } from "../core/drag.ts";
import type { MediaItem } from "../core/protocol.ts";
import { Button } from "../core/ui/controls.tsx";
import { formatExpiry, formatLength, formatSize } from "../core/ui/format.ts";
import { Icon } from "../core/ui/icons.tsx";
import type { Thumbnails } from "./thumbnails.ts";

export interface TileProps {
  item: MediaItem;
  thumbnails: Thumbnails;
  selected: boolean;
  /** The tile that the Tab key reaches. */
  current: boolean;
  onPick(event: MouseEvent): void;
  onOpen(): void;
  /** Only for takes. */
  onSave?(): void;
}

const KIND_NAMES = { video: "Video", image: "Image", audio: "Sound" } as const;

/** The name, to be broken after its own separators rather than in the middle of ".mp4". */
function breakable(name: string) {
  return name.split(/(?<=[_-])|(?=\.\w+$)/).map((part, index) => (index === 0 ? part : [<wbr />, part]));
}

/** The picture's URL once the tile has been in sight. */
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

export function Tile({ item, thumbnails, selected, current, onPick, onOpen, onSave }: TileProps) {
  const [ref, url] = useThumbnail(item, thumbnails);
  const length = formatLength(item.durationSeconds);
  const drag = (event: DragEvent): void => {
    const recording = item.sourceType === "recording";
    startMediaDrag(event, {
      id: item.id,
      recording,
      kind: item.kind,
      durationSeconds: item.durationSeconds ?? null,
      name: item.name,
    });
    if (ref.current) event.dataTransfer?.setDragImage(ref.current, 24, 24);
  };
  const tile = (
    <div
      class="tile"
      role={onSave ? "gridcell" : "option"}
      aria-selected={selected}
      data-id={item.id}
      tabIndex={current ? 0 : -1}
      draggable
      title={`${item.name}\n${formatSize(item.fileSize)}${item.width ? ` · ${item.width} × ${item.height}` : ""}`}
      onClick={onPick}
      onDblClick={onOpen}
      onDragStart={drag}
      onDragEnd={endMediaDrag}
    >
      <div class="tile-name">
        {breakable(item.name)}
        <span class="sw-hidden-visually">{KIND_NAMES[item.kind]}</span>
      </div>
      <div class="tile-picture" ref={ref} data-kind={item.kind}>
        {url ? <img src={url} alt="" draggable={false} /> : <Icon name={item.kind} size={24} />}
        <span class="tile-badge tile-kind">
          <Icon name={item.kind} size={12} />
        </span>
        <span class="tile-badge tile-length sw-mono">{length || formatSize(item.fileSize)}</span>
        {item.sourceType === "studio_export" && <span class="tile-badge tile-source">Export</span>}
      </div>
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
