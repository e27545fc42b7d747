import type { RecordGuard } from "@letterpress/broker";
import { openRecords, readBatchHeader } from "@letterpress/wire";
import { expect, test } from "vitest";
import { TestBroker } from "../test/broker.ts";

/** Refuses every record whose value begins with "bad". */
const guard: RecordGuard = {
  guards: (topic) => topic === "guarded",
  check({ bytes }) {
    const faults = [];
    const cursor = openRecords(bytes, readBatchHeader(bytes));
    for (let index = 0; cursor.next(); index++) {
      const value = `${cursor.value()}`;
      if (value.startsWith("bad")) {
        faults.push({ index, part: "value" as const, reason: "bad", message: `${value} is not allowed` });
      }
    }
    return faults;
  },
};

test.each(["none", "zstd"] as const)(
  "a broker's refusal reaches the very records, and no others (compression %s)",
  async (compression) => {
    await using broker = await TestBroker.start({ broker: { guard } });
    await broker.createTopic("guarded", 1);
    const producer = broker.client.producer({ compression });
    const values = Array.from({ length: 40 }, (_, index) =>
      index % 7 === 3 ? `bad ${index}` : `good ${index}`,
    );
    const results = await Promise.allSettled(
      values.map((value) => producer.send({ topic: "guarded", value })),
    );
    for (const [index, result] of results.entries()) {
      const value = values[index]!;
      if (value.startsWith("good")) expect(result.status).toBe("fulfilled");
      else {
        const records = [{ index: 0, message: expect.stringContaining(`${value} is not allowed`) }];
        expect(result).toMatchObject({ reason: { code: "RECORD_REJECTED", topic: "guarded", records } });
      }
    }
    const good = values.filter((value) => value.startsWith("good"));
    const offsets = results.flatMap((result) => (result.status === "fulfilled" ? [result.value.offset] : []));
    expect(offsets.map(Number)).toEqual(good.map((_, index) => index));
    await producer.send({ topic: "guarded", value: "good at last" });
  },
);
