/** The part of anywidget's model that the widgets use. */
export interface AnyModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(event: string, callback: (...args: any[]) => void): void;
  off(event: string, callback: (...args: any[]) => void): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
}

/** Listens, until `signal` aborts, to what the kernel sends and, with `gone`, for the end of the kernel or the widget. */
export function listen(
  model: AnyModel,
  signal: AbortSignal,
  receive: (message: unknown, buffers?: DataView[]) => void,
  gone: () => void,
): void {
  model.on("msg:custom", receive);
  model.on("comm:close", gone);
  // Fires when the kernel restarts or the connection is lost for good; the first change is always live -> dead.
  model.on("comm_live_update", gone);
  signal.addEventListener("abort", () => {
    model.off("msg:custom", receive);
    model.off("comm:close", gone);
    model.off("comm_live_update", gone);
  });
}
