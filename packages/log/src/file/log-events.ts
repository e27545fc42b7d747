import type { LogEvent } from "../partition-log.ts";

/** The listeners of one log. */
export class LogEvents {
  readonly #listeners = {
    advance: new Set<() => void>(),
    closed: new Set<() => void>(),
    deleted: new Set<() => void>(),
  } as const satisfies Record<LogEvent, Set<() => void>>;

  on(event: LogEvent, listener: () => void): () => void {
    // A listener may be added twice: each call gets its own removal.
    const entry = () => listener();
    this.#listeners[event].add(entry);
    return () => this.#listeners[event].delete(entry);
  }

  emit(event: LogEvent): void {
    for (const listener of [...this.#listeners[event]]) {
      try {
        listener();
      } catch (error) {
        // A listener's bug must surface, but not in the middle of a commit.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
