import { FaultyProxy } from "../reliability/faulty-proxy.ts";
import { BrokerProcess } from "./broker-process.ts";
import { KafkaProbe } from "./kafka-probe.ts";
import { TOPIC } from "./kafka-workload.ts";
import { NatsCluster, until } from "./nats-cluster.ts";

const NODE_IDS = [1, 2, 3] as const;
/** Without another election for this long, none is under way; brokers have evened out what they lead by then, too. */
const CALM_MS = 4_000;

/** Three brokers over three nats-servers, each a process, with a proxy on every way between two of them. */
export class FaultCluster implements AsyncDisposable {
  readonly nats: NatsCluster;
  readonly sessionMs: number;
  brokers: BrokerProcess[] = [];
  /** In front of every NATS server, for each broker its own. */
  readonly #proxies: ReadonlyMap<number, readonly FaultyProxy[]>;

  private constructor(
    nats: NatsCluster,
    proxies: ReadonlyMap<number, readonly FaultyProxy[]>,
    sessionMs: number,
  ) {
    this.nats = nats;
    this.#proxies = proxies;
    this.sessionMs = sessionMs;
  }

  static async start(natsServer: string, sessionMs: number): Promise<FaultCluster> {
    const nats = await NatsCluster.start(natsServer, 3, "", true);
    const proxies = new Map<number, readonly FaultyProxy[]>();
    for (const nodeId of NODE_IDS) {
      const targets = nats.servers.map(({ ports }) => `127.0.0.1:${ports.client}`);
      proxies.set(nodeId, await Promise.all(targets.map((target) => FaultyProxy.start(() => target))));
    }
    const cluster = new FaultCluster(nats, proxies, sessionMs);
    const starts = await Promise.allSettled(NODE_IDS.map((nodeId) => cluster.#startBroker(nodeId)));
    cluster.brokers = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
    const failed = starts.find((start) => start.status === "rejected");
    if (failed === undefined) return cluster;
    await cluster[Symbol.asyncDispose]();
    throw failed.reason;
  }

  get addresses(): string[] {
    return this.brokers.map(({ kafka }) => kafka);
  }

  /** Starts a broker that has ended again; on its old port, so that the clients' addresses stay true. */
  async restart(index: number): Promise<void> {
    const { nodeId, kafka } = this.brokers[index]!;
    this.brokers[index] = await this.#startBroker(nodeId, Number(kafka.split(":").at(-1)));
  }

  /** Lets nothing pass between a broker and NATS. */
  cutOff(index: number): void {
    for (const proxy of this.#proxiesOf(index)) proxy.fault = "nothing-passes";
  }

  /** Lets a broker reach NATS again, over new connections. */
  join(index: number): void {
    for (const proxy of this.#proxiesOf(index)) {
      proxy.fault = "none";
      proxy.cut();
    }
  }

  /** The index of the broker that is the controller, once there is one. */
  controllerIndex(): Promise<number> {
    return found("a controller", async () => {
      const controllerId = await this.#ask((probe) => probe.controllerId());
      return this.brokers.findIndex(({ nodeId }) => nodeId === controllerId);
    });
  }

  /** The index of the NATS server that leads the stream of a partition of the workload's topic, once one does. */
  async natsLeaderIndex(partition: number): Promise<number> {
    const { topicId } = await this.#ask((probe) => probe.leaders(TOPIC));
    return found("a leader of the stream", async () => {
      const leader = await this.nats.leaderOf(`K_${topicId}_${partition}`);
      return leader === undefined ? -1 : this.nats.servers.indexOf(leader);
    });
  }

  /** Resolves when NATS has got over what was done to it. A fault from then on is the only one. */
  async calm(): Promise<void> {
    let before = "";
    let sinceMs = performance.now();
    await until("NATS to be calm", async () => {
      await this.nats.healthy();
      const leaders = [...(await this.nats.leaders())].sort();
      const now = leaders.join();
      if (now !== before || leaders.some(([, leader]) => leader === "")) sinceMs = performance.now();
      before = now;
      return performance.now() - sinceMs > CALM_MS;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of [...this.brokers, ...this.nats.servers]) each.resume();
    await Promise.all(this.brokers.map((broker) => broker.kill()));
    for (const proxy of [...this.#proxies.values()].flat()) await proxy[Symbol.asyncDispose]();
    await this.nats[Symbol.asyncDispose]();
  }

  async #ask<T>(question: (probe: KafkaProbe) => Promise<T>): Promise<T> {
    await using probe = await KafkaProbe.open(this.addresses[0]!);
    return await question(probe);
  }

  #proxiesOf(index: number): readonly FaultyProxy[] {
    return this.#proxies.get(this.brokers[index]!.nodeId)!;
  }

  #startBroker(nodeId: number, kafkaPort = 0): Promise<BrokerProcess> {
    return BrokerProcess.start({
      nodeId,
      kafkaPort,
      servers: this.#proxies.get(nodeId)!.map(({ address }) => `nats://${address}`),
      ignoreAdvertised: true,
      replicas: 3,
      sessionMs: this.sessionMs,
      configs: { "offsets.topic.num.partitions": "3" },
    });
  }
}

/** Waits until there is an index. */
async function found(what: string, find: () => Promise<number>): Promise<number> {
  let index = -1;
  await until(what, async () => {
    index = await find();
    return index >= 0;
  });
  return index;
}
