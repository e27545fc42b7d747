import { frontOf } from "../jetstream/cleaned-streams.ts";
import type { PartitionStatus } from "./cluster-status.ts";
import type { SeenStream } from "./look-at-streams.ts";

type Replication = Pick<
  PartitionStatus,
  "replicas" | "replicasInSync" | "replicasMissing" | "lagMessages" | "bytes"
>;

/** The compacted fronts among `streams`, by the name of the stream that they are the front of. */
export function frontsByStream(
  streams: ReadonlyMap<string, SeenStream>,
): ReadonlyMap<string, readonly SeenStream[]> {
  const fronts = new Map<string, SeenStream[]>();
  for (const [name, front] of streams) {
    const of = frontOf(name) ?? name;
    fronts.set(of, [...(fronts.get(of) ?? []), front]);
  }
  return fronts;
}

/**
 * How a partition is replicated: no better than the worst of the streams that hold it.
 *
 * @param stream undefined while it has none.
 * @param replicas how many copies it is to have.
 */
export function replicationOf(
  stream: SeenStream | undefined,
  fronts: readonly SeenStream[],
  replicas: number,
): Replication {
  if (stream === undefined) {
    return { replicas: 0, replicasInSync: 0, replicasMissing: [], lagMessages: 0, bytes: 0 };
  }
  const all = [stream, ...fronts];
  const lags = all.flatMap(({ info }) => info?.cluster?.replicas ?? []).map(({ lag }) => lag ?? 0);
  return {
    replicas: stream.info?.config.num_replicas ?? replicas,
    replicasInSync: Math.min(...all.map(({ inSync }) => inSync)),
    replicasMissing: [...new Set(all.flatMap(({ missing }) => missing))],
    lagMessages: Math.max(0, ...lags),
    bytes: all.reduce((sum, { info }) => sum + (info?.state.bytes ?? 0), 0),
  };
}
