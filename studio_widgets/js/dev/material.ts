/** Made-up projects and pictures for the dev page. */
import type { Clip, MediaItem, Timeline } from "../src/core/protocol.ts";
import { view, type Answer } from "./fake_kernel.ts";

const NAMES = ["intro.mp4", "lecture.mp4", "screen recording.webm", "diagram.png", "close-up.mov", "b-roll.mp4"];

export const MEDIA: MediaItem[] = NAMES.map((name, index) => ({
  id: `m${index}`,
  name,
  kind: name.endsWith("png") ? "image" : "video",
  sourceType: "upload",
  fileType: "video/mp4",
  fileSize: 1_000_000 * (index + 1),
  tags: [],
  createdAt: "2026-11-01T10:00:00Z",
  durationSeconds: name.endsWith("png") ? null : 20 + index * 7,
  hasAudio: !name.endsWith("png"),
  hasThumbnail: true,
}));
MEDIA.push({ ...(MEDIA[0] as MediaItem), id: "a0", name: "music.mp3", kind: "audio", durationSeconds: 40 });

function clip(
  n: number,
  trackIndex: number,
  startFrame: number,
  durationFrames: number,
  media: number,
  trim = 30,
): Clip {
  const item = MEDIA[media] as MediaItem;
  return {
    id: `clip-${n}`,
    name: item.name,
    trackIndex,
    startFrame,
    durationFrames,
    trimStartFrame: trim,
    trimEndFrame: trim + durationFrames,
    source: {
      type: "media_file",
      mediaFileId: item.id,
      kind: item.kind,
      hasAudio: item.hasAudio ?? false,
      frames: item.durationSeconds ? Math.ceil(item.durationSeconds * 30) : null,
    },
  };
}

const TRACKS: NonNullable<Timeline["tracks"]> = [
  { id: "V1", kind: "video" },
  { id: "V2", kind: "video", name: "Titles" },
  { id: "A1", kind: "audio", name: "Music" },
  { id: "A2", kind: "audio" },
];

/** A short lesson that shows one of everything. */
export function lesson(): Timeline {
  return {
    rate: "30",
    tracks: TRACKS,
    clips: [
      clip(1, 0, 0, 240, 0),
      clip(2, 0, 240, 420, 1),
      clip(3, 0, 660, 300, 2),
      clip(4, 0, 1020, 180, 3, 0),
      clip(5, 0, 1200, 260, 4),
      {
        id: "clip-6",
        name: "Welcome to the course",
        trackIndex: 1,
        startFrame: 30,
        durationFrames: 150,
        trimStartFrame: 0,
        trimEndFrame: 150,
        source: { type: "title", text: "Welcome to the course" },
      },
      clip(7, 1, 720, 150, 5),
      clip(8, 2, 0, 1140, 6, 0),
    ],
    transitions: [{ id: "transition-1", leftClipId: "clip-1", rightClipId: "clip-2", durationFrames: 30 }],
    markers: [
      { id: "marker-1", frame: 0, name: "Welcome" },
      { id: "marker-2", frame: 660, name: "Demonstration" },
    ],
  };
}

export function emptyLesson(): Timeline {
  return { rate: "30", tracks: TRACKS };
}

/** Many clips, to see whether it keeps up. */
export function large(clips: number, tracks: number): Timeline {
  const video = Math.ceil(tracks / 2);
  const list = Array.from({ length: tracks }, (_, index) =>
    index < video
      ? { id: `V${index + 1}`, kind: "video" as const }
      : { id: `A${index - video + 1}`, kind: "audio" as const },
  );
  const made: Clip[] = [];
  const perTrack = Math.ceil(clips / tracks);
  for (let track = 0; track < tracks; track++) {
    let start = 0;
    for (let n = 0; n < perTrack && made.length < clips; n++) {
      const duration = 40 + ((n * 37 + track * 11) % 120);
      made.push(clip(made.length + 1, track, start, duration, track < video ? (n + track) % 6 : 6, 0));
      start += duration + (n % 5 === 0 ? 20 : 0);
    }
  }
  return { rate: "30", tracks: list, clips: made };
}

/** Answers the library's requests with drawn pictures and a made-up sound. */
export async function libraryAnswer(kind: string, body: { id?: string }): Promise<Answer | undefined> {
  const index = MEDIA.findIndex((item) => item.id === body.id);
  if (kind === "library.sprite") return sprite(Math.max(0, index), MEDIA[index]?.kind === "image" ? 1 : 40);
  if (kind === "library.thumbnail") return sprite(index, 1);
  if (kind === "library.peaks") {
    const bytes = new Uint8Array(50 * 80);
    for (let at = 0; at < bytes.length; at++) {
      const slow = Math.abs(Math.sin(at / 90 + index)) * Math.abs(Math.sin(at / 13));
      bytes[at] = 30 + 200 * slow * (0.5 + 0.5 * Math.abs(Math.sin(at * 12.9898 + index)));
    }
    return { body: { bucketsPerSecond: 50, count: bytes.length }, buffers: [view(bytes)] };
  }
  return undefined;
}

async function sprite(seed: number, count: number): Promise<Answer> {
  const [columns, width, height] = [10, 160, 90];
  const rows = Math.ceil(count / columns);
  const canvas = new OffscreenCanvas(columns * width, rows * height);
  const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  for (let tile = 0; tile < count; tile++) {
    const x = (tile % columns) * width;
    const y = Math.floor(tile / columns) * height;
    const sky = context.createLinearGradient(x, y, x, y + height);
    sky.addColorStop(0, `hsl(${seed * 55 + 200} 45% ${55 - tile / 2}%)`);
    sky.addColorStop(1, `hsl(${seed * 55 + 170} 35% 30%)`);
    context.fillStyle = sky;
    context.fillRect(x, y, width, height);
    context.fillStyle = `hsl(${seed * 55 + 40} 70% 70%)`;
    context.beginPath();
    context.arc(x + 20 + ((tile * 3) % 120), y + 30, 12, 0, 7);
    context.fill();
    context.fillStyle = `hsl(${seed * 55 + 120} 30% 22%)`;
    context.fillRect(x, y + 62 + (seed % 3) * 4, width, 40);
  }
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const shape = { columns, rows, count, tileWidth: width, tileHeight: height, secondsPerTile: 1, width, height };
  return { body: shape, buffers: [view(bytes)] };
}
