import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { APIS } from "../apis.ts";
import * as records from "../records/index.ts";
import type { Field } from "../schema/field.ts";
import { summariseKafkas, summariseOurs } from "../testing/field-summary.ts";
import {
  DEFINITION_FOLDERS,
  intersect,
  type KafkaDefinition,
  parseRange,
  type Range,
  readDefinition,
} from "../testing/kafka-definition.ts";

/** Messages of which a folder's definitions may be older than ours; the versions both know are compared. */
const NEWER_THAN_SOME_DEFINITIONS = new Set([
  "ConsumerGroupDescribeRequest",
  "ConsumerGroupDescribeResponse",
]);

interface Ours {
  readonly name: string;
  readonly versions: Range;
  readonly flexible: number;
  readonly body: Field;
}

const MESSAGES: readonly Ours[] = APIS.flatMap(({ name, versions, flexible, request, response }) => [
  { name: `${name}Request`, versions, flexible, body: request },
  { name: `${name}Response`, versions, flexible, body: response },
]);

const RECORDS: readonly Ours[] = Object.values(records).flatMap((record) =>
  typeof record === "function" ? [] : [{ ...record, body: record.body as Field }],
);

/** Compares within the versions both sides know: newer definitions drop versions of long ago (KIP-896). */
function compare(ours: Ours, kafkas: KafkaDefinition): void {
  const valid = parseRange(kafkas.validVersions)!;
  if (!NEWER_THAN_SOME_DEFINITIONS.has(ours.name)) expect(ours.versions[1]).toBeLessThanOrEqual(valid[1]);
  const window = intersect(ours.versions, valid)!;
  const flexible = parseRange(kafkas.flexibleVersions)?.[0] ?? Number.POSITIVE_INFINITY;
  expect(ours.flexible).toBe(flexible);
  expect(summariseOurs(ours.body.type.fields!, window)).toEqual(summariseKafkas(kafkas, window));
}

if (DEFINITION_FOLDERS.length === 0) {
  console.log("skipped the comparison with Apache Kafka's message definitions: no folder holds them");
  test.skip("messages equal Apache Kafka's definitions (not found)", () => {});
}

describe.each(DEFINITION_FOLDERS.map((folder) => [basename(folder), folder]))(
  "definitions in %s",
  (_, folder) => {
    test.each(APIS.map((api) => [api.name, api] as const))("%s has Kafka's API key", (name, api) => {
      expect(readDefinition(folder, `${name}Request`)?.apiKey).toBe(api.key);
    });

    test.each([...MESSAGES, ...RECORDS].map((ours) => [ours.name, ours] as const))("%s", (name, ours) => {
      const definition = readDefinition(folder, name);
      expect(definition, `${name}.json is missing`).toBeDefined();
      compare(ours, definition!);
    });
  },
);
