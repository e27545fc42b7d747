import { expect, test } from "vitest";
import { TestBroker } from "../../test/broker.ts";
import { resolveClientOptions } from "../client-options.ts";
import { BrokerPool } from "../connection/broker-pool.ts";
import { LetterpressError } from "../letterpress-error.ts";
import { Cluster } from "../metadata/cluster.ts";
import { CommittedOffsets } from "./committed-offsets.ts";
import { Coordinator } from "./coordinator.ts";
import { NO_MEMBERSHIP } from "./membership.ts";

/** A coordinator that moves for a while before it is found. */
async function moving(address: string, forMs: number) {
  const options = resolveClientOptions({ brokers: [address] });
  const [cluster, pool] = [new Cluster(options), new BrokerPool(options)];
  const endMs = performance.now() + forMs;
  class Moving extends Coordinator {
    override connection(lane?: string) {
      if (performance.now() > endMs) return super.connection(lane);
      const error = new LetterpressError("CONNECTION_FAILED", "nobody coordinates the group", {
        retriable: true,
      });
      return Promise.reject(error);
    }
  }
  const close = (): void => {
    cluster.close();
    pool.close();
  };
  return { coordinator: new Moving(cluster, pool, "g"), [Symbol.dispose]: close };
}

const offsets = [{ topic: "t", partition: 0, offset: 7n }];

test("a commit waits for a coordinator for as long as it has patience", async () => {
  await using broker = await TestBroker.start();
  await broker.createTopic("t", 1);
  using soon = await moving(broker.address, 1_000);
  const committed = new CommittedOffsets(soon.coordinator, "g", undefined, 20_000);
  await committed.commit(offsets, () => NO_MEMBERSHIP);
  expect([...(await committed.fetch(offsets)).values()]).toEqual([7n]);
  using never = await moving(broker.address, 60_000);
  const hurried = new CommittedOffsets(never.coordinator, "g", undefined, 60_000);
  const commit = hurried.commit(offsets, () => NO_MEMBERSHIP, 300);
  await expect(commit).rejects.toMatchObject({ code: "CONNECTION_FAILED", retriable: true });
});
