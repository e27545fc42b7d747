// Lints, type-checks, builds and runs every test; ends with one line, `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function run(label, args) {
  const startedMs = Date.now();
  console.log(`\n> ${label}`);
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  console.log(
    `${label} ${status === 0 ? "passed" : "failed"} in ${((Date.now() - startedMs) / 1000).toFixed(1)} s`,
  );
  return status === 0;
}

const steps = [
  ["lint", ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."]],
  ["types", ["node_modules/typescript/bin/tsc", "--noEmit"]],
  ["build", ["scripts/build.mjs"]],
];
let passed = 0;
let failed = 0;
for (const [label, args] of steps) {
  if (run(label, args)) passed++;
  else failed++;
}

const folder = mkdtempSync(join(tmpdir(), "letterpress-test-"));
const report = join(folder, "report.json");
const tests = [
  "node_modules/vitest/vitest.mjs",
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${report}`,
];
const testsPassed = run("tests", [...tests, ...process.argv.slice(2)]);
let skipped = 0;
try {
  const result = JSON.parse(readFileSync(report, "utf8"));
  passed += result.numPassedTests;
  failed += result.numFailedTests;
  skipped = result.numPendingTests + result.numTodoTests;
} catch (error) {
  console.error(`the test runner left no report: ${error.message}`);
}
rmSync(folder, { recursive: true, force: true });
// A file that fails before its first test, or an unhandled error, is a failure that no test counts.
if (!testsPassed && failed === 0) failed++;

console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(failed === 0 ? 0 : 1);
