import { Reader, Writer } from "@letterpress/wire";
import { expect, test } from "vitest";
import { APIS } from "./apis.ts";
import { LETTERPRESS_TAG_MIN, WRITER_SCHEMAS_TAG, WRITERS_TAG } from "./letterpress-tags.ts";
import { DescribeProducers } from "./messages/61-describe-producers.ts";
import { Produce } from "./messages/index.ts";
import type { Field } from "./schema/field.ts";
import { array, bytes, int16, int32, records, string, struct } from "./schema/index.ts";

const DECLARED = Buffer.from("LPWS, and whatever follows");
const TOPIC = { name: "orders", partitionData: [{ index: 0, records: Buffer.from("batch") }] };

function write<In>(writeBody: (writer: Writer, value: In) => void, value: In): Buffer {
  const writer = new Writer();
  writeBody(writer, value);
  return writer.toBuffer();
}

const produce = (version: number, writerSchemas?: Buffer): Buffer =>
  write((writer, value) => Produce.writeRequest(version, writer, value), {
    acks: -1,
    timeoutMs: 1_000,
    topicData: [{ ...TOPIC, writerSchemas }],
  });

test("a request that declares nothing has the bytes it always had", () => {
  expect(produce(11, Buffer.alloc(0))).toEqual(produce(11));
  expect(produce(11).length).toBeLessThan(produce(11, DECLARED).length);
});

test("versions without tagged fields leave the declaration out", () => {
  expect(produce(8, DECLARED)).toEqual(produce(8));
  expect(produce(9, DECLARED).includes(DECLARED)).toBe(true);
});

test("a broker that does not know the declaration skips it", () => {
  const KafkasOwn = struct({
    transactionalId: string().nullable(),
    acks: int16(),
    timeoutMs: int32(),
    topicData: array(
      struct({ name: string(), partitionData: array(struct({ index: int32(), records: records() })) }),
    ),
  }).compile(11, true);
  const reader = new Reader(produce(11, DECLARED));
  expect(KafkasOwn.read(reader)).toEqual({
    transactionalId: null,
    acks: -1,
    timeoutMs: 1_000,
    topicData: [TOPIC],
  });
  expect(reader.remaining).toBe(0);
});

test("a client that does not know of writers skips them", () => {
  const response = {
    topics: [
      {
        name: "orders",
        partitions: [],
        writers: [{ clientId: "shop", clientHost: "/h", declaredAtMs: 1n, writerSchemas: DECLARED }],
      },
    ],
  };
  const written = write((writer, value) => DescribeProducers.writeResponse(0, writer, value), response);
  const KafkasOwn = struct({
    throttleTimeMs: int32(),
    topics: array(struct({ name: string(), partitions: array(bytes()) })),
  }).compile(0, true);
  const reader = new Reader(written);
  expect(KafkasOwn.read(reader)).toEqual({ throttleTimeMs: 0, topics: [{ name: "orders", partitions: [] }] });
  expect(reader.remaining).toBe(0);
});

test("the tags stay what they are: brokers and clients of other versions go by them", () => {
  expect({ WRITER_SCHEMAS_TAG, WRITERS_TAG }).toEqual({ WRITER_SCHEMAS_TAG: 19_536, WRITERS_TAG: 19_537 });
});

test("Kafka's own tags are far below ours", () => {
  const tagsOf = ({ type, options }: Field): number[] => [
    ...(options.tag === undefined ? [] : [options.tag]),
    ...(type.element === undefined ? [] : tagsOf(type.element)),
    ...Object.values(type.fields ?? {}).flatMap(tagsOf),
  ];
  const tags = APIS.flatMap(({ request, response }) => [...tagsOf(request), ...tagsOf(response)]);
  const [ours, theirs] = [true, false].map((isOurs) =>
    tags.filter((tag) => tag >= LETTERPRESS_TAG_MIN === isOurs),
  );
  expect(ours).toHaveLength(2);
  expect(Math.max(...theirs!)).toBeLessThan(100);
});
