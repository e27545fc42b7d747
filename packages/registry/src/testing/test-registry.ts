import { Registry, type RegistryOptions } from "../registry.ts";
import { MemoryRegistryLog } from "../registry-log.ts";
import { type RegistryEntry, RegistryState } from "../registry-state.ts";

/** A registry in memory, with everything that was written to its log. */
export function testRegistry(options: Partial<RegistryOptions> = {}) {
  const state = new RegistryState();
  const memory = new MemoryRegistryLog(state);
  const written: RegistryEntry[] = [];
  const log = {
    append(entries: readonly RegistryEntry[]): Promise<bigint> {
      written.push(...entries);
      return memory.append(entries);
    },
  };
  return { registry: new Registry({ state, log, ...options }), state, written };
}

/** An Avro record; fields given as `name` have no default, as `name?` they have one. */
export function avroRecord(name: string, ...fields: string[]): string {
  return JSON.stringify({
    type: "record",
    name,
    fields: fields.map((field) =>
      field.endsWith("?")
        ? { name: field.slice(0, -1), type: "string", default: "" }
        : { name: field, type: "string" },
    ),
  });
}
