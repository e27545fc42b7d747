import { LogError } from "@letterpress/log";
import type { Logger } from "../logger.ts";
import type { Partition } from "../partition/partition.ts";
import type { PartitionStore } from "../partition/partition-store.ts";
import type { Topic } from "../topics/topic.ts";
import type { TopicCatalog } from "../topics/topic-catalog.ts";
import type { ClusterMembership } from "./cluster-join.ts";

/** How many partitions are taken or let go at a time. */
const CONCURRENCY = 16;
/** How often open logs are looked at, and what failed is tried again. */
const CHECK_MS = 1_000;

/** What else has to be done about a partition that is led here; groups and states live on some. */
export interface LeadershipListener {
  /** The partition is open; it counts as led once this has resolved. */
  taken(partition: Partition): Promise<void>;
  /** The partition is about to be closed. Must not reject. */
  lettingGo(partition: Partition): Promise<void>;
}

export interface LeadershipKeeperOptions {
  readonly member: ClusterMembership;
  readonly topics: TopicCatalog;
  readonly partitions: PartitionStore;
  readonly logger: Logger;
  readonly listener: LeadershipListener;
}

interface Slot {
  readonly topicId: string;
  readonly topicName: string;
  readonly index: number;
  open: { readonly partition: Partition; readonly leaderEpoch: number } | undefined;
  isBusy: boolean;
}

/** Opens the partitions that this broker was made the leader of, and closes them when it is that no more. */
export class LeadershipKeeper {
  readonly #options: LeadershipKeeperOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #timer: NodeJS.Timeout;
  readonly #unsubscribe: () => void;
  readonly #queue = new Set<Slot>();
  readonly #busy = new Set<Promise<void>>();
  #isClosed = false;

  constructor(options: LeadershipKeeperOptions) {
    this.#options = options;
    this.#unsubscribe = options.member.onChange(() => this.reconcile());
    this.#timer = setInterval(() => void this.#check(), CHECK_MS);
    this.#timer.unref();
  }

  /** Looks at what is led and what is open, and starts to settle what differs. */
  reconcile(): void {
    const { topics } = this.#options;
    for (const { id, name, partitions } of topics.list()) {
      for (let index = 0; index < partitions; index++) {
        const key = `${id}/${index}`;
        const slot = this.#slots.get(key);
        if (slot === undefined && this.#wantedEpoch(id, index) !== undefined) {
          this.#slots.set(key, { topicId: id, topicName: name, index, open: undefined, isBusy: false });
        }
      }
    }
    for (const slot of this.#slots.values())
      if (!slot.isBusy && !this.#isSettled(slot)) this.#queue.add(slot);
    this.#run();
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#busy.size > 0) await Promise.all(this.#busy);
  }

  /** Closes every partition. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#unsubscribe();
    await this.settled();
    this.reconcile();
    await this.settled();
  }

  #run(): void {
    for (const slot of this.#queue) {
      if (this.#busy.size >= CONCURRENCY) return;
      this.#queue.delete(slot);
      slot.isBusy = true;
      const settling = this.#settle(slot).finally(() => {
        slot.isBusy = false;
        this.#busy.delete(settling);
        this.#run();
      });
      this.#busy.add(settling);
    }
  }

  async #settle(slot: Slot): Promise<void> {
    try {
      while (!this.#isSettled(slot)) {
        if (slot.open !== undefined) await this.#letGo(slot);
        else await this.#take(slot);
      }
    } catch (error) {
      // Tried again by the next check, or when leadership changes.
      const { topicName: topic, index: partition } = slot;
      this.#options.logger.warn({ topic, partition, err: error }, "the partition cannot be led yet");
    }
    const isIdle = slot.open === undefined && this.#wantedEpoch(slot.topicId, slot.index) === undefined;
    if (isIdle) this.#slots.delete(`${slot.topicId}/${slot.index}`);
  }

  async #take(slot: Slot): Promise<void> {
    const { topics, partitions, listener } = this.#options;
    const topic = topics.byId(slot.topicId) as Topic;
    const leaderEpoch = this.#wantedEpoch(slot.topicId, slot.index)!;
    const partition = await partitions.take(topic, slot.index, leaderEpoch);
    slot.open = { partition, leaderEpoch };
    try {
      await listener.taken(partition);
    } catch (error) {
      await this.#letGo(slot);
      throw error;
    }
  }

  async #letGo(slot: Slot): Promise<void> {
    const { partition } = slot.open!;
    slot.open = undefined;
    await this.#options.listener.lettingGo(partition);
    await this.#options.partitions.letGo(partition);
  }

  #isSettled({ topicId, index, open }: Slot): boolean {
    return open?.leaderEpoch === this.#wantedEpoch(topicId, index);
  }

  /** The epoch to lead the partition in; undefined when this broker is not to lead it. */
  #wantedEpoch(topicId: string, index: number): number | undefined {
    const { member, topics } = this.#options;
    if (this.#isClosed || topics.byId(topicId) === undefined || !member.leads(topicId, index))
      return undefined;
    return member.leadershipOf(topicId, index)?.leaderEpoch;
  }

  /** A log that has stopped itself is closed, to be taken anew while this broker still is the leader. */
  async #check(): Promise<void> {
    for (const slot of [...this.#slots.values()]) {
      if (slot.open === undefined || slot.isBusy) continue;
      const { log } = slot.open.partition;
      const failure = await log.read(log.highWatermark, 1).then(noFailure, (error: unknown) => error);
      if (failure === undefined || slot.isBusy || slot.open?.partition.log !== log) continue;
      const { topicName: topic, index: partition } = slot;
      this.#options.logger.warn({ topic, partition, err: failure }, "the partition's log has stopped");
      // What has lost data must not be served again as if nothing had happened.
      if (failure instanceof LogError && failure.code === "STORAGE_FAILED") continue;
      slot.isBusy = true;
      await this.#letGo(slot).finally(() => {
        slot.isBusy = false;
      });
    }
    if (!this.#isClosed) this.reconcile();
  }
}

const noFailure = (): undefined => undefined;
