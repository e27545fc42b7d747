import { setTimeout as delay } from "node:timers/promises";
import type { JetStreamApi, StreamInfo } from "../jetstream/jetstream-api.ts";
import { InSyncReplicas } from "../replicas/in-sync.ts";

/** A follower lags for a moment whenever something is stored: it is looked at again before that is told. */
const LOOKS_MAX = 4;
const PAUSE_MS = 300;

/** A stream, and what is in sync of it. */
export interface SeenStream {
  /** Undefined while it has no leader. */
  readonly info: StreamInfo | undefined;
  readonly inSync: number;
  /** The servers that are to keep it and are not in sync. */
  readonly missing: readonly string[];
}

/** Looks at all streams whose subjects match, by their names. Throws JetStreamError. */
export async function lookAtStreams(
  api: JetStreamApi,
  subjects: string,
): Promise<ReadonlyMap<string, SeenStream>> {
  const counters = new Map<string, InSyncReplicas>();
  for (let look = 1; ; look++) {
    const { found, leaderless } = await api.surveyStreams(subjects);
    const nowMs = performance.now();
    const seen = new Map<string, SeenStream>();
    for (const name of leaderless) seen.set(name, { info: undefined, inSync: 0, missing: [] });
    for (const info of found) {
      const { name } = info.config;
      const counter = counters.get(name) ?? new InSyncReplicas();
      counters.set(name, counter);
      const inSync = counter.count(info, nowMs);
      const followers = info.cluster?.replicas ?? [];
      const missing = followers.filter((each) => !counter.has(each.name)).map((each) => each.name);
      seen.set(name, { info, inSync, missing });
    }
    const isBehind = [...seen.values()].some(({ info, missing }) => info === undefined || missing.length > 0);
    if (!isBehind || look === LOOKS_MAX) return seen;
    await delay(PAUSE_MS);
  }
}
