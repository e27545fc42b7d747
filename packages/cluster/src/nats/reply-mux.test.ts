import { afterEach, expect, test, vi } from "vitest";
import type { NatsLink } from "./nats-link.ts";
import type { NatsMessage } from "./nats-message.ts";
import { ReplyMux } from "./reply-mux.ts";

/** A server that answers reads, and stores what it is given only while it has others to store it with. */
class LinkDouble {
  hasQuorum = true;
  changes = 0;
  #onMessage: (message: NatsMessage) => void = () => {};

  readonly link = {
    newInbox: () => "inbox",
    subscribe: (_: string, onMessage: (message: NatsMessage) => void) => {
      this.#onMessage = onMessage;
      return () => {};
    },
    publish: (subject: string, _: Uint8Array, { reply = "" } = {}) => {
      const answer = (data: string): void =>
        this.#onMessage({ subject: reply, status: 0, data: Buffer.from(data) } as NatsMessage);
      if (subject === "unfit") answer('{"error":{"code":400,"err_code":10071}}');
      else if (subject === "read" || this.hasQuorum) answer('{"stream":"s","seq":1}');
    },
    changeServer: () => {
      this.changes++;
      this.hasQuorum = true;
    },
  } as unknown as NatsLink;
}

afterEach(() => vi.useRealTimers());

test("a server that stores nothing any more is left, though it goes on answering reads", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  const double = new LinkDouble();
  const mux = new ReplyMux(double.link);
  const store = (): Promise<unknown> => mux.request("store", Buffer.alloc(0), 1_000, [["Expected", "1"]]);
  const read = (): Promise<unknown> => mux.request("read", Buffer.alloc(0), 1_000);
  expect(await store()).toBeDefined();
  double.hasQuorum = false;
  for (let attempt = 0; attempt < 5; attempt++) {
    expect(double.changes).toBe(0);
    const stored = store();
    expect(await read()).toBeDefined();
    vi.advanceTimersByTime(1_100);
    expect(await stored).toBeUndefined();
  }
  expect(double.changes).toBe(1);
  expect(await store()).toBeDefined();
  mux.close();
});

test("that a server refuses something does not prove that it stores anything", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  const double = new LinkDouble();
  const mux = new ReplyMux(double.link);
  double.hasQuorum = false;
  const send = (subject: string) => mux.request(subject, Buffer.alloc(0), 1_000, [["Expected", "1"]]);
  for (let attempt = 0; attempt < 5; attempt++) {
    expect(double.changes).toBe(0);
    const stored = send("store");
    expect(await send("unfit")).toBeDefined();
    vi.advanceTimersByTime(1_100);
    expect(await stored).toBeUndefined();
  }
  expect(double.changes).toBe(1);
  mux.close();
});

test("a server that does not even say where a stream ends is left, too", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  const double = new LinkDouble();
  const mux = new ReplyMux(double.link);
  double.hasQuorum = false;
  for (let attempt = 0; attempt < 5; attempt++) {
    expect(double.changes).toBe(0);
    const info = mux.request("info", Buffer.alloc(0), 1_000);
    vi.advanceTimersByTime(1_100);
    expect(await info).toBeUndefined();
  }
  expect(double.changes).toBe(1);
  mux.close();
});
