/** The asset browser as a widget of its own. */
import { widget } from "../core/shell.ts";
import { alone } from "../core/ui/room.tsx";
import uiCss from "../core/ui/ui.css";
import { AssetBrowser } from "./asset_browser.tsx";
import css from "./browser.css";

const size = ".browser-alone { height: 520px; }";

export default widget(`${uiCss}\n${css}\n${size}`, alone(AssetBrowser, "browser-alone"));
