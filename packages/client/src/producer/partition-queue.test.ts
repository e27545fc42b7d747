import { expect, test } from "vitest";
import { PartitionQueue } from "./partition-queue.ts";
import { ProducerBatch } from "./producer-batch.ts";

const IDENTITY = { producerId: 7n, producerEpoch: 0 };
const NEXT_IDENTITY = { producerId: 7n, producerEpoch: 1 };
const IN_FLIGHT_MAX = 5;

/** A queue with batches of two records each, under an identity. */
function queueOf(count: number): { queue: PartitionQueue; batches: ProducerBatch[] } {
  const queue = new PartitionQueue("t", 0);
  queue.renumber(IDENTITY);
  const delivery = { stored: () => undefined, failed: () => undefined };
  const batches = Array.from({ length: count }, (_, order) => {
    const batch = new ProducerBatch(100, 0, order);
    batch.append({ value: Buffer.from("a") }, 0, delivery, 0);
    batch.append({ value: Buffer.from("b") }, 0, delivery, 1);
    queue.addBatch(batch);
    return batch;
  });
  return { queue, batches };
}

function isReady(queue: PartitionQueue): boolean {
  return queue.readyAtMs(IN_FLIGHT_MAX, 0) <= 0;
}

test("sequences count records, and the first batch goes alone until the broker knows the producer", () => {
  const { queue, batches } = queueOf(3);
  expect(queue.take()).toBe(batches[0]);
  expect(isReady(queue)).toBe(false);
  queue.complete(batches[0]!);
  expect(isReady(queue)).toBe(true);
  queue.take();
  expect(isReady(queue)).toBe(true);
  queue.take();
  expect(batches.map(({ baseSequence }) => baseSequence)).toEqual([0, 2, 4]);
});

test("nothing newer leaves while a batch has to be sent again, and retries go one by one, in order", () => {
  const { queue, batches } = queueOf(4);
  queue.complete(queue.take());
  queue.take();
  queue.take();
  queue.retry(batches[2]!, 0);
  expect(isReady(queue)).toBe(false);
  queue.retry(batches[1]!, 0);
  expect(queue.take()).toBe(batches[1]);
  expect(isReady(queue)).toBe(false);
  queue.complete(batches[1]!);
  expect(queue.take()).toBe(batches[2]);
  expect(batches[2]!.baseSequence).toBe(4);
});

test("the sequence of a refused batch is used again when nothing follows it", () => {
  const { queue, batches } = queueOf(2);
  queue.take();
  queue.drop(batches[0]!, true);
  expect(queue.take().baseSequence).toBe(0);
});

test("a gap is closed under a new epoch, once nothing is in flight", () => {
  const { queue, batches } = queueOf(4);
  queue.complete(queue.take());
  for (let count = 0; count < 3; count++) queue.take();
  queue.drop(batches[1]!, true);
  expect(queue.wantsNewIdentity).toBe(false);
  queue.retry(batches[2]!, 0);
  queue.retry(batches[3]!, 0);
  expect(queue.wantsNewIdentity).toBe(true);
  queue.renumber(NEXT_IDENTITY);
  expect([queue.take(), batches[3]!].map(({ baseSequence }) => baseSequence)).toEqual([0, 2]);
  expect(batches[3]!.identity).toBe(NEXT_IDENTITY);
});

test("a batch that may be stored leaves a gap even when nothing follows it", () => {
  const { queue, batches } = queueOf(1);
  queue.take();
  queue.drop(batches[0]!, false);
  expect(queue.wantsNewIdentity).toBe(true);
});
