/** A file looked at by itself: its filmstrip to go through, and all that is known of it. */
import { useEffect, useState } from "preact/hooks";
import type { MediaDetails, MediaItem } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { clockText, parseRate } from "../core/timecode.ts";
import { Dialog } from "../core/ui/dialog.tsx";
import { formatLength, formatSize } from "../core/ui/format.ts";
import { Icon } from "../core/ui/icons.tsx";
import { useDetails } from "./dialogs.tsx";
import { Filmstrip } from "./filmstrip.tsx";
import { SOURCES } from "./filters.tsx";
import type { Sheet, Sprites } from "./sprites.ts";
import type { Thumbnails } from "./thumbnails.ts";
import { KIND_NAMES, useThumbnail } from "./tile.tsx";

interface DetailsProps {
  context: StudioContext;
  item: MediaItem;
  thumbnails: Thumbnails;
  sprites: Sprites;
  onClose(): void;
}

/** What is known, as lines of a list; empty ones are left out. */
export function facts(item: MediaItem & Partial<MediaDetails>): [string, string][] {
  const join = (...parts: (string | false | 0 | null | undefined)[]): string => parts.filter(Boolean).join(" · ");
  const rate = item.rate && `${Number(parseRate(item.rate).fps.toFixed(3))} fps`;
  const channels = ["", "mono", "stereo"][item.channels ?? 0] ?? `${item.channels} channels`;
  const lines: [string, string][] = [
    ["Type", join(KIND_NAMES[item.kind], item.fileType)],
    ["Length", formatLength(item.durationSeconds)],
    [
      "Picture",
      join(
        item.width && `${item.width} × ${item.height}`,
        rate,
        item.videoCodec,
        item.rotation && `turned ${item.rotation}°`,
      ),
    ],
    [
      "Sound",
      item.audioCodec ? join(item.audioCodec, item.sampleRate && `${item.sampleRate / 1000} kHz`, channels) : "",
    ],
    ["Size", formatSize(item.fileSize)],
    ["Source", item.sourceType === "recording" ? "Recording, not saved" : SOURCES[item.sourceType].replace(/s$/, "")],
    ["Added", new Date(item.createdAt).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })],
    ["Tags", item.tags.join(", ")],
    ["Description", item.description ?? ""],
  ];
  return lines.filter(([, text]) => text !== "");
}

export function DetailsDialog({ context, item, thumbnails, sprites, onClose }: DetailsProps) {
  const [ref, url] = useThumbnail(item, thumbnails);
  const { details } = useDetails(context, item.sourceType === "recording" ? [] : [item]);
  const [sheet, setSheet] = useState<Sheet | null | undefined>(item.kind === "video" ? undefined : null);
  const [at, setAt] = useState(0);
  useEffect(() => {
    if (item.kind === "video") void sprites.get(item).then(setSheet);
  }, []);
  const seconds = item.durationSeconds ?? 0;
  const time = clockText(at * seconds);
  return (
    <Dialog title={item.name} onClose={onClose} onSubmit={onClose}>
      <div class="tile-picture preview" ref={ref} data-kind={item.kind}>
        {sheet ? (
          <Filmstrip sheet={sheet} at={at} />
        ) : url ? (
          <img src={url} alt="" />
        ) : (
          <Icon name={item.kind} size={24} />
        )}
      </div>
      {sheet !== null && (
        <div class="preview-scrub">
          <input
            class="sw-range"
            type="range"
            aria-label="Position"
            aria-valuetext={time}
            min={0}
            max={1}
            step={1 / Math.max(1, sheet?.count ?? 1)}
            value={at}
            data-autofocus
            onInput={(event) => setAt(Number(event.currentTarget.value))}
          />
          <span class="sw-mono">
            {time} / {clockText(seconds)}
          </span>
        </div>
      )}
      <dl class="facts">
        {facts(details?.[0] ?? item).map(([name, text]) => (
          <>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </>
        ))}
      </dl>
    </Dialog>
  );
}
