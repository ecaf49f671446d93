/** `studio.pick()`: the picker opens at once; closed, it leaves a line that says what was picked. */
import { useEffect, useState } from "preact/hooks";
import { useAlive, useTrait } from "../core/hooks.ts";
import type { AnyModel } from "../core/model.ts";
import type { StudioContext } from "../core/shell.ts";
import { Button } from "../core/ui/controls.tsx";
import { plural } from "../core/ui/format.ts";
import { Icon } from "../core/ui/icons.tsx";
import { PickerDialog } from "./picker.tsx";
import { targetOf } from "./picks.ts";

/** The view that shows the dialog: one of those a model may have. */
const holders = new WeakMap<AnyModel, object>();

export function PickView({ context }: { context: StudioContext }) {
  const { model } = context;
  const [showing, setShowing] = useTrait(model, "showing", true);
  const [picked] = useTrait<readonly string[]>(model, "picked", []);
  const [done] = useTrait(model, "done", false);
  const [track] = useTrait(model, "track", "");
  const [at] = useTrait<number | string | null>(model, "at", null);
  const [project] = useTrait(model, "project_title", "");
  const alive = useAlive(context.channel);
  const self = useSelf(model);
  const open = showing && alive && holders.get(model) === self;
  return (
    <div class="pick-line" data-done={done || undefined}>
      <Icon name={done ? "check" : "library"} />
      <span class="pick-text">
        {done ? (
          <>
            <strong>{plural(picked.length, "asset")}</strong> inserted into <strong>“{project}”</strong>
            {track && ` on ${track}`}
          </>
        ) : (
          <>
            Nothing picked for <strong>“{project}”</strong>
          </>
        )}
      </span>
      <Button disabled={!alive} onClick={() => setShowing(true)}>
        {done ? "Pick again" : "Pick media"}
      </Button>
      {open && (
        <PickerDialog context={context} target={targetOf(track, done ? null : at)} onClose={() => setShowing(false)} />
      )}
    </div>
  );
}

/** This view; it holds the dialog unless another one does. */
function useSelf(model: AnyModel): object {
  const [self] = useState<object>({});
  if (!holders.has(model)) holders.set(model, self);
  useEffect(() => () => void (holders.get(model) === self && holders.delete(model)), [model]);
  return self;
}
