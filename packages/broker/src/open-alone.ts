import { StateLog, type StateLogOptions, type StateMachine } from "@letterpress/log";
import type { ResolvedBrokerOptions } from "./broker-options.ts";
import type { SharedState } from "./cluster/cluster-join.ts";
import type { Foundation, Listen } from "./foundation.ts";
import { GroupCoordinator } from "./groups/group-coordinator.ts";
import type { PartitionServices } from "./partition/partition-services.ts";
import { PartitionStore } from "./partition/partition-store.ts";
import { SingleBrokerView } from "./single-broker-view.ts";
import { ensureStateTopic, OFFSETS_TOPIC } from "./state-topics.ts";
import { METADATA_TOPIC_ID, openMetadata } from "./topics/open-metadata.ts";
import { ALONE } from "./topics/placement.ts";
import { TopicCatalog } from "./topics/topic-catalog.ts";

/** The one broker there is: replays its metadata, opens every partition, loads the groups, then listens. */
export async function openAlone(
  options: ResolvedBrokerOptions,
  services: PartitionServices,
  listen: Listen,
): Promise<Foundation> {
  const { engine, config } = options;
  const metadata = await openMetadata(engine, options.flush);
  const topics = new TopicCatalog(metadata, config.texts, ALONE);
  const partitions = new PartitionStore(engine, options.flush, services);
  const isKnown = (id: string): boolean => id === METADATA_TOPIC_ID || topics.byId(id) !== undefined;
  await partitions.open(topics.list(), isKnown);
  topics.listen(partitions);
  const stateLogs: StateLog[] = [];
  const openState = async (topic: string, index: number, machine: StateMachine, rest?: StateLogOptions) => {
    const stateLog = await StateLog.open(partitions.get(topic, index)!.log, machine, rest);
    stateLogs.push(stateLog);
    return stateLog;
  };

  const offsets = await ensureStateTopic(topics, OFFSETS_TOPIC, config["offsets.topic.num.partitions"]);
  const groups = new GroupCoordinator(groupOptions(options, topics, offsets.partitions));
  await Promise.all(
    partitions
      .of(OFFSETS_TOPIC)
      .map(({ index }) => groups.loadPartition(index, (state) => openState(OFFSETS_TOPIC, index, state))),
  );
  topics.listen({ deleted: ({ name }) => groups.offsets.removeTopic(name) });

  return {
    cluster: new SingleBrokerView(metadata.state.clusterId, await listen(), topics),
    metadata,
    topics,
    partitions,
    groups,
    openState: async (topic, machine, rest) => ledAlone(await openState(topic, 0, machine, rest)),
    handOver: async () => {},
    async close() {
      groups.close();
      for (const stateLog of stateLogs) await stateLog.close();
      await partitions.close();
      await metadata.close();
    },
  };
}

/** What the coordinator of groups needs, wherever it runs. */
export function groupOptions(
  options: ResolvedBrokerOptions,
  topics: TopicCatalog,
  offsetsPartitions: number,
) {
  return {
    ...options.groups,
    offsetsPartitions,
    partitionExists: (name: string, partition: number) =>
      partition >= 0 && partition < (topics.get(name)?.partitions ?? 0),
    logger: options.logger,
  };
}

/** Nobody else changes the state, so there is never anything to catch up with. */
function ledAlone(stateLog: StateLog): SharedState {
  return { stateLog, isLed: true, catchUp: async () => {} };
}
