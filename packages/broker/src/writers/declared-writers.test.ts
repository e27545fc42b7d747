import { expect, test } from "vitest";
import { ConnectionFault, IDLE } from "../connection-fault.ts";
import { DeclaredWriters, type WriterConnection } from "./declared-writers.ts";

const SCHEMAS = Buffer.from("schemas");
const ACTIVE = new Set([1n, 7n]);

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
  const [first] = declared.of("orders", ACTIVE);
  expect(first).toMatchObject({ clientId: "shop", producerId: 7n, leftAtMs: -1 });
  expect(first!.writerSchemas.toString()).toBe("first");
  declared.declare("orders", connection, 7n, SCHEMAS);
  expect(declared.of("orders", ACTIVE).map(({ writerSchemas }) => `${writerSchemas}`)).toEqual(["schemas"]);
  expect(declared.of("nothing", ACTIVE)).toEqual([]);
});

test("a client that hangs up has left, until it is back", () => {
  const declared = writers();
  const [first, second] = [new FakeConnection(), new FakeConnection()];
  declared.declare("orders", first, 7n, SCHEMAS);
  first.end();
  const [left] = declared.of("orders", ACTIVE);
  expect(left!.leftAtMs).toBeGreaterThan(left!.declaredAtMs);
  // Nobody asks for it where no log knows it.
  expect(declared.of("orders", new Set([8n]))).toEqual([]);
  declared.declare("orders", second, 7n, SCHEMAS);
  expect(declared.of("orders", ACTIVE)).toMatchObject([{ producerId: 7n, leftAtMs: -1 }]);
  // The old connection of a client that is back may end late.
  const third = new FakeConnection();
  declared.declare("orders", third, 7n, SCHEMAS);
  second.end();
  expect(declared.of("orders", ACTIVE)).toMatchObject([{ leftAtMs: -1 }]);
});

test("a client that was closed for being idle has not left", () => {
  const declared = writers();
  const connection = new FakeConnection();
  declared.declare("orders", connection, 7n, SCHEMAS);
  connection.end(new ConnectionFault(IDLE, "the connection was idle for too long"));
  expect(declared.of("orders", ACTIVE)).toMatchObject([{ producerId: 7n, leftAtMs: -1 }]);
  expect(declared.of("orders", new Set())).toEqual([]);
});

test("nothing is remembered of clients whose connection broke, nor of those without a producer id", () => {
  const declared = writers();
  const [broken, plain] = [new FakeConnection(), new FakeConnection()];
  declared.declare("orders", broken, 7n, SCHEMAS);
  declared.declare("orders", plain, -1n, SCHEMAS);
  expect(declared.of("orders", ACTIVE)).toHaveLength(2);
  broken.end(new ConnectionFault("malformed-request", "bytes that are no request"));
  plain.end();
  expect(declared.of("orders", ACTIVE)).toEqual([]);
  declared.declare("orders", broken, 7n, SCHEMAS);
  expect(declared.of("orders", ACTIVE)).toEqual([]);
});

test("what is kept is bounded, in size and in number", () => {
  const declared = writers();
  const connection = new FakeConnection();
  declared.declare("large", connection, 1n, Buffer.alloc(5_000));
  expect(declared.of("large", ACTIVE)).toEqual([]);
  for (let index = 0; index < 5_000; index++) declared.declare(`topic-${index}`, connection, 1n, SCHEMAS);
  expect(declared.of("topic-4095", ACTIVE)).toHaveLength(1);
  expect(declared.of("topic-4096", ACTIVE)).toEqual([]);
  connection.end();
  expect(declared.of("topic-0", ACTIVE)).toEqual([]);
  expect(declared.of("topic-4095", ACTIVE)).toMatchObject([{ producerId: 1n }]);
  declared.declare("topic-4096", new FakeConnection(), 1n, SCHEMAS);
  expect(declared.of("topic-4096", ACTIVE)).toHaveLength(1);
});
