import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openJetStreamEngine } from "@letterpress/cluster";
import { type LogEngine, logConfig, openFileEngine } from "@letterpress/log";
import { batchOf } from "@letterpress/log/testing";
import { type LetterpressServer, startServer } from "@letterpress/server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { logOf, startAlone } from "./data-folder.ts";
import { findNatsServer } from "./find-nats-server.ts";
import type { CrashPoint } from "./import-process.ts";
import { contentsOf } from "./log-contents.ts";
import { NatsCluster } from "./nats-cluster.ts";

const found = findNatsServer();
const PROCESS = join(import.meta.dirname, "import-process.ts");
const PARTITIONS = 3;
const BATCHES = 2_000;

/** The last ones come while the metadata are written, and the claim is given up: those may be too late. */
const CRASHES: readonly CrashPoint[] = [
  { phase: "copying", part: 0 },
  { phase: "copying", part: 0.4 },
  { phase: "copying", part: 0.9 },
  { phase: "verifying", part: 1 },
  { phase: "verifying", part: 1, afterMs: 3 },
];

describe.skipIf(found.path === undefined)("an import that is killed", () => {
  let data: string;
  let nats: NatsCluster;
  let running: ChildProcess | undefined;

  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), "letterpress-import-"));
    nats = await NatsCluster.start(found.path!, 1);
    const server = await startAlone(data);
    await server.broker.createTopic({ name: "many", partitions: PARTITIONS });
    for (let index = 0; index < PARTITIONS; index++) {
      const log = logOf(server, "many", index);
      const appends = Array.from({ length: BATCHES }, (_, number) =>
        log.append(batchOf([`${index}/${number}`, "v".repeat(number % 700)], Date.now()), { acks: 1 }),
      );
      await Promise.all(appends);
    }
    await server.close();
  }, 60_000);
  afterEach(async () => {
    running?.kill("SIGKILL");
    await nats?.[Symbol.asyncDispose]();
    await rm(data, { recursive: true, force: true });
  });

  /** Runs an import in a process of its own; resolves to what it has printed, nothing when it was killed. */
  async function run(crash?: CrashPoint): Promise<string> {
    const args = [PROCESS, data, nats.urls.join(), ...(crash === undefined ? [] : [JSON.stringify(crash)])];
    const flags = ["--conditions=@letterpress/source", "--disable-warning=ExperimentalWarning"];
    const child = spawn(process.execPath, [...flags, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    running = child;
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    if (signal !== "SIGKILL") expect(code).toBe(0);
    return printed;
  }

  const startBroker = (): Promise<LetterpressServer> =>
    startServer({
      cluster: { servers: nats.urls, replicas: 1 },
      kafka: "127.0.0.1:0",
      http: "127.0.0.1:0",
      log: { level: "silent" },
    });

  async function engines(): Promise<readonly [LogEngine, LogEngine]> {
    return [await openFileEngine(data), await openJetStreamEngine({ servers: nats.urls, replicas: 1 })];
  }

  test("goes on where it was, as often as it takes, and ends with the same bytes", async () => {
    let isDone = (await run({ phase: "copying", part: 0.1 })) !== "";
    await expect(startBroker()).rejects.toMatchObject({ code: "IMPORT_UNFINISHED" });
    for (const crash of CRASHES) {
      isDone = (await run(crash)) !== "";
      if (isDone) break;
    }
    if (!isDone) expect(await run()).toContain("done");
    const [source, copy] = await engines();
    for (const id of await source.list()) {
      if (id.topic === "__cluster_metadata") continue;
      const [original, imported] = [await source.open(id, logConfig()), await copy.open(id, logConfig())];
      expect(await contentsOf(imported)).toEqual(await contentsOf(original));
    }
    await Promise.all([source.close(), copy.close()]);
    const server = await startBroker();
    expect(server.broker.topics.get("many")).toMatchObject({ partitions: PARTITIONS, replicationFactor: 1 });
    await server.close();
  }, 120_000);
});
