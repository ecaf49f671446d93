/** The rubber band: drawn from where the pointer went down beside the tiles, it picks those that it touches. */

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export const touch = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Follows the pointer until it is let go; `band` is the element to show, the last one in `grid`. */
export function rubberBand(
  down: PointerEvent,
  grid: HTMLElement,
  band: HTMLElement,
  picked: (ids: string[]) => void,
): void {
  const start = grid.getBoundingClientRect();
  const from = { x: down.clientX - start.left, y: down.clientY - start.top };
  const end = new AbortController();
  const { signal } = end;
  grid.setPointerCapture(down.pointerId);
  const move = (event: PointerEvent): void => {
    // measured each time: the grid may be scrolled meanwhile
    const { left, top } = grid.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const [width, height] = [Math.abs(x - from.x), Math.abs(y - from.y)];
    if (width + height < 6) return;
    band.hidden = false;
    Object.assign(band.style, {
      left: `${Math.min(x, from.x)}px`,
      top: `${Math.min(y, from.y)}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
    const box = band.getBoundingClientRect();
    const tiles = [...grid.querySelectorAll<HTMLElement>("[data-id]")];
    picked(tiles.filter((tile) => touch(tile.getBoundingClientRect(), box)).map((tile) => tile.dataset["id"]!));
  };
  const stop = (): void => {
    end.abort();
    band.hidden = true;
  };
  grid.addEventListener("pointermove", move, { signal });
  grid.addEventListener("pointerup", stop, { signal });
  grid.addEventListener("lostpointercapture", stop, { signal });
}
