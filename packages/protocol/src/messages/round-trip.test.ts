import { WireError } from "@letterpress/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProtocolError } from "../protocol-error.ts";
import { arbitraryField } from "../testing/arbitrary-message.ts";
import { everyMessage, type MessageVersion } from "../testing/every-message.ts";

const MESSAGES = everyMessage().map((message) => [message.label, message] as const);

/** Reads bytes that may be anything: either a value comes out, or one of the two declared errors. */
function readAnything(message: MessageVersion, bytes: Buffer): void {
  try {
    message.read(bytes);
  } catch (error) {
    if (error instanceof WireError || error instanceof ProtocolError) return;
    throw error;
  }
}

describe.each(MESSAGES)("%s", (_, message) => {
  const values = arbitraryField(message.field, message.version);

  test("reads what it wrote", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(message.read(message.write(value))).toEqual({ value, remainingBytes: 0 });
      }),
      { numRuns: 20 },
    );
  });

  test("refuses every truncation", () => {
    const [value] = fc.sample(values, { numRuns: 1, seed: 1 });
    const bytes = message.write(value);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => message.read(bytes.subarray(0, length))).toThrow(WireError);
    }
  });

  test("meets random and damaged bytes with a declared error", () => {
    const damage = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => readAnything(message, Buffer.from(bytes))),
      { numRuns: 100 },
    );
    fc.assert(
      fc.property(values, damage, (value, { at, byte }) => {
        const bytes = message.write(value);
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        readAnything(message, bytes);
      }),
      { numRuns: 20 },
    );
  });
});
