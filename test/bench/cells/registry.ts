// Registers schemas, starts a registry from what that wrote, and looks schemas up.
import {
  createRegistryApp,
  MemoryRegistryLog,
  Registry,
  type RegistryEntry,
  RegistryState,
} from "@letterpress/registry";
import { cellInput, endCell } from "../harness/run-cell.ts";

export interface RegistryCellInput {
  readonly schemas: number;
}

/** Microseconds per schema or per look-up. */
export interface RegistryCellResult {
  readonly register: number;
  readonly restart: number;
  readonly byId: number;
  readonly bySchema: number;
  readonly overRest: number;
}

const LOOK_UPS = 5_000;
/** A look-up in memory is so short that only many of them can be told from what else the process does. */
const LOOK_UPS_BY_ID = 500_000;

const { schemas } = cellInput<RegistryCellInput>();
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
const register = await microsEach(schemas, (index) =>
  registry.register(`subject-${index}-value`, { schema: schemaText(index) }),
);

const restarted = new RegistryState();
const restart = await microsEach(written.length, (index) => restarted.apply(written[index]!));
const again = new Registry({ state: restarted, log: new MemoryRegistryLog(restarted) });
const app = createRegistryApp(again);

const result = {
  register,
  restart: (restart * written.length) / schemas,
  byId: await microsEach(LOOK_UPS_BY_ID, (index) => again.reader.schemaById((index % schemas) + 1)),
  bySchema: await microsEach(LOOK_UPS, (index) => {
    const at = index % schemas;
    return again.lookUp(`subject-${at}-value`, { schema: schemaText(at) });
  }),
  overRest: await microsEach(LOOK_UPS, async (index) => {
    const response = await app.request(`/schemas/ids/${(index % schemas) + 1}`);
    if (response.status !== 200) throw new Error(`a look-up was answered with ${response.status}`);
  }),
};
// Throws where the last schema did not come through the restart.
again.reader.schemaById(schemas);
endCell(result satisfies RegistryCellResult);

function schemaText(index: number): string {
  const fields = Array.from({ length: 10 }, (_, field) => ({
    name: `field${field}_${index}`,
    type: "string",
  }));
  return JSON.stringify({ type: "record", name: `Record${index}`, namespace: "bench", fields });
}

async function microsEach(count: number, run: (index: number) => unknown): Promise<number> {
  const startedMs = performance.now();
  for (let index = 0; index < count; index++) await run(index);
  return ((performance.now() - startedMs) * 1_000) / count;
}
