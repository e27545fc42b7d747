import type { CheckLevel, ResolvedSchema } from "@letterpress/schema";
import { describe, expect, test } from "vitest";
import { AVRO_COMPATIBILITY } from "../../../../schema/test/avro-compatibility.ts";
import { PROTOBUF_COMPATIBILITY, PROTOBUF_STRICT } from "../../../../schema/test/protobuf-compatibility.ts";
import { evaluate } from "../evaluate.ts";
import type { Proposal } from "../report.ts";
import { factsOf, versionsOf } from "../testing/facts.ts";
import { proposalsFor } from "./proposals.ts";

const avro = (schema: unknown): ResolvedSchema => ({
  format: "AVRO",
  text: JSON.stringify(schema, null, 2),
  references: [],
});
const proto = (text: string): ResolvedSchema => ({ format: "PROTOBUF", text, references: [] });

/** What is proposed where a level refuses an edit; undefined where it lets the edit in. */
function proposed(level: CheckLevel, after: ResolvedSchema, before: ResolvedSchema): Proposal[] | undefined {
  const facts = factsOf(level, after, versionsOf(before));
  return evaluate(facts).isAllowed ? undefined : proposalsFor(facts);
}

/** Every refusal has an edit that the level lets in, or says why not and what to do. */
function checkProposals(level: CheckLevel, after: ResolvedSchema, before: ResolvedSchema): string {
  const proposals = proposed(level, after, before);
  if (proposals === undefined) return "allowed";
  expect(proposals).not.toEqual([]);
  for (const { steps, byHand = [], title } of proposals) {
    expect(title).not.toBe("");
    expect(steps.length + byHand.length).toBeGreaterThan(0);
    if (steps.length === 0) continue;
    expect(steps[0]).toMatchObject({ isAllowed: true });
    // The step is what it is said to be: held against the same version it is let in.
    const text = { ...after, text: steps[0]!.text };
    expect(evaluate(factsOf(level, text, versionsOf(before))).isAllowed).toBe(true);
    for (const step of steps.slice(0, -1)) expect(step.until).not.toBe(undefined);
  }
  return proposals[0]!.steps.length > 0 ? "edit" : "by hand";
}

/** As fields of a record, changes of types have something beside which the new one can stand. */
const asField = (type: unknown) => ({
  type: "record",
  name: "Outer",
  namespace: "shop",
  fields: [{ name: "field", type }],
});

describe.each(["BACKWARD", "FORWARD", "FULL", "STRICT"] as const)("%s", (level) => {
  test.each(AVRO_COMPATIBILITY)("Avro: %s", (_, first, second) => {
    checkProposals(level, avro(first), avro(second));
    checkProposals(level, avro(second), avro(first));
  });

  test.each(AVRO_COMPATIBILITY)("Avro, in a field: %s", (_, first, second) => {
    const found = [
      checkProposals(level, avro(asField(first)), avro(asField(second))),
      checkProposals(level, avro(asField(second)), avro(asField(first))),
    ];
    expect(found).not.toContain("by hand");
  });

  test.each(PROTOBUF_COMPATIBILITY)("Protobuf: %s", (name, before, after) => {
    const found = [
      checkProposals(level, proto(after), proto(before)),
      checkProposals(level, proto(before), proto(after)),
    ];
    // No level that looks forward lets a message be added to a file.
    const isMessageAdded = ["message added", "nested message removed"].includes(name) && level !== "BACKWARD";
    expect(found.includes("by hand")).toBe(isMessageAdded);
  });

  test.each(PROTOBUF_STRICT)("Protobuf beyond Confluent's rules: %s", (_, before, after) => {
    expect(checkProposals(level, proto(after), proto(before))).not.toBe("by hand");
  });
});
