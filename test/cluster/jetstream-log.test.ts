import { openJetStreamEngine, type Replicas } from "@letterpress/cluster";
import { compactionSuite, type EngineUnderTest, partitionLogSuite } from "@letterpress/log/testing";
import { afterAll, beforeAll, describe } from "vitest";
import { findNatsServer } from "./find-nats-server.ts";
import { NatsCluster } from "./nats-cluster.ts";

const found = findNatsServer();
if (found.missing !== undefined) console.log(`JetStream logs are not tested: ${found.missing}`);

describe.skipIf(found.path === undefined).each([1, 3] as const)("%i nats-server(s)", (count) => {
  let cluster: NatsCluster;
  beforeAll(async () => {
    cluster = await NatsCluster.start(found.path!, count);
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  const replicas: Replicas = count;
  const makeEngine = async (): Promise<EngineUnderTest> => {
    let engine = await openJetStreamEngine({ servers: cluster.urls, replicas });
    return {
      engine,
      reopen: async () => {
        await engine.close();
        engine = await openJetStreamEngine({ servers: cluster.urls, replicas });
        return engine;
      },
      dispose: async () => {
        await engine.close();
        const cleaner = await openJetStreamEngine({ servers: cluster.urls, replicas });
        for (const id of await cleaner.list()) await cleaner.delete(id);
        await cleaner.close();
      },
    };
  };
  partitionLogSuite(`JetStream R${replicas}`, makeEngine);
  compactionSuite(`JetStream R${replicas}`, makeEngine);
});
