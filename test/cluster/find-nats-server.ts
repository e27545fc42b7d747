import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const VERSION = "2.15.2";
const VERSION_MIN = [2, 11] as const;
const FOLDER = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), ".oracles", "nats");
const INSTALL_TIMEOUT_MS = 300_000;

export type FoundNatsServer =
  | { readonly path: string; readonly missing?: undefined }
  | { readonly path?: undefined; readonly missing: string };

/**
 * A nats-server to test with: the one on the PATH, the one under `.oracles/nats`, or, where Go is there, a new one
 * installed into that folder. Says why there is none otherwise.
 *
 * @throws Error in CI when Go is there and cannot install it: then the tests must not be skipped silently.
 */
export function findNatsServer(): FoundNatsServer {
  const installed = join(FOLDER, "nats-server");
  for (const path of ["nats-server", installed]) {
    if (isUsable(path)) return { path };
  }
  if (spawnSync("go", ["version"]).status !== 0) {
    return { missing: "there is no nats-server, and no go to install it with" };
  }
  console.log(`installing nats-server ${VERSION} into ${FOLDER} with go`);
  mkdirSync(FOLDER, { recursive: true });
  try {
    execFileSync("go", ["install", `github.com/nats-io/nats-server/v2@v${VERSION}`], {
      env: { ...process.env, GOBIN: FOLDER },
      timeout: INSTALL_TIMEOUT_MS,
      stdio: ["ignore", "ignore", "pipe"],
    });
  } catch (error) {
    const reason = `nats-server ${VERSION} could not be installed with go: ${String(error)}`;
    if (process.env.CI !== undefined) throw new Error(reason, { cause: error });
    return { missing: reason };
  }
  return existsSync(installed) ? { path: installed } : { missing: `go has left no ${installed}` };
}

/** Whether the command is a nats-server that can keep logs. */
function isUsable(path: string): boolean {
  const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
  const found = status === 0 ? /v(\d+)\.(\d+)/.exec(stdout) : null;
  if (found === null) return false;
  const [major, minor] = [Number(found[1]), Number(found[2])];
  return major > VERSION_MIN[0] || (major === VERSION_MIN[0] && minor >= VERSION_MIN[1]);
}
