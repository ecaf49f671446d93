/** The timeline editor as a part that the workspace loads, with its CSS. */
import { styled } from "../core/lazy.tsx";
import css from "./timeline.css";
import { TimelineEditor } from "./timeline_editor.tsx";

export const Part = styled(css, TimelineEditor);
