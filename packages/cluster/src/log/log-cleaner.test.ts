import { logConfig } from "@letterpress/log";
import { keyedBatch } from "@letterpress/log/testing";
import { expect, test } from "vitest";
import type { CleanedStreams } from "../jetstream/cleaned-streams.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import { SimulatedCleanedStreams } from "../testing/simulated-cleaned-streams.ts";
import { SimulatedNetwork } from "../testing/simulated-network.ts";
import { SimulatedStream } from "../testing/simulated-stream.ts";
import type { Generation } from "./generation.ts";
import { InFlightBudget } from "./in-flight-budget.ts";
import { JetStreamLog } from "./jetstream-log.ts";
import { TailBudget } from "./tail-cache.ts";
import { takeOver } from "./take-over.ts";

const BATCHES = 40;
const LATER_MS = 1_000_000;
const CONFIG = logConfig({ segmentBytes: 400, cleanupPolicy: { delete: false, compact: true } });

/** A compacted log on servers that fail only where a test has them fail. */
class Setup implements Disposable {
  readonly #network = new SimulatedNetwork(() => 0.5, {
    lostReply: 0,
    lateAppend: 0,
    staleInfo: 0,
    staleLeader: 0,
    misread: 0,
  });
  readonly #stream = new SimulatedStream(this.#network);
  readonly #streams = new SimulatedCleanedStreams(this.#network);
  #isDone = false;

  constructor() {
    const step = (): void => {
      this.#network.step();
      if (!this.#isDone) setImmediate(step);
    };
    step();
  }

  /** The generations whose streams are there. */
  get present(): readonly Generation[] {
    return this.#streams.present;
  }

  /** The streams of compacted fronts, as another process has them. */
  connect(): CleanedStreams {
    return this.#streams.connect(this.#network.client());
  }

  async open(cleaned = this.connect()): Promise<JetStreamLog> {
    const stream = this.#stream.connect();
    const content = await takeOver({
      stream,
      cleaned,
      firstSequence: 1,
      mayLead: () => true,
      leaderEpoch: undefined,
      timeoutMs: 5_000,
      segmentBytes: CONFIG.segmentBytes,
    });
    const services = {
      tailBudget: new TailBudget(1 << 20),
      inFlightBudget: new InFlightBudget(1 << 20),
      batchBytesMax: 1 << 20,
    };
    return new JetStreamLog({ stream, cleaned, config: CONFIG, content, services });
  }

  [Symbol.dispose](): void {
    this.#isDone = true;
  }
}

async function fill(log: JetStreamLog): Promise<void> {
  for (let index = 0; index < BATCHES; index++) {
    await log.append(keyedBatch([{ key: `k${index % 3}`, value: `${index}` }]));
  }
}

test("what a deposed leader leaves late is removed by the next run, though there is nothing to compact", async () => {
  using setup = new Setup();
  await (await setup.open()).close();
  const log = await setup.open();
  await fill(log);
  expect(await log.enforceRetention(LATER_MS)).toBeGreaterThan(0);
  const adopted = setup.present;
  await setup.connect().create({ term: adopted[0]!.term - 1, number: 1 });
  expect(setup.present).toHaveLength(2);
  expect(await log.enforceRetention(LATER_MS)).toBe(0);
  expect(setup.present).toEqual(adopted);
  await log.close();
});

test("a stream that was made, though it did not seem so, is removed by a next run that fails, too", async () => {
  using setup = new Setup();
  const healthy = setup.connect();
  const failure = new JetStreamError("UNAVAILABLE", "simulated");
  const create = async (generation: Generation) => {
    await healthy.create(generation);
    throw failure;
  };
  const cleaned = { ...healthy, create };
  const log = await setup.open(cleaned);
  await fill(log);
  await expect(log.enforceRetention(LATER_MS)).rejects.toMatchObject({ code: "NOT_ENOUGH_REPLICAS" });
  expect(setup.present).toHaveLength(1);
  cleaned.create = () => Promise.reject(failure);
  await expect(log.enforceRetention(LATER_MS)).rejects.toMatchObject({ code: "NOT_ENOUGH_REPLICAS" });
  expect(setup.present).toEqual([]);
  await log.close();
});
