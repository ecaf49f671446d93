/** The player: a stage in the timeline's shape, the transport under it. */
import { useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { useAlive, useDocument, useTrait } from "../core/hooks.ts";
import type { StudioContext } from "../core/shell.ts";
import { backToTimeline, subjectOf } from "../core/source.ts";
import { Button } from "../core/ui/controls.tsx";
import { ErrorNotice } from "../core/ui/error_notice.tsx";
import { Icon } from "../core/ui/icons.tsx";
import { PlayerController } from "./controller.ts";
import { isTyping, playerKey } from "./keys.ts";
import { Transport } from "./transport.tsx";

/** The controller of the stage, made when it is in the page and gone with it. */
function usePlayer(context: StudioContext) {
  const root = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [player, setPlayer] = useState<PlayerController | null>(null);
  const [, update] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const stage = { root: root.current!, video: video.current!, canvas: canvas.current! };
    const made = new PlayerController(context, stage, () => update(undefined));
    const size = new ResizeObserver(() => made.refresh());
    size.observe(stage.canvas);
    setPlayer(made);
    return () => {
      size.disconnect();
      made.dispose();
    };
  }, [context]);
  return { root, video, canvas, player };
}

/** Volume and mute go straight to the video element. */
function useVolume({ model }: StudioContext, video: preact.RefObject<HTMLVideoElement | null>): void {
  const [volume] = useTrait(model, "volume", 1);
  const [muted] = useTrait(model, "muted", false);
  useEffect(() => {
    if (!video.current) return;
    video.current.volume = Math.min(1, Math.max(0, volume));
    video.current.muted = muted;
  }, [volume, muted]);
}

function useFullscreen(root: preact.RefObject<HTMLElement | null>) {
  const [fullscreen, setFullscreen] = useState(false);
  useEffect(() => {
    const changed = (): void =>
      setFullscreen((root.current?.getRootNode() as ShadowRoot).fullscreenElement === root.current);
    document.addEventListener("fullscreenchange", changed);
    return () => document.removeEventListener("fullscreenchange", changed);
  }, []);
  const toggle = (): void => void (fullscreen ? document.exitFullscreen() : root.current?.requestFullscreen());
  return [fullscreen, toggle] as const;
}

export function PlayerView({ context }: { context: StudioContext }) {
  const { model } = context;
  const timeline = useDocument(context.document);
  const alive = useAlive(context.channel);
  const { root, video, canvas, player } = usePlayer(context);
  const [playing] = useTrait(model, "playing", false);
  const [, setMuted] = useTrait(model, "muted", false);
  const [fullscreen, toggleFullscreen] = useFullscreen(root);
  useVolume(context, video);
  useTrait(model, "player_source", {});
  const { id: source, name, kind, total, rate, width, height, playhead } = subjectOf(context);
  const follow = useMemo(() => playhead, [model, source]); // the same object as long as it is the same playhead
  const state = player?.state ?? { state: "paused", error: null, silenced: false };
  const onKey = (event: KeyboardEvent): void => {
    const back = event.key === "Escape" && !isTyping(event) && backToTimeline(context);
    if (back || (player && playerKey(event, player, model))) event.preventDefault();
  };
  return (
    <section
      class="player"
      aria-label="Player"
      ref={root}
      tabIndex={0}
      data-state={state.state}
      data-total={total}
      data-source={source || undefined}
      onKeyDown={onKey}
    >
      {source && <SourceBar name={name} onBack={() => backToTimeline(context)} />}
      <div class="stage-area">
        <div class="stage" style={{ "--aspect": width / height }} onClick={() => player?.toggle()}>
          <canvas ref={canvas} class="stage-canvas" role="img" aria-label="Picture at the playhead" />
          <video ref={video} class="stage-video" playsInline disablePictureInPicture tabIndex={-1} />
          {kind === "audio" && (
            <div class="stage-empty">
              <Icon name="audio" size={32} />
              <span>{name}</span>
            </div>
          )}
          {total === 0 && <EmptyStage status={timeline.status} />}
          {state.state === "buffering" && (
            <span class="sw-spinner stage-spinner" role="status" aria-label="Buffering" />
          )}
          {state.silenced && (
            <Button
              class="sw-button stage-silenced"
              icon="muted"
              onClick={(event) => {
                event.stopPropagation();
                setMuted(false);
                if (video.current) video.current.muted = false;
                player?.unsilence();
              }}
            >
              Turn sound on
            </Button>
          )}
        </div>
        {(state.error ?? timeline.error) && (
          <div class="stage-error">
            <ErrorNotice error={(state.error ?? timeline.error)!}>
              {alive && (
                <Button icon="retry" onClick={() => (timeline.error ? void timeline.load() : player?.refresh())}>
                  Try again
                </Button>
              )}
            </ErrorNotice>
          </div>
        )}
      </div>
      <Transport
        model={model}
        player={player}
        playhead={follow}
        playing={playing}
        total={total}
        rate={rate}
        fullscreen={fullscreen}
        onFullscreen={toggleFullscreen}
      />
    </section>
  );
}

/** Says that this is not the timeline, and leads back. */
function SourceBar({ name, onBack }: { name: string; onBack(): void }) {
  return (
    <div class="source-bar" role="status">
      <Icon name="eye" />
      <span class="source-name" title={name}>
        Preview: <strong>{name}</strong>
      </span>
      <Button icon="left" title="Back to the timeline (Esc)" onClick={onBack}>
        Back to the timeline
        <kbd>Esc</kbd>
      </Button>
    </div>
  );
}

function EmptyStage({ status }: { status: string }) {
  if (status === "failed") return null;
  if (status !== "ready")
    return <span class="sw-spinner stage-spinner stage-loading" role="status" aria-label="Loading" />;
  return (
    <div class="stage-empty">
      <Icon name="video" size={32} />
      <span>Drop media on the timeline to see it here</span>
    </div>
  );
}
