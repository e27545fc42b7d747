import { expect, test } from "vitest";
import { PLANTED_BUGS } from "../testing/planted-bugs.ts";
import { type SimulationOptions, simulate } from "../testing/simulation.ts";

/** How many histories each kind of run has; a long run sets LETTERPRESS_SIMULATIONS, and takes new ones each time. */
const RUNS = Number(process.env.LETTERPRESS_SIMULATIONS ?? 1_500);
const SEED = Number(
  process.env.LETTERPRESS_SEED ?? (isLongRun() ? Math.floor(Math.random() * 0x7fff_ffff) : 1),
);

function isLongRun(): boolean {
  return process.env.LETTERPRESS_SIMULATIONS !== undefined;
}

async function simulateMany(options: SimulationOptions): Promise<number> {
  let crashes = 0;
  for (let run = 0; run < RUNS; run++) {
    try {
      crashes += await simulate(SEED + run, options);
    } catch (error) {
      throw new Error(`seed ${SEED + run}: ${String(error)}`, { cause: error });
    }
  }
  console.log(
    `${crashes} crashes recovered from in ${RUNS} histories, seed ${SEED}: ${JSON.stringify(options)}`,
  );
  return crashes;
}

test("no acknowledged record is lost, reordered, doubled or wrong after a crash", async () => {
  expect(await simulateMany({})).toBeGreaterThan(RUNS);
}, 600_000);

test("the same holds where syncs fail and the disk is full", async () => {
  expect(await simulateMany({ hasFaults: true })).toBeGreaterThan(RUNS);
}, 600_000);

test("without syncs a crash leaves a prefix of what was written", async () => {
  expect(await simulateMany({ flush: "os" })).toBeGreaterThan(RUNS);
}, 600_000);

test("rotten bits are refused, never served", async () => {
  expect(await simulateMany({ hasBitRot: true })).toBeGreaterThan(0);
}, 600_000);

test.each([
  ["a base offset, which no CRC covers, where compaction allows gaps", 2_037_525_799],
  ["the sign of a position in an offset index", 234_628_820],
])("rot is refused in %s", async (_where, seed) => {
  await simulate(seed, { hasBitRot: true });
});

/** The first seed whose history shows the bug. */
async function firstCaught(options: SimulationOptions): Promise<string | undefined> {
  for (let seed = 1; seed <= 2_000; seed++) {
    try {
      await simulate(seed, options);
    } catch (error) {
      return String(error);
    }
  }
  return undefined;
}

test.each([
  ["an acknowledgement before the sync", { wrap: PLANTED_BUGS.ackBeforeSync }],
  ["a folder that is not synced", { wrap: PLANTED_BUGS.noDirectorySync }],
  ["a failed sync that is tried again", { wrap: PLANTED_BUGS.syncRetried, hasFaults: true }],
  ["a durable mark ahead of its data", { wrap: PLANTED_BUGS.checkpointBeforeData, flush: "os" as const }],
])("the checker catches %s", async (_name, options) => {
  expect(await firstCaught(options)).toBeDefined();
});
