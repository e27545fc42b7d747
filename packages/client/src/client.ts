import { RegistryClient } from "@letterpress/registry/client";
import { Admin } from "./admin/admin.ts";
import { type ClientOptions, resolveClientOptions } from "./client-options.ts";
import { Consumer } from "./consumer/consumer.ts";
import type { ConsumerOptions } from "./consumer/consumer-options.ts";
import { LetterpressError } from "./letterpress-error.ts";
import { Cluster } from "./metadata/cluster.ts";
import { Producer } from "./producer/producer.ts";
import type { ProducerOptions } from "./producer/producer-options.ts";
import type { SchemaIds } from "./typed/schema-ids.ts";

/**
 * A client of one Kafka cluster and, for typed topics, of its schema registry. Connects when something is first
 * asked of it. Everything made from it closes with it.
 *
 *     await using client = new Letterpress({ brokers: ["127.0.0.1:9092"], registry: "http://127.0.0.1:8081" });
 */
export class Letterpress implements AsyncDisposable {
  /** The registry of typed topics; undefined when the client was made without one. */
  readonly schemaIds: SchemaIds | undefined;
  readonly #cluster: Cluster;
  readonly #owned = new Set<{ close(): Promise<void> }>();
  #sharedProducer: Producer | undefined;
  #closed: Promise<void> | undefined;

  /** @throws LetterpressError `INVALID_ARGUMENT` */
  constructor(options: ClientOptions) {
    this.#cluster = new Cluster(resolveClientOptions(options));
    const { registry } = options;
    this.schemaIds = typeof registry === "string" ? new RegistryClient({ url: registry }) : registry;
  }

  /** A producer with connections, batches and memory of its own. */
  producer(options: ProducerOptions = {}): Producer {
    return this.#own((onClosed) => new Producer(this.#cluster, options, onClosed));
  }

  /** The producer that typed producers without sending options share. It closes with the client. */
  sharedProducer(): Producer {
    this.#sharedProducer ??= this.producer();
    return this.#sharedProducer;
  }

  /** @throws LetterpressError `INVALID_ARGUMENT` for topics without a group, or the reverse. */
  consumer(options: ConsumerOptions = {}): Consumer {
    return this.#own((onClosed) => new Consumer(this.#cluster, options, onClosed));
  }

  admin(): Admin {
    this.#throwIfClosed();
    return new Admin(this.#cluster);
  }

  /** Closes consumers and producers in good order, then the connections. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#owned].map((owned) => owned.close()));
    this.#cluster.close();
  }

  /** What closes by itself is not kept. */
  #own<T extends { close(): Promise<void> }>(make: (onClosed: () => void) => T): T {
    this.#throwIfClosed();
    let owned: T | undefined;
    const made = make(() => {
      if (owned !== undefined) this.#owned.delete(owned);
    });
    owned = made;
    this.#owned.add(made);
    return made;
  }

  #throwIfClosed(): void {
    if (this.#closed !== undefined) throw new LetterpressError("CLOSED", "the client is closed");
  }
}
