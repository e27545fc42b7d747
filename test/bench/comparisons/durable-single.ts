import type { ProduceCellResult } from "../cells/produce.ts";
import { interleave } from "../harness/rounds.ts";
import { median } from "../harness/statistics.ts";
import { type AppendLoad, bareAppends, brokerAppends } from "./append-contestants.ts";
import type { Benchmark } from "./benchmark.ts";

const VALUE_BYTES = 1024;
const REQUESTS = 2000;
const RATIO_MAX = 2;

export const durableSingle: Benchmark = {
  name: "durable-single",
  async run({ rounds, scale, progress }) {
    progress("durable-single");
    const load: AppendLoad = {
      shape: {
        format: "bytes",
        schemaId: 0,
        compression: "none",
        batchBytes: VALUE_BYTES,
        valueBytes: VALUE_BYTES,
      },
      batches: Math.ceil(REQUESTS * scale),
      inFlight: 1,
      sync: true,
    };
    const results = await interleave([brokerAppends(load), bareAppends(load)], rounds);
    const broker = results.get("broker")!;
    const bare = results.get("bare")!;
    const ratio = median(broker.map(({ p50Micros }, round) => p50Micros / bare[round]!.p50Micros));
    const figures = {
      "broker p50 us": micros(broker, "p50Micros"),
      "bare p50 us": micros(bare, "p50Micros"),
      "broker p99 us": micros(broker, "p99Micros"),
      "bare p99 us": micros(bare, "p99Micros"),
    };
    return {
      name: "durable-single",
      title: "Latency of a durable record",
      note:
        "One record of 1 KB at a time with acks from all and `--flush commit`, from the request to its answer; against the " +
        "bare loop's round trip, which writes and calls fdatasync. The ratio is the broker's time to the loop's.",
      rows: [{ label: "one record", figures, ratio, goal: { max: RATIO_MAX } }],
    };
  },
};

function micros(results: readonly ProduceCellResult[], which: "p50Micros" | "p99Micros"): string {
  return Math.round(median(results.map((result) => result[which]))).toLocaleString("en");
}
