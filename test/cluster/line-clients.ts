import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { startKafkaTool, whyNoKafkaTools } from "../oracles/kafka-tools.ts";
import { waitFor } from "../support/wait-for.ts";

const PACE_MS = 10;

/** A command-line client that produces the lines it is given and consumes lines. */
export interface LineClient {
  readonly name: string;
  produce(brokers: string, topic: string): ChildProcessWithoutNullStreams;
  consume(brokers: string, topic: string): ChildProcessWithoutNullStreams;
}

const KCAT: LineClient = {
  name: "kcat",
  produce: (brokers, topic) =>
    spawn("kcat", ["-b", brokers, "-P", "-t", topic, "-X", "enable.idempotence=true", "-X", "linger.ms=5"]),
  consume: (brokers, topic) =>
    spawn("kcat", ["-b", brokers, "-C", "-q", "-u", "-t", topic, "-o", "beginning"]),
};

const JAVA: LineClient = {
  name: "java",
  produce: (brokers, topic) =>
    startKafkaTool("org.apache.kafka.tools.ConsoleProducer", [
      ...["--bootstrap-server", brokers, "--topic", topic, "--timeout", "5"],
    ]),
  consume: (brokers, topic) =>
    startKafkaTool("org.apache.kafka.tools.consumer.ConsoleConsumer", [
      ...["--bootstrap-server", brokers, "--topic", topic, "--from-beginning", "--group", "java"],
    ]),
};

/** Those that are installed here; says which are not. */
export function findLineClients(): LineClient[] {
  const whyNoJava = whyNoKafkaTools();
  const hasKcat = spawnSync("kcat", ["-V"]).status === 0;
  if (!hasKcat) console.log("kcat is not installed: how it follows leadership is not tested");
  if (whyNoJava !== undefined) console.log(`how Java clients follow leadership is not tested: ${whyNoJava}`);
  return [...(hasKcat ? [KCAT] : []), ...(whyNoJava === undefined ? [JAVA] : [])];
}

/** One such client at work: numbered lines go in at an even pace, and come out again. */
export class LineWorkload implements AsyncDisposable {
  readonly sent: string[] = [];
  readonly seen: string[] = [];
  readonly #name: string;
  readonly #producer: ChildProcessWithoutNullStreams;
  readonly #consumer: ChildProcessWithoutNullStreams;
  readonly #feeding: Promise<void>;
  #errors = "";
  #isStopping = false;

  constructor(client: LineClient, brokers: string, topic: string) {
    this.#name = client.name;
    this.#producer = client.produce(brokers, topic);
    this.#consumer = client.consume(brokers, topic);
    // A producer that has ended says why by its exit code.
    this.#producer.stdin.on("error", () => {});
    for (const { stderr } of [this.#producer, this.#consumer]) {
      stderr.on("data", (chunk: Buffer) => {
        this.#errors += chunk;
      });
    }
    createInterface({ input: this.#consumer.stdout }).on("line", (line) => this.seen.push(line));
    this.#feeding = this.#feed();
  }

  /** Resolves when `count` lines more have come out. */
  async progress(count: number, what: string, timeoutMs: number): Promise<void> {
    const goal = this.seen.length + count;
    try {
      await waitFor(`${what} through ${this.#name}`, () => this.seen.length >= goal, timeoutMs);
    } catch (error) {
      throw new Error(`${this.sent.length} lines sent, ${this.seen.length} seen: ${this.#errors}`, {
        cause: error,
      });
    }
  }

  /** Ends the input, and resolves when everything was delivered; throws when the producer says that it was not. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#feeding;
    const exited = once(this.#producer, "exit");
    this.#producer.stdin.end();
    const [code] = (await exited) as [number | null];
    if (code !== 0) throw new Error(`${this.#name} ended with ${code}: ${this.#errors}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    await this.#feeding;
    for (const child of [this.#producer, this.#consumer]) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    }
  }

  async #feed(): Promise<void> {
    while (!this.#isStopping && this.#producer.exitCode === null) {
      const line = `${this.#name}/${this.sent.length}`;
      this.sent.push(line);
      this.#producer.stdin.write(`${line}\n`);
      await delay(PACE_MS);
    }
  }
}
