/** The whole workspace as one widget. */
import browserCss from "../browser/browser.css";
import { widget } from "../core/shell.ts";
import playerCss from "../player/player.css";
import css from "./workspace.css";
import { WorkspaceView } from "./workspace_view.tsx";

export default widget([browserCss, playerCss, css].join("\n"), WorkspaceView);
