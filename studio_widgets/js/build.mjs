// Bundles every room's widget.ts into ../static: <room>.js and what it shares with others in chunks/, with CSS as text.
// The loader, which a widget sends in their place, and manifest.json say how they belong together.
// Usage: node build.mjs [--watch] [--out <folder>]
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));

/** The most that a widget may need to be shown, and a part that it loads later; bytes of minified JavaScript. */
export const LIMIT = 200_000;

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

const bytes = (file) => file.contents.byteLength;
const sum = (list) => list.reduce((total, item) => total + item, 0);

/**
 * What manifest.json says of a build: by file name its size in bytes, its static imports (`needs`) and the parts it
 * loads later (`later`); by room the file it begins with; and by file that something begins with (`openings`) all that
 * has to be there before it runs, in an order in which each comes after what it needs.
 */
function manifestOf(outputs, metafile) {
  const files = {};
  for (const [path, { imports }] of Object.entries(metafile.outputs).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const of = (kind) => imports.filter((item) => item.kind === kind).map((item) => basename(item.path));
    const file = outputs.get(basename(path));
    const [needs, later] = [of("import-statement"), of("dynamic-import")];
    checkImports(file, needs, later);
    files[basename(path)] = { bytes: bytes(file), needs, later };
  }
  const closure = (name, into = []) => {
    for (const needed of files[name].needs) closure(needed, into);
    if (!into.includes(name)) into.push(name);
    return into;
  };
  const entries = Object.fromEntries(rooms().map((room) => [room, `${room}.js`]));
  const begins = new Set([...Object.values(entries), ...Object.values(files).flatMap(({ later }) => later)]);
  const openings = Object.fromEntries([...begins].sort().map((name) => [name, closure(name)]));
  return { limit: LIMIT, entries, openings, files };
}

/** The page replaces imports in these texts (see src/loader/registry.ts): it must find the ones that there are. */
function checkImports({ path, text }, needs, later) {
  const found = (pattern) => [...text.matchAll(pattern)].map((match) => match[1]).sort();
  const agree = (a, b) => JSON.stringify([...new Set(a)]) === JSON.stringify([...new Set(b)].sort());
  const statics = found(/(?:from|import)"\.\/(?:chunks\/)?([\w-]+\.js)"/g);
  const dynamics = found(/import\("\.\/(?:chunks\/)?([\w-]+\.js)"\)/g);
  if (!agree(statics, needs) || !agree(dynamics, later)) throw new Error(`${path}: its imports look unlike the others`);
}

/** Writes what changed, and removes what no room needs any more. */
async function write(outdir, outputs) {
  const wanted = new Map([...outputs].map(([name, file]) => [file.path, name]));
  await mkdir(join(outdir, "chunks"), { recursive: true });
  for (const folder of [outdir, join(outdir, "chunks")]) {
    for (const name of await readdir(folder)) {
      if (name.endsWith(".js") && !wanted.has(join(folder, name))) await rm(join(folder, name));
    }
  }
  for (const { path, contents } of outputs.values()) await writeFile(path, contents);
}

function report(manifest) {
  const kB = (size) => `${(size / 1000).toFixed(1)} kB`.padStart(9);
  for (const [name, needed] of Object.entries(manifest.openings)) {
    const size = sum(needed.map((file) => manifest.files[file].bytes));
    const kind = Object.values(manifest.entries).includes(name) ? "widget" : "later ";
    console.log(`${kind} ${kB(size)} in ${needed.length} files, ${kB(manifest.files[name].bytes)} its own  ${name}`);
    if (size > manifest.limit) console.error(`${name} needs more than ${kB(manifest.limit)}`);
  }
}

/** Puts the build's files, the loader and the manifest (the last, as the sign that all is there) into the folder. */
function output(outdir) {
  return {
    name: "studio-output",
    setup(build) {
      build.onEnd(async (result) => {
        if (result.errors.length > 0) return;
        const outputs = new Map(result.outputFiles.map((file) => [basename(file.path), file]));
        const manifest = manifestOf(outputs, result.metafile);
        const loader = await esbuild.build({
          ...options(outdir),
          entryPoints: [{ in: "src/loader/loader.ts", out: "loader" }],
          write: false,
        });
        outputs.set("loader.js", loader.outputFiles[0]);
        await write(outdir, outputs);
        const digest = createHash("sha256");
        for (const name of [...outputs.keys()].sort()) digest.update(outputs.get(name).contents);
        const text = JSON.stringify({ build: digest.digest("hex").slice(0, 16), ...manifest }, null, 1);
        await writeFile(join(outdir, "manifest.json"), `${text}\n`);
        report(manifest);
      });
    },
  };
}

async function main(argv) {
  const at = argv.indexOf("--out");
  const outdir = resolve(at >= 0 ? argv[at + 1] : join(here, "../static"));
  const settings = {
    ...options(outdir),
    entryPoints: rooms().map((room) => ({ in: `src/${room}/widget.ts`, out: room })),
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    metafile: true,
    write: false,
    plugins: [cssText, output(outdir)],
  };
  if (!argv.includes("--watch")) return void (await esbuild.build(settings));
  const context = await esbuild.context({ ...settings, logLevel: "info" });
  await context.watch();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
