/** A moment of a filmstrip: one tile of the sheet, as large as its place allows. */
import { tileAt, type Sheet } from "./sprites.ts";

export function Filmstrip({ sheet, at }: { sheet: Sheet; at: number }) {
  const { url, columns, rows, tileWidth, tileHeight } = sheet;
  const wide = tileWidth / tileHeight >= 16 / 9;
  return (
    <div
      class="filmstrip"
      style={{
        backgroundImage: `url("${url}")`,
        backgroundSize: `${columns * 100}% ${rows * 100}%`,
        backgroundPosition: tileAt(sheet, at).position,
        aspectRatio: `${tileWidth} / ${tileHeight}`,
        [wide ? "width" : "height"]: "100%",
      }}
    />
  );
}
