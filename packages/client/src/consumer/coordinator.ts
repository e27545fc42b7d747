import { type AnyApi, FindCoordinator } from "@letterpress/protocol";
import { brokerError } from "../broker-error.ts";
import type { BrokerAddress } from "../client-options.ts";
import type { BrokerPool } from "../connection/broker-pool.ts";
import type { Connection } from "../connection/connection.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { Cluster } from "../metadata/cluster.ts";

const GROUP_KEY_TYPE = 0;
/** The version that asks for several keys at once. */
const BATCHED_VERSION = 4;

/** Errors after which another broker may be the coordinator. */
const MOVED_ERRORS: readonly (string | undefined)[] = ["NOT_COORDINATOR", "COORDINATOR_NOT_AVAILABLE"];

/** Finds the broker that coordinates a group, and keeps it until it turns out to be another one. */
export class Coordinator {
  readonly #cluster: Cluster;
  readonly #pool: BrokerPool;
  readonly #group: string;
  #address: Promise<BrokerAddress> | undefined;

  constructor(cluster: Cluster, pool: BrokerPool, group: string) {
    this.#cluster = cluster;
    this.#pool = pool;
    this.#group = group;
  }

  /** A connection to the coordinator. Requests that the coordinator holds back have a lane of their own. */
  async connection(lane = "group"): Promise<Connection> {
    this.#address ??= this.#find();
    const asked = this.#address;
    try {
      return await this.#pool.connection(await asked, lane);
    } catch (error) {
      if (this.#address === asked) this.#address = undefined;
      throw error;
    }
  }

  /** Takes note of a failure: the coordinator is looked for again when it may have moved. */
  noticeFailure(error: LetterpressError): void {
    const isGone = error.code === "CONNECTION_FAILED" || error.code === "REQUEST_TIMEOUT";
    if (isGone || MOVED_ERRORS.includes(error.kafkaError)) this.forget();
  }

  /** Looks for the coordinator again when it is next needed. */
  forget(): void {
    this.#address = undefined;
  }

  async #find(): Promise<BrokerAddress> {
    const connection = await this.#cluster.any();
    const version = connection.versionOf(FindCoordinator as AnyApi);
    const response = await connection.request(
      FindCoordinator,
      version >= BATCHED_VERSION
        ? { coordinatorKeys: [this.#group], keyType: GROUP_KEY_TYPE }
        : { key: this.#group, keyType: GROUP_KEY_TYPE },
      { version },
    );
    const found = version >= BATCHED_VERSION ? response.coordinators[0] : response;
    if (found === undefined) {
      throw new LetterpressError("PROTOCOL_VIOLATION", `no coordinator was named for group ${this.#group}`);
    }
    if (found.errorCode !== 0) {
      throw brokerError(found.errorCode, `cannot find the coordinator of group ${this.#group}`, {
        brokerMessage: found.errorMessage,
      });
    }
    return { host: found.host, port: found.port };
  }
}
