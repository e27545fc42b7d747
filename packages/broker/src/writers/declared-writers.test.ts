import { expect, test } from "vitest";
import { ConnectionFault } from "../connection-fault.ts";
import { DeclaredWriters, type WriterConnection } from "./declared-writers.ts";

const SCHEMAS = Buffer.from("schemas");

class FakeConnection implements WriterConnection {
  static #count = 0;
  readonly connectionId = ++FakeConnection.#count;
  readonly clientHost = "/127.0.0.1";
  readonly clientId: string;
  readonly #abort = new AbortController();
  readonly signal = this.#abort.signal;

  constructor(clientId = "shop") {
    this.clientId = clientId;
  }

  end(reason?: Error): void {
    this.#abort.abort(reason);
  }
}

let nowMs = 0;
const writers = () => new DeclaredWriters(() => ++nowMs);

test("a declaration holds for its topic, and gives way to the next one of its connection", () => {
  const declared = writers();
  const connection = new FakeConnection();
  const bytes = Buffer.from("first");
  declared.declare("orders", connection, 7n, bytes);
  bytes.fill(0);
  declared.declare("payments", connection, 7n, SCHEMAS);
  const [first] = declared.of("orders");
  expect(first).toMatchObject({ clientId: "shop", producerId: 7n, leftAtMs: -1 });
  expect(first!.writerSchemas.toString()).toBe("first");
  declared.declare("orders", connection, 7n, SCHEMAS);
  expect(declared.of("orders").map(({ writerSchemas }) => `${writerSchemas}`)).toEqual(["schemas"]);
  expect(declared.of("nothing")).toEqual([]);
});

test("a client that hangs up has left, until it is back", () => {
  const declared = writers();
  const [first, second] = [new FakeConnection(), new FakeConnection()];
  declared.declare("orders", first, 7n, SCHEMAS);
  first.end();
  const [left] = declared.of("orders");
  expect(left!.leftAtMs).toBeGreaterThan(left!.declaredAtMs);
  declared.declare("orders", second, 7n, SCHEMAS);
  expect(declared.of("orders")).toMatchObject([{ producerId: 7n, leftAtMs: -1 }]);
  // The old connection of a client that is back may end late.
  const third = new FakeConnection();
  declared.declare("orders", third, 7n, SCHEMAS);
  second.end();
  expect(declared.of("orders")).toMatchObject([{ leftAtMs: -1 }]);
});

test("nothing is remembered of clients that the broker has dropped, nor of those without a producer id", () => {
  const declared = writers();
  const [idle, plain] = [new FakeConnection(), new FakeConnection()];
  declared.declare("orders", idle, 7n, SCHEMAS);
  declared.declare("orders", plain, -1n, SCHEMAS);
  expect(declared.of("orders")).toHaveLength(2);
  idle.end(new ConnectionFault("idle", "the connection was idle for too long"));
  plain.end();
  expect(declared.of("orders")).toEqual([]);
  declared.declare("orders", idle, 7n, SCHEMAS);
  expect(declared.of("orders")).toEqual([]);
});

test("what is kept is bounded, in size and in number", () => {
  const declared = writers();
  const connection = new FakeConnection();
  declared.declare("large", connection, 1n, Buffer.alloc(5_000));
  expect(declared.of("large")).toEqual([]);
  for (let index = 0; index < 5_000; index++) declared.declare(`topic-${index}`, connection, 1n, SCHEMAS);
  expect(declared.of("topic-4095")).toHaveLength(1);
  expect(declared.of("topic-4096")).toEqual([]);
  connection.end();
  expect(declared.of("topic-0")).toEqual([]);
  expect(declared.of("topic-4095")).toMatchObject([{ producerId: 1n }]);
  declared.declare("topic-4096", new FakeConnection(), 1n, SCHEMAS);
  expect(declared.of("topic-4096")).toHaveLength(1);
});
