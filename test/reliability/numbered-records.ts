import type { Letterpress, Producer } from "@letterpress/client";

/** Sends numbered records to partition 0 of a topic until it is stopped. */
export class NumberedWriter {
  /** The numbers whose records were acknowledged. */
  readonly acknowledged: number[] = [];
  readonly failures: unknown[] = [];
  readonly #producer: Producer;
  readonly #topic: string;
  readonly #running: Promise<void>;
  #isStopped = false;

  constructor(producer: Producer, topic: string) {
    this.#producer = producer;
    this.#topic = topic;
    this.#running = this.#run();
  }

  /** Resolves when every record is acknowledged or has failed. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let next = 0; !this.#isStopped; next += 5) {
      const numbers = [next, next + 1, next + 2, next + 3, next + 4];
      await Promise.all(numbers.map((number) => this.#send(number)));
    }
  }

  async #send(number: number): Promise<void> {
    try {
      await this.#producer.send({ topic: this.#topic, partition: 0, value: String(number) });
      this.acknowledged.push(number);
    } catch (error) {
      this.failures.push(error);
    }
  }
}

/** The numbers that partition 0 of a topic holds, in the order of the log. */
export async function storedNumbers(client: Letterpress, topic: string): Promise<number[]> {
  const [end] = await client.admin().topics.listOffsets([{ topic, partition: 0 }], "latest");
  const numbers: number[] = [];
  if (end!.offset === 0n) return numbers;
  await using consumer = client.consumer();
  await consumer.assign([{ topic, partition: 0, offset: 0n }]);
  for await (const { value, offset } of consumer) {
    numbers.push(Number(value));
    if (offset + 1n === end!.offset) break;
  }
  return numbers;
}
