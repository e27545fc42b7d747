import fc from "fast-check";
import { expect, test } from "vitest";
import { openFileEngine } from "./file/file-engine.ts";
import { STATE_LOG_CONFIG, StateLog } from "./state-log.ts";
import { partitionOf } from "./testing/batches.ts";
import { entryOf, MapMachine } from "./testing/map-machine.ts";
import { SimulatedDisk } from "./testing/simulated-disk.ts";

async function openState(disk: SimulatedDisk): Promise<{ state: StateLog; machine: MapMachine }> {
  const engine = await openFileEngine("/data", { disk, checkpointIntervalMs: 0 });
  const log = await engine.open(partitionOf("__state"), { ...STATE_LOG_CONFIG, segmentBytes: 500 });
  const machine = new MapMachine();
  const state = await StateLog.open(log, machine, { compactBytesMin: 1_000, compactFactor: 2 });
  return { state, machine };
}

test("a crash at any point, compaction included, keeps every acknowledged change", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 4 }),
      async (seed, crashes) => {
        const disk = new SimulatedDisk(seed);
        let count = 0;
        let kept = new Map<string, string>();
        for (const calls of [...crashes, Number.POSITIVE_INFINITY]) {
          disk.failAfter(calls);
          // The value of a change that was under way may be there or not.
          let uncertain: [string, string] | undefined;
          try {
            const { state, machine } = await openState(disk);
            for (const [key, value] of kept) {
              if (machine.values.get(key) !== value)
                throw new Error(`${key}: ${machine.values.get(key)}, not ${value}`);
            }
            for (let left = 60; left > 0; left--) {
              uncertain = [`k${count % 5}`, `v${count++}`];
              await state.append([entryOf(...uncertain)]);
              kept.set(...uncertain);
            }
            uncertain = undefined;
          } catch (error) {
            if (!disk.isOff) throw error;
          }
          disk.crash();
          if (uncertain !== undefined) kept = new Map([...kept].filter(([key]) => key !== uncertain?.[0]));
        }
        expect(kept.size).toBe(5);
      },
    ),
    { numRuns: 150 },
  );
});
