import {
  type Consumer,
  type ConsumerOptions,
  LetterpressError,
  type TopicPartitionOffset,
} from "@letterpress/client";
import { Command } from "commander";
import { z } from "zod";
import { CliError } from "../cli-error.ts";
import { addConnectionFlags, type Connected, withConnection } from "../connect.ts";
import { checkFlags, connectionFlags, count, wholeNumber } from "../flags.ts";
import { IdleTimeout } from "../idle-timeout.ts";
import { onInterruption } from "../interruption.ts";
import type { Io } from "../io.ts";
import { specifiedJsonCodec } from "../json/avro-json.ts";
import { jsonCodec } from "../json/json-codec.ts";
import { Output } from "../output.ts";
import { Progress } from "../progress.ts";
import { jsonPrinter, type PrintedRecord, rawJsonPrinter, rawPrinter } from "../records/record-printer.ts";
import { WriterDecoders } from "../records/writer-decoders.ts";
import { counted } from "../table.ts";

const EXAMPLES = `
Examples:
  letterpress consume orders.placed                             what comes from now on, until Ctrl+C
  letterpress consume orders.placed --from-beginning --max 10
  letterpress consume orders.placed --group audit --from-beginning --timeout 5000
  letterpress consume notes --raw                               the values' bytes, one per line

Each line is {"partition", "offset", "timestamp", "key", "value"} and, where there are some, "headers". Key and value
are decoded with the schemas that wrote them. Longs beyond 2^53 are strings, bytes are base64, timestamps ISO 8601. A
key without a schema is text, or {"base64": ...}. A record that cannot be decoded has "error" instead of "value"; the
command goes on and ends with exit code 1.`;

const consumeFlags = z
  .object({
    ...connectionFlags,
    group: z.string().min(1, "must not be empty").optional(),
    fromBeginning: z.boolean().default(false),
    max: count.optional(),
    timeout: wholeNumber.optional(),
    raw: z.boolean().default(false),
    avroJson: z.boolean().default(false),
  })
  .refine(
    ({ avroJson, raw }) => !(avroJson && raw),
    "--avro-json and --raw exclude each other; give one of them",
  );

type ConsumeFlags = z.output<typeof consumeFlags>;

export function consume(io: Io): Command {
  return addConnectionFlags(new Command("consume"))
    .summary("print records as JSON lines")
    .description("Prints a topic's records as lines of JSON.")
    .argument("<topic>")
    .option("--group <group>", "consume as a member of this group, and commit what is printed")
    .option("--from-beginning", "start at the first record where nothing is committed (default: at the end)")
    .option("--max <count>", "end after so many records")
    .option("--timeout <ms>", "end when no record has come for so long")
    .option("--raw", "print the values' bytes; with --json, key and value in base64")
    .option("--avro-json", "print Avro in its own JSON encoding, as Confluent's console consumer does")
    .addHelpText("after", EXAMPLES)
    .action((topic: string, flags) => run(topic, checkFlags(consumeFlags, flags), io));
}

async function run(topic: string, flags: ConsumeFlags, io: Io): Promise<void> {
  using interruption = onInterruption();
  using idle = new IdleTimeout(flags.timeout);
  const signal = AbortSignal.any([interruption, idle.signal]);
  const faults = await withConnection(flags, async (connected) => {
    const print = printerOf(flags, connected);
    await using consumer = await startConsumer(topic, flags, connected, signal);
    const output = new Output(io, flags);
    using progress = new Progress(io, "records");
    let printed = 0;
    let faults = 0;
    for await (const batch of consumer.batches()) {
      idle.restart();
      const records = batch.records.slice(0, flags.max === undefined ? undefined : flags.max - printed);
      const lines: PrintedRecord["line"][] = [];
      for (const record of records) {
        const { line, fault } = await print(record);
        lines.push(line);
        if (fault !== undefined) faults++;
      }
      await output.lines(lines);
      if (flags.group !== undefined) await commit(consumer, records.at(-1)!);
      printed += records.length;
      // On a terminal the records themselves are the progress.
      if (!io.stdout.isTTY) progress.update(printed);
      if (printed === flags.max) break;
    }
    return faults;
  });
  if (faults > 0) {
    throw new CliError(
      "REFUSED",
      `${counted(faults, "record")} could not be decoded; --raw prints records as they are`,
    );
  }
}

function printerOf({ raw, json, avroJson }: ConsumeFlags, { registry }: Connected) {
  if (!raw) return jsonPrinter(new WriterDecoders(registry, avroJson ? specifiedJsonCodec : jsonCodec));
  return json ? rawJsonPrinter : rawPrinter;
}

async function startConsumer(
  topic: string,
  { group, fromBeginning }: ConsumeFlags,
  { client, admin }: Connected,
  signal: AbortSignal,
): Promise<Consumer> {
  const [metadata] = await admin.topics.describe([topic]);
  const common: ConsumerOptions = { signal, autoOffsetReset: fromBeginning ? "earliest" : "latest" };
  if (group !== undefined) {
    // What is printed is committed, and nothing else: fetched records beyond --max are not.
    return client.consumer({ ...common, group, topics: [topic], autoCommit: false });
  }
  const consumer = client.consumer(common);
  await consumer.assign(metadata!.partitions.map(({ partition }) => ({ topic, partition })));
  return consumer;
}

/** When a partition has moved on in the meantime, its new owner prints the records once more. */
async function commit(consumer: Consumer, last: TopicPartitionOffset): Promise<void> {
  try {
    await consumer.commit(last);
  } catch (error) {
    if (!(error instanceof LetterpressError) || error.code !== "GROUP_REBALANCED") throw error;
  }
}
