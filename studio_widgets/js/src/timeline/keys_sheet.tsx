/** What each key does, as the keymap has it: a sheet that comes when it is first asked for. */
import { keyText, type Action } from "../core/keymap.ts";
import { styled } from "../core/lazy.tsx";
import { Dialog } from "../core/ui/dialog.tsx";
import type { Editor } from "./editor.ts";
import css from "./keys.css";
import { DEEDS, GROUPS, HELD } from "./keys.ts";
import { useEditor } from "./use_editor.ts";

function KeysDialog({ editor, onClose }: { editor: Editor; onClose(): void }) {
  useEditor(editor, (it) => Object.keys(DEEDS).map((action) => it.keymap.hint(action as Action)));
  const actions = Object.entries(DEEDS) as [Action, (typeof DEEDS)[Action]][];
  return (
    <Dialog title="Keys of the timeline" className="tl-sheet" onClose={onClose}>
      <div class="tl-sheet-groups" data-testid="keys">
        {GROUPS.map((group) => (
          <section key={group} aria-label={group}>
            <h3>{group}</h3>
            <dl class="tl-keys">
              {actions
                .filter(([, deed]) => deed.group === group)
                .map(([action, { label }]) => (
                  <KeyRow key={action} label={label} keys={editor.keymap.keysOf(action).map(keyText)} />
                ))}
            </dl>
          </section>
        ))}
        <section aria-label="Held keys">
          <h3>With the mouse</h3>
          <dl class="tl-keys">
            {HELD.map(([key, label]) => (
              <KeyRow key={key} label={label} keys={[key]} />
            ))}
          </dl>
        </section>
      </div>
      <p class="sw-note">
        Other keys: <code>{'editor.keymap = {"split": "C"}'}</code> in a cell.
      </p>
    </Dialog>
  );
}

function KeyRow({ label, keys }: { label: string; keys: readonly string[] }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{keys.length > 0 ? keys.map((key) => <kbd key={key}>{key}</kbd>) : <span class="tl-faint">none</span>}</dd>
    </div>
  );
}

export const Keys = styled(css, KeysDialog);
