/**
 * The notebook around a widget, where the page lets widgets reach it: JupyterLab exposes its application to pages only when
 * it was started so, as `studio-widgets lab` does.
 */

interface CellWidget {
  readonly node: Node;
  readonly model: { readonly sharedModel: { setSource(text: string): void } };
}

interface NotebookPanel {
  readonly node: Node;
  readonly content?: {
    readonly widgets: readonly CellWidget[];
    activeCellIndex: number;
    readonly activeCell: CellWidget | null;
  };
}

interface Application {
  readonly commands: { execute(name: string): Promise<unknown>; hasCommand(name: string): boolean };
  readonly shell: { widgets(area: string): Iterable<NotebookPanel> };
}

const INSERT = "notebook:insert-cell-below";

function application(): Application | null {
  const app = (globalThis as { jupyterapp?: Application }).jupyterapp;
  return app?.commands?.hasCommand(INSERT) ? app : null;
}

/** The host element of the shadow root that holds `element`, or the element itself. */
function hostOf(element: Node): Node {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : element;
}

/** Puts code into a new cell below the one whose output holds `element`; null: this page does not let us. */
export function cellInserter(element: Node | null): ((source: string) => Promise<void>) | null {
  const app = application();
  if (!app || !element) return null;
  const host = hostOf(element);
  const panel = [...app.shell.widgets("main")].find((item) => item.content?.widgets && item.node.contains(host));
  const content = panel?.content;
  if (!content || !content.widgets.some((cell) => cell.node.contains(host))) return null;
  return async (source) => {
    content.activeCellIndex = content.widgets.findIndex((cell) => cell.node.contains(host));
    await app.commands.execute(INSERT);
    content.activeCell?.model.sharedModel.setSource(source);
  };
}
