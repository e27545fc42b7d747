// Appends record batches to a stream of three replicas: through the partition log, or by bare publishing.
import { randomBytes, randomUUID } from "node:crypto";
import { openJetStreamEngine } from "@letterpress/cluster";
import { logConfig } from "@letterpress/log";
import { encodeRecordBatch } from "@letterpress/wire";
import { connect, headers } from "nats";
import { cellInput, endCell } from "../harness/run-cell.ts";

export interface JetStreamCellInput {
  readonly servers: readonly string[];
  readonly isBare: boolean;
  readonly batchBytes: number;
  readonly batches: number;
}

export interface JetStreamCellResult {
  readonly bytesPerSecond: number;
}

const RECORD_BYTES = 1024;
const IN_FLIGHT = 16;
/** As producers do, more wait than are on their way. */
const CALLERS = 2 * IN_FLIGHT;
const REPLICAS = 3;
const LEADER_ATTEMPTS_MAX = 30;

const input = cellInput<JetStreamCellInput>();
const recordsPerBatch = Math.floor(input.batchBytes / RECORD_BYTES);
// No producer sends the same memory over and over, so that it would never leave the processor's cache.
const batches = Array.from({ length: CALLERS }, () => {
  const records = Array.from({ length: recordsPerBatch }, () => ({
    value: randomBytes(RECORD_BYTES - 16),
    timestampMs: 1_700_000_000_000,
  }));
  return encodeRecordBatch(records);
});
const appendAll = input.isBare ? await bareAppends() : await logAppends();
const startedMs = performance.now();
await appendAll();
const seconds = (performance.now() - startedMs) / 1000;
endCell({ bytesPerSecond: (batches[0]!.length * input.batches) / seconds } satisfies JetStreamCellResult);

async function logAppends(): Promise<() => Promise<void>> {
  const engine = await openJetStreamEngine({ servers: input.servers, replicas: REPLICAS });
  const id = { topic: "bench", topicId: randomUUID(), partition: 0 };
  const log = await engine.open(id, logConfig());
  return async () => {
    let left = input.batches;
    const append = async (batch: Buffer): Promise<void> => {
      while (left-- > 0) await log.append(batch);
    };
    await Promise.all(batches.map(append));
    if (log.highWatermark !== BigInt(recordsPerBatch * input.batches)) throw new Error("batches are missing");
    await engine.delete(id);
  };
}

/** The least that chained publishing can do: a header per message, one subscription for all acknowledgements. */
async function bareAppends(): Promise<() => Promise<void>> {
  const connection = await connect({ servers: [...input.servers] });
  const name = `bench-${randomUUID()}`;
  const streams = (await connection.jetstreamManager()).streams;
  await streams.add({ name, subjects: [name], num_replicas: REPLICAS, duplicate_window: 0 });
  // A stream without a leader yet answers nothing; this one has answered once when the clock starts.
  for (let attempt = 0; ; attempt++) {
    try {
      await connection.jetstream().publish(name, "ready", { timeout: 1_000 });
      break;
    } catch (error) {
      if (attempt === LEADER_ATTEMPTS_MAX) throw error;
    }
  }
  return async () => {
    const inbox = `inbox.${name}`;
    let sent = 1;
    const publish = (): void => {
      const expected = headers();
      const batch = batches[sent % batches.length]!;
      expected.set("Nats-Expected-Last-Sequence", String(sent++));
      connection.publish(name, batch, { headers: expected, reply: inbox });
    };
    let stored = 1;
    const last = input.batches + 1;
    await new Promise<void>((resolve, reject) => {
      connection.subscribe(inbox, {
        callback: (_, message) => {
          const answer = message.string();
          const seq = Number(/"seq":\s*(\d+)/.exec(answer)?.[1]);
          if (seq !== ++stored) reject(new Error(`message ${stored} was answered with "${answer}"`));
          if (sent < last) publish();
          else if (stored === last) resolve();
        },
      });
      while (sent < Math.min(1 + IN_FLIGHT, last)) publish();
    });
    await streams.delete(name);
  };
}
