import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
  GroupMetadataKey,
  GroupMetadataValue,
  OffsetCommitKey,
  OffsetCommitValue,
  TransactionLogKey,
  TransactionLogValue,
  type Versioned,
  versionOf,
} from "./index.ts";

const FIXTURES = new URL("../../fixtures/records/", import.meta.url);

interface GoldenRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** Reads what Apache Kafka itself stored in one of its internal topics. */
function readRecords(topic: string): GoldenRecord[] {
  const lines = readFileSync(new URL(`${topic}.jsonl`, FIXTURES), "utf8")
    .trimEnd()
    .split("\n");
  return lines.map((line) => {
    const { key, value } = JSON.parse(line) as { key: string; value: string | null };
    return { key: Buffer.from(key, "base64"), value: value === null ? null : Buffer.from(value, "base64") };
  });
}

function expectSameBytes(type: Versioned, bytes: Buffer | null): void {
  if (bytes === null) return;
  const written = type.write(type.read(bytes), versionOf(bytes));
  expect(written.toString("hex")).toBe(bytes.toString("hex"));
}

const OFFSETS = readRecords("__consumer_offsets");
const TRANSACTIONS = readRecords("__transaction_state");

describe("__consumer_offsets", () => {
  const commits = OFFSETS.filter(({ key }) => OffsetCommitKey.versions.includes(versionOf(key)));
  const groups = OFFSETS.filter(({ key }) => versionOf(key) === GroupMetadataKey.versions[0]);

  test("committed offsets are read and written in the same bytes", () => {
    expect(commits.some(({ value }) => value !== null)).toBe(true);
    for (const { key, value } of commits) {
      expectSameBytes(OffsetCommitKey, key);
      expectSameBytes(OffsetCommitValue, value);
    }
  });

  test("groups are read and written in the same bytes, down to what their members sent", () => {
    const values = groups.flatMap(({ value }) => (value === null ? [] : [GroupMetadataValue.read(value)]));
    const members = values.flatMap(({ members }) => members);
    expect(members.length).toBeGreaterThan(0);
    for (const { key, value } of groups) {
      expectSameBytes(GroupMetadataKey, key);
      expectSameBytes(GroupMetadataValue, value);
    }
    for (const { subscription, assignment } of members) {
      expectSameBytes(ConsumerProtocolSubscription, subscription);
      expectSameBytes(ConsumerProtocolAssignment, assignment);
    }
  });
});

test("the states of transactional ids are read and written in the same bytes", () => {
  expect(TRANSACTIONS.length).toBeGreaterThan(0);
  for (const { key, value } of TRANSACTIONS) {
    expectSameBytes(TransactionLogKey, key);
    expectSameBytes(TransactionLogValue, value);
  }
});
