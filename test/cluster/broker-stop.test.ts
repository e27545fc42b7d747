import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { Letterpress } from "@letterpress/client";
import { expect, test } from "vitest";
import { FaultyProxy } from "../reliability/faulty-proxy.ts";
import { waitFor } from "../support/wait-for.ts";
import { BrokerProcess } from "./broker-process.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { NatsCluster } from "./nats-cluster.ts";

const found = findNatsServer();
const STOP_MS_MAX = 8_000;

test.skipIf(found.path === undefined)(
  "a broker that met a silent NATS server ends when it is told to",
  async () => {
    await using nats = await NatsCluster.start(found.path!, 1);
    const [server] = nats.servers;
    await using proxy = await FaultyProxy.start(() => `127.0.0.1:${server!.ports.client}`);
    // Takes connections and says nothing, as a server does that is paused.
    const held: Socket[] = [];
    const silent = createServer((socket) => held.push(socket.on("error", () => {})));
    await once(silent.listen(0, "127.0.0.1"), "listening");
    const { port } = silent.address() as { port: number };
    const broker = await BrokerProcess.start({
      nodeId: 1,
      servers: [`nats://${proxy.address}`, `nats://127.0.0.1:${port}`],
      ignoreAdvertised: true,
      replicas: 1,
    });
    try {
      await waitFor("both of its connections to try the silent server", () => {
        if (held.length < 2) proxy.cut();
        return held.length >= 2;
      });
      await using client = new Letterpress({ brokers: [broker.kafka] });
      await client.admin().topics.create([{ name: "t", partitions: 1 }]);
      const startedMs = performance.now();
      await broker.stop();
      expect(performance.now() - startedMs).toBeLessThan(STOP_MS_MAX);
    } finally {
      await broker.kill();
      for (const socket of held) socket.destroy();
      silent.close();
    }
  },
  60_000,
);
