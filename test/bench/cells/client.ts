// One client does one kind of work against a broker that runs already.
import { startClocks } from "../harness/cpu-time.ts";
import { cellInput, endCell } from "../harness/run-cell.ts";
import type { BenchClient, ClientTarget } from "./clients/bench-client.ts";
import { CLIENTS, type ClientName } from "./clients/index.ts";

export interface ClientCellInput extends ClientTarget {
  readonly client: ClientName;
  readonly workload: "single" | "batch" | "consume";
  /** The first of them warm up; see {@link WARM_UP_SHARE}. */
  readonly records: number;
  readonly brokerPid: number;
}

export interface ClientCellResult {
  /** Records per second, behind the warm-up. */
  readonly perSecond: number;
  /** Microseconds per record. */
  readonly cpuMicros: number;
  readonly brokerCpuMicros: number | undefined;
}

const WARM_UP_SHARE = 0.2;
const SINGLES_IN_FLIGHT = 64;
const BATCH_RECORDS = 100;
const BATCHES_IN_FLIGHT = 8;

const input = cellInput<ClientCellInput>();
const warmUp = Math.ceil(input.records * WARM_UP_SHARE);
const measured = input.records - warmUp;
const client = await CLIENTS[input.client](input);

let stopClocks: ReturnType<typeof startClocks>;
if (input.workload === "consume") {
  await consume(client);
} else {
  const produce = input.workload === "single" ? produceSingles : produceBatches;
  await produce(client, 0, warmUp);
  stopClocks = startClocks(input.brokerPid);
  await produce(client, warmUp, input.records);
}
const { seconds, ownCpuMicros, peerCpuMicros } = stopClocks!();
endCell({
  perSecond: measured / seconds,
  cpuMicros: ownCpuMicros / measured,
  brokerCpuMicros: peerCpuMicros === undefined ? undefined : peerCpuMicros / measured,
} satisfies ClientCellResult);

async function produceSingles({ send }: BenchClient, first: number, end: number): Promise<void> {
  let next = first;
  const work = async (): Promise<void> => {
    while (next < end) await send(next++);
  };
  await Promise.all(Array.from({ length: SINGLES_IN_FLIGHT }, work));
}

async function produceBatches({ sendBatch }: BenchClient, first: number, end: number): Promise<void> {
  let next = first;
  const work = async (): Promise<void> => {
    while (next < end) {
      const start = next;
      next = Math.min(end, next + BATCH_RECORDS);
      await sendBatch(start, next - start);
    }
  };
  await Promise.all(Array.from({ length: BATCHES_IN_FLIGHT }, work));
}

/** Every record has to come once: as many, of the right size, with the right sum of sequence numbers. */
async function consume({ consume }: BenchClient): Promise<void> {
  const { records, valueBytes } = input;
  let count = 0;
  let sum = 0;
  let misfits = 0;
  await consume((sequence, bytes) => {
    sum += sequence;
    if (bytes !== valueBytes) misfits++;
    if (++count === warmUp) stopClocks = startClocks(input.brokerPid);
    return count < records;
  });
  if (misfits > 0 || sum !== (records * (records - 1)) / 2) {
    throw new Error(`${input.client} consumed ${records} records that are not those produced`);
  }
}
