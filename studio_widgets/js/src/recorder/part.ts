/** The recorder as a part that the workspace loads, with its CSS. */
import { styled } from "../core/lazy.tsx";
import css from "./recorder.css";
import { RecorderView } from "./recorder_view.tsx";

export const Part = styled(css, RecorderView);
