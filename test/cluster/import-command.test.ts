import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batchOf } from "@letterpress/log/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../packages/cli/src/program.ts";
import { memoryIo } from "../../packages/cli/src/testing/memory-io.ts";
import { logOf, startAlone } from "./data-folder.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { NatsCluster } from "./nats-cluster.ts";

const found = findNatsServer();

describe.skipIf(found.path === undefined)("letterpress cluster import", () => {
  let folder: string;
  let nats: NatsCluster;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "letterpress-import-"));
    nats = await NatsCluster.start(found.path!, 1);
    const server = await startAlone(join(folder, "data"));
    await server.broker.createTopic({ name: "orders", partitions: 2 });
    for (let count = 0; count < 30; count++) {
      await logOf(server, "orders", count % 2).append(batchOf(["v".repeat(100_000)], Date.now()));
    }
    await server.close();
  });
  afterAll(async () => {
    await nats?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs the command as on a terminal; asks it to stop when it shows `stopAt`. */
  async function runImport(flags: readonly string[], stopAt?: string, env: NodeJS.ProcessEnv = {}) {
    const io = memoryIo({ cwd: folder, env });
    Object.assign(io.stderr, { isTTY: true });
    io.stderr.on("data", (text: string) => {
      if (stopAt !== undefined && text.includes(stopAt)) process.emit("SIGTERM", "SIGTERM");
    });
    const servers = ["--cluster", nats.urls.join(), "--replicas", "1"];
    const code = await run(["cluster", "import", "--data", "data", ...servers, ...flags], io);
    await new Promise((resolve) => setImmediate(resolve));
    return { code, stdout: io.output(), stderr: io.errors() };
  }

  test("needs a folder with data in it", async () => {
    const { code, stderr } = await runImport(["--data", "nothing"]);
    expect(code).toBe(2);
    expect(stderr).toContain("nothing is no data folder of a server");
  });

  test("tells that no NATS server answers, by its exit code, too", async () => {
    const { code, stderr } = await runImport(["--cluster", "nats://127.0.0.1:1"]);
    expect(code).toBe(3);
    expect(stderr).toContain("no NATS server answers at nats://127.0.0.1:1");
  });

  test("is a user of NATS like a broker", async () => {
    const settings = "authorization { user: mover, password: secret }";
    await using guarded = await NatsCluster.start(found.path!, 1, settings);
    const flags = ["--cluster", guarded.urls.join(), "--nats-user", "mover"];
    const refused = await runImport(flags, undefined, { LETTERPRESS_NATS_PASSWORD: "wrong" });
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain("refuses this user");
    const { code } = await runImport(flags, undefined, { LETTERPRESS_NATS_PASSWORD: "secret" });
    expect(code).toBe(0);
  });

  test("shows how far it is, stops when it is asked to, goes on, and tells what it has done", async () => {
    const stopped = await runImport([], "MB copied");
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain("of 3 MB checked");
    expect(stopped.stderr).toContain("stopped before the import was done; the same command goes on with it");
    const other = await runImport(["--replicas", "3"]);
    expect(other.stderr).toContain("this import was begun with 1 replicas, not with 3");
    const { code, stdout, stderr } = await runImport([]);
    expect(stderr).toContain("sync_interval");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Imported 1 topic, 0 groups and 0 schema versions:\n {2}30 records in \d+ partitions/,
    );
    expect(stdout).toContain("every batch was read back and is the same");
    const again = await runImport(["--json"]);
    expect(again.code).toBe(1);
    const failure = again.stderr.split("\n").find((line) => line.startsWith("{"));
    expect(JSON.parse(failure!).error.code).toBe("CLUSTER_NOT_EMPTY");
  });
});
