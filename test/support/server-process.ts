import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "../..");
const command = join(root, "packages/cli/src/main.ts");
const START_TIMEOUT_MS = 30_000;

export interface ServerProcessOptions {
  /** The data folder; without one everything is kept in memory. */
  readonly data?: string;
  /** Default: a free port of the loopback address. */
  readonly kafka?: string;
  readonly http?: string;
  /** Further arguments of `letterpress serve`. */
  readonly args?: readonly string[];
  /** The largest file the process may write, in units of the shell's `ulimit -f`: beyond it writes fail. */
  readonly fileBlocksMax?: number;
}

/** A server that runs as a process of its own, so that it can be killed. */
export interface ServerProcess {
  /** `host:port` of the Kafka listener. */
  readonly kafka: string;
  /** The registry's URL. */
  readonly http: string;
  readonly pid: number;
  /** Sends a signal and waits until the process is gone. Returns its exit code, or null when a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts `letterpress serve` from source and waits until it says that it is ready. */
export async function startServerProcess(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const { data, kafka = "127.0.0.1:0", http = "127.0.0.1:0", args = [], fileBlocksMax } = options;
  const storage = data === undefined ? ["--memory"] : ["--data", data];
  const serve = ["--conditions=@letterpress/source", command, "serve", "--json"];
  const served = [process.execPath, ...serve, ...storage, "--kafka", kafka, "--http", http, ...args];
  // The shell replaces itself by the server, so that its pid is the server's.
  const limited = ["/bin/sh", "-c", `ulimit -f ${fileBlocksMax} && exec "$0" "$@"`, ...served];
  const [program, ...programArgs] = fileBlocksMax === undefined ? served : limited;
  const child = spawn(program!, programArgs, { stdio: ["ignore", "pipe", "pipe"] });
  const errors: string[] = [];
  child.stderr!.on("data", (chunk: Buffer) => {
    errors.push(chunk.toString());
    if (errors.length > 200) errors.shift();
  });
  const ready = await firstLine(child, errors);
  return {
    kafka: ready.kafka,
    http: ready.http,
    pid: child.pid!,
    async stop(signal = "SIGTERM") {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit");
        child.kill(signal);
        await ended;
      }
      return child.exitCode;
    },
  };
}

async function firstLine(
  child: ChildProcess,
  errors: readonly string[],
): Promise<{ kafka: string; http: string }> {
  const lines = createInterface({ input: child.stdout! });
  const timeout = setTimeout(() => child.kill("SIGKILL"), START_TIMEOUT_MS);
  try {
    const line = await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      child.once("exit", (code) =>
        reject(new Error(`the server ended with ${code} before it was ready:\n${errors.join("")}`)),
      );
    });
    const ready = JSON.parse(line) as { event: string; kafka: string; http: string };
    if (ready.event !== "ready") throw new Error(`the server's first line is ${line}`);
    return ready;
  } finally {
    clearTimeout(timeout);
  }
}
