/** Shows the workspace, or one room, on a fake studio; what it meets is chosen in the address (see workspace.html). */
import browser from "../src/browser/widget.ts";
import player from "../src/player/widget.ts";
import recorder from "../src/recorder/widget.ts";
import timeline from "../src/timeline/widget.ts";
import workspace from "../src/workspace/widget.ts";
import { FakeStudio, type StudioOptions } from "./fake_studio.ts";

const query = new URLSearchParams(location.search);
const rooms = { browser, player, recorder, timeline, workspace };
const room = rooms[(query.get("room") ?? "workspace") as keyof typeof rooms];
document.body.dataset["jpThemeLight"] = String(query.get("theme") !== "dark");

const studio = new FakeStudio({
  library: (query.get("library") ?? "full") as StudioOptions["library"],
  emptyTimeline: query.has("empty"),
  hold: query.has("hold"),
});
const model = studio.kernel;
const traits = JSON.parse(query.get("traits") ?? "{}") as object;
const shown = query.get("room") === "browser" ? {} : { playing: false, player_source: {} };
const defaults = { ...shown, project_title: "Lesson 3: group-by", snapping: true, playhead: 96 };
for (const [name, value] of Object.entries({ ...defaults, ...traits })) model.set(name, value);

const { initialize, render } = room();
const gone = new AbortController();
initialize({ model, signal: gone.signal });
const width = query.get("width");
if (width) document.body.style.width = `${width}px`;
for (const id of query.has("twice") ? ["el", "second"] : ["el"]) {
  render({ model, el: document.getElementById(id)!, signal: gone.signal });
}
Object.assign(globalThis, { studio, model, gone });
