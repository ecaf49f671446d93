/** The inspector with its CSS: it comes when it is first opened. */
import { styled } from "../core/lazy.tsx";
import css from "./inspector.css";
import { Inspector } from "./inspector.tsx";

export const Part = styled(css, Inspector);
