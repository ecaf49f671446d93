/** Dragging clips along and across tracks, with what is linked with them. They move as a block. */
import { oneOfEach, trackNumber, withLinked } from "../../core/links.ts";
import type { Clip, Track } from "../../core/protocol.ts";
import { firstInTheWay } from "../../core/search.ts";
import { offsetTimecode, timecode } from "../../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../../core/value.ts";
import { moveClips } from "../edits.ts";
import type { Editor } from "../editor.ts";
import { laneAt, newTrackAt, type Lane } from "../lanes.ts";
import { refusePlace } from "../limits.ts";
import { snapTargets } from "../snap.ts";
import { EMPTY, snapped, type Ghost, type Nudgeable, type Point } from "./gesture.ts";

/** Clips that a block may have to go round before it counts as refused. */
const MOST_STEPS = 64;
/** A block with more clips is not pushed aside by what is in its way. */
const MOST_PUSHED = 40;

export class MoveGesture implements Nudgeable {
  readonly cursor = "grabbing";
  /** The clips in hand, and those that go along. */
  clips: readonly Clip[];
  moved: readonly Clip[];
  offset = 0;
  alone = false;
  refusal: string | null = null;
  #ids: ReadonlySet<string> = new Set();
  readonly #value: TimelineValue;
  readonly #lanes: readonly Lane[];
  readonly #named: readonly Clip[];
  readonly #grabbed: Clip;
  readonly #grabFrame: number;
  readonly #playhead: number;
  #targets: Int32Array = new Int32Array();
  #edges: readonly number[] = [];
  /** The one kind all clips in hand are of; a mixed block stays on its tracks. */
  readonly #kind: Track["kind"] | null;
  #up = 0;
  #newTrack: Track["kind"] | null = null;
  #snapAt: number | null = null;

  constructor(
    value: TimelineValue,
    lanes: readonly Lane[],
    clips: readonly Clip[],
    grabbed: Clip,
    frame: number,
    playhead: number,
  ) {
    this.#value = value;
    this.#lanes = lanes;
    this.#named = clips;
    this.#grabbed = grabbed;
    this.#grabFrame = frame;
    this.#playhead = playhead;
    const kinds = new Set(clips.map((clip) => value.tracks[clip.trackIndex]?.kind));
    this.#kind = kinds.size === 1 ? ([...kinds][0] ?? null) : null;
    this.clips = this.moved = clips;
    this.#mean(false);
  }

  /** Chooses who goes along. */
  #mean(alone: boolean): void {
    if (alone === this.alone && this.#edges.length > 0) return;
    this.alone = alone;
    this.clips = alone ? this.#named : withLinked(this.#value, this.#named);
    this.#ids = new Set(this.clips.map((clip) => clip.id));
    this.#targets = snapTargets(this.#value, this.#playhead, this.#ids);
    // All edges of a few clips snap; of many, only those of the block and of the clip in hand.
    const first = Math.min(...this.clips.map((clip) => clip.startFrame));
    const last = Math.max(...this.clips.map(clipEnd));
    const hand = [this.#grabbed.startFrame, clipEnd(this.#grabbed)];
    const all =
      this.clips.length <= 20 ? this.clips.flatMap((clip) => [clip.startFrame, clipEnd(clip)]) : [first, last];
    this.#edges = [...new Set([...hand, ...all])];
  }

  update(point: Point): void {
    this.#mean(point.alone === true);
    const first = Math.min(...this.clips.map((clip) => clip.startFrame));
    const wanted = Math.max(-first, Math.round(point.frame - this.#grabFrame));
    const snap = snapped(
      this.#targets,
      this.#edges.map((edge) => edge + wanted),
      point,
    );
    this.#up = this.#tracksUp(point.y);
    const asked = Math.max(-first, wanted + snap.shift);
    this.#place(asked, -first);
    this.#snapAt = this.offset === wanted + snap.shift ? snap.at : null;
  }

  by(frames: number, alone = false): boolean {
    this.#mean(alone);
    const first = Math.min(...this.clips.map((clip) => clip.startFrame));
    const room = this.#free(frames, Math.sign(frames), -first, true);
    this.#move(room ?? 0);
    this.refusal =
      this.#refuse(this.moved) ?? (this.offset === 0 ? (this.#blocked(frames) ?? "Before the start") : null);
    return this.offset !== 0;
  }

  /** Onto another track, by as many as there are. */
  across(tracks: number): boolean {
    const number = trackNumber(this.#value.tracks[this.#grabbed.trackIndex] as Track);
    const most = this.#value.tracks.filter((track) => track.kind === this.#kind).length;
    if (this.#kind === null || number + tracks < 1 || number + tracks > most + 1) {
      this.refusal = "There is no track there";
      return false;
    }
    this.#newTrack = number + tracks > most ? this.#kind : null;
    this.#up = tracks;
    this.#move(0);
    this.refusal = this.#refuse(this.moved);
    return this.refusal === null;
  }

  /** Where the block fits, as near to `asked` as can be. */
  #place(asked: number, least: number): void {
    const here = this.#blocked(asked);
    if (here === null || this.clips.length > MOST_PUSHED) this.#move(asked);
    else {
      const left = this.#free(asked, -1, least, false);
      const right = this.#free(asked, 1, least, false);
      const near = [left, right].filter((offset) => offset !== null);
      near.sort((a, b) => Math.abs(a - asked) - Math.abs(b - asked));
      this.#move(near[0] ?? asked);
    }
    this.refusal = this.#refuse(this.moved);
  }

  /** The first offset from `asked` on in a direction at which nothing is in the way; `back`: coming from where it is. */
  #free(asked: number, direction: number, least: number, back: boolean): number | null {
    let offset = Math.max(least, asked);
    for (let step = 0; step < MOST_STEPS; step++) {
      const hit = this.#collision(offset);
      if (!hit) return offset;
      const [clip, other] = hit;
      const right = back ? direction < 0 : direction > 0;
      offset = right ? clipEnd(other) - clip.startFrame : other.startFrame - clipEnd(clip);
      if (offset < least || (back && offset * direction <= 0)) return null;
    }
    return null;
  }

  /** A clip of the block and the clip in its way. */
  #collision(offset: number): [Clip, Clip] | null {
    for (const clip of this.clips) {
      const lane = this.#value.lanes[this.#trackOf(clip)] ?? [];
      const other = firstInTheWay(lane, clip.startFrame + offset, clipEnd(clip) + offset, this.#ids);
      if (other) return [clip, other];
    }
    return null;
  }

  #blocked(offset: number): string | null {
    const hit = this.#collision(offset);
    return hit ? `“${hit[1].name}” is in the way` : null;
  }

  /** By how many tracks the block goes up for the one in hand to lie under the pointer; 0 where it does not fit. */
  #tracksUp(y: number): number {
    const kind = this.#kind;
    this.#newTrack = null;
    if (kind === null) return 0;
    const of = (index: number): number => trackNumber(this.#value.tracks[index] as Track);
    const count = this.#value.tracks.filter((track) => track.kind === kind).length;
    const fresh = newTrackAt(this.#lanes, y) === kind;
    const under = laneAt(this.#lanes, y);
    if (!fresh && under?.track.kind !== kind) return 0;
    const up = (fresh ? count + 1 : of(under!.trackIndex)) - of(this.#grabbed.trackIndex);
    const numbers = this.clips
      .filter((clip) => this.#value.tracks[clip.trackIndex]?.kind === kind)
      .map((clip) => of(clip.trackIndex) + up);
    if (Math.min(...numbers) < 1 || Math.max(...numbers) > count + (fresh ? 1 : 0)) return 0;
    if (fresh) this.#newTrack = kind;
    return up;
  }

  #trackOf(clip: Clip): number {
    const track = this.#value.tracks[clip.trackIndex] as Track;
    if (this.#up === 0 || track.kind !== this.#kind) return clip.trackIndex;
    const id = `${track.id[0]}${trackNumber(track) + this.#up}`;
    const index = this.#value.tracks.findIndex((item) => item.id === id);
    return index < 0 ? this.#value.tracks.length : index;
  }

  #move(offset: number): void {
    this.offset = offset;
    this.moved = this.clips.map((clip) => ({
      ...clip,
      trackIndex: this.#trackOf(clip),
      startFrame: clip.startFrame + offset,
    }));
  }

  #refuse(moved: readonly Clip[]): string | null {
    for (const [index, clip] of moved.entries()) {
      const from = this.#value.tracks[this.clips[index]!.trackIndex] as Track;
      if (from.locked) return `${from.id} is locked`;
      if (clip.trackIndex >= this.#value.tracks.length) continue;
      const { startFrame, durationFrames } = clip;
      const refusal = refusePlace(this.#value, clip.trackIndex, startFrame, durationFrames, from.kind, this.#ids);
      if (refusal) return refusal.reason;
    }
    return null;
  }

  /** The track the one in hand goes to. */
  get #target(): string {
    const home = this.#value.tracks[this.#grabbed.trackIndex] as Track;
    return `${home.id[0]}${trackNumber(home) + this.#up}`;
  }

  commit(editor: Editor): void {
    if (this.refusal) editor.show(`Not moved: ${this.refusal}`);
    else if (this.offset !== 0 || this.#up !== 0) {
      const named = this.alone ? this.#named : oneOfEach(this.#named);
      const moves = named.map((clip) => ({
        clip,
        to: clip.startFrame + this.offset,
        up: this.#value.tracks[clip.trackIndex]?.kind === this.#kind ? this.#up : 0,
      }));
      void editor.attempt(moveClips(editor.document, moves, this.alone));
    }
  }

  ghost(): Ghost {
    const { rate } = this.#value;
    const hand = this.moved[this.clips.indexOf(this.#grabbed)] ?? this.#grabbed;
    const to = this.#up === 0 ? "" : ` → ${this.#newTrack ? "new " : ""}${this.#target}`;
    return {
      ...EMPTY,
      clips: this.moved,
      faded: this.#ids,
      snapAt: this.#snapAt,
      refusal: this.refusal,
      newTrack: this.#newTrack,
      readout: [`${offsetTimecode(this.offset, rate)}${to}`, timecode(hand.startFrame, rate)],
    };
  }
}
