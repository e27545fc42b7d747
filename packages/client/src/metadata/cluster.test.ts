import net from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { TestBroker } from "../../test/broker.ts";
import { ScriptedBroker } from "../../test/scripted-broker.ts";
import { Letterpress } from "../client.ts";
import { type BrokerAddress, resolveClientOptions } from "../client-options.ts";
import { Cluster } from "./cluster.ts";

afterEach(() => vi.useRealTimers());

/** Takes connections and never answers, as a broker does that is stopped. */
async function silentBroker(): Promise<{ readonly address: string; asked: number } & Disposable> {
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket);
    silent.asked++;
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const silent = {
    address: `127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    asked: 0,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return silent;
}

test("a broker that says nothing is left for the next, and is not asked again", async () => {
  using silent = await silentBroker();
  await using broker = await TestBroker.start();
  await broker.createTopic("t", 1);
  const brokers = [silent.address, broker.address];
  await using client = new Letterpress({ brokers, connectTimeoutMs: 200 });
  for (const value of ["one", "two", "three"]) await client.producer().send({ topic: "t", value });
  await client.admin().topics.list();
  expect(silent.asked).toBeLessThanOrEqual(1);
});

test("while every broker is slow, the one that was slow last is asked last", async () => {
  using silent = await silentBroker();
  await using broker = await TestBroker.start();
  const options = resolveClientOptions({
    brokers: [silent.address, broker.address],
    connectTimeoutMs: 5_000,
  });
  const [silentPort, port] = options.brokers.map((each) => each.port);
  const cluster = new Cluster(options);
  cluster.metadata.setBroker({ nodeId: 7, host: "127.0.0.1", port: silentPort!, rack: null });
  cluster.metadata.setBroker({ nodeId: 8, host: "127.0.0.1", port: port!, rack: null });
  cluster.suspect(8);
  cluster.suspect(7);
  for (let count = 0; count < 10; count++) expect((await cluster.any()).address.port).toBe(port);
  expect(silent.asked).toBe(0);
  cluster.close();
});

test("a broker that refused a connection while it started is asked before one that stays slow", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  await using slow = await ScriptedBroker.start();
  const started = await ScriptedBroker.start();
  const cluster = new Cluster(resolveClientOptions({ brokers: [slow.address, started.address] }));
  const [{ port: slowPort }, { port }] = cluster.options.brokers as [BrokerAddress, BrokerAddress];
  cluster.metadata.setBroker({ nodeId: 7, host: "127.0.0.1", port: slowPort, rack: null });
  await started[Symbol.asyncDispose]();
  cluster.suspect(7);
  expect((await cluster.any()).address.port).toBe(slowPort);
  await using again = await TestBroker.start({ broker: { port } });
  for (let count = 0; count < 10; count++) {
    vi.advanceTimersByTime(1_000);
    cluster.suspect(7);
  }
  const { address } = await cluster.any();
  expect(`${address.host}:${address.port}`).toBe(again.address);
  cluster.close();
});

test("a broker that names no leader and nobody but itself is not asked again before the others", async () => {
  await using dark = await ScriptedBroker.start();
  await using well = await ScriptedBroker.start();
  dark.isCutOff = true;
  const cluster = new Cluster(resolveClientOptions({ brokers: [dark.address, well.address] }));
  const [darkPort, wellPort] = cluster.options.brokers.map(({ port }) => port);
  cluster.metadata.setBroker({ nodeId: 9, host: "127.0.0.1", port: wellPort!, rack: null });
  cluster.suspect(9);
  expect((await cluster.topic(dark.topic)).partitions).toMatchObject([{ leaderId: -1 }]);
  expect(cluster.metadata.brokers).toMatchObject([{ port: darkPort }]);
  await cluster.refresh();
  expect(cluster.metadata.partition(dark.topic, 0)).toMatchObject({ leaderId: 1 });
  cluster.close();
});
