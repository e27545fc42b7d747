import { Reader, WireError, Writer } from "@letterpress/wire";
import { ProtocolError } from "../protocol-error.ts";
import type { Codec } from "../schema/codec.ts";
import type { Field } from "../schema/field.ts";

const VERSION_BYTES = 2;

interface VersionedDefinition<Out, In> {
  readonly name: string;
  /** The first and the last version this build reads and writes. */
  readonly versions: readonly [min: number, max: number];
  /** The first version in the flexible encoding; `Infinity` where there is none. */
  readonly flexible: number;
  /** What `write` chooses when it is not told; the last version by default. */
  readonly writeVersion?: number;
  /**
   * Newer versions only append fields: they are read as the last known one, and what follows it is ignored.
   * Otherwise a newer version, and bytes behind the value, are errors.
   */
  readonly appendOnly?: boolean;
  readonly body: Field<Out, In, false>;
}

/** A value that carries its own version, an int16 in front, as in Kafka's internal topics. */
export interface Versioned<Out = unknown, In = unknown> extends VersionedDefinition<Out, In> {
  /**
   * Reads a whole value. Byte strings are views of `bytes`. Throws `ProtocolError` (`UNSUPPORTED_VERSION`,
   * `TRAILING_BYTES`) or `WireError`.
   */
  read(bytes: Uint8Array): Out;
  /** Writes a value. Throws `ProtocolError` (`UNSUPPORTED_VERSION`, `FIELD_NOT_IN_VERSION`). */
  write(value: In, version?: number): Buffer;
}

/** What reading gives. */
// biome-ignore lint/suspicious/noExplicitAny: only one parameter matters
export type VersionedOut<V> = V extends Versioned<infer Out, any> ? Out : never;
/** What writing takes. */
// biome-ignore lint/suspicious/noExplicitAny: only one parameter matters
export type VersionedIn<V> = V extends Versioned<any, infer In> ? In : never;

/** Declares a versioned value. */
export function versioned<Out, In>(definition: VersionedDefinition<Out, In>): Versioned<Out, In> {
  const { name, versions, flexible, appendOnly = false, body } = definition;
  const [min, max] = versions;
  const { writeVersion = max } = definition;
  const codecs: Codec<Out, In>[] = [];

  function codecOf(version: number): Codec<Out, In> {
    if (!(version >= min && version <= max)) {
      throw new ProtocolError("UNSUPPORTED_VERSION", `${name} version ${version} is outside ${min}-${max}`);
    }
    codecs[version] ??= body.compile(version, version >= flexible);
    return codecs[version];
  }

  return {
    ...definition,
    read(bytes) {
      const reader = new Reader(asBuffer(bytes));
      const stated = reader.int16();
      const value = codecOf(appendOnly ? Math.min(stated, max) : stated).read(reader);
      if (reader.remaining > 0 && !appendOnly) {
        throw new ProtocolError("TRAILING_BYTES", `${reader.remaining} bytes follow a ${name}`);
      }
      return value;
    },
    write(value, version = writeVersion) {
      const codec = codecOf(version);
      const writer = new Writer();
      writer.int16(version);
      codec.write(writer, value);
      return writer.toBuffer();
    },
  };
}

/**
 * The version a value starts with. The keys of `__consumer_offsets` tell their kinds apart by it.
 * Throws `WireError` (`TRUNCATED`).
 */
export function versionOf(bytes: Uint8Array): number {
  if (bytes.length < VERSION_BYTES) {
    throw new WireError("TRUNCATED", `a version takes ${VERSION_BYTES} bytes, ${bytes.length} are there`);
  }
  return asBuffer(bytes).readInt16BE(0);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
