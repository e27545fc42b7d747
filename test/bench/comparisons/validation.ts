import type { ProduceCellResult } from "../cells/produce.ts";
import { startBroker } from "../harness/child-server.ts";
import { SCHEMAS } from "../harness/payloads.ts";
import type { Row } from "../harness/report.ts";
import { interleave } from "../harness/rounds.ts";
import { openScratch } from "../harness/scratch.ts";
import { median } from "../harness/statistics.ts";
import { appendTo, createTopic } from "./append-contestants.ts";
import type { Benchmark, BenchmarkOptions } from "./benchmark.ts";

const LEVELS = ["none", "id", "full"] as const;
const FORMATS = ["avro", "protobuf"] as const;
const COMPRESSIONS = ["none", "lz4"] as const;
const BATCH_BYTES = 64 * 1024;
const VALUE_BYTES = 100;
const BATCHES = 3000;
const IN_FLIGHT = 32;
const FULL_MIN = 0.6;

export const validation: Benchmark = {
  name: "validation",
  async run(options) {
    const rows: Row[] = [];
    for (const format of FORMATS) {
      for (const compression of COMPRESSIONS) rows.push(...(await measure(format, compression, options)));
    }
    return {
      name: "validation",
      title: "What validation at append costs",
      note:
        "Records per second through the broker (`--flush os`, 64 KB batches of records of about 100 B, one connection) and " +
        "its CPU per record, by the topic's `letterpress.value.schema.validation`. The ratio is to `none`.",
      rows,
    };
  },
};

async function measure(
  format: (typeof FORMATS)[number],
  compression: (typeof COMPRESSIONS)[number],
  { rounds, scale, progress }: BenchmarkOptions,
): Promise<Row[]> {
  const name = `${format}, ${compression === "none" ? "plain" : compression}`;
  progress(`validation: ${name}`);
  using scratch = openScratch();
  await using broker = await startBroker(scratch.folder, ["--flush", "os"]);
  let runs = 0;
  const contestants = LEVELS.map((level) => ({
    name: level,
    async measure(): Promise<ProduceCellResult> {
      const topic = `${level}-${runs++}`;
      await createTopic(broker, topic, { "letterpress.value.schema.validation": level });
      const schemaId = await register(broker.ready.http, `${topic}-value`, format);
      const shape = { format, compression, schemaId, batchBytes: BATCH_BYTES, valueBytes: VALUE_BYTES };
      const load = { shape, batches: Math.ceil(BATCHES * scale), inFlight: IN_FLIGHT };
      return appendTo(broker, scratch.folder, topic, load);
    },
  }));
  const results = await interleave(contestants, rounds);
  return LEVELS.map((level) => row(`${name}, ${level}`, level, results));
}

function row(label: string, level: string, results: ReadonlyMap<string, readonly ProduceCellResult[]>): Row {
  const own = results.get(level)!;
  const unchecked = results.get("none")!;
  const ratio = median(
    own.map(({ recordsPerSecond }, round) => recordsPerSecond / unchecked[round]!.recordsPerSecond),
  );
  const bytesPerRecord = own[0]!.bytesPerSecond / own[0]!.recordsPerSecond;
  const cpuMicros = median(own.map(({ cpuPerGb }) => ((cpuPerGb ?? Number.NaN) * bytesPerRecord) / 1e3));
  const figures = {
    "records/s": Math.round(median(own.map(({ recordsPerSecond }) => recordsPerSecond))).toLocaleString("en"),
    "broker us": cpuMicros.toFixed(2),
  };
  if (level === "none") return { label, figures };
  return { label, figures, ratio, ...(level === "full" ? { goal: { min: FULL_MIN } } : {}) };
}

/** @throws Error when the registry refuses the schema. */
async function register(
  registry: string,
  subject: string,
  format: (typeof FORMATS)[number],
): Promise<number> {
  const response = await fetch(`${registry}/subjects/${subject}/versions`, {
    method: "POST",
    headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
    body: JSON.stringify(SCHEMAS[format]),
  });
  if (!response.ok) throw new Error(`registering ${subject} failed: ${await response.text()}`);
  return ((await response.json()) as { id: number }).id;
}
