import type { StreamInfo, StreamReplica } from "../jetstream/jetstream-api.ts";

/** As Kafka's `replica.lag.time.max.ms`: who has been current within it counts, for writes are always under way somewhere. */
const LAG_MS_MAX = 30_000;
/** Leaders hear of their followers every second. */
const SILENCE_MS_MAX = 5_000;
const NS_PER_MS = 1_000_000;

/** Tells from looks at one stream, one after the other, how many of its replicas are in sync. */
export class InSyncReplicas {
  /** When each follower that is in sync was last current, by its name. */
  #currentAtMs = new Map<string, number>();

  /** How many replicas are in sync, the leader among them; 0 without a leader. */
  count({ cluster }: StreamInfo, nowMs: number): number {
    // A server that is no part of a cluster says nothing of replicas.
    if (cluster === undefined) return 1;
    const inSync = new Map<string, number>();
    for (const replica of cluster.replicas ?? []) {
      const currentAtMs = replica.current ? nowMs : this.#currentAtMs.get(replica.name);
      if (currentAtMs === undefined || nowMs - currentAtMs > LAG_MS_MAX || isSilent(replica)) continue;
      inSync.set(replica.name, currentAtMs);
    }
    this.#currentAtMs = inSync;
    return hasLeader({ cluster }) ? 1 + inSync.size : 0;
  }

  /** Whether the follower was in sync at the last look. */
  has(follower: string): boolean {
    return this.#currentAtMs.has(follower);
  }
}

function isSilent({ offline = false, active = 0 }: StreamReplica): boolean {
  return offline || active > SILENCE_MS_MAX * NS_PER_MS;
}

/** Whether somebody leads the stream. */
export function hasLeader({ cluster }: Pick<StreamInfo, "cluster">): boolean {
  return cluster === undefined || (cluster.leader ?? "") !== "";
}
