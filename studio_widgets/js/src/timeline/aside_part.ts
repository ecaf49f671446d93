/** What is opened beside and over the lanes now and then: one part, as neither is worth a file of its own. */
export { Echo } from "./echo.tsx";
export { Keys } from "./keys_sheet.tsx";
