import { StateLog, type StateMachine } from "@letterpress/log";
import type { Broker } from "./broker.ts";
import { type BrokerOptions, type ResolvedBrokerOptions, resolveBrokerOptions } from "./broker-options.ts";
import { FetchSessionCache } from "./fetch/fetch-session-cache.ts";
import { GroupCoordinator } from "./groups/group-coordinator.ts";
import { ByteBudget } from "./network/byte-budget.ts";
import { ConnectionLimits } from "./network/connection-limits.ts";
import { Listener } from "./network/listener.ts";
import { PartitionStore } from "./partition/partition-store.ts";
import type { RecordGuard } from "./record-guard.ts";
import { RunningBroker } from "./running-broker.ts";
import { SingleBrokerView } from "./single-broker-view.ts";
import { ensureStateTopic, OFFSETS_TOPIC } from "./state-topics.ts";
import { METADATA_TOPIC_ID, type OpenMetadataLog, openMetadata } from "./topics/open-metadata.ts";
import { ProducerIds } from "./topics/producer-ids.ts";
import { TopicCatalog } from "./topics/topic-catalog.ts";

const ALL_INTERFACES = new Set(["0.0.0.0", "::", ""]);

/**
 * Starts a broker: replays its metadata, opens every partition, loads the groups, then listens.
 *
 * @throws BrokerError `INVALID_CONFIG`, `BROKER_NOT_AVAILABLE` when the address is taken; LogError from the engine.
 */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  try {
    return await start(resolveBrokerOptions(options));
  } catch (error) {
    await options.engine.close();
    throw error;
  }
}

async function start(options: ResolvedBrokerOptions): Promise<RunningBroker> {
  const { engine, config, metrics, logger, now } = options;
  const metadata = await openMetadata(engine, options.flush);
  const topics = new TopicCatalog(metadata, config.texts);
  const guard: { current: RecordGuard | undefined } = { current: options.guard };
  const services = { guard: () => guard.current, now, metrics, logger };
  const partitions = new PartitionStore(engine, options.flush, services);
  const isKnown = (id: string): boolean => id === METADATA_TOPIC_ID || topics.byId(id) !== undefined;
  await partitions.open(topics.list(), isKnown);
  topics.listen(partitions);
  const { groups, stateLogs } = await startGroups(options, topics, partitions);
  topics.listen({ deleted: ({ name }) => groups.offsets.removeTopic(name) });

  const listener = new Listener(
    new ConnectionLimits(config["max.connections"], config["max.connections.per.ip"]),
    new ByteBudget(config["queued.max.request.bytes"]),
  );
  const port = await listener.listen(options);
  const broker: Broker = {
    config,
    cluster: viewOf(options, port, metadata, topics),
    topics,
    partitions,
    groups,
    fetchSessions: new FetchSessionCache(config["max.incremental.fetch.session.cache.slots"], () =>
      performance.now(),
    ),
    producerIds: new ProducerIds(metadata),
    logDir: options.logDir,
    metrics,
    logger,
    now,
  };
  listener.serve(broker);
  logger.info({ host: options.host, port, topics: metadata.state.topics.size }, "broker started");
  return new RunningBroker({ broker, options, port, listener, metadata, stateLogs, guard });
}

function viewOf(
  options: ResolvedBrokerOptions,
  port: number,
  metadata: OpenMetadataLog,
  topics: TopicCatalog,
) {
  const { nodeId, rack, host } = options;
  const advertised = options.advertised ?? { host: ALL_INTERFACES.has(host) ? "localhost" : host, port };
  return new SingleBrokerView(metadata.state.clusterId, { nodeId, rack, ...advertised }, topics);
}

/** The coordinator of all groups: one broker leads every partition of `__consumer_offsets`. */
async function startGroups(options: ResolvedBrokerOptions, topics: TopicCatalog, partitions: PartitionStore) {
  const wanted = options.config["offsets.topic.num.partitions"];
  const topic = await ensureStateTopic(topics, OFFSETS_TOPIC, wanted);
  const groups = new GroupCoordinator({
    ...options.groups,
    offsetsPartitions: topic.partitions,
    partitionExists: (name, partition) => partition >= 0 && partition < (topics.get(name)?.partitions ?? 0),
    logger: options.logger,
  });
  const stateLogs: StateLog[] = [];
  const open = (index: number) => async (state: StateMachine) => {
    const stateLog = await StateLog.open(partitions.get(OFFSETS_TOPIC, index)!.log, state);
    stateLogs.push(stateLog);
    return stateLog;
  };
  await Promise.all(
    partitions.of(OFFSETS_TOPIC).map(({ index }) => groups.loadPartition(index, open(index))),
  );
  return { groups, stateLogs };
}
