import { type BrokerOptions, startBroker } from "@letterpress/broker";
import { openMemoryEngine } from "@letterpress/log";
import { Letterpress } from "../src/client.ts";
import type { ClientOptions } from "../src/client-options.ts";

/** A real broker in memory, and a client of it, for one test. */
export class TestBroker implements AsyncDisposable {
  readonly client: Letterpress;
  readonly address: string;
  readonly #close: () => Promise<unknown>;

  static async start(
    options: { readonly broker?: Partial<BrokerOptions>; readonly client?: Partial<ClientOptions> } = {},
  ): Promise<TestBroker> {
    const broker = await startBroker({ engine: openMemoryEngine(), ...options.broker });
    return new TestBroker(`127.0.0.1:${broker.port}`, () => broker.close(), options.client);
  }

  private constructor(address: string, close: () => Promise<unknown>, options: Partial<ClientOptions> = {}) {
    this.address = address;
    this.#close = close;
    this.client = new Letterpress({ brokers: [address], ...options });
  }

  async createTopic(name: string, partitions: number): Promise<void> {
    await this.client.admin().topics.create([{ name, partitions }]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.#close();
  }
}
