import { expect, test } from "vitest";
import type { NatsMessage } from "../nats/nats-message.ts";
import { fromConsumer, fromDirectGet } from "./stored-message.ts";

const HEADER = "term term=1 epoch=1 base=5 last=4 start=0";

function message(headers: Readonly<Record<string, string>>, reply = ""): NatsMessage {
  return {
    subject: "_INBOX.1",
    reply,
    data: Buffer.alloc(3),
    header: (name) => headers[name],
    status: 0,
    description: "",
  };
}

test("a consumer's message has its place in its reply subject, in the old form and in the new one", () => {
  const headers = { Letterpress: HEADER, "Nats-Msg-Size": "70" };
  for (const before of ["$JS.ACK.K.C", "$JS.ACK.domain.account.K.C"]) {
    const read = fromConsumer(message(headers, `${before}.1.42.7.1700000000.0`));
    expect(read).toMatchObject({ sequence: 42, sizeBytes: 70, header: { kind: "term", baseOffset: 5 } });
  }
});

test("a message that was stored elsewhere than right behind what it expected is no message of the log", () => {
  const stored = (expected: string) =>
    message({ Letterpress: HEADER, "Nats-Sequence": "42", "Nats-Expected-Last-Sequence": expected });
  expect(fromDirectGet(stored("41"))).toMatchObject({ sequence: 42, header: { kind: "term" } });
  expect(fromDirectGet(stored("17"))).toMatchObject({ sequence: 42, header: undefined });
});
