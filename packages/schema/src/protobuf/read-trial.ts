import { type DescField, type DescMessage, fromBinary } from "@bufbuild/protobuf";
import {
  isReflectMessage,
  type ReflectList,
  type ReflectMap,
  type ReflectMessage,
  reflect,
} from "@bufbuild/protobuf/reflect";
import { FINDINGS_MAX, type ReadFinding, type ReadTrial } from "../read-finding.ts";
import type { ProtobufSchema } from "./protobuf-schema.ts";

/** The trial of Protobuf payloads: messages are found by their full names, as generated code does. */
export function protobufReadTrial(reader: ProtobufSchema, writer: ProtobufSchema): ReadTrial {
  return (buffer, start, end, messageIndexes) => {
    const from = writer.messageAt(messageIndexes);
    if (from === undefined) return [failure(`its schema has no message at [${messageIndexes.join(".")}]`)];
    const to = reader.registry.getMessage(from.typeName);
    const indexes = reader.messageIndexesOf(from.typeName);
    if (to === undefined || indexes === undefined)
      return [failure(`the schema has no message ${from.typeName}`)];
    for (const checker of [writer.checker(messageIndexes), reader.checker(indexes)]) {
      if (checker.isValid(buffer, start, end)) continue;
      const { path, message } = checker.explain(buffer, start, end);
      return [{ kind: "failure", path, message }];
    }
    try {
      const payload = buffer.subarray(start, end);
      const comparison = new MessageComparison();
      comparison.compare(reflectOf(to, payload), reflectOf(from, payload), "");
      return comparison.losses;
    } catch (error) {
      return [failure(error instanceof Error ? error.message : String(error))];
    }
  };
}

function reflectOf(message: DescMessage, payload: Uint8Array): ReflectMessage {
  return reflect(message, fromBinary(message, payload));
}

function failure(message: string): ReadFinding {
  return { kind: "failure", path: "", message };
}

/** Finds where a message, read with another schema, is not what was written. */
class MessageComparison {
  readonly losses: ReadFinding[] = [];

  compare(read: ReflectMessage, written: ReflectMessage, path: string): void {
    for (const field of written.fields) {
      if (this.losses.length >= FINDINGS_MAX) return;
      if (!written.isSet(field)) continue;
      const here = path === "" ? field.name : `${path}.${field.name}`;
      const other = read.fields.find(({ number }) => number === field.number);
      if (other === undefined) this.#lose(here, "is written but not read");
      else if (other.fieldKind !== field.fieldKind)
        this.#lose(here, `was ${field.fieldKind}, is ${other.fieldKind}`);
      else this.#field(other, field, read, written, here);
    }
  }

  #field(to: DescField, from: DescField, read: ReflectMessage, written: ReflectMessage, path: string): void {
    const [after, before] = [read.get(to), written.get(from)];
    if (from.fieldKind === "list") {
      const items = [...(before as ReflectList)];
      const others = [...(after as ReflectList)];
      for (const [index, item] of items.entries()) {
        this.#value(to, from, others[index], item, `${path}[${index}]`);
      }
    } else if (from.fieldKind === "map") {
      for (const [key, value] of before as ReflectMap) {
        this.#value(to, from, (after as ReflectMap).get(key), value, `${path}["${String(key)}"]`);
      }
    } else {
      this.#value(to, from, after, before, path);
    }
  }

  #value(to: DescField, from: DescField, read: unknown, written: unknown, path: string): void {
    if (isReflectMessage(written) && isReflectMessage(read)) this.compare(read, written, path);
    else if (from.enum !== undefined && to.enum !== undefined) {
      const was = from.enum.value[written as number]?.name ?? `${written}`;
      const is = to.enum.value[read as number]?.name;
      if (is === undefined) this.#lose(path, `${was} has no name`);
      else if (was !== is) this.#lose(path, `${was} is read as ${is}`);
    } else if (!sameScalar(read, written)) {
      this.#lose(path, `${shown(written)} is read as ${shown(read)}`);
    }
  }

  #lose(path: string, message: string): void {
    this.losses.push({ kind: "loss", path, message });
  }
}

function sameScalar(read: unknown, written: unknown): boolean {
  if (read instanceof Uint8Array || written instanceof Uint8Array)
    return bytesOf(read).equals(bytesOf(written));
  // 64-bit integers are bigints: they equal the numbers and the booleans of the same amount.
  // biome-ignore lint/suspicious/noDoubleEquals: that is what == is for here
  return Object.is(read, written) || read == written;
}

/** Text and bytes are the same on the wire. */
function bytesOf(value: unknown): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value));
}

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return `0x${bytesOf(value).toString("hex")}`;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
