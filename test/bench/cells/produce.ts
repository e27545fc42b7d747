// Sends prepared Produce requests to a broker, or the same bytes to the bare loop, with a fixed number in flight.
import { decodeResponse, encodeRequest, Produce } from "@letterpress/protocol";
import { readBatchHeader } from "@letterpress/wire";
import { startClocks } from "../harness/cpu-time.ts";
import { FramePipe } from "../harness/frame-pipe.ts";
import { type BatchShape, makeBatches } from "../harness/payloads.ts";
import { cellInput, endCell } from "../harness/run-cell.ts";
import { percentile } from "../harness/statistics.ts";
import { digest } from "../harness/verify-log.ts";

export interface ProduceCellInput {
  readonly port: number;
  readonly pid: number;
  readonly topic: string;
  readonly shape: BatchShape;
  /** How many batches are sent; the first of them warm up. */
  readonly batches: number;
  readonly inFlight: number;
  /** Whether the other side is a broker, whose answers are looked into. */
  readonly isBroker: boolean;
}

export interface ProduceCellResult {
  /** Bytes of record batches per second, behind the warm-up. */
  readonly bytesPerSecond: number;
  readonly recordsPerSecond: number;
  /** CPU seconds of the other side per gigabyte. */
  readonly cpuPerGb: number | undefined;
  /** From sending a request to its answer. */
  readonly p50Micros: number;
  readonly p99Micros: number;
  /** Of all batches sent, as `readLog` has it. */
  readonly digest: number;
  readonly records: number;
  /** The sizes of the batches that were sent in turns. */
  readonly batchSizes: readonly number[];
}

const WARM_UP_SHARE = 0.2;
const VERSION = 8;
const ACKS_ALL = -1;
const TIMEOUT_MS = 30_000;
/** The length, the API key and version, and the correlation id, which alone differs from request to request. */
const HEAD_BYTES = 12;
const CORRELATION_AT = 8;

const input = cellInput<ProduceCellInput>();
const batches = makeBatches(input.shape);
const headers = batches.map((batch) => readBatchHeader(batch));
const frames = batches.map((records) =>
  Buffer.concat(encodeRequest(Produce, VERSION, 0, "bench", request(records))),
);
const warmUp = Math.ceil(input.batches * WARM_UP_SHARE);
const sentMs = new Float64Array(input.batches);
const latenciesMs: number[] = [];
const answers: Buffer[] = [];
let stopClocks: ReturnType<typeof startClocks>;
let pipe: FramePipe;
let sent = 0;

const stretch = await new Promise<ReturnType<typeof stopClocks>>((resolve, reject) => {
  FramePipe.open("127.0.0.1", input.port, (answer) => {
    const count = answers.push(answer);
    if (count > warmUp) latenciesMs.push(performance.now() - sentMs[count - 1]!);
    if (count === warmUp) stopClocks = startClocks(input.pid);
    if (count === input.batches) resolve(stopClocks());
    else if (sent < input.batches) sendNext();
  }).then((opened) => {
    pipe = opened;
    while (sent < Math.min(input.inFlight, input.batches)) sendNext();
  }, reject);
});

function sendNext(): void {
  const frame = frames[sent % frames.length]!;
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  frame.copy(head, 0, 0, HEAD_BYTES);
  head.writeInt32BE(sent, CORRELATION_AT);
  sentMs[sent] = performance.now();
  sent++;
  pipe.send([head, frame.subarray(HEAD_BYTES)]);
}

function request(records: Buffer) {
  const topicData = [{ name: input.topic, partitionData: [{ index: 0, records }] }];
  return { acks: ACKS_ALL, timeoutMs: TIMEOUT_MS, topicData };
}

/** Answers come in order; a broker's say at which offset each batch is. */
function checkAnswers(): void {
  let offset: bigint | undefined;
  for (const [index, answer] of answers.entries()) {
    if (answer.readInt32BE(0) !== index) throw new Error(`answer ${index} is to another request`);
    if (!input.isBroker) continue;
    const partition = decodeResponse(Produce, VERSION, answer).body.responses[0]!.partitionResponses[0]!;
    if (partition.errorCode !== 0) {
      throw new Error(`append ${index} failed: ${partition.errorCode} ${partition.errorMessage}`);
    }
    if (offset !== undefined && partition.baseOffset !== offset) {
      throw new Error(`append ${index} is at offset ${partition.baseOffset}, not ${offset}`);
    }
    offset = partition.baseOffset + BigInt(headers[index % headers.length]!.recordCount);
  }
}

checkAnswers();
let crcs = 0;
let records = 0;
let measuredBytes = 0;
let measuredRecords = 0;
for (let index = 0; index < input.batches; index++) {
  const header = headers[index % headers.length]!;
  crcs = digest(crcs, header.crc);
  records += header.recordCount;
  if (index < warmUp) continue;
  measuredBytes += header.sizeBytes;
  measuredRecords += header.recordCount;
}
const { seconds, peerCpuMicros } = stretch;
endCell({
  bytesPerSecond: measuredBytes / seconds,
  recordsPerSecond: measuredRecords / seconds,
  cpuPerGb: peerCpuMicros === undefined ? undefined : peerCpuMicros / 1e6 / (measuredBytes / 1e9),
  p50Micros: percentile(latenciesMs, 0.5) * 1000,
  p99Micros: percentile(latenciesMs, 0.99) * 1000,
  digest: crcs,
  records,
  batchSizes: headers.map(({ sizeBytes }) => sizeBytes),
} satisfies ProduceCellResult);
