import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "../../..");
const READY_TIMEOUT_MS = 30_000;

/** A server in a process of its own. */
export interface ChildServer<Ready> extends AsyncDisposable {
  readonly pid: number;
  /** The object it printed on its first line. */
  readonly ready: Ready;
  /** From starting the process to that line. */
  readonly startMs: number;
}

/** What `letterpress serve --json` says first. */
export interface BrokerReady {
  readonly kafka: string;
  readonly http: string;
}

/** What the bare servers say first. */
export interface BareReady {
  readonly port: number;
}

/** Starts `letterpress serve` on free ports, as it is built; from source where this process runs from source. */
export function startBroker(data: string, flags: readonly string[] = []): Promise<ChildServer<BrokerReady>> {
  const isSource = process.execArgv.includes("--conditions=@letterpress/source");
  const command = join(root, "packages/cli", isSource ? "src/main.ts" : "dist/main.js");
  const own = ["--json", "--log-level", "warn", "--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0"];
  return startChild([command, "serve", "--data", data, ...own, ...flags]);
}

/** Starts one of the bare loops in `cells/`. */
export function startBare(script: string, input: unknown): Promise<ChildServer<BareReady>> {
  return startChild([join(root, "test/bench/cells", script), JSON.stringify(input)]);
}

async function startChild<Ready>(args: readonly string[]): Promise<ChildServer<Ready>> {
  const startedMs = performance.now();
  const profiling = process.env.LETTERPRESS_BENCH_PROFILE;
  const profile = profiling === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profiling}`];
  const child = spawn(process.execPath, [...process.execArgv, ...profile, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ready = JSON.parse(await firstLine(child)) as Ready;
  return {
    pid: child.pid!,
    ready,
    startMs: performance.now() - startedMs,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  const timeout = setTimeout(() => child.kill("SIGKILL"), READY_TIMEOUT_MS);
  try {
    return await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout! }).once("line", resolve);
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`a server ended with ${code} before it was ready`)));
    });
  } finally {
    clearTimeout(timeout);
  }
}
