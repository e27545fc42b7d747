import { execFile } from "node:child_process";
import { globSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const PACKAGES_MAX = 70;
const MEBIBYTES_MAX = 60;

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, unknown>>;
}

const { workspaces } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  workspaces: string[];
};
const packages = workspaces
  .map((folder) => ({
    folder,
    manifest: JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest,
  }))
  .filter(({ manifest }) => manifest.exports !== undefined);

/** An empty project into which every package is installed from the tarball that would be published. */
let project: string;

beforeAll(async () => {
  await run(process.execPath, [join(root, "scripts/build.mjs")]);
  project = await mkdtemp(join(tmpdir(), "letterpress-packaging-"));
  const tarballs: string[] = [];
  for (const { folder } of packages) {
    const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", project], {
      cwd: join(root, folder),
    });
    const packed = Object.values(JSON.parse(stdout))[0] as { readonly filename: string };
    tarballs.push(`./${packed.filename}`);
  }
  await writeFile(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const options = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  await run("npm", ["install", ...options, ...tarballs], { cwd: project });
}, 300_000);

afterAll(() => rm(project, { recursive: true, force: true }));

test("every entry point of every package is imported and type-checked in an empty project", {
  timeout: 120_000,
}, async () => {
  const entries = packages.flatMap(({ manifest }) =>
    Object.keys(manifest.exports ?? {})
      // The suite for log engines needs a test runner, which nobody has to install.
      .filter((entry) => !(manifest.name === "@letterpress/log" && entry === "./testing"))
      .map((entry) => join(manifest.name, entry)),
  );
  expect(entries.length).toBeGreaterThanOrEqual(packages.length);
  const lines = entries.map(
    (entry, index) =>
      `import * as m${index} from "${entry}";\nif (Object.keys(m${index}).length === 0) throw new Error("${entry} is empty");`,
  );
  await writeFile(
    join(project, "main.ts"),
    `${lines.join("\n")}\nconsole.log("imported", ${entries.length});\n`,
  );
  const compilerOptions = {
    target: "ES2024",
    module: "NodeNext",
    moduleResolution: "NodeNext",
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    lib: ["ES2024", "ESNext.Disposable"],
  };
  await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.ts"] }));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const types = await run(process.execPath, [tsc, "-p", project]).catch((error: { stdout: string }) => error);
  expect(types.stdout).toBe("");
  const { stdout } = await run(process.execPath, ["main.ts"], { cwd: project });
  expect(stdout.trim()).toBe(`imported ${entries.length}`);
});

test("the tarballs hold what was built and nothing of the sources", () => {
  for (const { manifest } of packages) {
    const folder = join(project, "node_modules", manifest.name);
    const files = globSync("**/*", { cwd: folder }).filter((file) => !file.startsWith("dist"));
    expect(files.filter((file) => file.endsWith(".ts"))).toEqual([]);
    expect(files).toContain("package.json");
  }
});

test("installing letterpress stays light", () => {
  const modules = join(project, "node_modules");
  const installed = globSync(
    [
      "*/package.json",
      "@*/*/package.json",
      "**/node_modules/*/package.json",
      "**/node_modules/@*/*/package.json",
    ],
    { cwd: modules },
  );
  const bytes = globSync("**/*", { cwd: modules, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  const mebibytes = bytes / 2 ** 20;
  console.log(`installing letterpress: ${installed.length} packages, ${mebibytes.toFixed(1)} MiB`);
  expect(installed.length).toBeLessThan(PACKAGES_MAX);
  expect(mebibytes).toBeLessThan(MEBIBYTES_MAX);
});
