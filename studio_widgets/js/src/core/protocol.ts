// Generated from widgets/protocol/, widgets/keymap.py and engine/timeline by scripts/generate_protocol.py.
// Do not edit: run `make protocol`. `make check` fails when it is out of step.

export const VERSION = 1;
/** Largest binary buffer of one message, bytes. */
export const MAX_BUFFER = 1000000;

export type Source = MediaFileSource | RecordingSource | CameraSource | TitleSource;
export type MediaKind = "audio" | "image" | "video";
export type TrackKind = "audio" | "video";
export type Property = "crop_bottom" | "crop_left" | "crop_right" | "crop_top" | "gain_db" | "opacity" | "rotation" | "scale" | "x" | "y";
export type Ease = "hold" | "linear" | "smooth";
export type TransitionKind = "crossfade" | "dip" | "wipe";
export type WipeDirection = "down" | "left" | "right" | "up";

/**
 * A media file of the library.
 *
 * `frames` is how many timeline frames the source can feed (None: unbounded, as a still is). `sha256` pins the bytes.
 */
export interface MediaFileSource {
  type: "media_file";
  mediaFileId: string;
  /** Default: `null`. */
  url?: string | null;
  /** Default: `"video"`. */
  kind?: "audio" | "image" | "video";
  /** Default: `null`. */
  frames?: number | null;
  /** Default: `true`. */
  hasAudio?: boolean;
  /** Default: `null`. */
  sha256?: string | null;
}

/** A staged take (`studio_recordings`), until it is saved to the library. */
export interface RecordingSource {
  type: "recording";
  recordingId: string;
  /** Default: `null`. */
  url?: string | null;
  /** Default: `"video"`. */
  kind?: "audio" | "image" | "video";
  /** Default: `null`. */
  frames?: number | null;
  /** Default: `true`. */
  hasAudio?: boolean;
  /** Default: `null`. */
  sha256?: string | null;
}

/** A live device: a placeholder while a take is being recorded. Renders as black. */
export interface CameraSource {
  type: "camera";
  /** Default: `null`. */
  deviceId?: string | null;
}

/**
 * How a title looks. Sizes and positions are fractions of the picture, so they survive a change of output size.
 *
 * `x`, `y` are the anchor (0..1 from the left and top edge); `align` says which side of the text block lies on `x`,
 * and the block is centred on `y`. Colours are `#rrggbb` or `#rrggbbaa`.
 */
export interface TitleStyle {
  /** Default: `0.09`. */
  size?: number;
  /** Default: `"#ffffff"`. */
  color?: string;
  /** Default: `null`. */
  background?: string | null;
  /** Default: `null`. */
  outline?: string | null;
  /** Default: `"center"`. */
  align?: "center" | "left" | "right";
  /** Default: `0.5`. */
  x?: number;
  /** Default: `0.5`. */
  y?: number;
  /** Default: `false`. */
  bold?: boolean;
}

/** Text drawn by the renderer. */
export interface TitleSource {
  type: "title";
  text: string;
  /** Default: `{}`. */
  style?: TitleStyle;
}

/** What is cut off a picture, as fractions of its displayed width and height; opposite sides together below 1. */
export interface Crop {
  /** Default: `0.0`. */
  left?: number;
  /** Default: `0.0`. */
  top?: number;
  /** Default: `0.0`. */
  right?: number;
  /** Default: `0.0`. */
  bottom?: number;
}

/**
 * Where a clip's picture goes.
 *
 * `scale` 1 fits the picture inside the frame; `x`, `y` move its centre from the frame's centre, in fractions of the
 * frame's width and height (right and down positive); `opacity` 0..1. `rotation` turns it clockwise about its centre,
 * in degrees. `crop` shows a part of it, in the place where that part was: what is left neither grows nor moves.
 */
export interface Transform {
  /** Default: `1.0`. */
  scale?: number;
  /** Default: `0.0`. */
  x?: number;
  /** Default: `0.0`. */
  y?: number;
  /** Default: `1.0`. */
  opacity?: number;
  /** Default: `0.0`. */
  rotation?: number;
  /** Default: `{}`. */
  crop?: Crop;
}

/** Frames over which a clip's picture comes out of, and goes back into, what lies below it. */
export interface PictureFades {
  /** Default: `0`. */
  inFrames?: number;
  /** Default: `0`. */
  outFrames?: number;
}

/** How a clip sounds. A clip on a video track carries its own sound unless `muted`. */
export interface AudioSettings {
  /** Default: `0.0`. */
  gainDb?: number;
  /** Default: `false`. */
  muted?: boolean;
  /** Default: `0`. */
  fadeInFrames?: number;
  /** Default: `0`. */
  fadeOutFrames?: number;
}

/**
 * How fast a clip plays its source.
 *
 * `speed` is a positive fraction ("2", "1/2"): frame n of the source as it plays is the file at the time of frame
 * n · speed. A clip's trim range counts the source *as it plays*, so that it is as long as the clip at any speed, and
 * edits need not know of speeds. With `freeze_frame`, a frame of the file stands still however long the clip is, and
 * there is no sound.
 */
export interface Retime {
  /** Default: `"1"`. */
  speed?: string;
  /** Default: `null`. */
  freezeFrame?: number | null;
}

/**
 * The value a property has at a frame of the source as it plays (as the trim range counts); `ease` is the way to
 * the next keyframe: straight, slow at both ends, or a jump when it is reached.
 */
export interface Keyframe {
  frame: number;
  value: number;
  /** Default: `"linear"`. */
  ease?: "hold" | "linear" | "smooth";
}

/**
 * The keyframes of one property, at least one, by rising frame. They take the place of the clip's own setting;
 * before the first and after the last one the value stays.
 */
export interface Curve {
  property: "crop_bottom" | "crop_left" | "crop_right" | "crop_top" | "gain_db" | "opacity" | "rotation" | "scale" | "x" | "y";
  keys: Keyframe[];
}

/**
 * A half-open frame range of a track, showing a half-open range of a source.
 *
 * On an audio track it is the sound of its source alone, a video's too. Clips with the same `link` (`link-1`) are
 * edited together. `curves` are sorted by property, one each; as they count frames of the source, they go with the
 * picture wherever it is trimmed, split or slipped.
 */
export interface Clip {
  id: string;
  name: string;
  trackIndex: number;
  startFrame: number;
  durationFrames: number;
  trimStartFrame: number;
  trimEndFrame: number;
  source: MediaFileSource | RecordingSource | CameraSource | TitleSource;
  /** Default: `null`. */
  thumbnailUrl?: string | null;
  /** Default: `{}`. */
  transform?: Transform;
  /** Default: `{}`. */
  audio?: AudioSettings;
  /** Default: `null`. */
  link?: string | null;
  /** Default: `{}`. */
  retime?: Retime;
  /** Default: `{}`. */
  fades?: PictureFades;
  /** Default: `[]`. */
  curves?: Curve[];
}

/**
 * A lane. `id` is its place: `V1, V2 …` (higher covers lower) or `A1, A2 …`; moving a track gives it, and those it
 * passes, other ids. What people call it is `name`.
 *
 * Its index in `Timeline.tracks` is the `track_index` of its clips, and only removing a track changes it: so new
 * tracks are appended, and reordering touches no clip. `height` is in pixels of the editor; 0 is the usual one.
 */
export interface Track {
  id: string;
  kind: "audio" | "video";
  /** Default: `""`. */
  name?: string;
  /** Default: `false`. */
  muted?: boolean;
  /** Default: `false`. */
  solo?: boolean;
  /** Default: `false`. */
  locked?: boolean;
  /** Default: `false`. */
  hidden?: boolean;
  /** Default: `0`. */
  height?: number;
}

/**
 * Centred on the cut between two adjacent clips.
 *
 * With the cut at frame c and duration d it covers `[c - d // 2, c - d // 2 + d)`. A crossfade and a wipe show both
 * clips all that time, fed from their handles: the left clip lends `d - d // 2` frames after its trim end, the right
 * clip `d // 2` frames before its trim start. A dip fades the left clip to `color` up to the cut and the right one
 * from it after, and needs no handles.
 *
 * `direction` is where the edge of a wipe goes; `color` (`#rrggbb`) is what a dip goes through, None black.
 */
export interface Transition {
  id: string;
  leftClipId: string;
  rightClipId: string;
  durationFrames: number;
  /** Default: `"crossfade"`. */
  kind?: "crossfade" | "dip" | "wipe";
  /** Default: `"right"`. */
  direction?: "down" | "left" | "right" | "up";
  /** Default: `null`. */
  color?: string | null;
}

/**
 * A named frame; with `chapter` it becomes a chapter point of the export.
 *
 * `note` is a longer text for those who edit; `color` (`#rrggbb`) is how the editor shows it, None as usual.
 */
export interface Marker {
  id: string;
  frame: number;
  name: string;
  /** Default: `true`. */
  chapter?: boolean;
  /** Default: `""`. */
  note?: string;
  /** Default: `null`. */
  color?: string | null;
}

/** A line of text shown during a half-open frame range. */
export interface Caption {
  id: string;
  startFrame: number;
  durationFrames: number;
  text: string;
}

/** The next number of each kind of id: ids are counted per timeline and never reused. */
export interface Counters {
  /** Default: `1`. */
  clip?: number;
  /** Default: `1`. */
  transition?: number;
  /** Default: `1`. */
  marker?: number;
  /** Default: `1`. */
  caption?: number;
  /** Default: `1`. */
  link?: number;
}

/**
 * The whole edit: rate, size, tracks, clips, transitions, markers, captions.
 *
 * `clips` are sorted by `(track_index, start_frame)`, `transitions` by id number, `markers` by `(frame, id)`,
 * `captions` by `(start_frame, id)`: equal timelines are equal bytes.
 */
export interface Timeline {
  /** Default: `"30"`. */
  rate?: string;
  /** Default: `1920`. */
  width?: number;
  /** Default: `1080`. */
  height?: number;
  /** Default: `[{"id": "V1", "kind": "video"}, {"id": "V2", "kind": "video"}, {"id": "A1", "kind": "audio"}, {"id": "A2", "kind": "audio"}]`. */
  tracks?: Track[];
  /** Default: `[]`. */
  clips?: Clip[];
  /** Default: `[]`. */
  transitions?: Transition[];
  /** Default: `[]`. */
  markers?: Marker[];
  /** Default: `[]`. */
  captions?: Caption[];
  /** Default: `{}`. */
  nextIds?: Counters;
}

/** View → kernel. `id` is unique per view; the body's type follows from `kind` (see REQUESTS). */
export interface Request {
  v: number;
  id: string;
  kind: string;
  body?: unknown;
}

/** An error as shown to the user: what, where, next step. */
export interface ErrorBody {
  code: string;
  message: string;
  where?: string;
  hint?: string;
}

/** Kernel → view, exactly one per request (a cancelled one answers with code `cancelled`). */
export interface Reply {
  v: number;
  id: string;
  ok: boolean;
  body?: unknown;
  error?: ErrorBody | null;
}

/** Kernel → view, unasked (see EVENTS). */
export interface Event {
  v: number;
  kind: string;
  body: unknown;
}

/** Stop the request `target`; it answers `cancelled`. Harmless when it has ended already. */
export interface Cancel {
  target: string;
}

/** One tile of the asset browser: a media file or, with `recording`, a take. */
export interface MediaItem {
  id: string;
  name: string;
  kind: "audio" | "image" | "video";
  sourceType: "recording" | "studio_export" | "studio_recording" | "upload";
  fileType: string;
  fileSize: number;
  tags: string[];
  createdAt: string;
  durationSeconds?: number | null;
  width?: number | null;
  height?: number | null;
  hasAudio?: boolean;
  hasThumbnail?: boolean;
  expiresAt?: string | null;
}

/**
 * All that is known of one media file.
 *
 * `rate`: frames per second, as text of an exact fraction. `rotation`: degrees clockwise by which frames are turned.
 */
export interface MediaDetails {
  id: string;
  name: string;
  kind: "audio" | "image" | "video";
  sourceType: "recording" | "studio_export" | "studio_recording" | "upload";
  fileType: string;
  fileSize: number;
  tags: string[];
  createdAt: string;
  durationSeconds?: number | null;
  width?: number | null;
  height?: number | null;
  hasAudio?: boolean;
  hasThumbnail?: boolean;
  expiresAt?: string | null;
  description?: string;
  rate?: string | null;
  rotation?: number;
  videoCodec?: string;
  audioCodec?: string;
  sampleRate?: number;
  channels?: number;
}

/** The files that were asked for and are there, in the order of the request. */
export interface DetailsList {
  items: MediaDetails[];
}

/** A page of the library: all conditions hold. `tab` recordings lists takes that are not saved yet, newest first. */
export interface LibraryQuery {
  tab?: "library" | "recordings";
  kind?: "" | "audio" | "image" | "video";
  source?: "" | "studio_export" | "studio_recording" | "upload";
  tags?: string[];
  search?: string;
  sort?: "largest" | "longest" | "name" | "name_desc" | "newest" | "oldest" | "shortest" | "smallest";
  page?: number;
  limit?: number;
}

/**
 * `total` counts all matches, or says "at least so many" where it is `capped`; `more`: there is a next page.
 *
 * `similar`: nothing matches the search to the letter; these resemble it.
 */
export interface LibraryPage {
  items: MediaItem[];
  total: number;
  page: number;
  more: boolean;
  capped?: boolean;
  similar?: boolean;
}

/** A tag and how many of the newest files have it. */
export interface TagCount {
  tag: string;
  count: number;
}

/** The tags in use, the most frequent first: what a tag field proposes. */
export interface TagList {
  items: TagCount[];
}

/** Media files (or, for `recorder.delete`, takes) that something is done to. */
export interface MediaIds {
  ids: string[];
}

/** Add tags to and remove tags from media files. */
export interface TagFiles {
  ids: string[];
  add?: string[];
  remove?: string[];
}

/**
 * Rename media files by a pattern: `{name}` is the old name without its suffix, `{n}` counts from 1.
 *
 * A description, where there is one, becomes that of each.
 */
export interface RenameFiles {
  ids: string[];
  pattern: string;
  description?: string | null;
}

/** How many files were changed, deleted or brought back; `ids` are those, in order. */
export interface FilesChanged {
  count: number;
  ids: string[];
}

/** Asks for a piece of the bytes of a media file, or of a take. */
export interface DownloadRequest {
  id: string;
  offset?: number;
}

/** Buffer 0 is the piece at `offset` of a file of `size` bytes; with a `url` there is none: fetch it from there. */
export interface DownloadPart {
  name: string;
  fileType: string;
  size: number;
  offset: number;
  url?: string;
}

/** Asks for a derived picture or waveform of one media file or take; bytes come as buffers. */
export interface MediaRef {
  id: string;
  recording?: boolean;
}

/** Asks for the thumbnails of some media files and takes. */
export interface MediaRefs {
  refs: MediaRef[];
}

/** The size of a JPEG; 0 × 0 where there is none. */
export interface Picture {
  width: number;
  height: number;
}

/** Thumbnails in the order asked. The buffers are the JPEGs of those that are there, in the same order. */
export interface Pictures {
  pictures: Picture[];
}

/** Buffer 0 is one JPEG of `columns` × `rows` tiles; tile k shows the source at `k * seconds_per_tile`. */
export interface Sprite {
  columns: number;
  rows: number;
  count: number;
  tileWidth: number;
  tileHeight: number;
  secondsPerTile: number;
}

/** Buffer 0 is uint8: for each bucket the peak 0..255 of |sample| over all channels. */
export interface Peaks {
  bucketsPerSecond: number;
  count: number;
}

/** Rows came, went or got their derived files; views ask again. */
export interface LibraryChanged {
  tab: "library" | "recordings";
}

/**
 * Background work on the library (imports, thumbnails, proxies): `done` of `total` jobs, and what runs now.
 *
 * `total` 0: at rest. `failed` counts those that could not be done since the work began.
 */
export interface LibraryJobs {
  done: number;
  total: number;
  label?: string;
  failed?: number;
}

/**
 * Begin an upload, or go on with one: the same name, size and time of change are the same file.
 *
 * `modified` is the file's time of change, in milliseconds since 1970.
 */
export interface UploadStart {
  name: string;
  size: number;
  modified: number;
}

/**
 * Everything before `next_offset` is on disk: the next piece starts there.
 *
 * `library`, told by `upload.start`, is the same for all widgets whose uploads lie in one place: a file that one of
 * them began is gone on with there only.
 */
export interface UploadState {
  uploadId: string;
  nextOffset: number;
  library?: string;
}

/** Buffer 0 is the piece at `offset`; a piece that is on disk already is acknowledged without effect. */
export interface UploadPiece {
  uploadId: string;
  offset: number;
}

/** An upload; `tags` are given to the media file when it is finished. */
export interface UploadRef {
  uploadId: string;
  tags?: string[];
}

/** Whole new values of what came or changed; None or absent means unchanged. `tracks` is the whole list. */
export interface TimelineUpsert {
  clips?: Clip[] | null;
  tracks?: Track[] | null;
  transitions?: Transition[] | null;
  markers?: Marker[] | null;
  captions?: Caption[] | null;
}

/** Ids of what is gone. */
export interface TimelineRemove {
  clips?: string[] | null;
  transitions?: string[] | null;
  markers?: string[] | null;
  captions?: string[] | null;
}

/** What undo and redo would do ("" when nothing), for tooltips and disabled states. */
export interface HistoryState {
  undo: string;
  redo: string;
}

/** What a timeline has besides its collections. */
export interface TimelineSettings {
  rate: string;
  width: number;
  height: number;
  nextIds: Counters;
}

/** The document at `rev`; the buffers, joined, are the timeline's JSON (the form of `to_json()`). */
export interface TimelineSnapshot {
  projectId: string;
  title: string;
  rev: number;
  history: HistoryState;
  echo: string[];
}

/**
 * From `base_rev` to `rev`: one revision, or several in one when edits come in a burst.
 *
 * Apply it only when the view stands at `base_rev`; a view that stands before it asks for a snapshot. The
 * new echo is the first `echo_length - len(echo)` lines of the old one, then `echo`: so an undo shortens
 * it. `settings` is there when it changed.
 */
export interface TimelineDelta {
  baseRev: number;
  rev: number;
  totalFrames: number;
  upsert: TimelineUpsert;
  remove: TimelineRemove;
  history: HistoryState;
  echo: string[];
  echoLength: number;
  settings?: TimelineSettings | null;
}

/**
 * One edit: `args` as the edit function of that name takes them. Edits with one `group` undo as one.
 *
 * `base_rev` is the revision the user saw; the edit is applied to the newest one and refused there if it no
 * longer fits.
 */
export interface EditCommand {
  op: string;
  args: Record<string, unknown>;
  baseRev: number;
  group?: string | null;
}

/** The revision the edit made, and the ids of clips it created, in order. */
export interface EditResult {
  rev: number;
  created: string[];
}

/**
 * Show one frame as a JPEG no larger than `width` × `height` pixels: answered by a `player.frame` event.
 *
 * Latest wins: an older request that has not been drawn is dropped.
 */
export interface ScrubRequest {
  frame: number;
  width: number;
  height: number;
  seq: number;
}

/** Buffer 0 is the JPEG of `frame` as it was at revision `rev`. */
export interface FrameEvent {
  frame: number;
  seq: number;
  rev: number;
}

/** Show one media file or take instead of the project ("": the project again), as `player.*` events like its own. */
export interface SourceRequest {
  id?: string;
}

/**
 * What the player shows now: name, length and picture size in pixels; `rate` is that of the project.
 *
 * `id` "": the project itself, and the rest says nothing.
 */
export interface SourceShown {
  id: string;
  name: string;
  kind: "audio" | "image" | "video";
  frames: number;
  rate: string;
  width: number;
  height: number;
}

/** Start a play session; `generation` grows with each session and seek, stale fragments are dropped. */
export interface PlayRequest {
  generation: number;
  frame: number;
}

/** Where the view is, every 0.5 s; the engine stays at most 8 s ahead. */
export interface PlayerPosition {
  generation: number;
  frame: number;
}

/** Buffer 0 is a piece of one fMP4 stream (init segment first) whose time 0 is `start_frame`. */
export interface FragmentEvent {
  generation: number;
  seq: number;
  startFrame: number;
  codec: string;
  last: boolean;
}

/** Open a take. */
export interface RecordStart {
  trackType: "camera" | "microphone" | "screen";
  mimeType: string;
  name?: string;
}

/** The take's id; chunks are numbered from 0. */
export interface RecordStarted {
  recordingId: string;
}

/** Buffer 0 is the next chunk of the take; answered when it is on disk. */
export interface RecordChunk {
  recordingId: string;
  seq: number;
}

/** Everything before `next_seq` is on disk. */
export interface ChunkAck {
  nextSeq: number;
}

/** Close the take after `chunks` chunks; answered when it is playable. */
export interface RecordStop {
  recordingId: string;
  chunks: number;
}

/** Promote a take to a media file. */
export interface SaveRecording {
  recordingId: string;
  name: string;
  tags: string[];
  description?: string;
}

/** A project of the instructor; `tracks` are the ids of its tracks ("V1", "A1", …). */
export interface ProjectItem {
  id: string;
  title: string;
  updatedAt: string;
  tracks: string[];
}

/**
 * The 200 projects edited last, newest first; `current` is the id of the one that the widget works on ("": none).
 *
 * The current one is there in any case.
 */
export interface ProjectList {
  items: ProjectItem[];
  current?: string;
}

/**
 * Put media files and takes on a project's timeline, one after the other, as one undo step.
 *
 * `project`: its title ("": the one the widget works on; a new title makes a project). `track`: "V1", "A2", … ("": the
 * lowest with room). `at`: the frame to begin at, or a time as people write it ("00:01:30:00"); None: the end of the
 * timeline. With a `token` the same import happens once per project, however often it is asked for.
 */
export interface ImportMedia {
  ids: string[];
  project?: string;
  track?: string;
  at?: number | string | null;
  token?: string;
}

/**
 * The clips that were made on the project of that title, in order; they fill the frames `[start, end)`.
 *
 * `repeated`: this token's import had been done before, nothing was added.
 */
export interface ImportedMedia {
  project: string;
  created: string[];
  start: number;
  end: number;
  repeated?: boolean;
}

/** A course of the instructor. */
export interface CourseItem {
  id: string;
  title: string;
  chapters: number;
}

/** All courses, by title. */
export interface CourseList {
  items: CourseItem[];
}

/** Render the project, save it to the library and make a chapter of `course` (created when new). */
export interface ExportRequest {
  course: string;
  title: string;
  description?: string;
  mode?: "both" | "project" | "video";
}

/** What was made; `media_file_id` is None in mode `project`. */
export interface ExportResult {
  courseId: string;
  chapterId: string;
  mediaFileId?: string | null;
}

/** How far the request `target` is: `done` of `total` steps of `label`. */
export interface ProgressEvent {
  target: string;
  label: string;
  done: number;
  total: number;
}

/** Files of the widget's build by name; the reply has one buffer for each, in this order, packed with gzip. */
export interface CodeFiles {
  names: string[];
}

/** An empty body. */
export type Nothing = Record<string, never>;

/** What `to_json()` writes and a snapshot carries: some fields are always there, and so is the length. */
export type TimelineJson = Timeline &
  Required<Pick<Timeline, "rate" | "width" | "height" | "tracks" | "clips">> & {
    schemaVersion: number;
    totalFrames: number;
  };

/** The timeline's JSON leaves defaults out: these are they, but for those that are null. */
export const DEFAULTS = {
  MediaFileSource: { kind: "video", hasAudio: true },
  RecordingSource: { kind: "video", hasAudio: true },
  TitleStyle: { size: 0.09, color: "#ffffff", align: "center", x: 0.5, y: 0.5, bold: false },
  TitleSource: { style: {} },
  Crop: { left: 0.0, top: 0.0, right: 0.0, bottom: 0.0 },
  Transform: { scale: 1.0, x: 0.0, y: 0.0, opacity: 1.0, rotation: 0.0, crop: {} },
  PictureFades: { inFrames: 0, outFrames: 0 },
  AudioSettings: { gainDb: 0.0, muted: false, fadeInFrames: 0, fadeOutFrames: 0 },
  Retime: { speed: "1" },
  Keyframe: { ease: "linear" },
  Clip: { transform: {}, audio: {}, retime: {}, fades: {}, curves: [] },
  Track: { name: "", muted: false, solo: false, locked: false, hidden: false, height: 0 },
  Transition: { kind: "crossfade", direction: "right" },
  Marker: { chapter: true, note: "" },
  Counters: { clip: 1, transition: 1, marker: 1, caption: 1, link: 1 },
  Timeline: { rate: "30", width: 1920, height: 1080, tracks: [{"id": "V1", "kind": "video"}, {"id": "V2", "kind": "video"}, {"id": "A1", "kind": "audio"}, {"id": "A2", "kind": "audio"}], clips: [], transitions: [], markers: [], captions: [], nextIds: {} },
} as const;

/** What keys can do, and the usual keys; the trait `keymap` may say others. */
export const ACTIONS = {
  play_pause: ["Space"],
  shuttle_back: ["J"],
  shuttle_stop: ["K"],
  shuttle_forward: ["L"],
  previous_frame: ["Left"],
  next_frame: ["Right"],
  back_second: ["Shift+Left"],
  forward_second: ["Shift+Right"],
  previous_cut: ["Up"],
  next_cut: ["Down"],
  to_start: ["Home"],
  to_end: ["End"],
  mark_in: ["I"],
  mark_out: ["O"],
  clear_marks: ["Alt+X"],
  tool_select: ["1"],
  tool_blade: ["2"],
  tool_ripple: ["3"],
  tool_roll: ["4"],
  tool_slip: ["5"],
  tool_slide: ["6"],
  tool_hand: ["7"],
  tool_stretch: ["8"],
  choose_start: ["["],
  choose_end: ["]"],
  nudge_back: [","],
  nudge_forward: ["."],
  nudge_back_second: ["Shift+,"],
  nudge_forward_second: ["Shift+."],
  nudge_back_alone: ["Alt+,"],
  nudge_forward_alone: ["Alt+."],
  use_tool: ["Enter"],
  split: ["S"],
  trim_start: ["Q"],
  trim_end: ["W"],
  delete: ["Delete", "Backspace"],
  ripple_delete: ["Shift+Delete", "Shift+Backspace"],
  track_up: ["Shift+Up"],
  track_down: ["Shift+Down"],
  undo: ["Ctrl+Z"],
  redo: ["Ctrl+Shift+Z", "Ctrl+Y"],
  select_all: ["Ctrl+A"],
  copy: ["Ctrl+C"],
  cut: ["Ctrl+X"],
  paste: ["Ctrl+V"],
  duplicate: ["Ctrl+D"],
  crossfade: ["X"],
  add_title: ["T"],
  add_marker: ["M"],
  rename: ["F2"],
  zoom_in: ["+", "="],
  zoom_out: ["-", "_"],
  fit: ["\\"],
  snapping: ["N"],
  drop_mode: ["B"],
  inspector: ["P"],
  view_edit: ["Alt+1"],
  view_browse: ["Alt+2"],
  view_review: ["Alt+3"],
  view_focus: ["Alt+4"],
  menu: ["Menu", "Shift+F10"],
  escape: ["Escape"],
  help: ["?"],
} as const;

/** What a view may ask, by kind. */
export interface Requests {
  "cancel": { request: Cancel; response: Nothing };
  "library.query": { request: LibraryQuery; response: LibraryPage };
  "library.details": { request: MediaIds; response: DetailsList };
  "library.tags": { request: Nothing; response: TagList };
  "library.tag": { request: TagFiles; response: FilesChanged };
  "library.rename": { request: RenameFiles; response: FilesChanged };
  "library.delete": { request: MediaIds; response: FilesChanged };
  "library.restore": { request: MediaIds; response: FilesChanged };
  "library.download": { request: DownloadRequest; response: DownloadPart };
  "library.thumbnails": { request: MediaRefs; response: Pictures };
  "library.sprite": { request: MediaRef; response: Sprite };
  "library.peaks": { request: MediaRef; response: Peaks };
  "library.jobs": { request: Nothing; response: LibraryJobs };
  "library.cancel": { request: Nothing; response: Nothing };
  "upload.start": { request: UploadStart; response: UploadState };
  "upload.piece": { request: UploadPiece; response: UploadState };
  "upload.finish": { request: UploadRef; response: MediaItem };
  "upload.cancel": { request: UploadRef; response: UploadState };
  "timeline.open": { request: Nothing; response: TimelineSnapshot };
  "timeline.edit": { request: EditCommand; response: EditResult };
  "timeline.undo": { request: Nothing; response: EditResult };
  "timeline.redo": { request: Nothing; response: EditResult };
  "player.source": { request: SourceRequest; response: SourceShown };
  "player.scrub": { request: ScrubRequest; response: Nothing };
  "player.play": { request: PlayRequest; response: Nothing };
  "player.position": { request: PlayerPosition; response: Nothing };
  "player.stop": { request: Nothing; response: Nothing };
  "recorder.start": { request: RecordStart; response: RecordStarted };
  "recorder.chunk": { request: RecordChunk; response: ChunkAck };
  "recorder.stop": { request: RecordStop; response: MediaItem };
  "recorder.delete": { request: MediaIds; response: FilesChanged };
  "recorder.download": { request: DownloadRequest; response: DownloadPart };
  "recorder.save": { request: SaveRecording; response: MediaItem };
  "projects.list": { request: Nothing; response: ProjectList };
  "projects.import": { request: ImportMedia; response: ImportedMedia };
  "courses.list": { request: Nothing; response: CourseList };
  "export.start": { request: ExportRequest; response: ExportResult };
  "code.files": { request: CodeFiles; response: Nothing };
}

/** What the kernel pushes unasked, by kind. */
export interface Events {
  "library.changed": LibraryChanged;
  "library.jobs": LibraryJobs;
  "timeline.delta": TimelineDelta;
  "player.frame": FrameEvent;
  "player.fragment": FragmentEvent;
  "player.error": ErrorBody;
  "progress": ProgressEvent;
}
