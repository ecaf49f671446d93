/** The player as a widget of its own. */
import { widget } from "../core/shell.ts";
import { alone } from "../core/ui/room.tsx";
import css from "./player.css";
import { PlayerView } from "./player_view.tsx";

const size = ".player-alone { height: 480px; }";

export default widget(`${css}\n${size}`, alone(PlayerView, "player-alone"));
