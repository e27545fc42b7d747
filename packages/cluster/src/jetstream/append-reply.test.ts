import { expect, test } from "vitest";
import type { NatsMessage } from "../nats/nats-message.ts";
import { readAppendReply } from "./append-reply.ts";

const reply = (data: string, status = 0): NatsMessage => ({
  subject: "",
  reply: "",
  data: Buffer.from(data),
  header: () => undefined,
  status,
  description: "",
});

const refusal = (err_code: number, description: string) =>
  reply(JSON.stringify({ error: { code: 400, err_code, description } }));

test("an acknowledgement tells the sequence", () => {
  expect(readAppendReply(reply('{"stream":"K_x_0","seq":42}'))).toEqual({ kind: "stored", sequence: 42 });
});

test("another last sequence is told apart, with and without its number", () => {
  const wrong = { kind: "wrong-sequence", lastSequence: 17 };
  expect(readAppendReply(refusal(10071, "wrong last sequence: 17"))).toEqual(wrong);
  const unknown = { kind: "wrong-sequence", lastSequence: undefined };
  expect(readAppendReply(refusal(10164, "wrong last sequence"))).toEqual(unknown);
});

test("what is no answer leaves the append's fate open, what is refused does not count", () => {
  expect(readAppendReply(undefined).kind).toBe("timed-out");
  expect(readAppendReply(reply("no json")).kind).toBe("timed-out");
  expect(readAppendReply(reply("", 503)).kind).toBe("unavailable");
  expect(readAppendReply(refusal(10047, "insufficient storage resources available"))).toEqual({
    kind: "full",
    reason: "insufficient storage resources available",
  });
  expect(readAppendReply(refusal(10008, "jetstream is off"))).toEqual({
    kind: "unavailable",
    reason: "jetstream is off",
  });
  expect(readAppendReply(reply("{}")).kind).toBe("unavailable");
});
