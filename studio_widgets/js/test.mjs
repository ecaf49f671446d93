// Bundles the *.test.ts files beside the sources and runs them with Node's own test runner.
// Usage: node test.mjs [part of a file name …]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { options } from "./build.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const tests = readdirSync(join(here, "src"), { recursive: true })
  .map(String)
  .filter((file) => /\.test\.tsx?$/.test(file))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .map((file) => join("src", file));
if (tests.length === 0) {
  console.error("No test files found.");
  process.exit(1);
}

const outdir = mkdtempSync(join(here, "node_modules/.tests-"));
let status = 1;
try {
  await esbuild.build({
    ...options(outdir),
    entryPoints: tests,
    outbase: "src",
    outExtension: { ".js": ".mjs" },
    platform: "node",
    packages: "external",
    minify: false,
    sourcemap: "inline",
  });
  const files = readdirSync(outdir, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith(".mjs"))
    .map((file) => join(outdir, file));
  status = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
process.exit(status);
