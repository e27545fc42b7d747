import fc from "fast-check";
import { expect, test } from "vitest";
import { RegistryState } from "./registry-state.ts";
import { encodeLogKey } from "./state/log-key.ts";
import { encodeSchemaValue } from "./state/log-value.ts";

const TEXT = '{"type":"record","name":"Order","fields":[]}';

/** An entry as Confluent's registry writes it. */
function entry(key: string, value: string | null) {
  return { key: Buffer.from(key), value: value === null ? null : Buffer.from(value) };
}

function schemaEntry(subject: string, version: number, id: number, text = TEXT, deleted = false) {
  const content = { schemaType: "AVRO", text, references: [] };
  return {
    key: encodeLogKey({ keytype: "SCHEMA", subject, version }),
    value: encodeSchemaValue({ subject, version, id, content, deleted }),
  };
}

test("a log written by Confluent's registry is understood", () => {
  const state = new RegistryState();
  const log = [
    entry('{"keytype":"NOOP","magic":0}', null),
    entry('{"keytype":"CONFIG","subject":null,"magic":0}', '{"compatibilityLevel":"FULL"}'),
    entry('{"keytype":"MODE","subject":"a","magic":0}', '{"subject":"a","mode":"READONLY"}'),
    entry(
      '{"keytype":"SCHEMA","subject":"money","version":1,"magic":1}',
      '{"subject":"money","version":1,"id":1,"md5":"AAAA","schema":"{}","deleted":false}',
    ),
    entry(
      '{"keytype":"SCHEMA","subject":"a","version":1,"magic":1}',
      '{"subject":"a","version":1,"id":2,"schemaType":"PROTOBUF","references":[{"name":"m.proto","subject":"money","version":1}],"schema":"syntax","deleted":false}',
    ),
    entry(
      '{"keytype":"SCHEMA","subject":":.lab:a","version":3,"magic":1}',
      '{"subject":":.lab:a","version":3,"id":1,"schema":"x"}',
    ),
  ];
  for (const one of log) state.apply(one);
  expect(state.config(null)).toEqual({ compatibilityLevel: "FULL" });
  expect(state.mode("a")).toBe("READONLY");
  expect([...state.subjects()]).toEqual(["money", "a", ":.lab:a"]);
  expect([...state.contexts()]).toEqual([".", ".lab"]);
  expect(state.schemaById(".", 2)?.content.schemaType).toBe("PROTOBUF");
  expect(state.schemaById(".lab", 1)?.content.text).toBe("x");
  expect(state.referrers("money", 1)).toEqual([2]);
  expect(state.maxId(".")).toBe(2);
});

test("keys are written byte for byte as Confluent writes them", () => {
  expect(encodeLogKey({ keytype: "SCHEMA", subject: "s", version: 1 }).toString()).toBe(
    '{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}',
  );
  expect(encodeLogKey({ keytype: "CONFIG", subject: null }).toString()).toBe(
    '{"keytype":"CONFIG","subject":null,"magic":0}',
  );
  expect(encodeLogKey({ keytype: "DELETE_SUBJECT", subject: "s" }).toString()).toBe(
    '{"keytype":"DELETE_SUBJECT","subject":"s","magic":0}',
  );
});

test("values are written as Confluent writes them", () => {
  expect(schemaEntry("s", 1, 7, "x").value.toString()).toBe(
    '{"subject":"s","version":1,"id":7,"schema":"x","deleted":false}',
  );
});

test("a deleted subject keeps its schema by id until its versions are gone for good", () => {
  const state = new RegistryState();
  state.apply(schemaEntry("s", 1, 1));
  state.apply(entry('{"keytype":"DELETE_SUBJECT","subject":"s","magic":0}', '{"subject":"s","version":1}'));
  expect(state.latest("s")).toBeUndefined();
  expect(state.version("s", 1)?.deleted).toBe(true);
  expect(state.schemaById(".", 1)).toBeDefined();
  expect(state.removalCount).toBe(0);

  state.apply({ key: schemaEntry("s", 1, 1).key, value: null });
  expect(state.schemaById(".", 1)).toBeUndefined();
  expect([...state.subjects()]).toEqual([]);
  expect(state.removalCount).toBe(1);
  expect(state.maxId(".")).toBe(1);
});

test("an id that means another schema already is not taken over", () => {
  const state = new RegistryState();
  state.apply(schemaEntry("s", 1, 1, "a"));
  state.apply(schemaEntry("t", 1, 1, "b"));
  expect(state.schemaById(".", 1)?.content.text).toBe("a");
  expect(state.version("t", 1)).toBeUndefined();
});

test("entries that make no sense change nothing", () => {
  const state = new RegistryState();
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), fc.oneof(fc.string(), fc.json()), (key, value) => {
      state.apply(entry(key, value));
      state.apply(entry('{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}', value));
      expect([...state.subjects()]).toEqual([]);
    }),
  );
});

test("the live entries rebuild the state", () => {
  const operation = fc.record({
    subject: fc.constantFrom("a", "b", ":.lab:a"),
    version: fc.integer({ min: 1, max: 4 }),
    id: fc.integer({ min: 1, max: 3 }),
    deleted: fc.boolean(),
    remove: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(operation), (operations) => {
      const state = new RegistryState();
      for (const { subject, version, id, deleted, remove } of operations) {
        const stored = schemaEntry(subject, version, id, `text ${id}`, deleted);
        state.apply(remove ? { key: stored.key, value: null } : stored);
      }
      const rebuilt = new RegistryState();
      for (const live of state.liveEntries()) {
        rebuilt.apply(live);
        rebuilt.apply(live);
      }
      const entries = (of: RegistryState) => [...of.liveEntries()].map((one) => String(one.value)).sort();
      expect(entries(rebuilt)).toEqual(entries(state));
      for (const context of [".", ".lab"]) expect(rebuilt.maxId(context)).toBe(state.maxId(context));
      for (const id of [1, 2, 3]) {
        expect(rebuilt.schemaById(".", id)?.uses.size).toBe(state.schemaById(".", id)?.uses.size);
      }
    }),
  );
});
