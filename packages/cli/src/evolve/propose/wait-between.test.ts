import { parseSchema } from "@letterpress/schema";
import { expect, test } from "vitest";
import type { KnownVersion } from "../facts.ts";
import { declaredWriter, factsOf, schemaOf, topicOf, versionsOf } from "../testing/facts.ts";
import { waitBetween } from "./wait-between.ts";

const ID = { name: "id", type: "string" };
const TOTAL = { name: "total", type: "long" };

test("a second step waits for readers, and for producers whose records it cannot read", () => {
  const versions = versionsOf(schemaOf([ID]));
  const [latest] = versions as [KnownVersion];
  const first = schemaOf([ID, { ...TOTAL, default: 0 }]);
  const facts = factsOf("NONE", first, versions, [
    topicOf(versions, [], [declaredWriter("shop", latest), declaredWriter("gone", latest, 1_000)]),
  ]);
  const readers = "no live member reads with a version before 2";
  expect(waitBetween(facts, parseSchema(schemaOf([])), 2)).toBe(readers);
  expect(waitBetween(facts, parseSchema(schemaOf([ID, TOTAL])), 2)).toBe(
    `${readers}, and no live producer writes with a version before 2 (now shop declares version 1)`,
  );
});
