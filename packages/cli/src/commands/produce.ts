import { createReadStream } from "node:fs";
import { Command } from "commander";
import { z } from "zod";
import { addConnectionFlags, type Connected, withConnection } from "../connect.ts";
import { checkFlags, connectionFlags } from "../flags.ts";
import type { Io } from "../io.ts";
import { specifiedJsonCodec } from "../json/avro-json.ts";
import { jsonCodec } from "../json/json-codec.ts";
import { Output } from "../output.ts";
import { Progress } from "../progress.ts";
import { findContract } from "../records/find-contract.ts";
import { readLines } from "../records/lines.ts";
import { envelopeSender, rawSender, type SendLine, valueSender } from "../records/record-sender.ts";
import { Sending } from "../records/sending.ts";
import { counted } from "../table.ts";

const EXAMPLES = `
Examples:
  letterpress produce orders.placed < orders.jsonl
  letterpress produce orders.placed --file orders.jsonl --json
  letterpress consume old --from-beginning --timeout 1000 | letterpress produce new --envelope
  echo hello | letterpress produce notes --raw

Each line is one record's value in JSON; the key comes from the field that the contract names. With --envelope a
line is {"key", "value", "timestamp", "headers"}, as consume prints it; all but the value may be left out.

In JSON, Avro's long is a number or a string of digits; bytes and fixed are base64; a timestamp is ISO 8601; a
decimal is a string such as "12.50"; a union of several types is {"case": ..., "value": ...}. Protobuf goes by its
own JSON mapping.`;

const produceFlags = z
  .object({
    ...connectionFlags,
    contracts: z.string().optional(),
    file: z.string().optional(),
    envelope: z.boolean().default(false),
    raw: z.boolean().default(false),
    avroJson: z.boolean().default(false),
  })
  .refine(
    ({ avroJson, raw }) => !(avroJson && raw),
    "--avro-json and --raw exclude each other; give one of them",
  )
  .refine(
    ({ envelope, raw }) => !(envelope && raw),
    "--envelope and --raw exclude each other; give one of them",
  );

type ProduceFlags = z.output<typeof produceFlags>;

export function produce(io: Io): Command {
  return addConnectionFlags(new Command("produce"))
    .summary("send JSON lines as typed records")
    .description("Sends lines of JSON, from stdin or a file, as records that the topic's contract describes.")
    .argument("<topic>")
    .option("--file <file>", "read this file instead of stdin")
    .option(
      "--contracts <file>",
      "the contracts (default: schemas/topics.yaml, if it is there; else the registry)",
    )
    .option("--envelope", "lines are records with keys, not only values")
    .option("--raw", "lines are the values' bytes; no schema is used")
    .option("--avro-json", "Avro comes in its own JSON encoding, as Confluent's console producer takes it")
    .addHelpText("after", EXAMPLES)
    .action((topic: string, flags) => run(topic, checkFlags(produceFlags, flags), io));
}

async function run(topic: string, flags: ProduceFlags, io: Io): Promise<void> {
  const source = flags.file ?? "stdin";
  const sending = await withConnection(flags, async (connected) => {
    const sending = new Sending(await senderOf(topic, flags, connected), source);
    using progress = new Progress(io, "records");
    // Opened last: a stream whose error nobody awaits would end the process.
    const input = flags.file === undefined ? io.stdin : createReadStream(flags.file);
    for await (const lines of readLines(input, source)) {
      for (const line of lines) {
        if (line.bytes.length > 0 && !sending.hasFailed) await sending.send(line);
      }
      progress.update(sending.acknowledged);
      if (sending.hasFailed) break;
    }
    await sending.finish();
    return sending;
  });
  const { acknowledged: records, partitions } = sending;
  new Output(io, flags).result({ topic, records, partitions }, () => {
    return `Sent ${counted(records, "record")} to ${counted(partitions.length, "partition")} of ${topic}.`;
  });
}

async function senderOf(
  topic: string,
  flags: ProduceFlags,
  { client, registry }: Connected,
): Promise<SendLine> {
  if (flags.raw) return rawSender(client, topic);
  const makeCodec = flags.avroJson ? specifiedJsonCodec : jsonCodec;
  const contract = await findContract(topic, flags.contracts, registry, makeCodec);
  return flags.envelope ? envelopeSender(client, contract) : valueSender(client, contract);
}
