import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const CLI = join(import.meta.dirname, "../../packages/cli/src/main.ts");
const START_TIMEOUT_MS = 60_000;

export interface BrokerProcessOptions {
  readonly nodeId: number;
  /** The NATS servers, as `nats://host:port`. */
  readonly servers: readonly string[];
  readonly replicas: 1 | 3;
  /** Whether to connect to no servers but those given. Default false. */
  readonly ignoreAdvertised?: boolean;
  /** How long a broker that was killed keeps what it leads. Default 5000, so that tests need not wait long. */
  readonly sessionMs?: number;
  /** Default 0, a free port. */
  readonly kafkaPort?: number;
  /** Broker configs. */
  readonly configs?: Readonly<Record<string, string | number>>;
}

/** One broker of a cluster in a process of its own, to be killed and paused. */
export class BrokerProcess {
  readonly nodeId: number;
  /** `host:port` */
  readonly kafka: string;
  /** The registry's URL. */
  readonly http: string;
  readonly #process: ChildProcess;

  private constructor(nodeId: number, kafka: string, http: string, process: ChildProcess) {
    this.nodeId = nodeId;
    this.kafka = kafka;
    this.http = http;
    this.#process = process;
  }

  /** Resolves when the broker has joined. What it logs goes to this process's stderr. */
  static async start(options: BrokerProcessOptions): Promise<BrokerProcess> {
    const { nodeId, servers, replicas, sessionMs = 5_000, kafkaPort = 0, configs = {} } = options;
    const { ignoreAdvertised = false } = options;
    const folder = mkdtempSync(join(tmpdir(), "letterpress-broker-"));
    const settings = {
      nodeId,
      kafka: `127.0.0.1:${kafkaPort}`,
      http: "127.0.0.1:0",
      cluster: { servers, replicas, sessionMs, ignoreAdvertised },
      broker: configs,
      log: { level: "error" },
    };
    writeFileSync(join(folder, "letterpress.json"), JSON.stringify(settings));
    const started = spawn(
      process.execPath,
      ["--conditions=@letterpress/source", "--disable-warning=ExperimentalWarning", CLI, "serve", "--json"],
      { cwd: folder, stdio: ["ignore", "pipe", "inherit"] },
    );
    started.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    const signal = AbortSignal.timeout(START_TIMEOUT_MS);
    const ended = once(started, "exit").then(() => {
      throw new Error(`broker ${nodeId} ended before it was ready`);
    });
    const lines = createInterface({ input: started.stdout! });
    const [line] = (await Promise.race([once(lines, "line", { signal }), ended])) as [string];
    ended.catch(() => {});
    const { kafka, http } = JSON.parse(line) as { readonly kafka: string; readonly http: string };
    return new BrokerProcess(nodeId, kafka, http, started);
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Ends the process at once, as a crash does. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  /** Asks the broker to stop in good order. */
  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  pause(): void {
    this.#process.kill("SIGSTOP");
  }

  resume(): void {
    this.#process.kill("SIGCONT");
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    if (!this.isRunning) return;
    const exited = once(this.#process, "exit");
    this.#process.kill(signal);
    await exited;
  }
}
