import type { AppendReply } from "../jetstream/append-reply.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { StoredMessage } from "../jetstream/stored-message.ts";
import type { MessageHeader } from "../log/message-header.ts";
import type { SimulatedClient, SimulatedNetwork } from "./simulated-network.ts";

/** A stream that takes appends when their expected sequence is the last one, or seems to be, behind a network that fails. */
export class SimulatedStream {
  /** Every message that was ever stored; those that were purged cannot be read any more. */
  readonly messages: StoredMessage[] = [];
  readonly #network: SimulatedNetwork;
  /** What was the first message since there were so many: a server that lags has not purged either. */
  readonly #purges = [{ messages: 0, firstSequence: 1 }];
  #isDeleted = false;

  constructor(network: SimulatedNetwork) {
    this.#network = network;
  }

  get isDeleted(): boolean {
    return this.#isDeleted;
  }

  /** The first message that was not purged. */
  get firstSequence(): number {
    return this.#purges.at(-1)!.firstSequence;
  }

  delete(): void {
    this.#isDeleted = true;
  }

  /** A connection to the stream, as logs want it. */
  connect(client: SimulatedClient = this.#network.client()): PartitionStream {
    const stream = {
      id: { topic: "simulated", topicId: "00000000-0000-4000-8000-000000000000", partition: 0 },
      name: "simulated",
      subject: "simulated",
      append: (
        header: MessageHeader,
        given: Buffer,
        lastSequence: number,
        _timeoutMs: number,
        reply: (reply: AppendReply) => void,
      ) => {
        const bytes = Buffer.from(given);
        const lost: AppendReply = { kind: "timed-out", reason: "simulated" };
        client.send(
          () => this.#store(header, bytes, lastSequence),
          reply,
          () => reply(lost),
        );
      },
      api: {
        streamInfo: () => alive(client, () => (this.#isDeleted ? undefined : this.#info())),
        purgeBefore: (_name: string, sequence: number) =>
          callServer(client, () => {
            const firstSequence = Math.max(this.firstSequence, sequence);
            this.#purges.push({ messages: this.messages.length, firstSequence });
          }),
      },
      reader: {
        scan: async function* (this: SimulatedStream, from: number, to: number) {
          if (from <= to) yield await alive(client, () => this.#misread(this.#read(from, to - from + 1)));
        }.bind(this),
        read: (sequence: number, count: number) => alive(client, () => this.#read(sequence, count)),
      },
    };
    // The class has private fields; logs use what is above only.
    return stream as unknown as PartitionStream;
  }

  #read(sequence: number, count: number): StoredMessage[] {
    if (!this.#isDeleted && sequence >= this.firstSequence && sequence <= this.messages.length) {
      return this.messages.slice(sequence - 1, sequence - 1 + count);
    }
    throw new JetStreamError("REFUSED", `simulated: message ${sequence} is not there`);
  }

  /** The messages, one of them now and then without its header. */
  #misread(messages: StoredMessage[]): StoredMessage[] {
    const { random, faults } = this.#network;
    if (random() >= faults.misread) return messages;
    const at = Math.floor(random() * messages.length);
    return messages.with(at, { ...messages[at]!, header: undefined });
  }

  #info() {
    const last = this.messages.length;
    const isStale = this.#network.random() < this.#network.faults.staleInfo;
    const seen = isStale ? Math.floor(last * this.#network.random()) : last;
    const { firstSequence } = this.#purges.findLast(({ messages }) => messages <= seen)!;
    return { state: { first_seq: firstSequence, last_seq: seen } };
  }

  #store(header: MessageHeader, data: Buffer, lastSequence: number): AppendReply {
    if (this.#isDeleted) return { kind: "unavailable", reason: "simulated" };
    const last = this.messages.length;
    const { random, faults } = this.#network;
    const isTakenForLast = lastSequence < last && random() < faults.staleLeader;
    if (lastSequence !== last && !isTakenForLast) {
      return { kind: "wrong-sequence", lastSequence: random() < 0.5 ? last : undefined };
    }
    const counted = isTakenForLast ? undefined : header;
    this.messages.push({ sequence: last + 1, header: counted, data, sizeBytes: data.length });
    return { kind: "stored", sequence: last + 1 };
  }
}

/** A request to the server that may be lost, done late, or done without an answer. */
export function callServer<T>(client: SimulatedClient, work: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    client.send(work, resolve, () => reject(new JetStreamError("TIMED_OUT", "simulated")));
  });
}

/** What a process reads, unless it is dead: then it never hears of it. */
async function alive<T>(client: SimulatedClient, read: () => T): Promise<T> {
  return client.isDead ? new Promise<never>(() => {}) : read();
}
