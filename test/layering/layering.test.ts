import { globSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** Imports point down only: what each package may import, as ARCHITECTURE.md has it. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "packages/wire": ["@node-rs/crc32", "lz4-napi", "snappy"],
  "packages/protocol": ["@letterpress/wire"],
  "packages/log": ["@letterpress/wire"],
  "packages/schema": ["avsc", "@bufbuild/protobuf"],
  "packages/registry": ["@letterpress/schema", "hono", "@hono/node-server", "zod"],
  "packages/client": [
    "@letterpress/protocol",
    "@letterpress/wire",
    "@letterpress/schema",
    "@letterpress/registry/client",
  ],
  "packages/broker": ["@letterpress/protocol", "@letterpress/wire", "@letterpress/log"],
  "packages/cluster": ["@letterpress/log", "@letterpress/wire", "nats"],
  "packages/server": [
    "@letterpress/wire",
    "@letterpress/protocol",
    "@letterpress/log",
    "@letterpress/schema",
    "@letterpress/registry",
    "@letterpress/broker",
    "@letterpress/cluster",
    "hono",
    "@hono/node-server",
    "pino",
    "prom-client",
    "zod",
  ],
  codegen: [
    "@letterpress/schema",
    "@bufbuild/protobuf",
    "@bufbuild/protoplugin",
    "@bufbuild/protoc-gen-es",
    "yaml",
    "zod",
  ],
  "packages/testing": [
    "@letterpress/server",
    "@letterpress/client",
    "@letterpress/codegen",
    "@letterpress/registry",
  ],
  "packages/cli": [
    "@bufbuild/protobuf",
    "@letterpress/client",
    "@letterpress/codegen",
    "@letterpress/registry",
    "@letterpress/schema",
    "@letterpress/server",
    "@letterpress/testing",
    "@bufbuild/protobuf",
    "commander",
    "yaml",
    "zod",
  ],
};

const IMPORT =
  /^\s*(?:import|export)\b[^"';]*?from\s+"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm;

function importsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(IMPORT)].map((match) => (match[1] ?? match[2] ?? match[3])!);
}

function isAllowed(specifier: string, allowed: readonly string[]): boolean {
  if (specifier.startsWith("node:") || builtinModules.includes(specifier)) return true;
  if (allowed.includes("@letterpress/registry/client") && specifier === "@letterpress/registry") return false;
  return allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`));
}

describe.each(Object.entries(MAY_IMPORT))("%s", (folder, allowed) => {
  const files = globSync("src/**/*.ts", { cwd: join(root, folder) })
    .filter((file) => !file.endsWith(".test.ts") && !file.includes("/testing/"))
    .map((file) => join(root, folder, file));

  test("imports only what lies below it", () => {
    expect(files.length).toBeGreaterThan(0);
    const wrong: string[] = [];
    for (const file of files) {
      for (const specifier of importsOf(file)) {
        if (!specifier.startsWith(".") && !isAllowed(specifier, allowed)) wrong.push(`${file}: ${specifier}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("never leaves its folder by a relative path, and depends on what it imports", () => {
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    const wrong: string[] = [];
    for (const file of files) {
      for (const specifier of importsOf(file)) {
        if (specifier.startsWith(".")) {
          if (!join(file, "..", specifier).startsWith(join(root, folder, "src")))
            wrong.push(`${file}: ${specifier}`);
        } else if (
          !specifier.startsWith("node:") &&
          !declared.some((name) => specifier === name || specifier.startsWith(`${name}/`))
        ) {
          wrong.push(`${file}: ${specifier} is not a dependency`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

test("every package of the workspace is held to the table", () => {
  const { workspaces } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    workspaces: string[];
  };
  expect(workspaces.filter((folder) => folder !== "examples").sort()).toEqual(Object.keys(MAY_IMPORT).sort());
});
