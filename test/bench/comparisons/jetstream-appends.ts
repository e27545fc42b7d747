import { findNatsServer } from "../../cluster/find-nats-server.ts";
import { NatsCluster } from "../../cluster/nats-cluster.ts";
import type { JetStreamCellInput, JetStreamCellResult } from "../cells/jetstream-append.ts";
import type { Row } from "../harness/report.ts";
import { interleave } from "../harness/rounds.ts";
import { runCell } from "../harness/run-cell.ts";
import { median } from "../harness/statistics.ts";
import type { Benchmark, BenchmarkOptions } from "./benchmark.ts";

const KIB = 1024;
const MB = 1_000_000;
const CASES = [
  { label: "64 KB", batchBytes: 64 * KIB, batches: 4_000 },
  { label: "512 KB", batchBytes: 512 * KIB, batches: 600 },
] as const;
const RATIO_MIN = 0.7;

export const jetStreamAppends: Benchmark = {
  name: "jetstream",
  async run(options) {
    const title = "Append on JetStream against bare publishing";
    const found = findNatsServer();
    if (found.missing !== undefined) {
      return { name: "jetstream", title, note: `Not measured: ${found.missing}.`, rows: [] };
    }
    await using cluster = await NatsCluster.start(found.path, 3);
    const rows: Row[] = [];
    for (const each of CASES) rows.push(await measure(each, cluster.urls, options));
    return {
      name: "jetstream",
      title,
      note:
        "MB/s of record batches on one partition with three replicas, 16 in flight, on three nats-servers of this machine; " +
        "against publishing the same bytes with the NATS client, each message expecting the sequence of the one before.",
      rows,
    };
  },
};

async function measure(
  { label, batchBytes, batches }: (typeof CASES)[number],
  servers: readonly string[],
  { rounds, scale, progress }: BenchmarkOptions,
): Promise<Row> {
  progress(`jetstream: ${label}`);
  const contestant = (name: string, isBare: boolean) => ({
    name,
    measure: () => {
      const input: JetStreamCellInput = { servers, isBare, batchBytes, batches: Math.ceil(batches * scale) };
      return runCell<JetStreamCellResult>("jetstream-append.ts", input);
    },
  });
  const results = await interleave([contestant("log", false), contestant("bare", true)], rounds);
  const log = results.get("log")!;
  const bare = results.get("bare")!;
  const ratio = median(log.map(({ bytesPerSecond }, round) => bytesPerSecond / bare[round]!.bytesPerSecond));
  const figures = { "log MB/s": megabytes(log), "bare MB/s": megabytes(bare) };
  return { label, figures, ratio, goal: { min: RATIO_MIN } };
}

function megabytes(results: readonly JetStreamCellResult[]): string {
  return (median(results.map(({ bytesPerSecond }) => bytesPerSecond)) / MB).toFixed(1);
}
