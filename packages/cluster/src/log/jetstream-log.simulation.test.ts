import { type Appended, LogError, logConfig } from "@letterpress/log";
import { batchOf, Random, recordsOf } from "@letterpress/log/testing";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { SimulatedCleanedStreams } from "../testing/simulated-cleaned-streams.ts";
import { SimulatedNetwork } from "../testing/simulated-network.ts";
import { SimulatedStream } from "../testing/simulated-stream.ts";
import { InFlightBudget } from "./in-flight-budget.ts";
import { JetStreamLog } from "./jetstream-log.ts";
import { LogContent } from "./log-content.ts";
import { TailBudget } from "./tail-cache.ts";
import { takeOver } from "./take-over.ts";

// Retries wait for the next turn instead of for the time they would.
vi.mock("node:timers/promises", () => ({
  setTimeout: () => new Promise((resolve) => setImmediate(resolve)),
}));

const CASES = 500;
const LOGS = 4;
const APPENDS = 40;
const STEPS_MAX = 100_000;
const services = {
  tailBudget: new TailBudget(1 << 24),
  inFlightBudget: new InFlightBudget(1 << 24),
  batchBytesMax: 1 << 20,
};

interface Acknowledged {
  readonly value: string;
  readonly offset: number;
}

/** Several logs on one stream, each taking over from the one before while that one still appends. */
async function run(random: () => number) {
  const network = new SimulatedNetwork(random, {
    lostReply: random() * 0.1,
    lateAppend: random(),
    staleInfo: 0.3,
    staleLeader: random() * 0.5,
    misread: random() * 0.5,
  });
  const stream = new SimulatedStream(network);
  const cleaned = new SimulatedCleanedStreams(network);
  const acknowledged: Acknowledged[] = [];
  const refused: unknown[] = [];
  let open = 0;
  const openLog = async (): Promise<JetStreamLog> => {
    const client = network.client();
    const connection = stream.connect(client);
    const options = { stream: connection, firstSequence: 1, mayLead: () => true, leaderEpoch: undefined };
    const content = await takeOver({ ...options, timeoutMs: 60_000, segmentBytes: 4_000 });
    return new JetStreamLog({
      stream: connection,
      cleaned: cleaned.connect(client),
      config: logConfig(),
      content,
      services,
    });
  };
  const appendSome = async (log: JetStreamLog, name: string): Promise<void> => {
    for (let index = 0; index < APPENDS; index++) {
      const value = `${name}-${index}`;
      // Batches of several records let the ends of two logs meet at other sequences.
      const records = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, at) => `${value}.${at}`);
      log.append(batchOf(records)).then(
        ({ baseOffset }: Appended) => acknowledged.push({ value: `${value}.0`, offset: Number(baseOffset) }),
        (error: unknown) => refused.push(error),
      );
      if (random() < 0.3) await new Promise(setImmediate);
    }
    open--;
  };
  const owners = async (): Promise<void> => {
    for (let index = 0; index < LOGS; index++) {
      const log = await openLog();
      open++;
      void appendSome(log, `log${index}`);
      for (let turns = Math.floor(random() * 60); turns > 0; turns--) await new Promise(setImmediate);
    }
  };
  let isDone = false;
  const finished = owners().finally(() => {
    isDone = true;
  });
  let quietTurns = 0;
  for (let steps = 0; quietTurns < 20; steps++) {
    if (steps > STEPS_MAX) throw new Error("the logs never came to rest");
    network.step();
    if (random() < 0.5) await new Promise(setImmediate);
    quietTurns = isDone && open === 0 && network.isQuiet ? quietTurns + 1 : 0;
    if (quietTurns > 0) await new Promise(setImmediate);
  }
  await finished;
  return { stream, acknowledged, refused };
}

/** What a reader of the stream takes for the log. */
function readLog({ messages }: SimulatedStream): Acknowledged[] {
  const content = new LogContent();
  return messages.flatMap((message) => {
    if (!content.visit(message) || message.header?.kind !== "data") return [];
    const read = { chunks: [message.data], sizeBytes: 0, highWatermark: 0n, logStartOffset: 0n };
    return recordsOf(read).map(({ value, offset }) => ({ value, offset: Number(offset) }));
  });
}

test("what is acknowledged is in the log at its offset, once and in order, whoever took over meanwhile", {
  timeout: 60_000,
}, async () => {
  let total = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const random = new Random(seed);
      const { stream, acknowledged, refused } = await run(() => random.next());
      const stored = readLog(stream);
      expect(stored.map(({ offset }) => offset)).toEqual(stored.map((_, index) => index));
      expect(new Set(stored.map(({ value }) => value)).size).toBe(stored.length);
      for (const { value, offset } of acknowledged) expect(stored[offset]?.value).toBe(value);
      for (const error of refused) expect(error).toMatchObject({ name: LogError.name, code: "NOT_LEADER" });
      expect(acknowledged.length + refused.length).toBe(LOGS * APPENDS);
      total += acknowledged.length;
    }),
    { numRuns: CASES },
  );
  expect(total).toBeGreaterThan(CASES);
});
