/** The canvas's colours, read from the CSS tokens so that they follow the theme. */

const NAMES = {
  canvas: "--tl-canvas",
  lane: "--tl-lane",
  laneLine: "--tl-lane-line",
  past: "--tl-past",
  ruler: "--tl-ruler",
  rulerText: "--tl-ruler-text",
  tick: "--tl-tick",
  tickMinor: "--tl-tick-minor",
  text: "--tl-text",
  shade: "--tl-shade",
  video: "--tl-video",
  videoHead: "--tl-video-head",
  videoEdge: "--tl-video-edge",
  image: "--tl-image",
  imageHead: "--tl-image-head",
  imageEdge: "--tl-image-edge",
  audio: "--tl-audio",
  audioHead: "--tl-audio-head",
  audioEdge: "--tl-audio-edge",
  title: "--tl-title",
  titleHead: "--tl-title-head",
  titleEdge: "--tl-title-edge",
  wave: "--tl-wave",
  waveOnPicture: "--tl-wave-on-picture",
  selected: "--tl-selected",
  focus: "--tl-focus",
  playhead: "--tl-playhead",
  marker: "--tl-marker",
  snap: "--tl-snap",
  refused: "--tl-refused",
  ghost: "--tl-ghost",
  ghostFill: "--tl-ghost-fill",
  box: "--tl-box",
  transition: "--tl-transition",
  transitionLine: "--tl-transition-line",
  fade: "--tl-fade",
  missing: "--tl-missing",
  missingHead: "--tl-missing-head",
  range: "--tl-range",
  readout: "--tl-readout",
  readoutText: "--tl-readout-text",
} as const;

export type ClipKind = "video" | "image" | "audio" | "title";
export type ClipColors = { fill: string; head: string; edge: string };

export type Palette = Record<keyof typeof NAMES, string> & {
  font: string;
  mono: string;
  clips: Record<ClipKind, ClipColors>;
};

/** Reads the tokens at `element`; a probe turns `var()` and `color-mix()` into plain colours. */
export function readPalette(element: HTMLElement): Palette {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const style = getComputedStyle(probe);
  const entries = Object.entries(NAMES).map(([name, token]) => {
    probe.style.color = `var(${token})`;
    return [name, style.color];
  });
  const fonts = getComputedStyle(element);
  probe.remove();
  const colors = Object.fromEntries(entries) as Record<keyof typeof NAMES, string>;
  const of = (kind: ClipKind): ClipColors => ({
    fill: colors[kind],
    head: colors[`${kind}Head`],
    edge: colors[`${kind}Edge`],
  });
  return {
    ...colors,
    clips: { video: of("video"), image: of("image"), audio: of("audio"), title: of("title") },
    font: fonts.getPropertyValue("--sw-font") || "sans-serif",
    mono: fonts.getPropertyValue("--sw-mono") || "monospace",
  };
}
