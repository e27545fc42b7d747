import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * A signal that fires when the process is asked to end, so that work can be wound up. Who asks a second time does
 * not want to wait: the process ends at once.
 */
export function onInterruption(): AbortSignal & Disposable {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(128 + constants.signals[name]);
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return Object.assign(controller.signal, {
    [Symbol.dispose]() {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  });
}

/** Resolves when the signal fires. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
