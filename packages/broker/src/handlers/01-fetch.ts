import { Fetch, type RequestOf, type ResponseInitOf } from "@letterpress/protocol";
import { BrokerError } from "../broker-error.ts";
import { distinctBy } from "../distinct-by.ts";
import type { FetchPlan } from "../fetch/fetch-session-cache.ts";
import { type FetchResult, type FetchTarget, targetKey } from "../fetch/fetch-target.ts";
import { type ReadTargets, readTargets } from "../fetch/read-targets.ts";
import { waitForRecords } from "../fetch/wait-for-records.ts";
import { handler, type RequestContext } from "../handler.ts";

type Request = RequestOf<typeof Fetch>;
type Response = ResponseInitOf<typeof Fetch>;

const CURRENT_LEADER_SINCE = 12;
const TOPIC_IDS_SINCE = 13;
const NODE_ENDPOINTS_SINCE = 16;
const READ_COMMITTED = 1;
/** Timers may fire this much early. */
const TIMER_PRECISION_MS = 1;

/**
 * Fetch 4-17: record batches as they lie in the log, by long polling and incremental sessions (KIP-227). Replicas
 * are not served: brokers do not replicate by this API. Without transactions every record is a committed one.
 */
export const fetch = handler(Fetch, async (request, context) => {
  let plan: FetchPlan;
  try {
    plan = planOf(request, context);
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    return { errorCode: error.errorCode, sessionId: 0, responses: [] };
  }
  const read = await poll(request, plan.targets, context);
  for (const { release } of read.results) if (release !== undefined) context.memory.lend(release);
  return respond(request, plan.sessionId, plan.select(read.results), context);
});

function planOf(request: Request, { broker, apiVersion }: RequestContext): FetchPlan {
  const replicaId = apiVersion >= 15 ? request.replicaState.replicaId : request.replicaId;
  if (replicaId >= 0) {
    throw new BrokerError("CLUSTER_AUTHORIZATION_FAILED", "this broker serves no replicas");
  }
  return broker.fetchSessions.plan({
    sessionId: request.sessionId,
    sessionEpoch: request.sessionEpoch,
    usesTopicIds: apiVersion >= TOPIC_IDS_SINCE,
    targets: distinctBy(targetsOf(request), targetKey),
    forgotten: request.forgottenTopicsData.flatMap(({ topic, topicId, partitions }) =>
      partitions.map((partition) => ({ topic, topicId, partition })),
    ),
  });
}

function targetsOf({ topics }: Request): readonly FetchTarget[] {
  return topics.flatMap(({ topic, topicId, partitions }) =>
    partitions.map(
      ({ partition, fetchOffset, currentLeaderEpoch, partitionMaxBytes }): FetchTarget => ({
        topic,
        topicId,
        partition,
        fetchOffset,
        currentLeaderEpoch,
        maxBytes: partitionMaxBytes,
      }),
    ),
  );
}

/**
 * Reads, and waits for more until there is enough, something is wrong or time is up. While memory for responses is
 * scarce there may be nothing at all: the client asks again.
 */
async function poll(
  request: Request,
  targets: readonly FetchTarget[],
  { broker, memory, signal }: RequestContext,
): Promise<ReadTargets> {
  const deadlineMs = performance.now() + request.maxWaitMs;
  const maxBytes = Math.min(Math.max(0, request.maxBytes), broker.config["fetch.max.bytes"]);
  const minBytes = Math.min(request.minBytes, maxBytes);
  for (;;) {
    const read = await readTargets(broker, targets, maxBytes, memory);
    const leftMs = deadlineMs - performance.now();
    const wantedBytes = read.wasScarce ? Math.min(1, minBytes) : minBytes;
    const isEnough = read.sizeBytes >= wantedBytes || read.hasError || targets.length === 0;
    if (isEnough || leftMs < TIMER_PRECISION_MS || signal.aborted) return read;
    for (const { release } of read.results) release?.();
    memory.recount(0);
    if (read.wasScarce) await memory.room(leftMs, signal);
    else await waitForRecords(read.awaited, minBytes - read.sizeBytes, leftMs, signal);
  }
}

type TopicInit = Response["responses"][number];
type PartitionInit = TopicInit["partitions"][number];

function respond(
  request: Request,
  sessionId: number,
  results: readonly FetchResult[],
  { broker, apiVersion }: RequestContext,
): Response {
  const topics = new Map<string, { topic: string; topicId: string; partitions: PartitionInit[] }>();
  const abortedTransactions = request.isolationLevel === READ_COMMITTED ? [] : null;
  let hasMoved = false;
  for (const result of results) {
    const { topic, topicId, partition } = result.target;
    const key = topic === "" ? topicId : topic;
    let group = topics.get(key);
    if (group === undefined) {
      group = { topic, topicId, partitions: [] };
      topics.set(key, group);
    }
    hasMoved ||= result.currentLeader !== undefined;
    group.partitions.push({
      partitionIndex: partition,
      errorCode: result.errorCode,
      highWatermark: result.highWatermark,
      lastStableOffset: result.highWatermark,
      logStartOffset: result.logStartOffset,
      abortedTransactions,
      records: result.chunks,
      ...(result.currentLeader === undefined || apiVersion < CURRENT_LEADER_SINCE
        ? {}
        : { currentLeader: leaderOf(result.currentLeader) }),
    });
  }
  return {
    errorCode: 0,
    sessionId,
    responses: [...topics.values()],
    ...(hasMoved && apiVersion >= NODE_ENDPOINTS_SINCE ? { nodeEndpoints: broker.cluster.brokers() } : {}),
  };
}

function leaderOf({ leaderId, leaderEpoch }: { readonly leaderId: number; readonly leaderEpoch: number }) {
  return { leaderId, leaderEpoch };
}
