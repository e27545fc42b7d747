import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { NatsRoutes } from "./nats-routes.ts";

const READY_TIMEOUT_MS = 30_000;
const POLL_MS = 50;

interface Ports {
  readonly client: number;
  readonly route: number;
  readonly monitor: number;
}

/** One nats-server process on loopback, with a store of its own. */
export class NatsServer {
  readonly name: string;
  readonly ports: Ports;
  readonly #binary: string;
  readonly #configFile: string;
  #process: ChildProcess | undefined;

  constructor(name: string, ports: Ports, binary: string, configFile: string) {
    this.name = name;
    this.ports = ports;
    this.#binary = binary;
    this.#configFile = configFile;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.ports.client}`;
  }

  /** Starts the process; its store is what the last one left. */
  async start(): Promise<void> {
    const started = spawn(this.#binary, ["-c", this.#configFile], { stdio: "ignore" });
    this.#process = started;
    await until(`${this.name} to listen`, async () => {
      if (started.exitCode !== null) throw new Error(`${this.name} ended with code ${started.exitCode}`);
      // Another process may have taken the port since it was found free.
      const isOurs = (await this.monitor("/varz"))?.server_name === this.name;
      return isOurs && (await accepts(this.ports.client));
    });
  }

  async kill(): Promise<void> {
    const running = this.#process;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, "exit");
    running.kill("SIGKILL");
    await exited;
  }

  pause(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  /** A page of the monitoring port; undefined when nobody answers. */
  async monitor(path: string): Promise<Record<string, unknown> | undefined> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.ports.monitor}${path}`, {
        signal: AbortSignal.timeout(1_000),
      });
      return (await response.json()) as Record<string, unknown>;
    } catch {
      return undefined;
    }
  }
}

/** Several nats-servers that form one JetStream cluster, or one by itself. */
export class NatsCluster implements AsyncDisposable {
  readonly servers: readonly NatsServer[];
  readonly #routes: NatsRoutes | undefined;
  readonly #folder: string;

  private constructor(servers: readonly NatsServer[], routes: NatsRoutes | undefined, folder: string) {
    this.servers = servers;
    this.#routes = routes;
    this.#folder = folder;
  }

  /** @param hasCuttableRoutes whether what the servers tell each other goes through proxies. */
  static start(binary: string, count: 1 | 3, settings = "", hasCuttableRoutes = false): Promise<NatsCluster> {
    return NatsCluster.startWith(binary, count, (parts) => configOf(parts, settings), hasCuttableRoutes);
  }

  /** Starts servers whose whole configuration is given. */
  static async startWith(
    binary: string,
    count: 1 | 3,
    config: (parts: ConfigParts) => string,
    hasCuttableRoutes = false,
  ): Promise<NatsCluster> {
    const folder = mkdtempSync(join(tmpdir(), "letterpress-nats-"));
    const free = await freePorts(count * 3);
    const ports = Array.from({ length: count }, (_, index) => ({
      client: free[index * 3]!,
      route: free[index * 3 + 1]!,
      monitor: free[index * 3 + 2]!,
    }));
    const routePorts = ports.map(({ route }) => route);
    const routes = hasCuttableRoutes ? await NatsRoutes.open(routePorts) : undefined;
    const direct = count === 1 ? [] : routePorts.map((port) => `127.0.0.1:${port}`);
    const servers = ports.map((own, index) => {
      const name = `${basename(folder)}-${index + 1}`;
      const configFile = join(folder, `${name}.conf`);
      const store = join(folder, name);
      const parts = { name, own, store, routes: routes?.from(index) ?? direct, isHidden: hasCuttableRoutes };
      writeFileSync(configFile, config(parts));
      return new NatsServer(name, own, binary, configFile);
    });
    const cluster = new NatsCluster(servers, routes, folder);
    await Promise.all(servers.map((server) => server.start()));
    await cluster.ready();
    return cluster;
  }

  get urls(): string[] {
    return this.servers.map(({ url }) => url);
  }

  /** Resolves when JetStream takes requests: alone at once, in a cluster with a leader that sees all the others. */
  async ready(): Promise<void> {
    if (this.servers.length === 1) return;
    await until("the cluster's leader to see every server", async () => {
      const pages = await Promise.all(this.servers.map((server) => server.monitor("/jsz")));
      return pages.some((page) => {
        const meta = page?.meta_cluster as { replicas?: { offline?: boolean }[] } | undefined;
        const present = meta?.replicas?.filter(({ offline }) => offline !== true) ?? [];
        return present.length === this.servers.length - 1;
      });
    });
  }

  /** The ways from server to server, where they can be cut. */
  get routes(): NatsRoutes {
    if (this.#routes === undefined)
      throw new Error("the cluster was not started with routes that can be cut");
    return this.#routes;
  }

  /** Resolves when every server has what it keeps replicas of: a fault from then on is the only one. */
  async healthy(): Promise<void> {
    const isHealthy = async (server: NatsServer) => (await server.monitor("/healthz"))?.status === "ok";
    await until("every NATS server to have caught up", async () =>
      (await Promise.all(this.servers.map(isHealthy))).every(Boolean),
    );
  }

  /** The server that leads the stream; undefined while none does. */
  async leaderOf(stream: string): Promise<NatsServer | undefined> {
    const leader = (await this.leaders()).get(stream);
    return this.servers.find(({ name }) => name === leader);
  }

  /** The name of the server that leads each stream, as far as the servers tell; empty while none does. */
  async leaders(): Promise<Map<string, string>> {
    const leaders = new Map<string, string>();
    for (const page of await Promise.all(this.servers.map((server) => server.monitor("/jsz?streams=true")))) {
      const accounts = (page?.account_details ?? []) as { readonly stream_detail?: StreamDetail[] }[];
      for (const { name, cluster } of accounts.flatMap((account) => account.stream_detail ?? [])) {
        leaders.set(name, cluster?.leader || (leaders.get(name) ?? ""));
      }
    }
    return leaders;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server.kill()));
    await this.#routes?.[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

interface StreamDetail {
  readonly name: string;
  readonly cluster?: { readonly leader?: string };
}

/** What every server of a cluster has of its own. */
export interface ConfigParts {
  readonly name: string;
  readonly own: Ports;
  /** Where the other servers are reached, as `host:port`. */
  readonly routes: readonly string[];
  /** Whether the others are to reach this server by the routes they were given alone. */
  readonly isHidden: boolean;
  readonly store: string;
}

function configOf({ name, own, routes, isHidden, store }: ConfigParts, settings: string): string {
  const urls = routes.map((address) => `nats://${address}`).join(", ");
  // What a hidden server tells of itself leads nowhere.
  const advertised = isHidden ? `advertise: "127.0.0.1:1", ` : "";
  const cluster = `cluster { name: test, listen: "127.0.0.1:${own.route}", ${advertised}routes: [${urls}] }`;
  return `server_name: ${name}
listen: "127.0.0.1:${own.client}"
http: "127.0.0.1:${own.monitor}"
jetstream { store_dir: ${JSON.stringify(store)} }
${routes.length > 0 ? cluster : ""}
${settings}
`;
}

/** Whether somebody listens on the port: the monitoring port is there first. */
async function accepts(port: number): Promise<boolean> {
  const socket = createConnection({ host: "127.0.0.1", port });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePorts(count: number): Promise<number[]> {
  const listeners = Array.from({ length: count }, () => createServer());
  await Promise.all(listeners.map((listener) => once(listener.listen(0, "127.0.0.1"), "listening")));
  const ports = listeners.map((listener) => (listener.address() as { port: number }).port);
  await Promise.all(listeners.map((listener) => new Promise((resolve) => listener.close(resolve))));
  return ports;
}

/** Waits for a condition of another process, which can only be asked again. */
export async function until(
  what: string,
  isTrue: () => Promise<boolean> | boolean,
  timeoutMs = READY_TIMEOUT_MS,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > deadlineMs) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await delay(POLL_MS);
  }
}
