import { backoffMs, delay } from "../backoff.ts";
import type { BrokerAddress, ResolvedClientOptions } from "../client-options.ts";
import { LetterpressError } from "../letterpress-error.ts";
import { Connection } from "./connection.ts";

interface Slot {
  connection: Promise<Connection> | undefined;
  /** Attempts that failed in a row. */
  failures: number;
}

/**
 * The connections of one owner, one per address and lane. A lane keeps requests that the broker holds back, such
 * as a long poll, from delaying others, since a connection is answered in order. Lost connections are opened again
 * when they are asked for, with growing pauses between failed attempts.
 */
export class BrokerPool {
  readonly #options: ResolvedClientOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #closing = new AbortController();

  constructor(options: ResolvedClientOptions) {
    this.#options = options;
  }

  /** The connection to a broker; opened when there is none. */
  connection(address: BrokerAddress, lane = ""): Promise<Connection> {
    const key = `${address.host}:${address.port}/${lane}`;
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = { connection: undefined, failures: 0 };
      this.#slots.set(key, slot);
    }
    slot.connection ??= this.#open(address, slot);
    return slot.connection;
  }

  /** Closes every connection, and those being opened. */
  close(): void {
    this.#closing.abort();
    for (const slot of this.#slots.values()) {
      slot.connection?.then(
        (connection) => connection.close(),
        () => undefined,
      );
    }
    this.#slots.clear();
  }

  async #open(address: BrokerAddress, slot: Slot): Promise<Connection> {
    const { signal } = this.#closing;
    try {
      if (slot.failures > 0) await delay(backoffMs(slot.failures), signal);
      if (signal.aborted) throw new LetterpressError("CLOSED", "the client is closed");
      const connection = await Connection.open(address, this.#options);
      slot.failures = 0;
      connection.onClose = () => {
        slot.connection = undefined;
      };
      if (!connection.isOpen) slot.connection = undefined;
      if (signal.aborted) connection.close();
      return connection;
    } catch (error) {
      slot.failures++;
      slot.connection = undefined;
      throw error;
    }
  }
}
