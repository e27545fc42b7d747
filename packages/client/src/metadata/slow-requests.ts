import type { TopicPartition } from "../record.ts";
import type { Cluster } from "./cluster.ts";

/** How long a request to a leader may take before it is asked whether others lead by now. */
const SLOW_MS = 3_000;
const CHECK_MS = 500;
/** How old the knowledge of leaders may be while a request is slow. */
const METADATA_AGE_MS_MAX = 1_000;

/** A request that waits for the answer of a leader. */
export interface LeaderRequest {
  readonly nodeId: number;
  readonly partitions: readonly TopicPartition[];
  /** How long the leader may take its time on purpose, as for a long poll. Default 0. */
  readonly waitMs?: number;
  /** Stops waiting: the request then fails like one whose connection was lost. */
  leave(): void;
}

interface Watched extends LeaderRequest {
  readonly slowAtMs: number;
}

/**
 * Watches requests to leaders. A broker that is paused or cut off says nothing for as long as a request may take, while
 * others have come to lead its partitions long since. So metadata is asked for again while an answer is late, and the
 * request is left when another broker leads what it is about; the caller sends it again, to that one.
 */
export class SlowRequests {
  readonly #cluster: Cluster;
  readonly #pending = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Watches a request until the function that is returned is called. */
  watch(request: LeaderRequest): () => void {
    const watched = { ...request, slowAtMs: performance.now() + (request.waitMs ?? 0) + SLOW_MS };
    this.#pending.add(watched);
    this.#timer ??= setInterval(() => this.#check(), CHECK_MS).unref();
    return () => this.#end(watched);
  }

  #end(watched: Watched): void {
    this.#pending.delete(watched);
    if (this.#pending.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #check(): void {
    const nowMs = performance.now();
    const slow = [...this.#pending].filter(({ slowAtMs }) => slowAtMs <= nowMs);
    for (const request of slow) {
      this.#cluster.suspect(request.nodeId);
      if (this.#isLedElsewhere(request)) request.leave();
    }
    if (slow.length > 0) this.#cluster.refreshIfOlder(METADATA_AGE_MS_MAX);
  }

  #isLedElsewhere({ nodeId, partitions }: LeaderRequest): boolean {
    return partitions.some(({ topic, partition }) => {
      const leaderId = this.#cluster.metadata.partition(topic, partition)?.leaderId ?? -1;
      return leaderId >= 0 && leaderId !== nodeId;
    });
  }
}
