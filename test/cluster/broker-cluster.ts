import { waitFor } from "../support/wait-for.ts";
import { BrokerProcess } from "./broker-process.ts";
import { KafkaProbe } from "./kafka-probe.ts";
import { NatsCluster } from "./nats-cluster.ts";

const NODE_IDS = [1, 2, 3];
/** A few coordinators are enough to have one on every broker, and are soon there. */
const CONFIGS = { "offsets.topic.num.partitions": 3 };

/** Three brokers, each a process, over one nats-server, which nothing happens to. */
export class BrokerCluster implements AsyncDisposable {
  readonly nats: NatsCluster;
  readonly #sessionMs: number;
  #brokers: BrokerProcess[] = [];

  private constructor(nats: NatsCluster, sessionMs: number) {
    this.nats = nats;
    this.#sessionMs = sessionMs;
  }

  /** @param sessionMs how long a broker that was killed keeps what it leads. */
  static async start(natsServer: string, sessionMs = 5_000): Promise<BrokerCluster> {
    const cluster = new BrokerCluster(await NatsCluster.start(natsServer, 1), sessionMs);
    await Promise.all(NODE_IDS.map((nodeId) => cluster.add(nodeId)));
    return cluster;
  }

  /** Those that run or are paused, by ascending node id. */
  get brokers(): readonly BrokerProcess[] {
    this.#brokers = this.#brokers.filter(({ isRunning }) => isRunning);
    return this.#brokers;
  }

  /** One that runs or is paused. */
  broker(nodeId: number): BrokerProcess {
    return this.brokers.find((broker) => broker.nodeId === nodeId)!;
  }

  get addresses(): string[] {
    return this.brokers.map(({ kafka }) => kafka);
  }

  /** Starts one more broker, or again one that has ended. */
  async add(nodeId: number): Promise<BrokerProcess> {
    const broker = await BrokerProcess.start({
      nodeId,
      servers: this.nats.urls,
      replicas: 1,
      sessionMs: this.#sessionMs,
      configs: CONFIGS,
    });
    this.#brokers = [...this.brokers, broker].sort((a, b) => a.nodeId - b.nodeId);
    return broker;
  }

  /**
   * Waits until the topic's leaders stay: every broker says the same of them, and each leads its share. One that joins is
   * given its share a moment later, and for another moment the brokers do not agree.
   */
  async balanced(topic: string): Promise<void> {
    await waitFor(`${topic} to be balanced`, async () => {
      const views = await Promise.all(this.addresses.map((address) => leadersOf(topic, address)));
      const [leaders = []] = views;
      const counts = this.brokers.map(
        ({ nodeId }) => leaders.filter(({ leaderId }) => leaderId === nodeId).length,
      );
      const isAgreed = new Set(views.map((view) => JSON.stringify(view))).size === 1;
      return isAgreed && leaders.length > 0 && Math.max(...counts) - Math.min(...counts) <= 1;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.kill()));
    await this.nats[Symbol.asyncDispose]();
  }
}

async function leadersOf(topic: string, address: string) {
  await using probe = await KafkaProbe.open(address);
  return (await probe.leaders(topic)).partitions;
}
