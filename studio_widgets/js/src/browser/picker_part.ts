/** The picker as a part that other rooms load, with its CSS. */
import { styled } from "../core/lazy.tsx";
import browserCss from "./browser.css";
import { PickerDialog } from "./picker.tsx";
import css from "./picker.css";

export const Part = styled(`${browserCss}\n${css}`, PickerDialog);
