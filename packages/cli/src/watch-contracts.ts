import { dirname, resolve } from "node:path";
import { FolderWatcher } from "./folder-watcher.ts";
import { whenAborted } from "./interruption.ts";

/** Editors write a file in several steps; this long after the last one it is taken as saved. */
const DEBOUNCE_MS = 50;
const CONTRACT_FILES = /\.(avsc|proto|ya?ml)$/;

/**
 * Runs `onChange` now and after every change of the contracts' folder, one run at a time, until the signal fires.
 * Changes during a run lead to one more run.
 */
export async function watchContracts(
  path: string,
  signal: AbortSignal,
  onChange: () => Promise<void>,
): Promise<void> {
  let running: Promise<void> | undefined;
  let isDirty = false;
  let timer: NodeJS.Timeout | undefined;
  const run = (): void => {
    if (running !== undefined) {
      isDirty = true;
      return;
    }
    running = onChange().finally(() => {
      running = undefined;
      if (isDirty && !signal.aborted) {
        isDirty = false;
        run();
      }
    });
  };
  // The watcher stands before the first run, so that no change falls between them.
  const watcher = new FolderWatcher(dirname(resolve(path)), (file) => {
    if (file !== null && !CONTRACT_FILES.test(file)) return;
    clearTimeout(timer);
    timer = setTimeout(run, DEBOUNCE_MS);
  });
  run();
  await whenAborted(signal);
  watcher[Symbol.dispose]();
  clearTimeout(timer);
  await running;
}
