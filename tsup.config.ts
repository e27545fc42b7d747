import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { defineConfig } from "tsup";

interface Manifest {
  readonly exports?: Readonly<Record<string, { readonly "@letterpress/source": string }>>;
  readonly bin?: Readonly<Record<string, string>>;
}

// Run inside a package's folder: its exports map names the entries, so that nothing is listed twice.
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const sources = Object.values(manifest.exports ?? {}).map((target) => target["@letterpress/source"]);
const commands = Object.values(manifest.bin ?? {}).map((file) => `./src/${basename(file, ".js")}.ts`);

export default defineConfig({
  entry: [...new Set([...sources, ...commands])],
  format: "esm",
  target: "node22",
  platform: "node",
  dts: process.env.LETTERPRESS_BUILD === "js" ? false : { entry: sources },
  sourcemap: true,
  clean: true,
  silent: true,
});
