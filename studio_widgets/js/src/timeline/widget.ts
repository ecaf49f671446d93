/** The timeline editor as a widget of its own. */
import { widget } from "../core/shell.ts";
import { alone } from "../core/ui/room.tsx";
import uiCss from "../core/ui/ui.css";
import css from "./timeline.css";
import { TimelineEditor } from "./timeline_editor.tsx";

const size = ".timeline-alone { height: 420px; }";

export default widget(`${uiCss}\n${css}\n${size}`, alone(TimelineEditor, "timeline-alone"));
