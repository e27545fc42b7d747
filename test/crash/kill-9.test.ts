import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Letterpress, type Producer } from "@letterpress/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";

/** 20 in every test run; `LETTERPRESS_KILLS=500 npx vitest run test/crash` before a release. */
const KILLS = Number(process.env.LETTERPRESS_KILLS ?? 20);
const PARTITIONS = 3;
const TOPIC = "ledger";
const ACKNOWLEDGED_PER_ROUND = 200;

let data: string;
let server: ServerProcess;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "letterpress-kill-"));
  server = await startServerProcess({ data });
});
afterEach(async () => {
  await server.stop("SIGKILL");
  await rm(data, { recursive: true, force: true });
});

/** The server is killed without a chance to flush, and started again on the same folder and ports. */
async function killAndRestart(): Promise<void> {
  const { kafka, http } = server;
  await server.stop("SIGKILL");
  server = await startServerProcess({ data, kafka, http: http.replace("http://", "") });
}

/** Sends numbered records to every partition until told to stop; a record counts once it is acknowledged. */
class Writer {
  readonly acknowledged: number[][] = Array.from({ length: PARTITIONS }, () => []);
  readonly #producer: Producer;
  #stopped = false;
  readonly #loops: Promise<void>[];

  constructor(producer: Producer) {
    this.#producer = producer;
    this.#loops = this.acknowledged.map((_, partition) => this.#write(partition));
  }

  get count(): number {
    return this.acknowledged.reduce((sum, { length }) => sum + length, 0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }

  async #write(partition: number): Promise<void> {
    for (let number = 0; !this.#stopped; ) {
      const numbers = Array.from({ length: 5 }, () => number++);
      await Promise.all(
        numbers.map(async (each) => {
          await this.#producer.send({ topic: TOPIC, partition, value: String(each) });
          this.acknowledged[partition]!.push(each);
        }),
      );
    }
  }
}

test(`${KILLS} kills while producing: every acknowledged record is there, once, in order`, {
  timeout: 60_000 + KILLS * 15_000,
}, async () => {
  await using client = new Letterpress({ brokers: [server.kafka], requestTimeoutMs: 5_000 });
  await client.admin().topics.create([{ name: TOPIC, partitions: PARTITIONS }]);
  await using producer = client.producer({ deliveryTimeoutMs: 120_000 });
  const writer = new Writer(producer);
  for (let round = 0; round < KILLS; round++) {
    const target = writer.count + ACKNOWLEDGED_PER_ROUND;
    await waitFor(`round ${round}: ${target} acknowledged records`, () => writer.count >= target, 60_000);
    await killAndRestart();
  }
  await writer.stop();

  const read: number[][] = Array.from({ length: PARTITIONS }, () => []);
  await using consumer = client.consumer();
  await consumer.assign(read.map((_, partition) => ({ topic: TOPIC, partition, offset: 0n })));
  let count = 0;
  for await (const record of consumer) {
    expect(record.offset).toBe(BigInt(read[record.partition]!.length));
    read[record.partition]!.push(Number(record.value));
    if (++count === writer.count) break;
  }
  expect(read).toEqual(writer.acknowledged.map((numbers) => numbers.toSorted((a, b) => a - b)));
  // Nothing is behind the last acknowledged record either: the producer waited for each one.
  const ends = await client.admin().topics.listOffsets(
    read.map((_, partition) => ({ topic: TOPIC, partition })),
    "latest",
  );
  expect(ends.map(({ offset }) => Number(offset))).toEqual(read.map(({ length }) => length));
});

test("a group resumes where it committed, after each kill", { timeout: 300_000 }, async () => {
  await using client = new Letterpress({ brokers: [server.kafka], requestTimeoutMs: 5_000 });
  await client.admin().topics.create([{ name: TOPIC, partitions: 1 }]);
  await using producer = client.producer();
  const total = 500;
  await producer.sendBatch(
    TOPIC,
    Array.from({ length: total }, (_, number) => ({ value: String(number) })),
  );

  const seen: number[] = [];
  for (let round = 0; seen.length < total; round++) {
    await using consumer = client.consumer({ topics: [TOPIC], group: "resuming", autoCommit: false });
    const upTo = Math.min(total, seen.length + 100);
    for await (const record of consumer) {
      seen.push(Number(record.value));
      if (seen.length === upTo) {
        await consumer.commit();
        break;
      }
    }
    if (round < 4) await killAndRestart();
  }
  expect(seen).toEqual(Array.from({ length: total }, (_, number) => number));
});
