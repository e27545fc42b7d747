import net from "node:net";
import { expect, test } from "vitest";
import { TestBroker } from "../../test/broker.ts";
import { Letterpress } from "../client.ts";

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

test("a broker that says nothing is left for the next, and asked last from then on", async () => {
  using silent = await silentBroker();
  await using broker = await TestBroker.start();
  await broker.createTopic("t", 1);
  const brokers = [silent.address, broker.address];
  await using client = new Letterpress({ brokers, connectTimeoutMs: 200 });
  await client.producer().send({ topic: "t", value: "one" });
  expect(silent.asked).toBe(1);
  await Promise.all([client.admin().topics.list(), client.admin().configs.describeCluster()]);
  await client.producer().send({ topic: "t", value: "two" });
  expect(silent.asked).toBe(1);
});
