import { WireError } from "@letterpress/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "../protocol-error.ts";
import type { Field } from "../schema/field.ts";
import { int32, string, struct } from "../schema/index.ts";
import { arbitraryField } from "../testing/arbitrary-message.ts";
import * as records from "./index.ts";
import {
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
  GroupMetadataKey,
  OffsetCommitKey,
  OffsetCommitValue,
  type Versioned,
  versioned,
  versionOf,
} from "./index.ts";

const NEVER = Number.POSITIVE_INFINITY;

test("an offset commit reads back as written, in the bytes Kafka stores", () => {
  const key = OffsetCommitKey.write({ group: "g", topic: "t", partition: 7 });
  expect(key.toString("hex")).toBe("000100016700017400000007");
  expect(versionOf(key)).toBe(1);
  expect(OffsetCommitKey.read(key)).toEqual({ group: "g", topic: "t", partition: 7 });

  const value = OffsetCommitValue.write({ offset: 42n, metadata: "", commitTimestamp: 1n });
  expect(versionOf(value)).toBe(3);
  expect(OffsetCommitValue.read(value)).toEqual({
    offset: 42n,
    leaderEpoch: -1,
    metadata: "",
    commitTimestamp: 1n,
    expireTimestamp: -1n,
  });
});

test("every version of a value is written on demand", () => {
  for (let version = 0; version <= 4; version++) {
    const bytes = OffsetCommitValue.write({ offset: 1n, metadata: "m", commitTimestamp: 2n }, version);
    expect(versionOf(bytes)).toBe(version);
    expect(OffsetCommitValue.read(bytes)).toMatchObject({ offset: 1n, metadata: "m", commitTimestamp: 2n });
  }
});

const VERSIONS = Object.values(records).flatMap((record) =>
  typeof record === "function"
    ? []
    : range(...record.versions).map((version) => [record.name, version, record as Versioned] as const),
);

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

test.each(VERSIONS)("%s %i reads what it wrote", (_, version, record) => {
  fc.assert(
    fc.property(arbitraryField(record.body as Field, version), (value) => {
      expect(record.read(record.write(value, version))).toEqual(value);
    }),
    { numRuns: 50 },
  );
});

test("a version outside the known ones is refused", () => {
  expect(() => GroupMetadataKey.write({ group: "g" }, 1)).toThrow(ProtocolError);
  expect(() => GroupMetadataKey.read(Buffer.from("0003000167", "hex"))).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED_VERSION" }),
  );
});

test("bytes behind a value are refused", () => {
  const key = GroupMetadataKey.write({ group: "g" });
  expect(() => GroupMetadataKey.read(Buffer.concat([key, Buffer.from([0])]))).toThrow(
    expect.objectContaining({ code: "TRAILING_BYTES" }),
  );
});

test("the consumer protocol reads newer versions as its last one", () => {
  const newer = Buffer.concat([
    ConsumerProtocolAssignment.write({ assignedPartitions: [] }),
    Buffer.from("more"),
  ]);
  newer.writeInt16BE(9, 0);
  expect(ConsumerProtocolAssignment.read(newer)).toEqual({ assignedPartitions: [], userData: null });
  newer.writeInt16BE(-1, 0);
  expect(() => ConsumerProtocolAssignment.read(newer)).toThrow(ProtocolError);
});

test("a subscription of version 0 reads with the later fields at their defaults", () => {
  const bytes = ConsumerProtocolSubscription.write({ topics: ["t"] }, 0);
  expect(ConsumerProtocolSubscription.read(bytes)).toEqual({
    topics: ["t"],
    userData: null,
    ownedPartitions: [],
    generationId: -1,
    rackId: null,
  });
});

test("a value cut off anywhere gives a WireError", () => {
  const Sample = versioned({
    name: "Sample",
    versions: [0, 0],
    flexible: NEVER,
    body: struct({ name: string(), count: int32() }),
  });
  const bytes = Sample.write({ name: "abc", count: 1 });
  for (let length = 0; length < bytes.length; length++) {
    expect(() => Sample.read(bytes.subarray(0, length))).toThrow(WireError);
  }
  expect(() => versionOf(Buffer.alloc(1))).toThrow(WireError);
});

test("a plain Uint8Array is read like a Buffer", () => {
  const bytes = new Uint8Array(OffsetCommitKey.write({ group: "g", topic: "t", partition: 1 }));
  expect(OffsetCommitKey.read(bytes).partition).toBe(1);
});
