import type { PartitionId, StateMachine } from "@letterpress/log";
import { FollowedState } from "../follow/followed-state.ts";
import { unfinishedImport } from "../import/import-marker.ts";
import { accountFault } from "../jetstream/account-room.ts";
import { CLEANED_SUBJECTS } from "../jetstream/cleaned-streams.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import { SUBJECTS, streamName } from "../jetstream/partition-stream.ts";
import { retryWhileElecting } from "../jetstream/retry.ts";
import { SYSTEM_CLOCK } from "../membership/clock.ts";
import { LeadershipState } from "../membership/leadership-state.ts";
import { LEASE_TIMES } from "../membership/lease-store.ts";
import { NatsLeaseStore } from "../membership/nats-lease-store.ts";
import { SessionTable } from "../membership/session-table.ts";
import { assertPermitted, jetStreamFailure } from "../nats/check-account.ts";
import { checkServer } from "../nats/check-server.ts";
import { connectControl, type NatsControl } from "../nats/nats-control.ts";
import type { NatsOptions } from "../nats/nats-options.ts";
import type { ClusterStatus, PartitionStatus } from "./cluster-status.ts";
import { findProblems } from "./find-problems.ts";
import { lookAtStreams } from "./look-at-streams.ts";
import { frontsByStream, replicationOf } from "./replication-of.ts";

/** As long as NATS may take to elect; a look in the middle of it would show nothing. */
const PATIENCE_MS = 10_000;

/** What the cluster's metadata are, and how to read the topics in them. */
export interface DescribedMetadata {
  readonly metadataId: PartitionId;
  readonly machine: StateMachine;
  /** Every topic, as `machine` has it. */
  topics(): Iterable<DescribedTopic>;
}

interface DescribedTopic {
  readonly name: string;
  readonly id: string;
  readonly partitions: number;
  /** Default that of the metadata. */
  readonly replicas?: number;
}

/**
 * Looks at a cluster from outside, without joining it.
 *
 * @throws ClusterError; `NATS_UNREACHABLE` also when JetStream does not answer.
 */
export async function describeCluster(
  nats: NatsOptions,
  metadata: DescribedMetadata,
): Promise<ClusterStatus> {
  const control = await connectControl(nats);
  try {
    return await describe(control, metadata);
  } catch (error) {
    if (!(error instanceof JetStreamError)) throw error;
    assertPermitted(control.link.forbidden);
    throw jetStreamFailure(error);
  } finally {
    await control.close();
  }
}

async function describe(
  control: NatsControl,
  { metadataId, machine, topics }: DescribedMetadata,
): Promise<ClusterStatus> {
  const { api, link } = control;
  const info = await patiently(() => api.streamInfo(streamName(metadataId)));
  const importing = info === undefined ? undefined : unfinishedImport(info);
  if (importing !== undefined) {
    return nothingBut(
      `the import of ${importing.name} has not finished; go on with letterpress cluster import`,
    );
  }
  const store = await patiently(() => NatsLeaseStore.find(api, link));
  if (info === undefined || store === undefined) {
    return nothingBut("no broker has ever joined; start one with letterpress serve --cluster");
  }
  const table = new SessionTable(LEASE_TIMES.ttlMs);
  table.observe(await patiently(() => store.entries()), 0);
  const leadership = new LeadershipState();
  const both = follow(leadership, machine);
  const state = await patiently(() => FollowedState.open(control, metadataId, both, SYSTEM_CLOCK));
  await state.close();
  const streams = await patiently(() => lookAtStreams(api, SUBJECTS));
  const fronts = frontsByStream(await patiently(() => lookAtStreams(api, CLEANED_SUBJECTS)));

  const brokers = table.sessions();
  const controllerId = table.controller() ?? -1;
  const live = new Set(brokers.map(({ session }) => session));
  const replicasDefault = info.config.num_replicas;
  const partitions = [...topics()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name, id, partitions, replicas = replicasDefault }) =>
      Array.from({ length: partitions }, (_, partition): PartitionStatus => {
        const { leaderId = -1, leaderEpoch = -1, session = "" } = leadership.of(id)[partition] ?? {};
        const streamOf = streamName({ topicId: id, partition });
        const replication = replicationOf(streams.get(streamOf), fronts.get(streamOf) ?? [], replicas);
        const leader = { leaderId: live.has(session) ? leaderId : -1, leaderEpoch };
        return { topic: name, partition, ...leader, ...replication };
      }),
    );
  const fault = accountFault(await patiently(() => api.accountInfo()), replicasDefault, 1);
  const problems = findProblems({ brokers, controllerId, partitions });
  return {
    brokers,
    controllerId,
    partitions,
    problems: fault === undefined ? problems : [...problems, fault],
    advice: checkServer(link.server, replicasDefault),
  };
}

function patiently<T>(look: () => Promise<T>): Promise<T> {
  return retryWhileElecting(PATIENCE_MS, look);
}

function nothingBut(problem: string): ClusterStatus {
  return { brokers: [], controllerId: -1, partitions: [], problems: [problem], advice: [] };
}

/** Both are told of everything. */
function follow(...machines: StateMachine[]): StateMachine {
  return {
    apply: (entry) => {
      for (const machine of machines) machine.apply(entry);
    },
    liveEntries: () => [],
  };
}
