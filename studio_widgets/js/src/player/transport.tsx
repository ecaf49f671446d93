/** The row of controls under the stage. */
import { useEffect, useRef, useState } from "preact/hooks";
import { useTrait } from "../core/hooks.ts";
import type { AnyModel } from "../core/model.ts";
import { timecode, type Rate } from "../core/timecode.ts";
import type { Trait } from "../core/traits.ts";
import { IconButton } from "../core/ui/controls.tsx";
import type { PlayerController } from "./controller.ts";
import { typedFrame } from "./typed_time.ts";

interface TransportProps {
  model: AnyModel;
  player: PlayerController | null;
  playhead: Trait<number>;
  playing: boolean;
  total: number;
  rate: Rate;
  fullscreen: boolean;
  onFullscreen(): void;
}

export function Transport(props: TransportProps) {
  const { model, player, playhead, playing, total, rate, fullscreen, onFullscreen } = props;
  const none = total === 0;
  return (
    <div class="transport" role="toolbar" aria-label="Playback">
      <Timecode player={player} playhead={playhead} total={total} rate={rate} />
      <div class="transport-buttons">
        <IconButton icon="to-start" label="Go to start" disabled={none} onClick={() => player?.seek(0)} />
        <IconButton
          icon="previous-frame"
          label="Previous frame"
          hint="Left arrow"
          disabled={none}
          onClick={() => player?.step(-1)}
        />
        <IconButton
          class="sw-icon-button transport-play"
          icon={playing ? "pause" : "play"}
          label={playing ? "Pause" : "Play"}
          hint="Space"
          disabled={none}
          onClick={() => player?.toggle()}
        />
        <IconButton
          icon="next-frame"
          label="Next frame"
          hint="Right arrow"
          disabled={none}
          onClick={() => player?.step(1)}
        />
        <IconButton icon="to-end" label="Go to end" disabled={none} onClick={() => player?.seek(total - 1)} />
      </div>
      <div class="transport-end">
        <Volume model={model} />
        <IconButton
          icon={fullscreen ? "shrink" : "expand"}
          label={fullscreen ? "Leave full screen" : "Full screen"}
          onClick={onFullscreen}
        />
      </div>
    </div>
  );
}

type TimecodeProps = Pick<TransportProps, "player" | "playhead" | "total" | "rate">;

/** The playhead's timecode: written straight into the page at every frame; click it to type another. */
function Timecode({ player, playhead, total, rate }: TimecodeProps) {
  const ref = useRef<HTMLSpanElement>(null);
  const [typing, setTyping] = useState(false);
  useEffect(() => {
    const write = (frame: number): void => {
      if (ref.current) ref.current.textContent = timecode(frame, rate);
    };
    write(playhead.get());
    return playhead.subscribe(write);
  }, [playhead, rate, typing]);
  return (
    <div class="timecode sw-mono">
      {typing ? (
        <TimecodeInput
          value={timecode(playhead.get(), rate)}
          onDone={(text) => {
            setTyping(false);
            const frame = text === null ? null : typedFrame(text, playhead.get(), rate);
            if (frame !== null) player?.seek(frame);
          }}
        />
      ) : (
        <button
          type="button"
          class="timecode-now"
          title="Go to a time: 1:05:00, 2.5s, +10"
          disabled={total === 0}
          onClick={() => setTyping(true)}
        >
          <span class="sw-hidden-visually">Playhead at </span>
          <span ref={ref} />
        </button>
      )}
      <span class="timecode-total" title="Length">
        / {timecode(total, rate)}
      </span>
    </div>
  );
}

function TimecodeInput({ value, onDone }: { value: string; onDone(text: string | null): void }) {
  const ref = useRef<HTMLInputElement>(null);
  useEffect(() => ref.current?.select(), []);
  return (
    <input
      ref={ref}
      class="timecode-input"
      aria-label="Go to time"
      defaultValue={value}
      onBlur={() => onDone(null)}
      onKeyDown={(event) => {
        if (event.key === "Enter") onDone(event.currentTarget.value);
        else if (event.key === "Escape") onDone(null);
        // the arrows move the cursor here, not the playhead
        event.stopPropagation();
      }}
    />
  );
}

function Volume({ model }: { model: AnyModel }) {
  const [volume, setVolume] = useTrait(model, "volume", 1);
  const [muted, setMuted] = useTrait(model, "muted", false);
  const silent = muted || volume === 0;
  return (
    <div class="volume">
      <IconButton
        icon={silent ? "muted" : "volume"}
        label={silent ? "Unmute" : "Mute"}
        hint="M"
        onClick={() => {
          if (volume === 0) setVolume(1);
          setMuted(!silent);
        }}
      />
      <input
        class="sw-range volume-slider"
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={muted ? 0 : volume}
        aria-label="Volume"
        onInput={(event) => {
          setVolume(event.currentTarget.valueAsNumber);
          setMuted(false);
        }}
      />
    </div>
  );
}
