import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningBroker, startBroker } from "@letterpress/broker";
import { nodeDisk, openFileEngine } from "@letterpress/log";
import { batchOf, withSync } from "@letterpress/log/testing";
import { RegistryState } from "@letterpress/registry";
import { expect, test } from "vitest";
import { createMetrics } from "../metrics.ts";
import { createHttpApp } from "./http-app.ts";
import { findUnready } from "./unready.ts";

/** A write to each log of the server's own state. */
const WRITES = {
  __cluster_metadata: (broker: RunningBroker) => broker.createTopic({ name: "t", partitions: 1 }),
  __consumer_offsets: (broker: RunningBroker) =>
    broker.partition("__consumer_offsets", 0)!.log.append(batchOf(["x"])),
  _schemas: (broker: RunningBroker) => broker.partition("_schemas", 0)!.log.append(batchOf(["x"])),
} as const;

test.each(Object.keys(WRITES) as (keyof typeof WRITES)[])(
  "a server whose %s cannot be written any more is not ready, and says why",
  async (failing) => {
    const folder = await mkdtemp(join(tmpdir(), "letterpress-unready-"));
    let isBroken = false;
    const disk = withSync(nodeDisk, async (file, path) => {
      if (isBroken && path.includes(failing))
        throw Object.assign(new Error("EIO: fdatasync"), { code: "EIO" });
      await file.datasync();
    });
    try {
      await using broker = await startBroker({ engine: await openFileEngine(folder, { disk }) });
      await broker.openStateLog("_schemas", new RegistryState());
      let isServing = true;
      const app = createHttpApp({
        registry: { fetch: () => new Response() },
        metrics: createMetrics(),
        unready: () => findUnready(broker, isServing),
      });
      expect((await app.request("/health/ready")).status).toBe(200);
      isBroken = true;
      await expect(WRITES[failing](broker)).rejects.toThrow();
      const answer = await app.request("/health/ready");
      expect(answer.status).toBe(503);
      expect(await answer.json()).toEqual({
        status: "failed",
        reason: expect.stringMatching(new RegExp(`${failing}.*EIO`)),
      });
      expect((await app.request("/health/live")).status).toBe(200);
      isServing = false;
      expect(await (await app.request("/health/ready")).json()).toEqual({ status: "starting or stopping" });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
