import { STATE_LOG_CONFIG, StateLog } from "@letterpress/log";
import type { ResolvedBrokerOptions } from "../broker-options.ts";
import type { Foundation, Listen } from "../foundation.ts";
import { GroupCoordinator } from "../groups/group-coordinator.ts";
import { groupOptions } from "../open-alone.ts";
import type { Partition } from "../partition/partition.ts";
import type { PartitionServices } from "../partition/partition-services.ts";
import { PartitionStore } from "../partition/partition-store.ts";
import { ensureStateTopic, OFFSETS_TOPIC } from "../state-topics.ts";
import { MetadataConflict } from "../topics/metadata-log.ts";
import { MetadataState } from "../topics/metadata-state.ts";
import { METADATA_PARTITION, newClusterId } from "../topics/open-metadata.ts";
import type { Topic } from "../topics/topic.ts";
import { TopicCatalog } from "../topics/topic-catalog.ts";
import { ClusterBrokerView } from "./cluster-broker-view.ts";
import type { ClusterJoin, ClusterMembership, SharedState } from "./cluster-join.ts";
import { LeadershipKeeper, type LeadershipListener } from "./leadership-keeper.ts";
import { OrphanSweep } from "./orphan-sweep.ts";
import { SharedMetadata } from "./shared-metadata.ts";
import { SharedPlacement } from "./shared-placement.ts";

/** One of several brokers: listens, joins, follows the metadata, and opens what it is made the leader of. */
export async function openInCluster(
  join: ClusterJoin,
  options: ResolvedBrokerOptions,
  services: PartitionServices,
  listen: Listen,
): Promise<Foundation> {
  const { engine, config, logger } = options;
  const state = new MetadataState();
  const member = await join({
    endpoint: await listen(),
    metadataId: METADATA_PARTITION,
    metadataConfig: { ...STATE_LOG_CONFIG, flush: options.flush },
    machine: state,
    topics: () => state.topics.values(),
    onError: (error) => logger.warn({ err: error }, "the cluster is in trouble; trying again"),
  });
  try {
    const metadata = new SharedMetadata(state, member);
    const topics = new TopicCatalog(metadata, config.texts, new SharedPlacement(member));
    const partitions = new PartitionStore(engine, options.flush, services);
    member.onChange(() => {
      try {
        topics.refresh();
      } catch (error) {
        logger.error({ err: error }, "the cluster has a topic that this broker cannot serve");
      }
    });
    await ensureClusterId(metadata);
    const offsets = await ensureStateTopic(topics, OFFSETS_TOPIC, config["offsets.topic.num.partitions"]);
    const groups = new GroupCoordinator({
      ...groupOptions(options, topics, offsets.partitions),
      leads: (index) => member.leads(offsets.id, index),
    });
    const states = new Map<string, SharedState>();
    const listener = new LedPartitions(groups, states);
    const keeper = new LeadershipKeeper({ member, topics, partitions, logger, listener });
    topics.listen({
      changed: async (topic) => partitions.configure(topic),
      deleted: async (topic) => {
        await keeper.settled();
        await cleanUp(topic, { member, options, groups });
      },
    });
    keeper.reconcile();
    const orphans = new OrphanSweep({ engine, member, logger, isKnown: (id) => isKnown(state, id) });

    return {
      cluster: new ClusterBrokerView(state.clusterId, options.nodeId, member, topics),
      metadata,
      topics,
      partitions,
      groups,
      async openState(name, machine, rest) {
        const topic = topics.get(name)!;
        const id = { topic: name, topicId: topic.id, partition: 0 };
        const shared = await member.follow(id, machine, rest);
        states.set(name, shared);
        const led = partitions.get(name, 0);
        if (led !== undefined) await listener.taken(led);
        return shared;
      },
      async handOver() {
        await member.handOver();
        await keeper.settled();
      },
      async close() {
        groups.close();
        await orphans.close();
        await keeper.close();
        await member.leave();
      },
    };
  } catch (error) {
    await member.leave();
    throw error;
  }
}

/** Groups are coordinated, and states changed, where their partitions are led. */
class LedPartitions implements LeadershipListener {
  readonly #groups: GroupCoordinator;
  readonly #states: ReadonlyMap<string, SharedState>;
  readonly #offsets = new Map<number, StateLog>();

  constructor(groups: GroupCoordinator, states: ReadonlyMap<string, SharedState>) {
    this.#groups = groups;
    this.#states = states;
  }

  async taken({ topic, index, log }: Partition): Promise<void> {
    if (topic.name === OFFSETS_TOPIC) {
      await this.#groups.loadPartition(index, async (state) => {
        const stateLog = await StateLog.open(log, state);
        this.#offsets.set(index, stateLog);
        return stateLog;
      });
    }
    const shared = this.#states.get(topic.name);
    await shared?.catchUp();
    shared?.setLeader?.(log);
  }

  async lettingGo({ topic, index }: Partition): Promise<void> {
    this.#states.get(topic.name)?.setLeader?.(undefined);
    if (topic.name !== OFFSETS_TOPIC) return;
    this.#groups.unloadPartition(index);
    const stateLog = this.#offsets.get(index);
    this.#offsets.delete(index);
    await stateLog?.close();
  }
}

/** The first broker of a cluster gives it its id. */
async function ensureClusterId(metadata: SharedMetadata): Promise<void> {
  if (metadata.state.clusterId !== "") return;
  try {
    await metadata.write({ kind: "cluster", clusterId: newClusterId() }, null);
  } catch (error) {
    if (!(error instanceof MetadataConflict)) throw error;
  }
}

/** Topics that this broker cannot serve count, too. */
function isKnown({ topics }: MetadataState, topicId: string): boolean {
  if (topicId === METADATA_PARTITION.topicId) return true;
  for (const { id } of topics.values()) if (id === topicId) return true;
  return false;
}

interface CleaningParts {
  readonly member: ClusterMembership;
  readonly options: ResolvedBrokerOptions;
  readonly groups: GroupCoordinator;
}

/** Every broker forgets a topic that was deleted; the controller also deletes its logs. */
async function cleanUp(topic: Topic, { member, options, groups }: CleaningParts): Promise<void> {
  const { engine, logger } = options;
  try {
    await groups.offsets.removeTopic(topic.name);
    if (!member.isController) return;
    for (let partition = 0; partition < topic.partitions; partition++) {
      await engine.delete({ topic: topic.name, topicId: topic.id, partition });
    }
  } catch (error) {
    logger.error({ topic: topic.name, err: error }, "a deleted topic could not be cleaned up");
  }
}
