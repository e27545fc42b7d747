import { expect, test } from "vitest";
import type { CleanedStreams } from "../jetstream/cleaned-streams.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { StoredMessage } from "../jetstream/stored-message.ts";
import { emptyHeader } from "../log/message-header.ts";
import { LogFollower } from "./log-follower.ts";

const MESSAGES = 300;

const message = (baseOffset: number): StoredMessage => ({
  sequence: baseOffset + 1,
  header: {
    ...emptyHeader("logstart", { term: 0, leaderEpoch: 0, startOffset: 0, endOffset: baseOffset }),
    kind: "data",
    lastOffset: baseOffset,
  },
  data: Buffer.alloc(0),
  sizeBytes: 0,
});

/** A stream that grows to `length`, whose server may show one message without its header. */
function growingStream() {
  const server = { length: 5, broken: undefined as number | undefined, isSlow: false };
  const show = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => {
      const shown = message(from - 1 + index);
      return shown.sequence === server.broken ? { ...shown, header: undefined } : shown;
    });
  const stream = {
    name: "K",
    subject: "k",
    api: { streamInfo: async () => ({ state: { first_seq: 1, last_seq: server.length } }) },
    reader: {
      async *scan(from: number, to: number) {
        if (from <= to) yield show(from, to);
      },
      async read(sequence: number, count: number) {
        if (server.isSlow) throw new JetStreamError("TIMED_OUT", "not now");
        return show(sequence, Math.min(server.length, sequence + count - 1));
      },
    },
  };
  // The class has private fields; followers use what is above only.
  return { server, stream: stream as unknown as PartitionStream };
}

const link = { subscribe: () => () => {} };
const clock = { now: () => 0, after: () => () => {} };
// Only logs that were compacted have any.
const cleaned = {} as CleanedStreams;

test("a follower passes nothing over that it could not read a second time", async () => {
  const { server, stream } = growingStream();
  const follower = await LogFollower.open(stream, cleaned, link, clock);
  Object.assign(server, { length: 20, broken: 11, isSlow: true });
  await expect(follower.catchUp()).rejects.toThrow("not now");
  expect(follower.highWatermark).toBe(10n);
  Object.assign(server, { broken: undefined, isSlow: false });
  await follower.catchUp();
  expect(follower.highWatermark).toBe(20n);
  follower.close();
});

test("a follower whose server shows something else than the log reads it anew, and shows nothing less meanwhile", async () => {
  const { server, stream } = growingStream();
  const follower = await LogFollower.open(stream, cleaned, link, clock);
  expect(follower.highWatermark).toBe(5n);
  Object.assign(server, { length: MESSAGES, broken: 11 });
  await expect(follower.catchUp()).rejects.toMatchObject({ code: "NOT_ENOUGH_REPLICAS" });
  expect(follower.highWatermark).toBe(10n);
  await expect(follower.catchUp()).rejects.toMatchObject({ code: "NOT_ENOUGH_REPLICAS" });
  expect(follower.highWatermark).toBe(10n);
  server.broken = undefined;
  await follower.catchUp();
  expect(follower.highWatermark).toBe(BigInt(MESSAGES));
  follower.close();
});
