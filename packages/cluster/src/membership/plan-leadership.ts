import { assignLeaders } from "./assign-leaders.ts";
import { assignOrphans } from "./assign-orphans.ts";
import type { BrokerSession } from "./broker-session.ts";
import type { Leadership, LeadershipState } from "./leadership-state.ts";

/** A topic as far as leadership goes. */
export interface LedTopic {
  readonly id: string;
  readonly partitions: number;
}

export interface LeadershipChange {
  readonly topicId: string;
  /** Null when the topic is gone. */
  readonly leaders: readonly Leadership[] | null;
}

const NOBODY: Leadership = { leaderId: -1, session: "", leaderEpoch: -1 };

/**
 * What the controller has to change so that every partition is led by a live broker. Pure.
 *
 * @param isSettled whether partitions are also taken from who leads them, so that all lead evenly many.
 */
export function planLeadership(
  sessions: readonly BrokerSession[],
  topics: Iterable<LedTopic>,
  state: LeadershipState,
  isSettled: boolean,
): LeadershipChange[] {
  const sessionOf = new Map<number, string>();
  for (const { nodeId, session, isStopping } of sessions) if (!isStopping) sessionOf.set(nodeId, session);
  const wanted = [...topics];
  const assign = isSettled ? assignLeaders : assignOrphans;
  const assigned = assign(
    [...sessionOf.keys()],
    wanted.map(({ id, partitions }) => {
      const leaders = state.of(id);
      return { id, leaders: Array.from({ length: partitions }, (_, index) => leaders[index]?.leaderId) };
    }),
  );
  const changes: LeadershipChange[] = [];
  for (const { id } of wanted) {
    const before = state.of(id);
    const leaders = assigned
      .get(id)!
      .map((leaderId = -1, index) => next(before[index] ?? NOBODY, leaderId, sessionOf.get(leaderId) ?? ""));
    if (leaders.length !== before.length || leaders.some((leader, index) => leader !== before[index])) {
      changes.push({ topicId: id, leaders });
    }
  }
  const known = new Set(wanted.map(({ id }) => id));
  for (const topicId of state.topicIds) if (!known.has(topicId)) changes.push({ topicId, leaders: null });
  return changes;
}

/** The same object when nothing changes; otherwise the next epoch, also for the same broker in a new session. */
function next(before: Leadership, leaderId: number, session: string): Leadership {
  if (before !== NOBODY && before.leaderId === leaderId && before.session === session) return before;
  return { leaderId, session, leaderEpoch: before.leaderEpoch + 1 };
}
