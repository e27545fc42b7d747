import { type FetchResult, type FetchTarget, targetKey } from "./fetch-target.ts";

/** Epochs count up from 1 and wrap around to it; 0 opens a session, -1 closes it (KIP-227). */
const EPOCH_MAX = 0x7fff_ffff;

interface SessionPartition {
  target: FetchTarget;
  /** What the client was told last. */
  highWatermark: bigint;
  logStartOffset: bigint;
}

/** What a client fetches again and again: it sends only what changes, and is sent only what changed. */
export class FetchSession {
  readonly id: number;
  readonly usesTopicIds: boolean;
  /** The epoch the next request has to bring. */
  nextEpoch = 1;
  readonly #partitions = new Map<string, SessionPartition>();

  constructor(id: number, usesTopicIds: boolean) {
    this.id = id;
    this.usesTopicIds = usesTopicIds;
  }

  get size(): number {
    return this.#partitions.size;
  }

  advance(): void {
    this.nextEpoch = this.nextEpoch === EPOCH_MAX ? 1 : this.nextEpoch + 1;
  }

  /** Adds or changes partitions, then forgets others. */
  update(
    targets: readonly FetchTarget[],
    forgotten: readonly Pick<FetchTarget, "topic" | "topicId" | "partition">[],
  ): void {
    for (const target of targets) {
      const key = targetKey(target);
      const known = this.#partitions.get(key);
      if (known === undefined) this.#partitions.set(key, { target, highWatermark: -1n, logStartOffset: -1n });
      else known.target = target;
    }
    for (const target of forgotten) this.#partitions.delete(targetKey(target));
  }

  /** Every partition, in the order in which they are to be read. */
  targets(): FetchTarget[] {
    return Array.from(this.#partitions.values(), ({ target }) => target);
  }

  /**
   * The results the client has to be told: records, errors, moved watermarks. Partitions that gave records go
   * behind the others, so that a busy one does not starve the rest.
   */
  select(results: readonly FetchResult[]): FetchResult[] {
    const changed: FetchResult[] = [];
    for (const result of results) {
      const key = targetKey(result.target);
      const known = this.#partitions.get(key);
      const hasMoved =
        known === undefined ||
        known.highWatermark !== result.highWatermark ||
        known.logStartOffset !== result.logStartOffset;
      if (result.sizeBytes === 0 && result.errorCode === 0 && !hasMoved) continue;
      changed.push(result);
      if (known === undefined) continue;
      // An error is told every time until it is gone, even when nothing else moves.
      known.highWatermark = result.errorCode === 0 ? result.highWatermark : -1n;
      known.logStartOffset = result.logStartOffset;
      if (result.sizeBytes > 0) {
        this.#partitions.delete(key);
        this.#partitions.set(key, known);
      }
    }
    return changed;
  }
}
