/** Getting the picture and sound to record from the browser, or saying exactly why not and what to do. */
import { StudioError } from "../core/channel.ts";

export type Surface = "screen" | "window" | "tab" | "this-tab";

/** VP8 first: it leaves the most of a slow machine to what is being shown. */
const MIME_TYPES = ["video/webm;codecs=vp8,opus", "video/webm;codecs=vp9,opus", "video/webm"];

interface Browser {
  isSecureContext: boolean;
  canCapture: boolean;
  canRecord: boolean;
  mimeTypes: readonly string[];
}

function refusal(code: string, message: string, hint: string): StudioError {
  return new StudioError({ code, message, where: "", hint });
}

/** What this browser can do. */
export function browser(): Browser {
  const canRecord = typeof MediaRecorder !== "undefined";
  return {
    isSecureContext: globalThis.isSecureContext,
    canCapture: typeof navigator.mediaDevices?.getDisplayMedia === "function",
    canRecord,
    mimeTypes: canRecord ? MIME_TYPES.filter((type) => MediaRecorder.isTypeSupported(type)) : [],
  };
}

/** Why recording is impossible here, or null. */
export function obstacle({ isSecureContext, canCapture, canRecord, mimeTypes }: Browser): StudioError | null {
  if (!isSecureContext) {
    return refusal(
      "insecure",
      "The browser allows recording only on a secure page.",
      "Open the notebook through https:// or as http://localhost.",
    );
  }
  if (!canCapture) {
    return refusal(
      "unsupported",
      "This browser cannot record the screen.",
      "Use Chrome, Edge or Firefox on a desktop computer.",
    );
  }
  if (!canRecord || mimeTypes.length === 0) {
    return refusal("unsupported", "This browser cannot record WebM video.", "Use Chrome, Edge or Firefox.");
  }
  return null;
}

/** A failure of `getDisplayMedia` in words; `cancelled` when the user only closed the picker. */
export function captureError(error: unknown): StudioError {
  const name = error instanceof Error ? error.name : "";
  const message = error instanceof Error ? error.message : String(error);
  switch (name) {
    case "NotAllowedError":
      if (/system/i.test(message)) {
        return refusal(
          "no_permission",
          "The operating system does not let the browser record the screen.",
          "Allow screen recording for the browser in the system's privacy settings, then start the browser again.",
        );
      }
      if (/policy|disallowed|permissions/i.test(message)) {
        return refusal(
          "no_permission",
          "This page may not record the screen.",
          "Open the notebook in a tab of its own, not inside another site's frame.",
        );
      }
      return refusal(
        "not_chosen",
        "Nothing was chosen to record, or the browser may not share it.",
        "Press Start again and choose. If no choice appears, allow screen sharing in the browser’s site settings.",
      );
    case "NotFoundError":
      return refusal("no_source", "The browser found nothing to record.", "Choose another screen, window or tab.");
    case "NotReadableError":
    case "AbortError":
      return refusal(
        "no_source",
        "The chosen screen, window or tab cannot be read.",
        "Close other programs that record it, or choose another one.",
      );
    case "InvalidStateError":
      return refusal(
        "no_gesture",
        "The browser wants a click first.",
        "Press Start recording with the mouse or Enter.",
      );
    default:
      return refusal("capture_failed", message || "Recording could not start.", "Try again or choose another source.");
  }
}

/** Options of `getDisplayMedia` that not every TypeScript library knows yet. */
interface DisplayOptions extends DisplayMediaStreamOptions {
  preferCurrentTab?: boolean;
  selfBrowserSurface?: "include" | "exclude";
  surfaceSwitching?: "include" | "exclude";
  systemAudio?: "include" | "exclude";
}

/** What to ask the browser for. The user still chooses in the browser's own picker, but the right pane is open. */
export function displayOptions(surface: Surface, sound: boolean): DisplayOptions {
  const displaySurface = { screen: "monitor", window: "window", tab: "browser", "this-tab": "browser" }[surface];
  const video: MediaTrackConstraints = { frameRate: { ideal: 30, max: 30 } };
  // echo cancellation and its kind are made for speech and ruin a lesson's sound
  const audio = sound && { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  if (surface === "this-tab") return { video, audio, preferCurrentTab: true };
  return {
    video: { ...video, displaySurface },
    audio,
    selfBrowserSurface: "include",
    surfaceSwitching: "include",
    systemAudio: "include",
  };
}

/** Opens the browser's picker; must be called from a click. Rejects with a StudioError. */
export async function openCapture(surface: Surface, sound: boolean): Promise<MediaStream> {
  const problem = obstacle(browser());
  if (problem) throw problem;
  try {
    return await navigator.mediaDevices.getDisplayMedia(displayOptions(surface, sound));
  } catch (error) {
    throw captureError(error);
  }
}

/** The format to record `stream` in: no audio codec where there is no sound. */
export function mimeTypeFor(stream: MediaStream): string {
  const best = browser().mimeTypes[0] ?? "video/webm";
  return stream.getAudioTracks().length > 0 ? best : best.replace(",opus", "");
}
