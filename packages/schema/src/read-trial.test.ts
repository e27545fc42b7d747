import { describe, expect, test } from "vitest";
import { avroSerde } from "./avro/serde.ts";
import { ID_FRAMING_BYTES } from "./framing.ts";
import { readTrial } from "./read-trial.ts";
import type { ResolvedSchema } from "./schema-definition.ts";

const avro = (fields: readonly object[]): ResolvedSchema => ({
  format: "AVRO",
  text: JSON.stringify({ type: "record", name: "R", fields }),
  references: [],
});

function tryAvro(writer: ResolvedSchema, reader: ResolvedSchema, value: unknown) {
  const bytes = avroSerde<unknown>(writer).encode(1, value);
  return readTrial({ reader, writer })(bytes, ID_FRAMING_BYTES, bytes.length, []);
}

describe("Avro", () => {
  const writer = avro([
    { name: "id", type: "long" },
    { name: "state", type: { type: "enum", name: "S", symbols: ["A", "B"] } },
    { name: "tags", type: { type: "map", values: ["null", "string"] } },
    { name: "how", type: ["null", "int", "string"] },
  ]);
  const value = { id: 2n ** 60n + 1n, state: "B", tags: { x: "y" }, how: { case: "string", value: "z" } };

  test("a schema reads what it has written without a finding", () => {
    expect(tryAvro(writer, writer, value)).toEqual([]);
  });

  test("narrowed numbers, symbols that become the default and dropped fields are losses", () => {
    const reader = avro([
      { name: "id", type: "double" },
      { name: "state", type: { type: "enum", name: "S", symbols: ["A"], default: "A" } },
      { name: "tags", type: { type: "map", values: ["null", "string"] } },
    ]);
    expect(tryAvro(writer, reader, value)).toEqual([
      { kind: "loss", path: "id", message: '"1152921504606846977" is read as 1152921504606847000' },
      { kind: "loss", path: "state", message: '"B" is read as "A"' },
      { kind: "loss", path: "how", message: "is written but not read" },
    ]);
    expect(tryAvro(writer, reader, { ...value, id: 7n, state: "A" })).toEqual([
      { kind: "loss", path: "how", message: "is written but not read" },
    ]);
  });

  test("schemas that do not fit fail with every payload", () => {
    const reader = avro([
      { name: "id", type: "long" },
      { name: "added", type: "int" },
    ]);
    expect(tryAvro(writer, reader, value)).toMatchObject([{ kind: "failure", path: "" }]);
  });

  test("a field read by its alias is the same field", () => {
    const reader = avro([{ name: "number", aliases: ["id"], type: "long" }]);
    const old = avro([{ name: "id", type: "int" }]);
    expect(tryAvro(old, reader, { id: 5 })).toEqual([]);
  });
});

describe("Protobuf", () => {
  const proto = (body: string): ResolvedSchema => ({
    format: "PROTOBUF",
    text: `syntax = "proto3"; package p; message M { ${body} } enum E { A = 0; B = 1; }`,
    references: [],
  });
  const writer = proto("string a = 1; int64 b = 2; repeated E c = 3; M d = 4; map<string, int32> e = 5;");
  // a = "x", b = 2^40, c = [B], d = { a: "y" }, e = { "k": 1 }
  const payload = Buffer.from("0a01781080808080802" + "01a01012203" + "0a01792a050a016b1001", "hex");
  const trial = (reader: ResolvedSchema) => readTrial({ reader, writer })(payload, 0, payload.length, [0]);

  test("a schema reads what it has written without a finding", () => {
    expect(trial(writer)).toEqual([]);
  });

  test("dropped fields and cut numbers are losses, also in nested messages", () => {
    expect(trial(proto("int32 b = 2; repeated E c = 3; M d = 4;"))).toEqual([
      { kind: "loss", path: "a", message: "is written but not read" },
      { kind: "loss", path: "b", message: "1099511627776 is read as 0" },
      { kind: "loss", path: "d.a", message: "is written but not read" },
      { kind: "loss", path: "e", message: "is written but not read" },
    ]);
  });

  test("another wire type, a lost message and a wrong path are failures", () => {
    expect(trial(proto("int32 a = 1;"))).toMatchObject([{ kind: "failure" }]);
    const other = {
      ...writer,
      text: writer.text.replaceAll("message M", "message N").replaceAll("M d", "N d"),
    };
    expect(trial(other)).toEqual([{ kind: "failure", path: "", message: "the schema has no message p.M" }]);
    const astray = readTrial({ reader: writer, writer })(payload, 0, payload.length, [3]);
    expect(astray).toMatchObject([{ kind: "failure" }]);
  });
});

test("the other format is a failure", () => {
  const protobuf: ResolvedSchema = {
    format: "PROTOBUF",
    text: 'syntax = "proto3"; message R {}',
    references: [],
  };
  const trial = readTrial({ reader: protobuf, writer: avro([]) });
  expect(trial(Buffer.alloc(0), 0, 0, [])).toMatchObject([{ kind: "failure" }]);
});
