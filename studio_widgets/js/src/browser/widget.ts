/** The asset browser and the picker as widgets of their own. */
import { h } from "preact";
import { widget, type StudioContext } from "../core/shell.ts";
import { alone } from "../core/ui/room.tsx";
import { AssetBrowser } from "./asset_browser.tsx";
import css from "./browser.css";
import { PickView } from "./pick_view.tsx";
import pickerCss from "./picker.css";
import { SendingBrowser } from "./send.tsx";

const size = ".browser-alone { height: 520px; } .browser-alone > .sw-toasts { bottom: 44px; }";
const views = {
  browse: alone(AssetBrowser, "browser-alone"),
  send: alone(SendingBrowser, "browser-alone"),
  pick: alone(PickView, "pick-alone"),
};

/** One bundle for all that looks into the library: the trait `mode` says which. */
function Room({ context }: { context: StudioContext }) {
  const View = views[(context.model.get("mode") ?? "browse") as keyof typeof views];
  return h(View, { context });
}

export default widget([css, pickerCss, size].join("\n"), Room);
