import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Options } from "tsup";

interface Manifest {
  readonly exports?: Readonly<Record<string, { readonly "@letterpress/source": string }>>;
  readonly bin?: Readonly<Record<string, string>>;
}

/** How the package in the working directory is built: its manifest names the entries, so that nothing is listed twice. */
export default function packageOptions(): Options {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
  const sources = Object.values(manifest.exports ?? {}).map((target) => target["@letterpress/source"]);
  const commands = Object.values(manifest.bin ?? {}).map((file) => `./src/${basename(file, ".js")}.ts`);
  return {
    entry: [...new Set([...sources, ...commands])],
    format: "esm",
    target: "node22",
    platform: "node",
    dts: { entry: sources },
    sourcemap: true,
    clean: true,
    silent: true,
  };
}
