/** The whole workspace as one widget. */
import browserCss from "../browser/browser.css";
import pickerCss from "../browser/picker.css";
import { widget } from "../core/shell.ts";
import uiCss from "../core/ui/ui.css";
import playerCss from "../player/player.css";
import recorderCss from "../recorder/recorder.css";
import timelineCss from "../timeline/timeline.css";
import css from "./workspace.css";
import { WorkspaceView } from "./workspace_view.tsx";

export default widget(
  [uiCss, browserCss, pickerCss, playerCss, timelineCss, recorderCss, css].join("\n"),
  WorkspaceView,
);
