import { type Letterpress, LetterpressError, type RecordMetadata, TypedProducer } from "@letterpress/client";
import { JsonFault, within } from "../json/json-fault.ts";
import { fromPlainBytes } from "../json/plain-bytes.ts";
import { type InputRecord, readEnvelope } from "./input-record.ts";
import type { RuntimeContract } from "./runtime-contract.ts";

/** Turns a line of input into a record and sends it; rejects for what cannot be sent. */
export type SendLine = (line: Buffer) => Promise<RecordMetadata>;

/** Lines are values in JSON. */
export function valueSender(client: Letterpress, { contract, value }: RuntimeContract): SendLine {
  const producer = new TypedProducer(client, contract);
  return async (line) => producer.send(value.fromJson(value.parse(line.toString())));
}

/** Lines are records in JSON, with their keys and whatever else `consume` prints. */
export function envelopeSender(client: Letterpress, { contract, key, value }: RuntimeContract): SendLine {
  const producer = new TypedProducer(client, contract);
  const keyOf = ({ key: json }: InputRecord): unknown => {
    if (json === undefined || json === null) return undefined;
    if (key !== undefined) return key.fromJson(json);
    if (contract.key.kind === "field") return contract.key.decode(fromPlainBytes(json));
    throw new JsonFault(`the records of ${contract.topic} have no keys; leave it out`);
  };
  return async (line) => {
    const record = readEnvelope(value.parse(line.toString()));
    const { timestampMs, headers } = record;
    const options = { timestampMs, headers, key: within("key", () => keyOf(record)) };
    if (record.value !== null)
      return producer.send(
        within("value", () => value.fromJson(record.value)),
        options,
      );
    if (options.key === undefined)
      throw new JsonFault("is missing; a record without a value needs one", "key");
    return producer.sendTombstone(options.key, options);
  };
}

/** Lines are the values' bytes, whatever they are. */
export function rawSender(client: Letterpress, topic: string): SendLine {
  const producer = client.sharedProducer();
  return (line) => producer.send({ topic, value: line });
}

/** Whether an error is about the record, and not about sending at all. */
export function isRecordFault(error: unknown): boolean {
  return (
    error instanceof JsonFault || (error instanceof LetterpressError && RECORD_FAULTS.includes(error.code))
  );
}

const RECORD_FAULTS: readonly string[] = [
  "ENCODE_FAILED",
  "RECORD_REJECTED",
  "RECORD_TOO_LARGE",
  "INVALID_ARGUMENT",
];
