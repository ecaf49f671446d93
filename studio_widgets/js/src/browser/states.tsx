/** What the browser shows instead of tiles: loading, nothing there, nothing found, an error. */
import type { ComponentChildren } from "preact";
import type { StudioError } from "../core/channel.ts";
import { Button } from "../core/ui/controls.tsx";
import { ErrorNotice } from "../core/ui/error_notice.tsx";
import { Icon } from "../core/ui/icons.tsx";

export function Skeleton() {
  return (
    <div class="grid" role="status" aria-label="Loading media">
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} class="tile tile-skeleton" aria-hidden="true">
          <div class="tile-picture" />
          <div class="bone" />
          <div class="bone bone-short" />
        </div>
      ))}
    </div>
  );
}

export function LoadFailed({ error, onRetry }: { error: StudioError; onRetry(): void }) {
  return (
    <div class="state">
      <ErrorNotice error={error}>
        <Button icon="retry" onClick={onRetry}>
          Try again
        </Button>
      </ErrorNotice>
    </div>
  );
}

/** Nothing matches; the filters can be cleared. */
export function NothingFound({ search, onClear }: { search: string; onClear(): void }) {
  return (
    <div class="sw-empty state" role="status">
      <Icon name="search" size={24} />
      <strong>{search ? `Nothing matches “${search}”` : "Nothing matches these filters"}</strong>
      <Button onClick={onClear}>Show everything</Button>
    </div>
  );
}

/** `children` is the button that chooses files, where files can be dropped. */
export function EmptyLibrary({ children }: { children?: ComponentChildren }) {
  return (
    <div class="sw-empty state" role="status">
      <Icon name="library" size={24} />
      <strong>The library is empty</strong>
      {children && <span>Drop files or folders here, or</span>}
      {children}
      <span>{children ? "or add them in a cell:" : "Add files in a cell:"}</span>
      <code class="state-code">studio.library.add("talk.mp4", "*.png")</code>
    </div>
  );
}

export function NoRecordings() {
  return (
    <div class="sw-empty state" role="status">
      <Icon name="record" size={24} />
      <strong>No recordings yet</strong>
      <span>Takes you record appear here. They stay for 7 days unless you save them to the library.</span>
    </div>
  );
}
