/** Something small over the page, in the browser's top layer: not clipped by the notebook, gone with a click elsewhere. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Where it opens, in pixels of the window: a point, or below (above, where there is no room) an element. */
export type Place = { x: number; y: number } | HTMLElement;

const MARGIN = 8;

function show(element: HTMLElement, place: Place): void {
  element.showPopover();
  const box = place instanceof HTMLElement ? place.getBoundingClientRect() : null;
  const [x, y, above] = box
    ? [box.left, box.bottom + 4, box.top - 4]
    : Object.values(place as { x: number; y: number });
  const { width, height } = element.getBoundingClientRect();
  const fits = y! + height <= innerHeight - MARGIN;
  element.style.left = `${Math.max(MARGIN, Math.min(x!, innerWidth - width - MARGIN))}px`;
  element.style.top = `${fits ? y : Math.max(MARGIN, (above ?? y!) - height)}px`;
}

/**
 * For an element with `popover="auto"`: shown while it is rendered. The focus goes to `[data-autofocus]` or the first
 * button in it that can be pressed, and back to where it was.
 */
export function usePopover(place: Place, onClose: () => void): RefObject<HTMLDivElement | null> {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = ref.current!;
    const before = (element.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
    show(element, place);
    element.querySelector<HTMLElement>("[data-autofocus], button:not(:disabled)")?.focus();
    const toggled = (event: Event): void => void ((event as ToggleEvent).newState === "closed" && onClose());
    element.addEventListener("toggle", toggled);
    return () => {
      element.removeEventListener("toggle", toggled);
      const root = element.getRootNode() as ShadowRoot;
      // A click elsewhere has put the focus where it belongs.
      if (!root.activeElement || element.contains(root.activeElement)) before?.focus();
    };
  }, []);
  return ref;
}
