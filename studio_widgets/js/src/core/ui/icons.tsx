/** The icon set: 16 × 16, drawn with the text's colour, decorative (the control around it has the name). */

const PATHS = {
  search: "M7 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10Zm3.6-1.4L14 14",
  video: "M2 3.5h12v9H2zM5 3.5v9M11 3.5v9M2 6.5h3M2 9.5h3M11 6.5h3M11 9.5h3",
  image: "M2 3h12v10H2zM2 11l3.5-3.5 3 3 2-2L14 12M10.75 6.25h.01",
  audio: "M2 7v2M5 4.5v7M8 2v12M11 5v6M14 7v2",
  screen: "M1.5 3h13v8.5h-13zM5.5 14h5M8 11.5V14",
  window: "M2 3h12v10H2zM2 6h12M4 4.5h.01",
  tab: "M1.5 13V5.5h3V3h5v2.5h5V13z",
  play: "M4.5 2.8v10.4l8.5-5.2z",
  pause: "M5 3v10M11 3v10",
  "previous-frame": "M11.5 3 5 8l6.5 5zM3 3v10",
  "next-frame": "M4.5 3 11 8l-6.5 5zM13 3v10",
  "to-start": "M13.5 3.5 8.5 8l5 4.5zM8 3.5 3 8l5 4.5zM2 3v10",
  "to-end": "M2.5 3.5 7.5 8l-5 4.5zM8 3.5 13 8l-5 4.5zM14 3v10",
  volume: "M2 6v4h2.5L8 13V3L4.5 6zM10.5 5.5a3.5 3.5 0 0 1 0 5M12.5 3.5a6.3 6.3 0 0 1 0 9",
  muted: "M2 6v4h2.5L8 13V3L4.5 6zM10.5 6l4 4M14.5 6l-4 4",
  expand: "M2 6V2h4M14 6V2h-4M2 10v4h4M14 10v4h-4",
  shrink: "M6 2v4H2M10 2v4h4M6 14v-4H2M10 14v-4h4",
  undo: "M5.5 2.5 2.5 5.5l3 3M2.5 5.5H10a3.75 3.75 0 0 1 0 7.5H6",
  redo: "M10.5 2.5l3 3-3 3M13.5 5.5H6a3.75 3.75 0 0 0 0 7.5h4",
  export: "M8 10V1.5M5 4.5l3-3 3 3M3.5 7.5H2v7h12v-7h-1.5",
  import: "M8 1.5V10M5 7l3 3 3-3M3.5 7.5H2v7h12v-7h-1.5",
  check: "M2.5 8.5l3.5 3.5 7.5-8",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  warning: "M8 2 1.5 13.5h13zM8 6.5v3.5M8 12v.01",
  info: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM8 7v4M8 5v.01",
  retry: "M13.5 8A5.5 5.5 0 1 1 11.6 3.8M13.5 1.5V5H10",
  left: "M10 3 5 8l5 5",
  right: "M6 3l5 5-5 5",
  save: "M8 2v8M5 7l3 3 3-3M2 10.5V14h12v-3.5",
  clock: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM8 4.5V8l2.5 1.5",
  library: "M2 2h5v5H2zM9 2h5v5H9zM2 9h5v5H2zM9 9h5v5H9z",
  kernel: "M4 4h8v8H4zM6.5 1.5V4M9.5 1.5V4M6.5 12v2.5M9.5 12v2.5M1.5 6.5H4M1.5 9.5H4M12 6.5h2.5M12 9.5h2.5",
  record: "M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11Z",
  stop: "M3.5 3.5h9v9h-9z",
  blade: "M5.5 10.5a2 2 0 1 1-2-2 2 2 0 0 1 2 2ZM14.5 10.5a2 2 0 1 1-2-2 2 2 0 0 1 2 2ZM4.8 9 11 2M11.2 9 5 2",
  trash: "M2.5 4h11M6 4V2h4v2M4 4l.7 10h6.6L12 4M6.7 6.5v5M9.3 6.5v5",
  title: "M3 5V3h10v2M8 3v10M6 13h4",
  crossfade: "M2 3v10h12V3zM2 3l12 10M14 3 2 13",
  marker: "M4 2h8v7.5L8 13.5 4 9.5z",
  magnet: "M3 2.5v5.5a5 5 0 0 0 10 0V2.5h-3V8a2 2 0 0 1-4 0V2.5zM3 5.5h3M10 5.5h3",
  fit: "M1.5 3v10M14.5 3v10M4 8h8M6 6 4 8l2 2M10 6l2 2-2 2",
  "zoom-in": "M7 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10ZM10.6 10.6 14 14M7 5v4M5 7h4",
  "zoom-out": "M7 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10ZM10.6 10.6 14 14M5 7h4",
  lock: "M3.5 7h9v7h-9zM5.5 7V5a2.5 2.5 0 0 1 5 0v2",
  unlock: "M3.5 7h9v7h-9zM5.5 7V4.5a2.5 2.5 0 0 1 4.9-.7",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  "eye-off":
    "M3 4.8C2 6.2 1.5 8 1.5 8S4 12.5 8 12.5c1.2 0 2.3-.4 3.2-.9M6.5 3.7A6 6 0 0 1 8 3.5c4 0 6.5 4.5 6.5 4.5s-.6 1.1-1.6 2.2M2 2l12 12",
  headphones: "M2.5 12V8a5.5 5.5 0 0 1 11 0v4M2.5 9.5H5V14H2.5zM11 9.5h2.5V14H11z",
  python: "M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  add: "M8 3v10M3 8h10",
  tag: "M2 2.5h5.5l6 6-5 5-6.5-6zM5 5.5h.01",
  rename: "M3 13l.7-3L11 2.7l2.3 2.3L6 12.3zM9.5 4.2l2.3 2.3",
  filter: "M2 3.5h12M4.5 8h7M7 12.5h2",
  sort: "M4.5 3v10M2 10.5 4.5 13 7 10.5M9 4h5M9 8h3.5M9 12h2",
  first: "M12.5 3l-5 5 5 5M7.5 3l-5 5 5 5",
  send: "M14 2 7 9M14 2 9.5 14 7 9 2 6.5z",
  select: "M4 2l8.5 6.5-4 .6L11 14l-1.8.8-2.4-4.7L4 12.5z",
  razor: "M8 1.5v13M5 4.5h6M5 11.5h6",
  ripple: "M6 2.5H3v11h3M14 8H7M9.5 5.5 7 8l2.5 2.5",
  roll: "M6 2.5v11M10 2.5v11M4 6 2 8l2 2M12 6l2 2-2 2",
  slip: "M2.5 2.5v11M13.5 2.5v11M5 8h6M6.8 6.2 5 8l1.8 1.8M9.2 6.2 11 8l-1.8 1.8",
  stretch: "M3 2.5v11M3 8h9.5M9.5 5 12.5 8l-3 3M7 5.5v5",
  inspector: "M2 4.5h7M13 4.5h1M2 11.5h1M7 11.5h7M9 2.5v4h4v-4zM3 9.5v4h4v-4z",
  "cell-below": "M2 2.5h12v4H2zM8 9v5M5.5 11.5h5",
  "edit-view": "M2 2.5h12v11H2zM2 9h12M7 2.5V9",
  grid: "M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 9h4.5v4.5H9z",
  timeline: "M2 4.5h12M2 7h6v3H2zM9.5 7H14v3H9.5zM2 12.5h12",
  slide: "M5.5 3.5h5v9h-5zM3 6 1 8l2 2M13 6l2 2-2 2",
  hand: "M5 8.5V4a1.1 1.1 0 0 1 2.2 0V3a1.1 1.1 0 0 1 2.2 0v1a1.1 1.1 0 0 1 2.2 0v5.5c0 3-1.4 5-4 5-2 0-3-1-4.2-3L2.3 8.9a1.1 1.1 0 0 1 1.9-1.2z",
  insert: "M8 2v7M5.5 6.5 8 9l2.5-2.5M2 12.5h3M11 12.5h3M5 10.5v4M11 10.5v4",
  overwrite: "M8 2v7M5.5 6.5 8 9l2.5-2.5M2 12.5h12",
  more: "M8 3.5h.01M8 8h.01M8 12.5h.01",
  link: "M6.5 9.5l3-3M7 5l1.8-1.8a2.8 2.8 0 0 1 4 4L11 9M9 11l-1.8 1.8a2.8 2.8 0 0 1-4-4L5 7",
  help: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM6.2 6.2a1.9 1.9 0 1 1 2.6 1.8c-.6.3-.8.6-.8 1.3M8 11.5v.01",
  none: "",
  up: "M3 10l5-5 5 5",
  down: "M3 6l5 5 5-5",
} as const;

export type IconName = keyof typeof PATHS;

const FILLED: ReadonlySet<IconName> = new Set([
  "play",
  "record",
  "stop",
  "previous-frame",
  "next-frame",
  "to-start",
  "to-end",
]);

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="sw-icon"
      style={size === 16 ? undefined : { width: `${size}px`, height: `${size}px` }}
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      <path d={PATHS[name]} fill={FILLED.has(name) ? "currentColor" : "none"} />
    </svg>
  );
}
