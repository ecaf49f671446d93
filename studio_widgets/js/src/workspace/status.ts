/** The one line that says how the project stands. Pure. */
import type { IconName } from "../core/ui/icons.tsx";

export interface Standing {
  alive: boolean;
  loaded: boolean;
  /** Edits the kernel has not answered. */
  waiting: number;
  /** An answer is overdue. */
  busy: boolean;
  /** The trait `status`, from the kernel. */
  status: string;
}

export interface StatusLine {
  kind: "ok" | "working" | "busy" | "gone";
  text: string;
  /** Said in full in the tooltip. */
  detail: string;
  icon: IconName | null;
}

export function statusLine({ alive, loaded, waiting, busy, status }: Standing): StatusLine {
  if (!alive) {
    const detail = "The kernel is gone. Every acknowledged edit is saved; run the cell again to go on.";
    return { kind: "gone", text: "Kernel gone", detail, icon: "warning" };
  }
  if (busy) {
    const queued = waiting === 0 ? "" : waiting === 1 ? ", 1 edit waits" : `, ${waiting} edits wait`;
    const detail = "The kernel is busy with a cell. Your edits are queued and not lost.";
    return { kind: "busy", text: `Kernel busy${queued}`, detail, icon: "kernel" };
  }
  if (waiting > 0) return { kind: "working", text: "Saving", detail: "The kernel is storing your edit.", icon: null };
  if (!loaded) return { kind: "working", text: "Loading", detail: "", icon: null };
  const text = status ? status[0]!.toUpperCase() + status.slice(1) : "Saved";
  return { kind: "ok", text, detail: "Every edit is stored in the database as you make it.", icon: "check" };
}
