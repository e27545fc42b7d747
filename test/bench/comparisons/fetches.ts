import { globSync } from "node:fs";
import { join } from "node:path";
import type { FetchCellInput, FetchCellResult } from "../cells/fetch.ts";
import { startBare, startBroker } from "../harness/child-server.ts";
import type { Row } from "../harness/report.ts";
import { type Contestant, interleave } from "../harness/rounds.ts";
import { runCell } from "../harness/run-cell.ts";
import { openScratch } from "../harness/scratch.ts";
import { median } from "../harness/statistics.ts";
import { appendTo, createTopic } from "./append-contestants.ts";
import type { Benchmark, BenchmarkOptions } from "./benchmark.ts";

const TOPIC = "fetched";
const KIB = 1024;
const BATCH_BYTES = 64 * KIB;
const BATCHES = 6000;
const CASES = [
  { label: "64 KB a request", bytesMax: 80 * KIB },
  { label: "1 MB a request", bytesMax: 1024 * KIB },
] as const;
const RATIO_MIN = 0.5;

/** What is read: a data folder that a broker has filled. */
interface Filled {
  readonly data: string;
  readonly records: number;
  readonly digest: number;
}

export const fetches: Benchmark = {
  name: "fetch",
  async run(options) {
    using scratch = openScratch();
    options.progress("fetch: filling a topic");
    const filled = await fill(scratch.folder, options);
    const rows: Row[] = [];
    for (const each of CASES) rows.push(await measure(each, filled, options));
    return {
      name: "fetch",
      title: "Fetch against a bare loop",
      note:
        "MB/s of 64 KB record batches read from a partition by one request at a time, every CRC checked by the reader, and " +
        "the broker's CPU seconds per GB; against a loop in Node that only reads the same file into a buffer and sends it.",
      rows,
    };
  },
};

async function fill(data: string, { scale }: BenchmarkOptions): Promise<Filled> {
  await using broker = await startBroker(data, ["--flush", "os"]);
  await createTopic(broker, TOPIC);
  const shape = {
    format: "bytes",
    schemaId: 0,
    compression: "none",
    batchBytes: BATCH_BYTES,
    valueBytes: KIB,
  } as const;
  const load = { shape, batches: Math.ceil(BATCHES * scale), inFlight: 32 };
  const { records, digest } = await appendTo(broker, data, TOPIC, load);
  return { data, records, digest };
}

async function measure(
  { label, bytesMax }: (typeof CASES)[number],
  filled: Filled,
  { rounds, progress }: BenchmarkOptions,
): Promise<Row> {
  progress(`fetch: ${label}`);
  const results = await interleave([brokerFetches(filled, bytesMax), bareFetches(filled, bytesMax)], rounds);
  const broker = results.get("broker")!;
  const bare = results.get("bare")!;
  const ratio = median(
    broker.map(({ bytesPerSecond }, round) => bytesPerSecond / bare[round]!.bytesPerSecond),
  );
  const figures = {
    "broker MB/s": megabytes(broker),
    "bare MB/s": megabytes(bare),
    "broker CPU s/GB": cpu(broker),
    "bare CPU s/GB": cpu(bare),
  };
  return { label, figures, ratio, goal: { min: RATIO_MIN } };
}

function brokerFetches(filled: Filled, bytesMax: number): Contestant<FetchCellResult> {
  return {
    name: "broker",
    async measure() {
      await using broker = await startBroker(filled.data);
      const port = Number(broker.ready.kafka.split(":").at(-1));
      return await read(filled, { port, pid: broker.pid, bytesMax, isBroker: true });
    },
  };
}

function bareFetches(filled: Filled, bytesMax: number): Contestant<FetchCellResult> {
  return {
    name: "bare",
    async measure() {
      const [segment] = globSync(`**/${TOPIC}-0/*.log`, { cwd: filled.data });
      const file = join(filled.data, segment!);
      await using server = await startBare("bare-fetch.ts", { file, bytesMax });
      return await read(filled, { port: server.ready.port, pid: server.pid, bytesMax, isBroker: false });
    },
  };
}

async function read(
  { records, digest }: Filled,
  target: Pick<FetchCellInput, "port" | "pid" | "bytesMax" | "isBroker">,
): Promise<FetchCellResult> {
  const result = await runCell<FetchCellResult>("fetch.ts", { ...target, topic: TOPIC, records });
  if (result.digest !== digest) throw new Error("what was fetched is not what was produced");
  return result;
}

function megabytes(results: readonly FetchCellResult[]): string {
  return Math.round(median(results.map(({ bytesPerSecond }) => bytesPerSecond / 1e6))).toLocaleString("en");
}

function cpu(results: readonly FetchCellResult[]): string {
  return median(results.map(({ cpuPerGb }) => cpuPerGb ?? Number.NaN)).toFixed(2);
}
