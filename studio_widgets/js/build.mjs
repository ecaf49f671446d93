// Bundles every room's widget.ts into ../static/<room>.js: one ES module each, with its CSS inside as text.
// Usage: node build.mjs [--watch] [--out <folder>]
import { existsSync, readdirSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));

/** CSS files are imported as minified text: each widget puts it into its own shadow root. */
export const cssText = {
  name: "css-text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const { code } = await esbuild.transform(source, { loader: "css", minify: true, target: "es2022" });
      return { contents: code.trim(), loader: "text", watchFiles: [path] };
    });
  },
};

/** The rooms that have a widget. */
export function rooms() {
  const src = join(here, "src");
  return readdirSync(src).filter((room) => existsSync(join(src, room, "widget.ts")));
}

/** The esbuild settings shared by the build, the dev server and the tests. */
export function options(outdir) {
  return {
    absWorkingDir: here,
    entryPoints: rooms().map((room) => ({ in: `src/${room}/widget.ts`, out: room })),
    outdir,
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "warning",
    plugins: [cssText],
  };
}

async function main(argv) {
  const at = argv.indexOf("--out");
  const outdir = resolve(at >= 0 ? argv[at + 1] : join(here, "../static"));
  if (argv.includes("--watch")) {
    const context = await esbuild.context({ ...options(outdir), logLevel: "info" });
    await context.watch();
    return;
  }
  await esbuild.build(options(outdir));
  for (const room of rooms()) {
    const { size } = await stat(join(outdir, `${room}.js`));
    console.log(`static/${room}.js  ${(size / 1000).toFixed(1)} kB`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
