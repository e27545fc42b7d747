import { setTimeout as delay } from "node:timers/promises";
import { type Consumer, type ConsumerRecord, Letterpress, type Producer } from "@letterpress/client";
import { waitFor } from "../support/wait-for.ts";
import type { History, Seen } from "./history.ts";
import { Interruptions } from "./interruptions.ts";

export const TOPIC = "faults";
const IN_FLIGHT = 5;
/** Between the sends of one partition: busy enough to notice every pause, and leaves the machine to the servers. */
const PACE_MS = 50;
const DELIVERY_TIMEOUT_MS = 120_000;
const READ_TIMEOUT_MS = 60_000;

/** Kafka clients at work on one topic: a producer per partition, a consumer of its own and a group of two. */
export class KafkaWorkload implements AsyncDisposable {
  readonly #history: History;
  readonly #partitions: readonly number[];
  readonly #client: Letterpress;
  /** Default: the client's. */
  readonly #requestTimeoutMs: number | undefined;
  readonly #producer: Producer;
  readonly #consumers: Consumer[] = [];
  readonly #acknowledged: number[];
  readonly #acknowledgedValues: string[] = [];
  /** Behind the last record that was acknowledged, by partition. */
  readonly #ends: bigint[];
  readonly #interruptions: Interruptions;
  /** Behind the last record that the group has seen, by partition. */
  readonly #groupedEnds: bigint[];
  readonly #grouped = new Set<string>();
  #isStopping = false;
  #producing: Promise<unknown> = Promise.resolve();
  #consuming: Promise<unknown>[] = [];

  private constructor(client: Letterpress, partitions: number, history: History, requestTimeoutMs?: number) {
    this.#client = client;
    this.#requestTimeoutMs = requestTimeoutMs;
    this.#partitions = Array.from({ length: partitions }, (_, index) => index);
    this.#acknowledged = this.#partitions.map(() => 0);
    this.#ends = this.#partitions.map(() => 0n);
    this.#groupedEnds = this.#partitions.map(() => 0n);
    this.#interruptions = new Interruptions(partitions);
    this.#history = history;
    this.#producer = client.producer({
      deliveryTimeoutMs: DELIVERY_TIMEOUT_MS,
      requestTimeoutMs,
    });
  }

  static async start(
    brokers: readonly string[],
    partitions: number,
    history: History,
    requestTimeoutMs?: number,
  ): Promise<KafkaWorkload> {
    const client = new Letterpress({ brokers, requestTimeoutMs });
    // A broker that has just joined is not known to all at once, and partitions are shared out among those that are.
    const known = async () => (await client.admin().configs.describeCluster()).brokers.length;
    await waitFor("every broker to be known", async () => (await known()) >= brokers.length);
    await client.admin().topics.create([{ name: TOPIC, partitions }]);
    const workload = new KafkaWorkload(client, partitions, history, requestTimeoutMs);
    await workload.#start();
    return workload;
  }

  get acknowledgedCount(): number {
    return this.#acknowledged.reduce((sum, count) => sum + count, 0);
  }

  /** Everything below was acknowledged, or lies in front of something that was. */
  endOf(partition: number): bigint {
    return this.#ends[partition]!;
  }

  /** Measures from now on for how long partitions are not served. */
  watch(): Interruptions {
    this.#interruptions.restart();
    return this.#interruptions;
  }

  /** Resolves when `records` more have been acknowledged on every partition. */
  async progress(records: number, what: string, timeoutMs: number): Promise<void> {
    const goals = this.#acknowledged.map((count) => count + records);
    const isReached = () => this.#acknowledged.every((count, partition) => count >= goals[partition]!);
    // A send that has failed for good is told at once.
    await Promise.race([waitFor(what, isReached, timeoutMs), this.#producing]);
  }

  /** Resolves when the group has come to the end of what is acknowledged by now. */
  async caughtUp(timeoutMs: number): Promise<void> {
    const ends = [...this.#ends];
    const behind = () => this.#partitions.filter((each) => this.#groupedEnds[each]! < ends[each]!);
    await waitFor("the group to catch up", () => behind().length === 0, timeoutMs).catch((cause) => {
      const places = behind().map((each) => `${each} at ${this.#groupedEnds[each]} of ${ends[each]}`);
      throw new Error(`the group is stuck in the partitions ${places.join(", ")}`, { cause });
    });
  }

  /** Stops producing, and waits until the group has seen everything that was acknowledged. */
  async stop(timeoutMs: number): Promise<void> {
    this.#isStopping = true;
    await this.#producing;
    await this.caughtUp(timeoutMs);
    const unseen = () => this.#acknowledgedValues.filter((value) => !this.#grouped.has(value));
    await waitFor("the group to see everything", () => unseen().length === 0, timeoutMs).catch((cause) => {
      throw new Error(`the group has passed over ${unseen().length} records: ${unseen().slice(0, 20)}`, {
        cause,
      });
    });
    await Promise.all(this.#consumers.map((consumer) => consumer.close()));
    await Promise.all(this.#consuming);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    await this.#client.close();
    await Promise.allSettled([this.#producing, ...this.#consuming]);
  }

  async #start(): Promise<void> {
    this.#producing = Promise.all(this.#partitions.map((partition) => this.#produce(partition)));
    this.#producing.catch(() => {});
    const reader = this.#client.consumer({ requestTimeoutMs: this.#requestTimeoutMs });
    const partitions = this.#partitions.map((partition) => ({ topic: TOPIC, partition, offset: 0n }));
    await reader.assign(partitions);
    this.#consume(
      reader,
      () => "reader",
      () => {},
    );
    for (const member of ["first", "second"]) {
      let assignments = 0;
      const consumer = this.#client.consumer({
        topics: [TOPIC],
        group: "faults",
        sessionTimeoutMs: 10_000,
        requestTimeoutMs: this.#requestTimeoutMs,
        onPartitionsAssigned: () => void assignments++,
      });
      // After an assignment a member goes on where the group last committed, and may see records again.
      this.#consume(
        consumer,
        () => `${member} ${assignments}`,
        ({ partition, offset, value }) => {
          this.#grouped.add(`${value}`);
          if (offset >= this.#groupedEnds[partition]!) this.#groupedEnds[partition] = offset + 1n;
        },
      );
    }
  }

  /** Values are numbered; up to five are on their way, and the client keeps them in order. */
  async #produce(partition: number): Promise<void> {
    for (let number = 0; !this.#isStopping; number += IN_FLIGHT) {
      const values = Array.from({ length: IN_FLIGHT }, (_, index) => `p${partition}/${number + index}`);
      await Promise.all([...values.map((value) => this.#send(partition, value)), delay(PACE_MS)]);
    }
  }

  async #send(partition: number, value: string): Promise<void> {
    this.#history.sent(partition, value);
    const { offset } = await this.#producer.send({ topic: TOPIC, partition, value });
    this.#history.acknowledged({ partition, offset: Number(offset), value });
    this.#acknowledged[partition]!++;
    this.#acknowledgedValues.push(value);
    this.#interruptions.acknowledged(partition);
    if (offset >= this.#ends[partition]!) this.#ends[partition] = offset + 1n;
  }

  #consume(consumer: Consumer, nameOf: () => string, onRecord: (record: ConsumerRecord) => void): void {
    this.#consumers.push(consumer);
    const run = async (): Promise<void> => {
      for await (const record of consumer) {
        const { partition, offset, value } = record;
        this.#history.polled(nameOf(), [{ partition, offset: Number(offset), value: `${value}` }]);
        onRecord(record);
      }
    };
    this.#consuming.push(run());
  }
}

/** Everything in the topic, read from the start by a client of its own. */
export async function readTopic(brokers: readonly string[], partitions: number): Promise<Seen[]> {
  await using client = new Letterpress({ brokers });
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic: TOPIC, partition }));
  const ends = await client.admin().topics.listOffsets(all, "latest");
  let left = ends.reduce((sum, { offset }) => sum + Number(offset), 0);
  const seen: Seen[] = [];
  await using consumer = client.consumer({ signal: AbortSignal.timeout(READ_TIMEOUT_MS) });
  await consumer.assign(all.map((each) => ({ ...each, offset: 0n })));
  if (left === 0) return seen;
  for await (const { partition, offset, value } of consumer) {
    seen.push({ partition, offset: Number(offset), value: `${value}` });
    if (--left === 0) break;
  }
  if (left > 0) throw new Error(`${left} records could not be read`);
  return seen;
}
