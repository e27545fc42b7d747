import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder for one measurement's data, removed with all that is in it when disposed of. */
export interface Scratch extends Disposable {
  readonly folder: string;
}

/** Makes one in LETTERPRESS_BENCH_DIR, so that a certain disk can be measured, or in the system's temporary folder. */
export function openScratch(): Scratch {
  const parent = process.env.LETTERPRESS_BENCH_DIR ?? tmpdir();
  const folder = mkdtempSync(join(parent, "letterpress-bench-"));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
