/** How the workspace divides its place. Pure; pixels. */
import type { ViewMode } from "../core/view_mode.ts";

/** The trait `panel_sizes`: what the user dragged. What is absent has its default. */
export interface PanelSizes {
  /** Width of the asset browser. */
  browser?: number;
  /** Height of the timeline. */
  timeline?: number;
  /** Height of the whole workspace. */
  height?: number;
  /** Width of the player while browsing. */
  browse_player?: number;
  /** Height of the timeline while browsing, and while reviewing. */
  browse_timeline?: number;
  review_timeline?: number;
}

export interface Layout {
  view: ViewMode;
  /** `stacked`: the parts lie below each other, as in a narrow notebook column. */
  mode: "wide" | "stacked";
  browser: number;
  timeline: number;
  height: number;
  browse_player: number;
  browse_timeline: number;
  review_timeline: number;
  /** Height of the player when stacked: its picture in full width, and the controls. */
  stage: number;
}

export interface Bounds {
  min: number;
  max: number;
}

export const STACKED_BELOW = 760;
export const TOP_BAR = 44;
const DEFAULT_HEIGHT = 760;
const MIN_BROWSER = 220;
const MIN_PLAYER_WIDTH = 360;
const MIN_PLAYER = 320;
const MIN_PLAYER_HEIGHT = 200;
const MIN_TIMELINE = 140;
/** Two picture lanes and two sound lanes, with the ruler, the tool bar and the status line. */
export const FOUR_LANES = 320;

/** A picture lane and a sound lane. */
const TWO_LANES = 256;

/** How far each part may be dragged in a workspace `width` pixels wide. */
export function bounds(part: keyof PanelSizes, width: number, height: number): Bounds {
  switch (part) {
    case "browser":
      return { min: MIN_BROWSER, max: Math.max(MIN_BROWSER, Math.min(640, width - MIN_PLAYER_WIDTH)) };
    case "browse_player":
      return { min: MIN_PLAYER, max: Math.max(MIN_PLAYER, Math.min(720, width - MIN_PLAYER_WIDTH)) };
    case "timeline":
    case "browse_timeline":
    case "review_timeline":
      return { min: MIN_TIMELINE, max: Math.max(MIN_TIMELINE, height - TOP_BAR - MIN_PLAYER_HEIGHT) };
    case "height":
      return { min: 520, max: 1400 };
  }
}

export function clamp(value: number, { min, max }: Bounds): number {
  return Math.round(Math.min(max, Math.max(min, value)));
}

/** The sizes in effect: the user's where they fit, sensible ones elsewhere. */
export function layOut(sizes: PanelSizes, width: number, view: ViewMode = "edit"): Layout {
  const height = clamp(sizes.height ?? DEFAULT_HEIGHT, bounds("height", width, 0));
  const within = (part: keyof PanelSizes, usual: number): number =>
    clamp(sizes[part] ?? usual, bounds(part, width, height));
  return {
    view,
    mode: width < STACKED_BELOW ? "stacked" : "wide",
    browser: within("browser", Math.max(280, width * 0.24)),
    timeline: within("timeline", Math.max(FOUR_LANES, height * 0.4)),
    browse_player: within("browse_player", Math.max(MIN_PLAYER, width * 0.28)),
    browse_timeline: within("browse_timeline", TWO_LANES),
    review_timeline: within("review_timeline", TWO_LANES),
    height,
    stage: Math.round((width - 24) * (9 / 16)) + 24 + 41,
  };
}
