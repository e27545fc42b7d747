import fc from "fast-check";
import { expect, test } from "vitest";
import { type ProduceStep, ScriptedBroker } from "../../test/scripted-broker.ts";
import { Letterpress } from "../client.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { ProducerRecord } from "../record.ts";
import type { ProducerOptions } from "./producer-options.ts";

const NOT_LEADER = { errorCode: 6 };
const INVALID_RECORD = 87;
const MESSAGE_TOO_LARGE = { errorCode: 10 };

async function withProducer(
  steps: readonly ProduceStep[],
  options: ProducerOptions,
  run: (producer: ReturnType<Letterpress["producer"]>, broker: ScriptedBroker) => Promise<void>,
): Promise<void> {
  await using broker = await ScriptedBroker.start(steps);
  await using client = new Letterpress({ brokers: [broker.address] });
  await run(client.producer(options), broker);
}

test("records sent while requests are in flight leave together", async () => {
  await withProducer([], {}, async (producer, broker) => {
    const { topic } = broker;
    await producer.send({ topic, value: "first" });
    await Promise.all(Array.from({ length: 100 }, (_, index) => producer.send({ topic, value: `${index}` })));
    expect(broker.produceCount).toBe(2);
    expect(broker.stored[0]).toHaveLength(101);
  });
});

test("each record learns its own offset", async () => {
  await withProducer([], {}, async (producer, { topic }) => {
    const single = await producer.send({ topic, value: "a" });
    const batch = await producer.sendBatch(topic, [{ value: "b" }, { value: "c" }]);
    expect(single).toEqual({ topic, partition: 0, offset: 0n, logAppendTimeMs: -1 });
    expect(batch.map(({ offset }) => offset)).toEqual([1n, 2n]);
  });
});

test("whatever fails on the way, records are stored once and in order", async () => {
  const failing = fc.constantFrom<ProduceStep>("store", "store-and-hang-up", "hang-up", NOT_LEADER);
  const steps = fc.array(failing, { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 40 }), async (script, count) => {
      await withProducer(script, { batchBytes: 256 }, async (producer, broker) => {
        const values = Array.from({ length: count }, (_, index) => `value ${index}`);
        const sends = values.map((value) => producer.send({ topic: broker.topic, value }));
        const metadata = await Promise.all(sends);
        expect(broker.stored[0]).toEqual(values);
        expect(metadata.map(({ offset }) => Number(offset))).toEqual(values.map((_, index) => index));
      });
    }),
    { numRuns: 15 },
  );
});

test("the records that were refused fail with their reason, the others of the batch are stored", async () => {
  const refusal = {
    errorCode: INVALID_RECORD,
    recordErrors: [
      { batchIndex: 1, batchIndexErrorMessage: "no such schema id" },
      { batchIndex: 3, batchIndexErrorMessage: "truncated" },
    ],
  };
  await withProducer([refusal], {}, async (producer, broker) => {
    const { topic } = broker;
    const good = producer.send({ topic, value: "good" });
    const bad = producer.send({ topic, value: "bad" });
    const batch = producer.sendBatch(topic, [{ value: "fine" }, { value: "broken" }]);
    const last = producer.send({ topic, value: "last" });
    await expect(bad).rejects.toMatchObject({
      code: "RECORD_REJECTED",
      records: [{ index: 0, message: "no such schema id" }],
    });
    await expect(batch).rejects.toMatchObject({
      code: "RECORD_REJECTED",
      topic,
      records: [{ index: 1, message: "truncated" }],
    });
    expect((await good).offset).toBe(0n);
    expect((await last).offset).toBe(1n);
    expect(broker.stored[0]).toEqual(["good", "last"]);
  });
});

test("after a batch that failed for good the next ones are numbered without a gap", async () => {
  const steps: ProduceStep[] = ["store", MESSAGE_TOO_LARGE];
  await withProducer(steps, { batchBytes: 100 }, async (producer, broker) => {
    const { topic } = broker;
    await producer.send({ topic, value: "first" });
    const sends = ["large", "second", "third"].map((value) =>
      producer.send({ topic, value: value.padEnd(60) }),
    );
    const results = await Promise.allSettled(sends);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(broker.stored[0]!.map((value) => value.trim())).toEqual(["first", "second", "third"]);
  });
});

test("a record that is not acknowledged in time fails", async () => {
  const options = { deliveryTimeoutMs: 300, requestTimeoutMs: 100 };
  await withProducer(Array(50).fill("silence"), options, async (producer, { topic }) => {
    await expect(producer.send({ topic, value: "lost" })).rejects.toMatchObject({ code: "DELIVERY_TIMEOUT" });
  });
});

test("sending waits for memory", async () => {
  await withProducer([], { bufferMemoryBytes: 4_000 }, async (producer, broker) => {
    const { topic } = broker;
    await producer.send({ topic, value: "first" });
    broker.hold();
    const value = Buffer.alloc(1_500);
    const sends = [0, 1, 2, 3].map(() => producer.send({ topic, value }));
    await expect.poll(() => broker.produceCount).toBe(2);
    broker.release();
    await Promise.all(sends);
    expect(broker.produceCount).toBeGreaterThan(2);
    expect(broker.stored[0]).toHaveLength(5);
    await expect(producer.send({ topic, value: Buffer.alloc(5_000) })).rejects.toMatchObject({
      code: "RECORD_TOO_LARGE",
    });
  });
});

test("lingering records leave with flush", async () => {
  await withProducer([], { lingerMs: 60_000 }, async (producer, broker) => {
    const sent = producer.send({ topic: broker.topic, value: "waiting" });
    await producer.flush();
    expect(broker.stored[0]).toEqual(["waiting"]);
    await sent;
  });
});

test("without acknowledgements nothing is awaited and no offset is known", async () => {
  await withProducer([], { acks: 0 }, async (producer, broker) => {
    const { offset } = await producer.send({ topic: broker.topic, value: "gone" });
    expect(offset).toBe(-1n);
    await expect.poll(() => broker.stored[0]).toEqual(["gone"]);
  });
});

test("an abort fails what is not acknowledged", async () => {
  const aborting = new AbortController();
  await withProducer(["silence"], { signal: aborting.signal }, async (producer, broker) => {
    const sent = producer.send({ topic: broker.topic, value: "never" });
    const outcome = expect(sent).rejects.toMatchObject({ code: "ABORTED" });
    await expect.poll(() => broker.produceCount).toBe(1);
    aborting.abort();
    await outcome;
    await expect(producer.send({ topic: broker.topic, value: "late" })).rejects.toMatchObject({
      code: "CLOSED",
    });
  });
});

test("a producer whose signal has fired already sends nothing", async () => {
  await withProducer([], { signal: AbortSignal.abort() }, async (producer, { topic }) => {
    await expect(producer.send({ topic, value: "late" })).rejects.toMatchObject({ code: "CLOSED" });
  });
});

test("options that contradict each other are refused", async () => {
  await using client = new Letterpress({ brokers: ["127.0.0.1:9"] });
  expect(() => client.producer({ idempotent: true, acks: 1 })).toThrow(LetterpressError);
  expect(() => client.producer({ inFlightRequestsMax: 6 })).toThrow(/at most 5/);
});

test("records that are refused before they are sent give their memory back", async () => {
  const bytes = Buffer.alloc(10_000);
  const failing = (): number => {
    throw new Error("no idea");
  };
  const options: ProducerOptions = { bufferMemoryBytes: 25_000, partitioner: failing };
  await withProducer([], options, async (producer, { topic }) => {
    for (let round = 0; round < 5; round++) {
      await expect(producer.send({ topic, partition: 99, value: bytes })).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
      });
      await expect(producer.send({ topic, value: bytes })).rejects.toThrow("no idea");
      const batch = [{ value: "stored", partition: 0 }, { value: bytes, partition: -1 }, { value: bytes }];
      await expect(producer.sendBatch(topic, batch)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    await producer.sendBatch(topic, [
      { value: bytes, partition: 0 },
      { value: bytes, partition: 0 },
    ]);
  });
});

test("what is no record is refused, and the records around it are stored", async () => {
  await withProducer([], {}, async (producer, broker) => {
    const { topic } = broker;
    const wrong = [
      { value: 5 },
      { value: undefined },
      { key: {}, value: "" },
      { value: "", timestampMs: Number.NaN },
      { value: "", timestampMs: -5 },
      { value: "", timestampMs: 1.5 },
      { value: "", headers: [{ key: null, value: "" }] },
      { value: "", headers: [{ key: "h", value: 1 }] },
    ] as unknown as ProducerRecord[];
    const first = producer.send({ topic, value: "first" });
    const refused = await Promise.allSettled(wrong.map((record) => producer.send({ ...record, topic })));
    await Promise.all([first, producer.send({ topic, value: "last" })]);
    expect(refused.map((result) => result.status === "rejected" && result.reason.code)).toEqual(
      wrong.map(() => "INVALID_ARGUMENT"),
    );
    expect(broker.stored[0]).toEqual(["first", "last"]);
  });
});
