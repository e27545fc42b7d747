import { create, equals, type Message, toBinary } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { DurationSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryInit, everyKind } from "../../test/protobuf-arbitrary.ts";
import { SchemaError } from "../schema-error.ts";
import { parseProtobuf } from "./protobuf-schema.ts";
import { protobufSerde } from "./serde.ts";

const every = { format: "PROTOBUF", text: everyKind, references: [] } as const;
const everyMessage = parseProtobuf(every).messageAt([0])!;

const duration = {
  format: "PROTOBUF",
  text: 'syntax = "proto3"; package google.protobuf; message Duration { int64 seconds = 1; int32 nanos = 2; }',
  references: [],
} as const;

test("encodes behind the schema id and the path of the message", () => {
  const serde = protobufSerde(DurationSchema, duration);
  expect(serde.fullName).toBe("google.protobuf.Duration");
  expect(serde.encode(0x01020304, { seconds: 5n, nanos: 7 }).toString("hex")).toBe(
    "0001020304000805" + "1007",
  );
});

test("writes the path of nested messages as zigzag varints", () => {
  const text = `syntax = "proto3"; message A {} message B { message C {} message D {} }`;
  const schema = { format: "PROTOBUF", text, references: [] } as const;
  const descriptor = parseProtobuf(schema).messageAt([1, 1])!;
  const serde = protobufSerde(descriptor as unknown as GenMessage<Message>, schema);
  expect(serde.encode(1, {}).toString("hex")).toBe("0000000001040202");
});

test("gives back every message it has written, as protobuf-es would", () => {
  const descriptor = everyMessage as unknown as GenMessage<Message>;
  const serde = protobufSerde(descriptor, every);
  const decode = serde.decoder(every);
  fc.assert(
    fc.property(arbitraryInit(everyMessage), fc.nat(9), (init, behind) => {
      const bytes = serde.encode(7, init as never);
      const message = create(everyMessage, init as never) as Message;
      expect(bytes.subarray(6).equals(toBinary(everyMessage, message))).toBe(true);
      const padded = Buffer.concat([bytes, Buffer.alloc(behind, 0xff)]);
      const decoded = decode(padded, 6, bytes.length);
      expect(decoded.$typeName).toBe("test.Every");
      expect(equals(everyMessage, decoded, message)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test("reads what another version of the schema wrote", () => {
  const serde = protobufSerde(DurationSchema, duration);
  const writer = { ...duration, text: duration.text.replace("int32 nanos = 2;", "string unit = 3;") };
  const payload = Buffer.from("08051a0173", "hex");
  const decoded = serde.decoder(writer)(payload, 0, payload.length);
  expect(decoded).toMatchObject({ seconds: 5n, nanos: 0 });
});

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof SchemaError) return `${error.code} ${error.path ?? ""}`.trim();
    throw error;
  }
}

test("refuses values and payloads that do not fit", () => {
  const serde = protobufSerde(DurationSchema, duration);
  expect(codeOf(() => serde.encode(1, { seconds: 2n ** 70n }))).toBe("INVALID_VALUE seconds");
  expect(codeOf(() => serde.encode(1, { nanos: 1.5 }))).toBe("INVALID_VALUE nanos");
  const nested = protobufSerde(everyMessage as unknown as GenMessage<Message>, every);
  const lines = { rg: [{}, { choice: { case: "cc", value: { mc: { true: { e: -1 } } } } }] };
  expect(codeOf(() => nested.encode(1, lines as never))).toBe("INVALID_VALUE rg[1].cc.mc[true].e");
  const circle = create(everyMessage) as Message & { q?: Message };
  circle.q = circle;
  expect(codeOf(() => nested.encode(1, circle as never))).toBe("INVALID_VALUE");
  const decode = serde.decoder(duration);
  for (const hex of ["08", "0a0501", "07", "08ffffffffffffffffffffff01"]) {
    const payload = Buffer.from(hex, "hex");
    expect(codeOf(() => decode(payload, 0, payload.length))).toBe("INVALID_PAYLOAD");
  }
  const stranger = { ...duration, text: 'syntax = "proto3"; message Other {}' };
  expect(codeOf(() => serde.decoder(stranger))).toBe("UNRESOLVABLE");
});
