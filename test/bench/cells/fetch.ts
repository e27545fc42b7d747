// Reads a partition from end to end, one request in flight: from a broker, or the same file from the bare loop.
import { decodeResponse, encodeRequest, Fetch } from "@letterpress/protocol";
import { readBatches, verifyBatchCrc } from "@letterpress/wire";
import { startClocks } from "../harness/cpu-time.ts";
import { FramePipe } from "../harness/frame-pipe.ts";
import { cellInput, endCell } from "../harness/run-cell.ts";
import { digest } from "../harness/verify-log.ts";

export interface FetchCellInput {
  readonly port: number;
  readonly pid: number;
  readonly topic: string;
  /** What one request asks for at the most. */
  readonly bytesMax: number;
  /** How many records there are. */
  readonly records: number;
  readonly isBroker: boolean;
}

export interface FetchCellResult {
  /** Bytes of record batches per second, behind the warm-up. */
  readonly bytesPerSecond: number;
  /** CPU seconds of the other side per gigabyte. */
  readonly cpuPerGb: number | undefined;
  /** Of all batches read, as `readLog` has it. */
  readonly digest: number;
}

const WARM_UP_SHARE = 0.2;
const VERSION = 11;
const MAX_WAIT_MS = 100;
const BARE_REQUEST_BYTES = 12;

const input = cellInput<FetchCellInput>();
const warmUp = Math.ceil(input.records * WARM_UP_SHARE);
let stopClocks: ReturnType<typeof startClocks> | undefined;
let records = 0;
let position = 0;
let measuredBytes = 0;
let crcs = 0;

const stretch = await new Promise<ReturnType<ReturnType<typeof startClocks>>>((resolve, reject) => {
  let pipe: FramePipe;
  const onFrame = (frame: Buffer): void => {
    try {
      take(input.isBroker ? recordsOf(frame) : frame);
    } catch (error) {
      reject(error);
      return;
    }
    if (stopClocks === undefined && records >= warmUp) stopClocks = startClocks(input.pid);
    if (records < input.records) pipe.send(request());
    else resolve(stopClocks!());
  };
  FramePipe.open("127.0.0.1", input.port, onFrame).then((opened) => {
    pipe = opened;
    pipe.send(request());
  }, reject);
});
const { seconds, peerCpuMicros } = stretch;
endCell({
  bytesPerSecond: measuredBytes / seconds,
  cpuPerGb: peerCpuMicros === undefined ? undefined : peerCpuMicros / 1e6 / (measuredBytes / 1e9),
  digest: crcs,
} satisfies FetchCellResult);

/** Whole batches count; what is cut off behind them is asked for again. */
function take(bytes: Buffer): void {
  const before = position;
  for (const { header, at } of readBatches(bytes)) {
    verifyBatchCrc(bytes, header, at);
    crcs = digest(crcs, header.crc);
    records += header.recordCount;
    position += header.sizeBytes;
  }
  if (position === before) throw new Error(`nothing came behind record ${records} of ${input.records}`);
  if (stopClocks !== undefined) measuredBytes += position - before;
}

function recordsOf(frame: Buffer): Buffer {
  const partition = decodeResponse(Fetch, VERSION, frame).body.responses[0]?.partitions[0];
  if (partition === undefined || partition.errorCode !== 0 || partition.records === null) {
    throw new Error(`a fetch failed with error ${partition?.errorCode}`);
  }
  return partition.records;
}

function request(): Buffer[] {
  if (!input.isBroker) {
    const bytes = Buffer.alloc(BARE_REQUEST_BYTES);
    bytes.writeInt32BE(BARE_REQUEST_BYTES - 4, 0);
    bytes.writeBigInt64BE(BigInt(position), 4);
    return [bytes];
  }
  const { topic, bytesMax } = input;
  return encodeRequest(Fetch, VERSION, 0, "bench", {
    maxWaitMs: MAX_WAIT_MS,
    minBytes: 1,
    maxBytes: bytesMax,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [
      { topic, partitions: [{ partition: 0, fetchOffset: BigInt(records), partitionMaxBytes: bytesMax }] },
    ],
    forgottenTopicsData: [],
    rackId: "",
  });
}
