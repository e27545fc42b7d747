import type { PartitionId } from "@letterpress/log";
import { ClusterError } from "../cluster-error.ts";
import { FollowedState } from "../follow/followed-state.ts";
import { unfinishedImport } from "../import/import-marker.ts";
import type { StreamInfo } from "../jetstream/jetstream-api.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import { SUBJECTS, streamName } from "../jetstream/partition-stream.ts";
import { listPartitions } from "../jetstream/partition-streams.ts";
import type { BrokerSession } from "../membership/broker-session.ts";
import { SYSTEM_CLOCK } from "../membership/clock.ts";
import { LeadershipState } from "../membership/leadership-state.ts";
import { LEASE_TIMES } from "../membership/lease-store.ts";
import { NatsLeaseStore } from "../membership/nats-lease-store.ts";
import { SessionTable } from "../membership/session-table.ts";
import { connectControl, type NatsControl } from "../nats/nats-control.ts";
import type { NatsOptions } from "../nats/nats-options.ts";

/** A partition: who leads it, and how its stream is replicated. */
export interface PartitionStatus {
  readonly topic: string;
  readonly partition: number;
  /** -1 while no live broker leads it. */
  readonly leaderId: number;
  readonly leaderEpoch: number;
  /** How many NATS servers are to keep it, and how many of them have all of it now. */
  readonly replicas: number;
  readonly replicasCurrent: number;
  /** By how many messages the replica that is furthest behind lags. */
  readonly lagMessages: number;
  readonly bytes: number;
}

/** A cluster as NATS shows it. */
export interface ClusterStatus {
  readonly brokers: readonly BrokerSession[];
  /** -1 while there is none. */
  readonly controllerId: number;
  readonly partitions: readonly PartitionStatus[];
  /** What is wrong, in sentences; empty when nothing is. */
  readonly problems: readonly string[];
}

/**
 * Looks at a cluster from outside, without joining it.
 *
 * @param metadataId the partition of the cluster's metadata.
 * @throws ClusterError; `NATS_UNREACHABLE` also when JetStream does not answer.
 */
export async function describeCluster(nats: NatsOptions, metadataId: PartitionId): Promise<ClusterStatus> {
  const control = await connectControl(nats);
  try {
    return await describe(control, metadataId);
  } catch (error) {
    if (!(error instanceof JetStreamError)) throw error;
    throw new ClusterError("NATS_UNREACHABLE", `JetStream does not answer: ${error.message}`, {
      cause: error,
    });
  } finally {
    await control.close();
  }
}

async function describe(control: NatsControl, metadataId: PartitionId): Promise<ClusterStatus> {
  const info = await control.api.streamInfo(streamName(metadataId));
  const importing = info === undefined ? undefined : unfinishedImport(info);
  if (importing !== undefined) {
    const problems = [
      `the import of ${importing.name} has not finished; go on with letterpress cluster import`,
    ];
    return { brokers: [], controllerId: -1, partitions: [], problems };
  }
  const store = await NatsLeaseStore.find(control.api, control.link);
  if (store === undefined) {
    const problems = ["no broker has ever joined; start one with letterpress serve --cluster"];
    return { brokers: [], controllerId: -1, partitions: [], problems };
  }
  const table = new SessionTable(LEASE_TIMES.ttlMs);
  table.observe(await store.entries(), 0);
  const brokers = table.sessions();
  const leadership = new LeadershipState();
  const state = await FollowedState.open(control, metadataId, leadership, SYSTEM_CLOCK);
  await state.close();
  const infos = new Map((await control.api.listStreams(SUBJECTS)).map((info) => [info.config.name, info]));
  const sessions = new Set(brokers.map(({ session }) => session));
  const partitions = (await listPartitions(control.api))
    .filter(({ topicId }) => topicId !== metadataId.topicId)
    .map((id) => statusOf(id, infos.get(streamName(id)), leadership, sessions))
    .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
  const controllerId = table.controller() ?? -1;
  return { brokers, controllerId, partitions, problems: problemsOf(brokers, controllerId, partitions) };
}

function statusOf(
  id: PartitionId,
  info: StreamInfo | undefined,
  leadership: LeadershipState,
  sessions: ReadonlySet<string>,
): PartitionStatus {
  const { leaderId = -1, leaderEpoch = -1, session = "" } = leadership.of(id.topicId)[id.partition] ?? {};
  const followers = info?.cluster?.replicas ?? [];
  const hasLeader = info?.cluster === undefined || (info.cluster.leader ?? "") !== "";
  const current = followers.filter((each) => each.current && each.offline !== true).length;
  return {
    topic: id.topic,
    partition: id.partition,
    leaderId: sessions.has(session) ? leaderId : -1,
    leaderEpoch,
    replicas: info?.config.num_replicas ?? 0,
    replicasCurrent: info === undefined ? 0 : current + (hasLeader ? 1 : 0),
    lagMessages: Math.max(0, ...followers.map(({ lag }) => lag ?? 0)),
    bytes: info?.state.bytes ?? 0,
  };
}

function problemsOf(
  brokers: readonly BrokerSession[],
  controllerId: number,
  partitions: readonly PartitionStatus[],
): string[] {
  const problems: string[] = [];
  if (brokers.length === 0) problems.push("no broker is alive; start one with letterpress serve --cluster");
  else if (!brokers.some(({ nodeId }) => nodeId === controllerId)) {
    problems.push("there is no controller; one is elected within the time of a session");
  }
  const leaderless = partitions.filter(({ leaderId }) => leaderId < 0).length;
  if (leaderless > 0) problems.push(`${leaderless} partitions have no live leader`);
  const behind = partitions.filter(({ replicas, replicasCurrent }) => replicasCurrent < replicas).length;
  if (behind > 0) problems.push(`${behind} partitions lack current replicas; check the NATS servers`);
  return problems;
}
