import { type AvroFixed, type AvroPrimitive, type Decimal, leafShape } from "@letterpress/schema";
import { jsonInteger } from "../output.ts";
import { JsonFault, shown } from "./json-fault.ts";

/** One value between JSON and the SDK's form. */
export interface JsonConverter {
  fromJson(json: unknown): unknown;
  toJson(value: unknown): unknown;
}

/** What JSON holds as it is; the serde checks it. */
const PLAIN: JsonConverter = { fromJson: (json) => json, toJson: (value) => value };

/** The converter of a type without parts. */
export function leafConverter(schema: AvroPrimitive | AvroFixed): JsonConverter {
  switch (leafShape(schema, false)) {
    case "long":
      return LONG;
    case "float":
    case "double":
      return FLOAT;
    case "bytes":
    case "fixed":
      return BYTES;
    case "date-time":
      return DATE_TIME;
    case "decimal":
      return schema.logical?.name === "decimal" ? decimal(schema.logical.scale) : PLAIN;
    default:
      return PLAIN;
  }
}

const LONG: JsonConverter = {
  fromJson(json) {
    if (typeof json === "bigint") return json;
    if (typeof json === "number" && Number.isSafeInteger(json)) return BigInt(json);
    if (typeof json === "string" && /^-?\d{1,19}$/.test(json)) return BigInt(json);
    throw new JsonFault(`must be a whole number, as a number or a string of digits; it is ${shown(json)}`);
  },
  toJson: (value) => jsonInteger(value as bigint),
};

const NOT_FINITE: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

const FLOAT: JsonConverter = {
  fromJson(json) {
    if (typeof json === "bigint") return Number(json);
    return typeof json === "string" && Object.hasOwn(NOT_FINITE, json) ? NOT_FINITE[json] : json;
  },
  toJson: (value) => (Number.isFinite(value) ? value : String(value)),
};

const BYTES: JsonConverter = {
  fromJson(json) {
    if (typeof json === "string" && /^[A-Za-z0-9+/_-]*={0,2}$/.test(json)) return Buffer.from(json, "base64");
    throw new JsonFault(`must be bytes in base64; it is ${shown(json)}`);
  },
  toJson: (value) => base64(value as Uint8Array),
};

const DATE_TIME: JsonConverter = {
  fromJson(json) {
    const date = typeof json === "string" || typeof json === "number" ? new Date(json) : undefined;
    if (date !== undefined && !Number.isNaN(date.getTime())) return date;
    throw new JsonFault(`must be a time such as "2026-01-31T12:00:00.000Z"; it is ${shown(json)}`);
  },
  toJson: (value) => (value as Date).toISOString(),
};

function decimal(scale: number): JsonConverter {
  return {
    fromJson(json) {
      const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(json));
      const [, sign, whole, fraction = ""] = match ?? [];
      if (typeof json === "object" || match === null || fraction.length > scale) {
        throw new JsonFault(
          `must be a decimal with up to ${scale} places, such as "12.5"; it is ${shown(json)}`,
        );
      }
      const digits = BigInt(`${whole}${fraction.padEnd(scale, "0")}`);
      return { unscaled: sign === "-" ? -digits : digits, scale } satisfies Decimal;
    },
    toJson: (value) => decimalText(value as Decimal),
  };
}

function decimalText({ unscaled, scale }: Decimal): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  return `${unscaled < 0n ? "-" : ""}${whole}${scale > 0 ? `.${digits.slice(-scale)}` : ""}`;
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}
