import { InitProducerId } from "@letterpress/protocol";
import { backoffMs, delay } from "../backoff.ts";
import { brokerError } from "../broker-error.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { Cluster } from "../metadata/cluster.ts";
import { nextEpoch, type ProducerIdentity } from "./producer-identity.ts";

/** Keeps the identity of an idempotent producer: asks the cluster for it, and raises its epoch. */
export class IdentitySource {
  readonly #cluster: Cluster;
  readonly #signal: AbortSignal;
  #current: ProducerIdentity | undefined;
  #acquiring: Promise<void> | undefined;

  constructor(cluster: Cluster, signal: AbortSignal) {
    this.#cluster = cluster;
    this.#signal = signal;
  }

  /** Undefined until `acquire` has succeeded. */
  get current(): ProducerIdentity | undefined {
    return this.#current;
  }

  /** Gets a producer id; retries what can be retried. Rejects with a `LetterpressError` otherwise. */
  acquire(): Promise<void> {
    this.#acquiring ??= this.#ask().finally(() => {
      this.#acquiring = undefined;
    });
    return this.#acquiring;
  }

  /**
   * An identity newer than `used`; undefined when one has to be acquired first. Partitions that still use an older
   * one may go on with it.
   */
  newerThan(used: ProducerIdentity): ProducerIdentity | undefined {
    if (this.#current === used) this.#current = nextEpoch(used);
    return this.#current;
  }

  async #ask(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const connection = await this.#cluster.any();
        const response = await connection.request(InitProducerId, {
          transactionalId: null,
          transactionTimeoutMs: 0,
        });
        if (response.errorCode !== 0) {
          throw brokerError(response.errorCode, "cannot get a producer id");
        }
        this.#current = { producerId: response.producerId, producerEpoch: response.producerEpoch };
        return;
      } catch (error) {
        const failure = LetterpressError.from(error);
        if (!failure.retriable) throw failure;
        await delay(backoffMs(attempt), this.#signal);
      }
    }
  }
}
