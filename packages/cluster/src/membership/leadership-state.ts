import type { StateEntry, StateMachine, StoredEntry } from "@letterpress/log";

/** Who was made the leader of a partition. */
export interface Leadership {
  readonly leaderId: number;
  /** The session of that broker: when it joins anew, it has to be made the leader anew, in another epoch. */
  readonly session: string;
  readonly leaderEpoch: number;
}

const PREFIX = "leaders/";

/** The leaders of every partition by topic id, as the cluster's metadata log tells them: one entry per topic. */
export class LeadershipState implements StateMachine {
  readonly #topics = new Map<string, readonly Leadership[]>();

  /** By partition; empty for a topic of which nobody was made the leader. */
  of(topicId: string): readonly Leadership[] {
    return this.#topics.get(topicId) ?? [];
  }

  get topicIds(): Iterable<string> {
    return this.#topics.keys();
  }

  /** Whether the broker with that session was made the leader of anything. */
  includes(session: string): boolean {
    for (const leaders of this.#topics.values()) {
      if (leaders.some((leader) => leader.session === session)) return true;
    }
    return false;
  }

  apply({ key, value }: StoredEntry): void {
    const text = key.toString();
    if (!text.startsWith(PREFIX)) return;
    const topicId = text.slice(PREFIX.length);
    if (value === null) {
      this.#topics.delete(topicId);
      return;
    }
    const leaders = parse(value);
    if (leaders !== undefined) this.#topics.set(topicId, leaders);
  }

  *liveEntries(): Iterable<StateEntry> {
    for (const [topicId, leaders] of this.#topics) yield leadershipEntry(topicId, leaders);
  }
}

/** Null removes the topic. */
export function leadershipEntry(topicId: string, leaders: readonly Leadership[] | null): StateEntry {
  return {
    key: Buffer.from(PREFIX + topicId),
    value: leaders === null ? null : Buffer.from(JSON.stringify(leaders)),
  };
}

function parse(value: Buffer): readonly Leadership[] | undefined {
  try {
    const leaders: unknown = JSON.parse(value.toString());
    return Array.isArray(leaders) ? leaders : undefined;
  } catch {
    return undefined;
  }
}
