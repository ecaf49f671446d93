/** The red dot; it pulses while something is recorded. Here because rooms show it that load the recorder later. */
export function RecordingDot({ live }: { live: boolean }) {
  return <span class="sw-recording-dot" data-live={live || undefined} aria-hidden="true" />;
}
