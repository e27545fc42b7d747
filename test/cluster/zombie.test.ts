import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { openJetStreamEngine } from "@letterpress/cluster";
import { type LogEngine, logConfig } from "@letterpress/log";
import { batchOf, readAll } from "@letterpress/log/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../support/wait-for.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { NatsCluster } from "./nats-cluster.ts";
import { ZOMBIE_PARTITION, type ZombieReport } from "./zombie-process.ts";

const found = findNatsServer();
const ROUNDS = 20;
/** How much the zombie has to have done before it is paused. */
const REPORTS = 200;
const OWN_BATCHES = 30;

describe.skipIf(found.path === undefined)("a leader that is paused until another one leads", () => {
  let cluster: NatsCluster;
  let engine: LogEngine;
  let zombie: ChildProcess;
  const reports: ZombieReport[] = [];

  beforeAll(async () => {
    cluster = await NatsCluster.start(found.path!, 3);
    engine = await openJetStreamEngine({ servers: cluster.urls, replicas: 3 });
    zombie = fork(join(import.meta.dirname, "zombie-process.ts"), [cluster.urls.join(), "3"], {
      execArgv: ["--conditions=@letterpress/source", "--disable-warning=ExperimentalWarning"],
    });
    zombie.on("message", (report: ZombieReport) => reports.push(report));
    await waitFor("the process to connect", () => reports.length > 0);
  });
  afterAll(async () => {
    if (zombie?.exitCode === null) {
      const exited = once(zombie, "exit");
      zombie.kill("SIGKILL");
      await exited;
    }
    await engine?.close();
    await cluster?.[Symbol.asyncDispose]();
  });

  test(`never appends afterwards, and what it acknowledged or served is in the log, ${ROUNDS} times`, {
    timeout: 120_000,
  }, async () => {
    const known = new Map<number, string>();
    const told: { readonly offset: number; readonly value: string }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      reports.length = 0;
      zombie.send({ leaderEpoch: 2 * round });
      await waitFor("the zombie to lead", () => reports.length > REPORTS);
      zombie.kill("SIGSTOP");
      const log = await engine.open(ZOMBIE_PARTITION, logConfig(), 2 * round + 1);
      const takenOverAt = Number(log.endOffset);
      const own = Array.from({ length: OWN_BATCHES }, (_, index) =>
        log.append(batchOf([`${round}-${index}`])),
      );
      await Promise.all(own.slice(0, OWN_BATCHES / 2));
      zombie.kill("SIGCONT");
      await Promise.all(own);
      await waitFor("the zombie to notice", () => reports.some(({ kind }) => kind === "failed"));
      expect(reports.find(({ kind }) => kind === "failed")).toMatchObject({ code: "NOT_LEADER" });
      await log.append(batchOf([`${round}-last`]));
      const records = await readAll(log, BigInt(known.size));
      for (const { offset, value } of records) known.set(Number(offset), value);
      told.push(...reports.flatMap((report) => report.records));
      const behind = records.filter(({ offset }) => Number(offset) >= takenOverAt);
      expect(behind.map(({ value }) => value)).toEqual([
        ...own.map((_, index) => `${round}-${index}`),
        `${round}-last`,
      ]);
      await log.close();
    }
    expect(told.length).toBeGreaterThan(ROUNDS * REPORTS);
    for (const { offset, value } of told) expect(known.get(offset)).toBe(value);
  });
});
