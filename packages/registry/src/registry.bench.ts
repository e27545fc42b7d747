/**
 * Whether a registry stays flat: per-schema times of registering, of a restart and of lookups, with 1,000 and with
 * 10,000 schemas. Run with `node --conditions=@letterpress/source packages/registry/src/registry.bench.ts`.
 */
import { Registry } from "./registry.ts";
import { MemoryRegistryLog } from "./registry-log.ts";
import { type RegistryEntry, RegistryState } from "./registry-state.ts";
import { createRegistryApp } from "./rest/app.ts";

const COUNTS = [1_000, 10_000];
const LOOKUPS = 5_000;

function schemaText(index: number): string {
  const fields = Array.from({ length: 10 }, (_, field) => ({
    name: `field${field}_${index}`,
    type: "string",
  }));
  return JSON.stringify({ type: "record", name: `Record${index}`, namespace: "bench", fields });
}

/** Microseconds per item. */
async function time(count: number, run: (index: number) => unknown): Promise<string> {
  const startedMs = performance.now();
  for (let index = 0; index < count; index++) await run(index);
  return `${(((performance.now() - startedMs) * 1_000) / count).toFixed(1)} us`;
}

for (const count of COUNTS) {
  const written: RegistryEntry[] = [];
  const state = new RegistryState();
  const memory = new MemoryRegistryLog(state);
  const log = {
    append(entries: readonly RegistryEntry[]): Promise<bigint> {
      written.push(...entries);
      return memory.append(entries);
    },
  };
  const registry = new Registry({ state, log });
  const registering = await time(count, (index) =>
    registry.register(`subject-${index}-value`, { schema: schemaText(index) }),
  );

  const restarted = new RegistryState();
  const restart = await time(written.length, (index) => restarted.apply(written[index]!));
  const again = new Registry({ state: restarted, log: new MemoryRegistryLog(restarted) });
  const app = createRegistryApp(again);
  const byId = await time(LOOKUPS, (index) => again.reader.schemaById((index % count) + 1));
  const bySchema = await time(LOOKUPS, (index) => {
    const at = index % count;
    return again.lookUp(`subject-${at}-value`, { schema: schemaText(at) });
  });
  const overRest = await time(LOOKUPS, (index) => app.request(`/schemas/ids/${(index % count) + 1}`));
  const subjects = await time(10, () => app.request("/subjects"));
  console.log(
    `${count} schemas: register ${registering}, restart ${restart} per schema, by id ${byId}, by schema ${bySchema}, ` +
      `GET /schemas/ids/{id} ${overRest}, GET /subjects ${subjects}`,
  );
}
