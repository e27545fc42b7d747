import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { connectNats } from "./nats-link.ts";

const LARGE = 200_000;

/** As much of a NATS server as a client needs to connect and to subscribe. */
class ScriptedServer {
  readonly sockets: Socket[] = [];
  readonly #server: Server;
  readonly #info: object | undefined;
  #subscriptions = new Map<string, string>();
  #onSubscribed: () => void = () => {};

  private constructor(server: Server, info: object | undefined) {
    this.#server = server;
    this.#info = info;
    server.on("connection", (socket) => this.#serve(socket));
  }

  /** @param info what it says of itself, beside what is needed; undefined for a server that says nothing. */
  static async open(info: object | undefined): Promise<ScriptedServer> {
    const server = createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    return new ScriptedServer(server, info);
  }

  get address(): string {
    return `nats://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  /** Resolves when somebody has subscribed to the subject. */
  async subscribed(subject: string): Promise<string> {
    for (;;) {
      const sid = this.#subscriptions.get(subject);
      if (sid !== undefined) return sid;
      await new Promise<void>((resolve) => {
        this.#onSubscribed = resolve;
      });
    }
  }

  /** Sends bytes to whoever connected last. */
  send(bytes: string): void {
    this.sockets.at(-1)!.write(bytes);
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    this.sockets.push(socket);
    socket.on("error", () => {});
    if (this.#info === undefined) {
      socket.resume();
      return;
    }
    const info = { server_id: "S", version: "2.12.0", headers: true, max_payload: 1_048_576, proto: 1 };
    socket.write(`INFO ${JSON.stringify({ ...info, ...this.#info })}\r\n`);
    socket.on("data", (bytes) => {
      for (const line of bytes.toString("latin1").split("\r\n")) {
        if (line === "PING") socket.write("PONG\r\n");
        const [, subject, sid] = /^SUB (\S+) (\d+)$/.exec(line) ?? [];
        if (subject === undefined) continue;
        this.#subscriptions.set(subject, sid!);
        this.#onSubscribed();
      }
    });
  }
}

const servers: ScriptedServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function openServers(count: number): Promise<ScriptedServer[]> {
  servers.push(...(await Promise.all(Array.from({ length: count }, () => ScriptedServer.open({})))));
  return servers;
}

test("what a server has begun to say when it is left is not gone on with by the next one", async () => {
  const [a, b] = (await openServers(2)) as [ScriptedServer, ScriptedServer];
  const link = await connectNats({ servers: [a.address, b.address] });
  const heard: string[] = [];
  link.subscribe("news", ({ data }) => heard.push(data.toString()));
  const first = await Promise.race([a.subscribed("news").then(() => a), b.subscribed("news").then(() => b)]);
  const next = first === a ? b : a;
  const sid = await first.subscribed("news");
  // The second half never comes in time; what the next server sends would fit in its place.
  first.send(`MSG news ${sid} 3\r\none\r\nMSG news ${sid} ${LARGE}\r\n${"x".repeat(LARGE / 2)}`);
  while (heard.length === 0) await new Promise(setImmediate);
  link.changeServer();
  const nextSid = await next.subscribed("news");
  first.send(`${"x".repeat(LARGE / 2)}\r\nMSG news ${sid} 4\r\nlate\r\n`);
  for (let index = 0; index < 3; index++)
    next.send(`MSG news ${nextSid} ${LARGE}\r\n${"y".repeat(LARGE)}\r\n`);
  while (heard.length < 4) await new Promise(setImmediate);
  expect(heard[0]).toBe("one");
  expect(heard.slice(1).map((text) => /^y+$/.test(text) && text.length)).toEqual([LARGE, LARGE, LARGE]);
  await link.close();
});

test("a server that others tell of is tried, and passed by without leaving a connection when it says nothing", async () => {
  const silent = await ScriptedServer.open(undefined);
  const told = await ScriptedServer.open({ connect_urls: [new URL(silent.address).host] });
  servers.push(silent, told);
  const link = await connectNats({ servers: [told.address] });
  link.subscribe("news", () => {});
  await told.subscribed("news");
  told.sockets.at(-1)!.destroy();
  // The one that was left is asked last: for its greeting first, and then for a connection.
  while (told.sockets.length < 3) await new Promise(setImmediate);
  expect(silent.sockets.map(({ readableEnded, destroyed }) => readableEnded || destroyed)).toEqual([true]);
  await link.close();
});

test("a server that ends every connection is asked again, but not without a pause", async () => {
  const [a] = (await openServers(1)) as [ScriptedServer];
  const link = await connectNats({ servers: [a.address] });
  const startedMs = performance.now();
  for (let ended = 0; ended < 3; ended++) {
    const { length } = a.sockets;
    a.sockets.at(-1)!.destroy();
    // A greeting, and then the connection.
    while (a.sockets.length < length + 2) await new Promise(setImmediate);
    link.subscribe(`news${ended}`, () => {});
    await a.subscribed(`news${ended}`);
  }
  // A pause takes 100 ms at least; a connection by itself takes a few.
  expect(performance.now() - startedMs).toBeGreaterThan(300);
  await link.close();
});

test("a wrong address is refused at once, also behind one that is right", async () => {
  const [a] = (await openServers(1)) as [ScriptedServer];
  for (const wrong of ["nats://b:99999", "nats://b c:4222", "http://b:4222", "b"]) {
    await expect(connectNats({ servers: [a.address, wrong] })).rejects.toMatchObject({
      code: "INVALID_OPTIONS",
      message: expect.stringContaining(JSON.stringify(wrong)),
    });
  }
  expect(a.sockets).toEqual([]);
});

test("addresses that a server tells of and that lead nowhere are passed by", async () => {
  const told = await ScriptedServer.open({ connect_urls: ["[fe80::1%eth0]:4222", "b:99999"] });
  servers.push(told);
  const link = await connectNats({ servers: [told.address] });
  told.sockets.at(-1)!.destroy();
  while (told.sockets.length < 3) await new Promise(setImmediate);
  await link.close();
});

test("a link that is closed while it seeks a server ends", async () => {
  const [a] = (await openServers(1)) as [ScriptedServer];
  const link = await connectNats({ servers: [a.address] });
  a.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  link.publish("news", Buffer.from("dropped"));
  const unsubscribe = link.subscribe("news", () => {});
  unsubscribe();
  await link.close();
});
