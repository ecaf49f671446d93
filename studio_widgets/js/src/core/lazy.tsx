/** Parts of a room whose code comes when they are first shown. */
import type { ComponentType } from "preact";
import { useContext, useEffect, useReducer, useState } from "preact/hooks";
import { asStudioError, type StudioError } from "./channel.ts";
import { AddCss } from "./shell.ts";
import { Button } from "./ui/controls.tsx";
import { ErrorNotice } from "./ui/error_notice.tsx";

/** What is shown in the part's place: its code is on its way, or `error` says why it is not. */
export interface LazyState {
  error: StudioError | null;
  /** Asks again, after an error. */
  retry(): void;
}

type Meanwhile<P> = ComponentType<P & { state: LazyState }>;

/**
 * A component whose code `load` brings, once for all that show it; `Placeholder` gets its props and shows the wait.
 * What is loaded is shown at once, without a wait between.
 */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>, Placeholder: Meanwhile<P>) {
  let loaded: ComponentType<P> | null = null;
  let loading: Promise<void> | null = null;
  const start = (): Promise<void> =>
    (loading ??= load().then(
      (made) => void (loaded = made),
      (error: unknown) => {
        loading = null;
        throw error;
      },
    ));
  return function Lazy(props: P) {
    const [error, setError] = useState<StudioError | null>(null);
    const [attempt, again] = useReducer((count: number) => count + 1, 0);
    const [, arrived] = useReducer((count: number) => count + 1, 0);
    useEffect(() => {
      if (loaded) return;
      let gone = false;
      setError(null);
      start().then(
        () => gone || arrived(undefined),
        (caught) => gone || setError(asStudioError(caught)),
      );
      return () => void (gone = true);
    }, [attempt]);
    const Part = loaded;
    if (Part) return <Part {...props} />;
    return <Placeholder {...props} state={{ error, retry: () => again(undefined) }} />;
  };
}

/** `View` with its CSS, which goes into the shadow root when it is first shown. */
export function styled<P extends object>(css: string, View: ComponentType<P>): ComponentType<P> {
  return function Styled(props: P) {
    useContext(AddCss)(css);
    return <View {...props} />;
  };
}

interface WaitingProps {
  state: LazyState;
  /** "the timeline". */
  what: string;
  testId?: string;
}

/** The wait for a part, in the middle of its place. */
export function Waiting({ state: { error, retry }, what, testId }: WaitingProps) {
  return (
    <div class="sw-waiting" data-testid={testId}>
      {error ? (
        <ErrorNotice error={error}>
          <Button onClick={retry}>Try again</Button>
        </ErrorNotice>
      ) : (
        <>
          <span class="sw-spinner" />
          <span role="status">Loading {what}…</span>
        </>
      )}
    </div>
  );
}
