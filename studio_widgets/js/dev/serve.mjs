// Serves the dev page: one widget without Jupyter, on a fake kernel, reloading as the sources change.
// Usage: npm run dev [-- <port>]
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { options } from "../build.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const context = await esbuild.context({
  ...options(join(here, "../node_modules/.dev")),
  entryPoints: [join(here, "main.ts"), join(here, "workspace.ts")],
  outdir: here,
  write: false,
  minify: false,
  sourcemap: "inline",
});
await context.watch();
const port = Number(process.argv[2] ?? 8765);
await context.serve({ servedir: here, host: "127.0.0.1", port });
console.log(`http://127.0.0.1:${port}/?theme=dark  and  http://127.0.0.1:${port}/workspace.html`);
