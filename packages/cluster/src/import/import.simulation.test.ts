import { LogError, logConfig, openMemoryEngine, type PartitionLog } from "@letterpress/log";
import { batchOf, partitionOf, Random } from "@letterpress/log/testing";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { InFlightBudget } from "../log/in-flight-budget.ts";
import { LogContent } from "../log/log-content.ts";
import { StreamWriter } from "../log/stream-writer.ts";
import { takeOver } from "../log/take-over.ts";
import { SimulatedNetwork } from "../testing/simulated-network.ts";
import { SimulatedStream } from "../testing/simulated-stream.ts";
import { sourceBatches } from "./source-batches.ts";
import { sourceMessages } from "./source-messages.ts";

// Retries wait for the next turn instead of for the time they would.
vi.mock("node:timers/promises", () => ({
  setTimeout: () => new Promise((resolve) => setImmediate(resolve)),
}));

const CASES = 300;
const ATTEMPTS = 4;
const BATCHES = 60;
const STEPS_MAX = 100_000;

async function sourceLog(random: () => number): Promise<PartitionLog> {
  const log = await openMemoryEngine().open(partitionOf("source"), logConfig({ segmentBytes: 1_000 }));
  for (let number = 0; number < BATCHES; number++) {
    await log.append(batchOf(Array.from({ length: 1 + Math.floor(random() * 3) }, () => `${number}`)));
  }
  await log.trim(BigInt(Math.floor(random() * 20)));
  return log;
}

/** Several attempts at one copy, over a network that fails; all but the last may be dead, or go on while others do. */
async function run(random: () => number) {
  const log = await sourceLog(random);
  const faults = {
    lostReply: random() * 0.4,
    lateAppend: random(),
    staleInfo: 0.3,
    staleLeader: random() * 0.3,
    misread: random() * 0.3,
  };
  const network = new SimulatedNetwork(random, faults);
  const stream = new SimulatedStream(network);
  const refused: unknown[] = [];
  let isDone = false;

  const attempt = async (connection: ReturnType<typeof stream.connect>): Promise<void> => {
    const options = { stream: connection, firstSequence: 1, mayLead: () => true, leaderEpoch: 0 };
    const content = await takeOver({ ...options, timeoutMs: 60_000, segmentBytes: 4_000 });
    const { signal } = new AbortController();
    const budget = new InFlightBudget(1 << 20);
    const writer = new StreamWriter({ stream: connection, content, budget, signal, onStored: () => {} });
    for await (const messages of sourceMessages(log, content.place)) await writer.write(messages);
    await writer.finish();
  };
  const attempts = async (): Promise<void> => {
    for (let number = 1; number < ATTEMPTS; number++) {
      const client = network.client();
      attempt(stream.connect(client)).catch((error: unknown) => refused.push(error));
      for (let turns = Math.floor(random() * 80); turns > 0; turns--) await new Promise(setImmediate);
      client.isDead = random() < 0.5;
    }
    // Whoever goes on for longer than the others ends it.
    while (!isDone) {
      isDone = await attempt(stream.connect()).then(
        () => true,
        (error: unknown) => {
          refused.push(error);
          return false;
        },
      );
    }
  };
  const finished = attempts();
  for (let steps = 0; !isDone || !network.isQuiet; steps++) {
    if (steps > STEPS_MAX) throw new Error("the attempts never came to an end");
    network.step();
    if (random() < 0.5) await new Promise(setImmediate);
  }
  await finished;
  return { log, stream, refused };
}

test("a copy is the source, whatever became of the attempts before and beside it", {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const random = new Random(seed);
      const { log, stream, refused } = await run(() => random.next());
      const content = new LogContent();
      const copied = stream.messages.filter(
        (message) => content.visit(message) && message.header?.kind === "data",
      );
      const batches: Buffer[] = [];
      for await (const piece of sourceBatches(log)) batches.push(...piece.map(({ bytes }) => bytes));
      expect(Buffer.concat(copied.map(({ data }) => data))).toEqual(Buffer.concat(batches));
      expect(content.place).toMatchObject({
        startOffset: Number(log.startOffset),
        endOffset: Number(log.endOffset),
      });
      for (const error of refused) expect(error).toMatchObject({ name: LogError.name, code: "NOT_LEADER" });
    }),
    { numRuns: CASES },
  );
});
