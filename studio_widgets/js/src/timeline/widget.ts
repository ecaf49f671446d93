/** The timeline editor as a widget of its own. */
import { widget } from "../core/shell.ts";
import { alone } from "../core/ui/room.tsx";
import { EditorRoom } from "./editor_room.tsx";
import css from "./timeline.css";

const size = ".timeline-alone { height: 420px; } .editor-room { height: 100%; }";

export default widget(`${css}\n${size}`, alone(EditorRoom, "timeline-alone"));
