import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ProtobufSchema, parseProtobuf } from "./protobuf-schema.ts";
import { protobufStrictIncompatibilities } from "./strict.ts";

const require = createRequire(import.meta.url);
const bufScript = (require.resolve.paths("@bufbuild/buf") ?? [])
  .map((folder) => join(folder, "@bufbuild/buf/bin/buf"))
  .find((path) => existsSync(path));

const proto3 = (body: string): string => `syntax = "proto3"; package p; ${body}`;
const parse = (text: string): ProtobufSchema => parseProtobuf({ format: "PROTOBUF", text, references: [] });

/** Name, old text, new text, and what stops new from reading old. */
const cases: [string, string, string, string[]][] = [
  ["nothing", proto3("message A { int32 a = 1; }"), proto3("message A { int32 a = 1; int32 b = 2; }"), []],
  [
    "field deleted",
    proto3("message A { int32 a = 1; }"),
    proto3("message A {}"),
    ["FIELD_NO_DELETE_UNLESS_NAME_RESERVED", "FIELD_NO_DELETE_UNLESS_NUMBER_RESERVED"],
  ],
  [
    "field deleted and reserved",
    proto3("message A { int32 a = 1; }"),
    proto3('message A { reserved 1; reserved "a"; }'),
    [],
  ],
  [
    "reserved given up",
    proto3("message A { reserved 1 to 5; }"),
    proto3("message A { reserved 1; }"),
    ["RESERVED_MESSAGE_NO_DELETE"],
  ],
  [
    "field renamed",
    proto3("message A { int32 a = 1; }"),
    proto3("message A { int32 b = 1; }"),
    ["FIELD_SAME_JSON_NAME", "FIELD_SAME_NAME"],
  ],
  [
    "field renamed but not in JSON",
    proto3("message A { int32 a = 1; }"),
    proto3('message A { int32 b = 1 [json_name = "a"]; }'),
    ["FIELD_SAME_NAME"],
  ],
  [
    "implicit label changed",
    proto3("message A { int32 a = 1; }"),
    proto3("message A { repeated int32 a = 1; }"),
    ["FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY"],
  ],
  [
    "presence changed",
    proto3("message A { int32 a = 1; }"),
    proto3("message A { optional int32 a = 1; }"),
    [],
  ],
  ["int32 to uint32", proto3("message A { int32 a = 1; }"), proto3("message A { uint32 a = 1; }"), []],
  [
    "int32 to int64",
    proto3("message A { int32 a = 1; }"),
    proto3("message A { int64 a = 1; }"),
    ["FIELD_WIRE_JSON_COMPATIBLE_TYPE"],
  ],
  [
    "string to bytes",
    proto3("message A { string a = 1; }"),
    proto3("message A { bytes a = 1; }"),
    ["FIELD_WIRE_JSON_COMPATIBLE_TYPE"],
  ],
  [
    "message changed",
    proto3("message A { B b = 1; } message B {} message C {}"),
    proto3("message A { C b = 1; } message B {} message C {}"),
    ["FIELD_WIRE_JSON_COMPATIBLE_TYPE"],
  ],
  [
    "field moved into a oneof",
    proto3("message A { int32 a = 1; }"),
    proto3("message A { oneof o { int32 a = 1; } }"),
    ["FIELD_SAME_ONEOF"],
  ],
  [
    "enum value deleted",
    proto3("enum E { X = 0; Y = 1; }"),
    proto3("enum E { X = 0; }"),
    ["ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED", "ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED"],
  ],
  [
    "enum value renamed",
    proto3("enum E { X = 0; Y = 1; }"),
    proto3("enum E { X = 0; Z = 1; }"),
    ["ENUM_VALUE_SAME_NAME"],
  ],
  [
    "enum reserved given up",
    proto3('enum E { X = 0; reserved 5; reserved "Q"; }'),
    proto3("enum E { X = 0; }"),
    ["RESERVED_ENUM_NO_DELETE"],
  ],
  ["required added", "message A {}", "message A { required int32 a = 1; }", ["MESSAGE_SAME_REQUIRED_FIELDS"]],
];

test.each(cases)("%s", (_, before, after, expected) => {
  const rules = protobufStrictIncompatibilities(parse(after), parse(before)).map(({ rule }) => rule);
  expect([...new Set(rules)].sort()).toEqual(expected);
});

// Skipped where buf is not installed.
if (bufScript === undefined)
  console.log("@bufbuild/buf is not installed: verdicts are not compared with buf's");

test.skipIf(bufScript === undefined)("buf has the same verdicts", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "letterpress-strict-"));
  try {
    for (const [name, before, after, expected] of cases) {
      for (const [side, text] of [
        ["old", before],
        ["new", after],
      ] as const) {
        mkdirSync(join(folder, side), { recursive: true });
        writeFileSync(join(folder, side, "a.proto"), text);
      }
      expect(bufVerdict(folder), name).toEqual(expected);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function bufVerdict(folder: string): string[] {
  const config = '{"version":"v2","breaking":{"use":["WIRE_JSON"]}}';
  const options = ["--against", join(folder, "old"), "--config", config, "--error-format", "json"];
  let output = "";
  try {
    const run = [bufScript!, "breaking", join(folder, "new"), ...options];
    output = execFileSync(process.execPath, run, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  const rules = output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { type: string }).type);
  return [...new Set(rules)].sort();
}
