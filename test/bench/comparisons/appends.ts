import type { ProduceCellResult } from "../cells/produce.ts";
import type { Goal, Row } from "../harness/report.ts";
import { interleave } from "../harness/rounds.ts";
import { median } from "../harness/statistics.ts";
import { type AppendLoad, bareAppends, brokerAppends } from "./append-contestants.ts";
import type { Benchmark, BenchmarkOptions } from "./benchmark.ts";

interface Case {
  readonly label: string;
  readonly batchBytes: number;
  readonly batches: number;
  readonly inFlight: number;
  readonly sync: boolean;
  readonly goal?: Goal;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const CASES: readonly Case[] = [
  {
    label: "64 KB, --flush os",
    batchBytes: 64 * KIB,
    batches: 6000,
    inFlight: 32,
    sync: false,
    goal: { min: 0.5 },
  },
  {
    label: "64 KB, --flush commit",
    batchBytes: 64 * KIB,
    batches: 6000,
    inFlight: 32,
    sync: true,
    goal: { min: 0.6 },
  },
  {
    label: "1 MB, --flush os",
    batchBytes: MIB - KIB,
    batches: 500,
    inFlight: 8,
    sync: false,
    goal: { min: 0.5 },
  },
  {
    label: "1 MB, --flush commit",
    batchBytes: MIB - KIB,
    batches: 500,
    inFlight: 8,
    sync: true,
    goal: { min: 0.6 },
  },
];

export const appends: Benchmark = {
  name: "append",
  async run(options) {
    const rows: Row[] = [];
    for (const each of CASES) rows.push(await measure(each, options));
    return {
      name: "append",
      title: "Append against a bare loop",
      note:
        "MB/s of record batches of 1 KB records on one connection, and the broker's CPU seconds per GB; against a loop " +
        "in Node that only does TCP -> CRC-32C -> writev, with an fdatasync in front of the answers where the broker has one.",
      rows,
    };
  },
};

async function measure(
  { label, batchBytes, batches, inFlight, sync, goal }: Case,
  { rounds, scale, progress }: BenchmarkOptions,
): Promise<Row> {
  progress(`append: ${label}`);
  const shape = { format: "bytes", schemaId: 0, compression: "none", batchBytes, valueBytes: KIB } as const;
  const load: AppendLoad = { shape, batches: Math.ceil(batches * scale), inFlight, sync };
  const results = await interleave([brokerAppends(load), bareAppends(load)], rounds);
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
  return { label, figures, ratio, ...(goal === undefined ? {} : { goal }) };
}

function megabytes(results: readonly ProduceCellResult[]): string {
  return Math.round(median(results.map(({ bytesPerSecond }) => bytesPerSecond / 1e6))).toLocaleString("en");
}

function cpu(results: readonly ProduceCellResult[]): string {
  return median(results.map(({ cpuPerGb }) => cpuPerGb ?? Number.NaN)).toFixed(2);
}
