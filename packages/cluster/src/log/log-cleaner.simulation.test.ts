import { expect, test, vi } from "vitest";
import { type CleaningOptions, simulateCleaning } from "../testing/cleaning-simulation.ts";
import { PLANTED_CLEANING_BUGS } from "../testing/planted-cleaning-bugs.ts";

// Retries wait for the next turn instead of for the time they would.
vi.mock("node:timers/promises", () => ({
  setTimeout: () => new Promise((resolve) => setImmediate(resolve)),
}));

const bugs = vi.hoisted(() => ({ areOthersRemoved: false }));
vi.mock("./generation.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("./generation.ts")>();
  const isOther: typeof original.isObsolete = (generation, { cleaned }) =>
    cleaned !== undefined && original.compareGenerations(generation, cleaned.generation) !== 0;
  const isObsolete: typeof original.isObsolete = (generation, place) =>
    (bugs.areOthersRemoved ? isOther : original.isObsolete)(generation, place);
  return { ...original, isObsolete };
});

/** How many histories are run; a long run sets LETTERPRESS_SIMULATIONS, and takes new ones each time. */
const HISTORIES = Number(process.env.LETTERPRESS_SIMULATIONS ?? 60);
const SEED = Number(
  process.env.LETTERPRESS_SEED ?? (isLongRun() ? Math.floor(Math.random() * 0x7fff_ffff) : 1),
);
/** Every planted bug is found in fewer. */
const SEARCH_MAX = 300;

function isLongRun(): boolean {
  return process.env.LETTERPRESS_SIMULATIONS !== undefined;
}

test(`a compacted log is what it was, whoever compacted, died or was deposed meanwhile, ${HISTORIES} times`, {
  timeout: HISTORIES * 2_000,
}, async () => {
  console.log(`seed ${SEED}`);
  let begun = 0;
  let finished = 0;
  for (let index = 0; index < HISTORIES; index++) {
    const history = await simulateCleaning(SEED + index).catch((error: unknown) => {
      throw new Error(`the history of seed ${SEED + index} is wrong: ${String(error)}`, { cause: error });
    });
    begun += history.begun;
    finished += history.finished;
  }
  console.log(`${begun} compactions begun, ${finished} finished`);
  expect(finished).toBeGreaterThan(HISTORIES);
  expect(begun).toBeGreaterThan(finished);
});

/** How many histories it takes to find a bug. */
async function findBug(options: CleaningOptions = {}): Promise<number | undefined> {
  for (let seed = 1; seed <= SEARCH_MAX; seed++) {
    try {
      await simulateCleaning(seed, options);
    } catch {
      return seed;
    }
  }
  return undefined;
}

test.each(Object.entries(PLANTED_CLEANING_BUGS))(
  "it is found out when %s",
  { timeout: 120_000 },
  async (_, wrap) => {
    expect(await findBug({ wrap })).toBeDefined();
  },
);

test("it is found out when streams are removed because they are not the adopted one", {
  timeout: 120_000,
}, async () => {
  bugs.areOthersRemoved = true;
  try {
    expect(await findBug()).toBeDefined();
  } finally {
    bugs.areOthersRemoved = false;
  }
});
