import { startTestServer } from "@letterpress/testing";
import { expect, test } from "vitest";
import { runConfluentSerialisers, whyNoConfluentPython } from "./confluent-python.ts";

const reason = whyNoConfluentPython();
if (reason !== undefined) console.log(`Confluent's Python serialisers are not tried: ${reason}`);

test.skipIf(reason !== undefined)(
  "Confluent's Python client writes and reads both formats in every strategy, by prefix and by header",
  { timeout: 180_000 },
  async () => {
    await using server = await startTestServer({ broker: {} });
    const found = await runConfluentSerialisers(server.kafka, server.registry);
    const cases = ["avro", "protobuf"].flatMap((format) =>
      ["TopicName", "RecordName", "TopicRecordName"].flatMap((strategy) =>
        ["prefix", "header"].map((place) => `${format}-${strategy}-${place}`),
      ),
    );
    expect(found.slice(0, -1)).toEqual(
      cases.map((name) => ({ case: name, accepted: null, refused: "INVALID_RECORD", same: true })),
    );
    // What a message imports is registered by the name it is imported by.
    expect(found.at(-1)).toEqual({
      subjects: expect.arrayContaining(["oracle/money.proto", "oracle.Payment"]),
    });
  },
);
