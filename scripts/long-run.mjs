// Runs tests with many more rounds than `npm test` has: `node scripts/long-run.mjs soak|cluster`. What the environment
// sets already stays. Set LETTERPRESS_FAULT_SUMMARY to have the figures of the cluster's faults in a file.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const RUNS = {
  /** 500 kills under load, faults of disk and network, 100,000 simulated crashes of the log, and as many compactions. */
  soak: {
    files: [
      "test/crash",
      "test/reliability",
      "packages/log/src/file/crash.test.ts",
      "packages/cluster/src/log/log-cleaner.simulation.test.ts",
    ],
    rounds: {
      LETTERPRESS_KILLS: "500",
      LETTERPRESS_FAULT_ROUNDS: "50",
      LETTERPRESS_CHANGES: "300",
      LETTERPRESS_SIMULATIONS: "7500",
    },
  },
  /**
   * 100 rounds of faults against brokers and NATS servers, with the sessions that brokers have by default and every time
   * held against its bound; so one file after the other, for they would slow each other down.
   */
  cluster: {
    files: ["test/cluster"],
    flags: ["--no-file-parallelism"],
    rounds: {
      LETTERPRESS_FAULT_ROUNDS: "100",
      LETTERPRESS_FAULT_SESSION_MS: "15000",
      LETTERPRESS_FAULT_BOUNDS: "1",
      LETTERPRESS_ENGINE_FAULT_ROUNDS: "30",
      LETTERPRESS_ZOMBIE_ROUNDS: "20",
      LETTERPRESS_FAILOVER_ROUNDS: "5",
      LETTERPRESS_MANY_PARTITIONS: "300",
    },
  },
};
const TEST_TIMEOUT_MS = 7_200_000;

const run = RUNS[process.argv[2]];
if (run === undefined) {
  console.error(`usage: node scripts/long-run.mjs ${Object.keys(RUNS).join("|")}`);
  process.exit(2);
}
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(
  process.execPath,
  [
    vitest,
    "run",
    `--testTimeout=${TEST_TIMEOUT_MS}`,
    "--reporter=verbose",
    ...(run.flags ?? []),
    ...run.files,
  ],
  { cwd: root, stdio: "inherit", env: { ...run.rounds, ...process.env } },
);
process.exit(status ?? 1);
