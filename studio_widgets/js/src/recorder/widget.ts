/** The recorder as a widget of its own. */
import { widget } from "../core/shell.ts";
import { alone } from "../core/ui/room.tsx";
import css from "./recorder.css";
import { RecorderView } from "./recorder_view.tsx";

const size = ".recorder-alone { max-width: 440px; }";

export default widget(`${css}\n${size}`, alone(RecorderView, "recorder-alone"));
