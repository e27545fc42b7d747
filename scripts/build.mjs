// Builds every package with tsup, two at a time, and leaves out those whose sources and dependencies have not changed.
// `--js` leaves out the type declarations, which take most of the time and which nothing needs to run.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const PARALLEL = 2;
const STAMP = "dist/.build-hash";
const isJsOnly = process.argv.includes("--js");
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { workspaces } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const packages = new Map();
for (const folder of workspaces) {
  const path = join(root, folder);
  const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  if (manifest.exports !== undefined) packages.set(manifest.name, { name: manifest.name, path, manifest });
}

const shared = ["tsconfig.json", "tsup.config.ts", "package-lock.json"].map((file) => join(root, file));

/** The hash of a package's own sources and of every workspace package below it. */
function hashOf(item) {
  if (item.hash !== undefined) return item.hash;
  const hash = createHash("sha256");
  const own = globSync("src/**/*", { cwd: item.path, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of [...shared, join(item.path, "package.json"), ...own].sort()) {
    hash.update(relative(root, file)).update("\0").update(readFileSync(file));
  }
  for (const name of Object.keys(item.manifest.dependencies ?? {}).sort()) {
    if (packages.has(name)) hash.update(hashOf(packages.get(name)));
  }
  item.hash = hash.digest("hex");
  return item.hash;
}

function isFresh(item) {
  const stamp = join(item.path, STAMP);
  if (!existsSync(stamp)) return false;
  const built = readFileSync(stamp, "utf8");
  return built === hashOf(item) || (isJsOnly && built === `${hashOf(item)} js`);
}

/** Declarations are made by a process per package, two at a time. */
function build(item) {
  return new Promise((resolve, reject) => {
    const config = join(root, "tsup.config.ts");
    const tsup = join(root, "node_modules/tsup/dist/cli-default.js");
    const child = spawn(
      process.execPath,
      [tsup, "--config", config, "--tsconfig", join(root, "tsconfig.json")],
      {
        cwd: item.path,
        stdio: "inherit",
      },
    );
    child.on("error", reject);
    child.on("exit", (status) => {
      if (status !== 0) return reject(new Error(`building ${item.name} failed with exit code ${status}`));
      writeFileSync(join(item.path, STAMP), hashOf(item));
      resolve();
    });
  });
}

/** Without declarations a package takes milliseconds, so that all are built here, one after the other. */
async function buildJs(item) {
  const tsup = await import("tsup");
  const { default: packageOptions } = await import("../tsup.config.ts");
  process.chdir(item.path);
  await tsup.build({
    ...packageOptions(),
    config: false,
    dts: false,
    tsconfig: join(root, "tsconfig.json"),
    esbuildOptions(options) {
      options.absWorkingDir = item.path;
    },
  });
  writeFileSync(join(item.path, STAMP), `${hashOf(item)} js`);
}

const stale = [...packages.values()].filter((item) => !isFresh(item));
const startedMs = Date.now();
let next = 0;
try {
  await Promise.all(
    Array.from({ length: isJsOnly ? 1 : PARALLEL }, async () => {
      while (next < stale.length) await (isJsOnly ? buildJs : build)(stale[next++]);
    }),
  );
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
if (stale.length > 0) {
  console.log(`Built ${stale.length} packages in ${((Date.now() - startedMs) / 1000).toFixed(1)} s.`);
}
