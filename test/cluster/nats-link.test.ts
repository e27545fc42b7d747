import { expect, test } from "vitest";
import { connectNats } from "../../packages/cluster/src/nats/nats-link.ts";
import { waitFor } from "../support/wait-for.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { NatsCluster } from "./nats-cluster.ts";

const found = findNatsServer();
/** Long enough for several attempts to connect again. */
const OUTAGE_MS = 1_000;

test.skipIf(found.path === undefined)(
  "a connection that is lost still knows what its server takes",
  async () => {
    await using nats = await NatsCluster.start(found.path!, 1);
    const link = await connectNats({ servers: nats.urls });
    try {
      const { maxPayloadBytes } = link.server;
      expect(maxPayloadBytes).toBeGreaterThan(0);
      await nats.servers[0]!.kill();
      const told = new Set<number>();
      const startedMs = performance.now();
      await waitFor("the outage to last", () => {
        told.add(link.server.maxPayloadBytes);
        return performance.now() - startedMs > OUTAGE_MS;
      });
      expect([...told]).toEqual([maxPayloadBytes]);
    } finally {
      await link.close();
    }
  },
);
