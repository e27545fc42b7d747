import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { schemaGuid } from "./identity.ts";
import type { SchemaContent } from "./stored-schema.ts";

const STRING: SchemaContent = { schemaType: "AVRO", text: '"string"', references: [] };

/** The MD5 of these bytes, read as text, as a UUID. */
function md5(bytes: string): string {
  const hex = createHash("md5").update(bytes, "latin1").digest("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

test("the GUID of a bare schema is the MD5 of its text", () => {
  expect(schemaGuid(STRING)).toBe(md5('"string"'));
});

test("references count by name, subject and big-endian version", () => {
  const references = [
    { name: "a.proto", subject: "a", version: 258 },
    { name: "b", subject: "b", version: 1 },
  ];
  expect(schemaGuid({ ...STRING, references })).toBe(
    md5('"string"a.protoa\u0000\u0000\u0001\u0002bb\u0000\u0000\u0000\u0001'),
  );
});

test("metadata and rules count in the order of their keys, and empty ones are not none", () => {
  const metadata = {
    properties: { b: "2", a: "1" },
    sensitive: ["y", "x"],
    tags: { t: ["PII", "EMAIL"] },
  };
  expect(schemaGuid({ ...STRING, metadata })).toBe(md5('"string"\u0001tEMAILPIIa1b2xy'));
  expect(schemaGuid({ ...STRING, metadata: {} })).toBe(md5('"string"\u0001'));
  const rule = { name: "r", kind: "TRANSFORM", mode: "WRITE", type: "CEL", expr: "1", disabled: true };
  expect(schemaGuid({ ...STRING, ruleSet: { domainRules: [rule] } })).toBe(
    md5('"string"\u0001rTRANSFORMWRITECEL1\u0001'),
  );
});
