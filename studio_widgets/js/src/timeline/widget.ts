/** The timeline editor as a widget of its own. */
import { widget } from "../core/shell.ts";
import { alone } from "../core/ui/room.tsx";
import uiCss from "../core/ui/ui.css";
import browserCss from "../browser/browser.css";
import pickerCss from "../browser/picker.css";
import { EditorRoom } from "./editor_room.tsx";
import css from "./timeline.css";

const size = ".timeline-alone { height: 420px; } .editor-room { height: 100%; }";

export default widget([uiCss, browserCss, pickerCss, css, size].join("\n"), alone(EditorRoom, "timeline-alone"));
