/** Pictures and files that the fake studio shows: drawn in the page, so that nothing has to be downloaded. */
import type { MediaItem } from "../src/core/protocol.ts";

const NAMES = [
  ["Welcome and overview.mp4", "video", ["intro", "week 1"]],
  ["Screen recording 2026-11-20 09.12.webm", "video", ["studio", "recording"]],
  ["Temperature anomalies 1850–2025.png", "image", ["chart"]],
  ["Narration, first lesson.wav", "audio", ["voice", "week 1"]],
  ["Big Buck Bunny.mp4", "video", ["footage"]],
  ["Logo on transparent.png", "image", []],
  ["Lesson 3, pandas group-by, final cut.mp4", "video", ["lesson", "pandas", "week 3", "approved"]],
  ["Room tone.flac", "audio", []],
] as const;

const SIZES = [84_200_000, 31_600_000, 212_000, 9_400_000, 5_510_000, 18_300, 412_000_000, 1_260_000];
const LENGTHS = [312.4, 95, null, 184.2, 5.3, null, 1841, 12.1];

/** `count` media files, newest first; the same every time. */
export function fakeItems(count: number, recordings = false): MediaItem[] {
  return Array.from({ length: count }, (_, index) => {
    const which = index % NAMES.length;
    const [name, kind, tags] = NAMES[which]!;
    const round = Math.floor(index / NAMES.length);
    const video = kind === "video";
    return {
      id: `${recordings ? "take" : "media"}-${index}`,
      name: recordings ? `Screen recording 2026-11-2${index} 14.0${index}` : round ? `${round + 1} ${name}` : name,
      kind: recordings ? "video" : kind,
      sourceType: recordings ? "recording" : which === 6 ? "studio_export" : "upload",
      fileType: kind,
      fileSize: SIZES[which]!,
      tags: recordings ? [] : [...tags],
      createdAt: "2026-11-20T09:12:00Z",
      durationSeconds: recordings ? 42 + index * 31 : LENGTHS[which]!,
      width: kind === "audio" ? null : 1920,
      height: kind === "audio" ? null : 1080,
      hasAudio: kind !== "image",
      hasThumbnail: recordings || video || kind === "image",
      expiresAt: recordings ? new Date(Date.now() + (index * 50 + 5) * 3_600_000).toISOString() : null,
    };
  });
}

function hash(text: string): number {
  let value = 7;
  for (const letter of text) value = (value * 31 + letter.charCodeAt(0)) >>> 0;
  return value;
}

/** A landscape in colours of its own for `seed`, with `label` on it; JPEG bytes. */
export async function fakePicture(seed: string, label: string, width: number, height: number): Promise<ArrayBuffer> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d")!;
  const hue = (hash(seed) * 47) % 360;
  const sky = context.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, `hsl(${hue} 45% 32%)`);
  sky.addColorStop(1, `hsl(${(hue + 40) % 360} 55% 68%)`);
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  for (let ridge = 0; ridge < 3; ridge++) {
    context.fillStyle = `hsl(${(hue + 180 + ridge * 12) % 360} 26% ${34 - ridge * 9}%)`;
    context.beginPath();
    context.moveTo(0, height);
    for (let x = 0; x <= width; x += width / 24) {
      const wave = Math.sin((x / width) * (5 + ridge * 2) + hash(seed + ridge)) * 0.08;
      context.lineTo(x, height * (0.55 + ridge * 0.14 + wave));
    }
    context.lineTo(width, height);
    context.fill();
  }
  context.fillStyle = "rgba(255,255,255,.94)";
  context.font = `600 ${Math.round(height / 9)}px sans-serif`;
  context.fillText(label, width * 0.05, height * 0.18);
  return (await canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 })).arrayBuffer();
}
