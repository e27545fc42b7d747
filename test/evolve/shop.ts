import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Letterpress } from "@letterpress/client";
import { startTestServer, type TestServer } from "@letterpress/testing";
import { sendNotifications } from "../../examples/src/services/notifications.ts";
import { placeOrders } from "../../examples/src/services/orders.ts";
import { settlePayments } from "../../examples/src/services/payments.ts";
import { run } from "../../packages/cli/src/program.ts";
import { memoryIo } from "../../packages/cli/src/testing/memory-io.ts";
import { waitFor } from "../support/wait-for.ts";

const SCHEMAS = join(import.meta.dirname, "../../schemas");

const TAKES_BROKERS: readonly string[] = ["evolve", "delete"];
const TAKES_CONTRACTS: readonly string[] = ["check", "diff", "evolve", "register"];

export interface CommandRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The example services' contracts in a folder of their own, a server that has them, and the command line. */
export class Shop implements AsyncDisposable {
  readonly folder: string;
  readonly server: TestServer;
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>[] = [];
  #orders: Letterpress | undefined;

  private constructor(folder: string, server: TestServer) {
    this.folder = folder;
    this.server = server;
  }

  static async start(): Promise<Shop> {
    const folder = await mkdtemp(join(tmpdir(), "letterpress-evolve-"));
    await cp(SCHEMAS, join(folder, "schemas"), { recursive: true });
    const manifest = join(folder, "schemas/topics.yaml");
    const text = await readFile(manifest, "utf8");
    await writeFile(manifest, text.replace("../examples/src/gen", "../src/gen"));
    return new Shop(folder, await startTestServer({ contracts: manifest }));
  }

  read(file: string): Promise<string> {
    return readFile(join(this.folder, file), "utf8");
  }

  /** Changes a file as a user would in an editor. */
  async edit(file: string, from: string, to: string): Promise<void> {
    const text = await this.read(file);
    if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
    await writeFile(join(this.folder, file), text.replace(from, to));
  }

  /** Runs `letterpress schema ...` in the folder, with flags for whatever the subcommand talks to. */
  schema(...args: string[]): Promise<CommandRun> {
    const [subcommand = ""] = args;
    const flags = ["--registry", this.server.registry];
    if (TAKES_BROKERS.includes(subcommand)) flags.push("--brokers", this.server.kafka);
    if (TAKES_CONTRACTS.includes(subcommand))
      flags.push("--contracts", join(this.folder, "schemas/topics.yaml"));
    return this.run(["schema", ...args, ...flags]);
  }

  /** Runs a command in the folder. */
  async run(args: readonly string[]): Promise<CommandRun> {
    const io = memoryIo({ cwd: this.folder });
    const code = await run(args, io);
    // What was written is read in the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    return { code, stdout: io.output(), stderr: io.errors() };
  }

  /** Places orders with the examples' generated code. */
  async placeOrders(count: number): Promise<void> {
    this.#orders = this.#client("orders");
    await placeOrders({ client: this.#orders, signal: this.#stop.signal, log: () => {} }, count);
  }

  /** Ends what has placed the orders. */
  async closeOrders(): Promise<void> {
    await this.#orders?.close();
  }

  /** Runs the payments service until the shop closes; resolves when it has settled so many orders. */
  async runPayments(untilSettled: number): Promise<void> {
    await this.#startPayments(this.#stop.signal, untilSettled);
  }

  /** Runs the payments service until it has settled so many orders; what it has read is committed then. */
  async runPaymentsOnce(untilSettled: number): Promise<void> {
    const stop = new AbortController();
    const running = await this.#startPayments(stop.signal, untilSettled);
    stop.abort();
    await running.ended;
  }

  /** Starts the payments service with nothing left to settle; resolves when it is in its group. */
  async resumePayments(): Promise<void> {
    await this.#startPayments(this.#stop.signal, 0);
    const { groups } = this.#client("watcher").admin();
    await waitFor("the payments service is in its group", async () => {
      const { state, members } = await groups.describe("payments");
      return state === "Stable" && members.length === 1;
    });
  }

  /** Runs the notifications service, which reads payments, until the shop closes; resolves when it has sent one. */
  async runNotifications(): Promise<void> {
    let sent = 0;
    const context = { client: this.#client("notifications"), signal: this.#stop.signal, log: () => {} };
    this.#running.push(sendNotifications(context, () => sent++));
    await waitFor("a notification is sent", () => sent > 0);
  }

  /** Gives a group that is stopped a place at the beginning of the orders. */
  async stopAtBeginning(group: string): Promise<void> {
    await this.#client("watcher").admin().groups.resetOffsets(group, ["orders.placed"], "earliest");
  }

  async #startPayments(
    signal: AbortSignal,
    untilSettled: number,
  ): Promise<{ readonly ended: Promise<void> }> {
    let settled = 0;
    const ended = settlePayments(
      { client: this.#client("payments"), signal, log: () => {} },
      () => settled++,
    );
    this.#running.push(ended);
    await waitFor(`${untilSettled} orders are settled`, () => settled >= untilSettled);
    return { ended };
  }

  #client(clientId: string): Letterpress {
    return this.server.client({ clientId });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#running);
    await this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
