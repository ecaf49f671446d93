/** Where the timeline is looked at from: pixels per frame, the frame at the left edge, pixels scrolled down. */

export interface Viewport {
  /** Pixels per frame. */
  readonly zoom: number;
  /** Frame (fractional) at the left edge. */
  readonly scroll: number;
  /** Pixels scrolled down. */
  readonly top: number;
  /** Size of the lanes' area, CSS pixels, without the ruler. */
  readonly width: number;
  readonly height: number;
}

export const MIN_ZOOM = 0.0005;
export const MAX_ZOOM = 40;
/** Empty frames' worth of pixels kept after the last clip, to drop things on. */
const TAIL_PIXELS = 240;

export function frameToX(view: Viewport, frame: number): number {
  return (frame - view.scroll) * view.zoom;
}

/** The fractional frame under a pixel. */
export function xToFrame(view: Viewport, x: number): number {
  return x / view.zoom + view.scroll;
}

/** Frames that the scroll range covers: the timeline and some room after it. */
export function scrollableFrames(view: Viewport, totalFrames: number): number {
  return Math.max(totalFrames + TAIL_PIXELS / view.zoom, view.width / view.zoom);
}

/** The viewport with its numbers in range. */
export function clamped(view: Viewport, totalFrames: number, contentHeight: number): Viewport {
  const zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, view.zoom));
  const limit = scrollableFrames({ ...view, zoom }, totalFrames) - view.width / zoom;
  return {
    ...view,
    zoom,
    scroll: Math.max(0, Math.min(view.scroll, limit)),
    top: Math.max(0, Math.min(view.top, contentHeight - view.height)),
  };
}

/** Zooms by `factor`, keeping the frame under `x` where it is. */
export function zoomedAt(view: Viewport, factor: number, x: number): Viewport {
  const zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, view.zoom * factor));
  return { ...view, zoom, scroll: Math.max(0, xToFrame(view, x) - x / zoom) };
}

/** Shows the whole timeline, with a little air at its end. */
export function fitted(view: Viewport, totalFrames: number): Viewport {
  if (totalFrames <= 0 || view.width <= 0) return { ...view, scroll: 0 };
  const zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, (view.width * 0.96) / totalFrames));
  return { ...view, zoom, scroll: 0 };
}

/** Scrolls as little as needed to show `[start, end)`, with a margin. */
export function revealed(view: Viewport, start: number, end: number): Viewport {
  const margin = 32 / view.zoom;
  const frames = view.width / view.zoom;
  if (start - margin < view.scroll) return { ...view, scroll: Math.max(0, start - margin) };
  if (end + margin > view.scroll + frames) {
    return { ...view, scroll: Math.max(0, Math.min(start - margin, end + margin - frames)) };
  }
  return view;
}

/** The zoom slider runs 0..1000, each step the same factor. */
export function zoomToSlider(zoom: number): number {
  return Math.round((1000 * Math.log(zoom / MIN_ZOOM)) / Math.log(MAX_ZOOM / MIN_ZOOM));
}

export function sliderToZoom(position: number): number {
  return MIN_ZOOM * (MAX_ZOOM / MIN_ZOOM) ** (position / 1000);
}
