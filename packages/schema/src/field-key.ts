import { SchemaError } from "./schema-error.ts";
import type { KeyContract } from "./topic-contract.ts";

/** What a key field holds, and so how it looks as text. */
export interface KeyFieldValue {
  readonly text: string;
  readonly number: number;
  readonly bigint: bigint;
  readonly bytes: Uint8Array;
}

export type KeyFieldKind = keyof KeyFieldValue;

/**
 * The key of records that are keyed by a field of their value: text as UTF-8, numbers as their decimal text, bytes
 * as they are. So the same key reaches the same partition from every language.
 *
 * @throws SchemaError `INVALID_VALUE` from `encode`, for a value of another kind.
 */
export function fieldKey<
  Kind extends KeyFieldKind,
  Input,
  Key extends KeyFieldValue[Kind] = KeyFieldValue[Kind],
>(field: string, kind: Kind, extract: (value: Input) => Key): KeyContract<Key, Input> {
  return {
    kind: "field",
    field,
    extract,
    encode: (key) => encodeKey(field, kind, key),
    decode: (bytes) => decodeKey(kind, bytes) as Key,
  };
}

function encodeKey(field: string, kind: KeyFieldKind, key: unknown): Buffer {
  if (kind === "bytes" && key instanceof Uint8Array) return Buffer.from(key);
  const expected = kind === "text" ? "string" : kind;
  if (kind === "bytes" || typeof key !== expected) {
    const message = `the key field ${field} must be of kind ${kind}, it is ${key === null ? "null" : typeof key}`;
    throw new SchemaError("INVALID_VALUE", message, { path: field });
  }
  return Buffer.from(String(key));
}

function decodeKey(kind: KeyFieldKind, bytes: Buffer): string | number | bigint | Uint8Array {
  switch (kind) {
    case "text":
      return bytes.toString();
    case "number":
      return Number(bytes.toString());
    case "bigint":
      return BigInt(bytes.toString());
    case "bytes":
      return new Uint8Array(bytes);
  }
}
