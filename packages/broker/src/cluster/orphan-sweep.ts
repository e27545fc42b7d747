import type { LogEngine, PartitionId } from "@letterpress/log";
import type { Logger } from "../logger.ts";
import type { ClusterMembership } from "./cluster-join.ts";

const SWEEP_MS = 60_000;

export interface OrphanSweepOptions {
  readonly engine: Pick<LogEngine, "list" | "delete">;
  readonly member: Pick<ClusterMembership, "isController">;
  /** Whether the metadata knows the topic. */
  readonly isKnown: (topicId: string) => boolean;
  readonly logger: Logger;
  /** Default 60000. */
  readonly intervalMs?: number;
}

/**
 * Deletes the logs of topics that are deleted already: a controller that dies while it deletes them leaves some behind,
 * and so does a broker that opens one at that very moment. Logs are made only for topics that the metadata knows, and
 * topic ids are never given out twice. Still a log goes only when this broker was the controller and did not know its
 * topic twice, a whole interval apart: its own view of the metadata must not be what is missing.
 */
export class OrphanSweep {
  readonly #options: OrphanSweepOptions;
  readonly #timer: NodeJS.Timeout;
  /** The logs that nobody knew the last time. */
  #suspects: ReadonlySet<string> = new Set();
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: OrphanSweepOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.sweep(), options.intervalMs ?? SWEEP_MS);
    this.#timer.unref();
  }

  /** Looks once. What fails is logged, and tried again the next time. */
  sweep(): Promise<void> {
    this.#running ??= this.#sweep()
      .catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, "logs of deleted topics could not be looked for");
      })
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** Deletes nothing any more once this has resolved. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  async #sweep(): Promise<void> {
    const before = this.#suspects;
    this.#suspects = new Set();
    if (!this.#options.member.isController) return;
    const unknown = (await this.#options.engine.list()).filter((id) => this.#isOrphan(id));
    const suspects = new Set<string>();
    for (const id of unknown) {
      const key = `${id.topicId}/${id.partition}`;
      if (!before.has(key)) suspects.add(key);
      else if (this.#isOrphan(id)) await this.#delete(id);
    }
    this.#suspects = suspects;
  }

  /** Asked again before each deletion, for time passes. */
  #isOrphan({ topicId }: PartitionId): boolean {
    const { member, isKnown } = this.#options;
    return !this.#isClosed && member.isController && !isKnown(topicId);
  }

  async #delete(id: PartitionId): Promise<void> {
    const { engine, logger } = this.#options;
    await engine.delete(id);
    const { topic, topicId, partition } = id;
    logger.info({ topic, topicId, partition }, "the log of a topic that was deleted is deleted, too");
  }
}
