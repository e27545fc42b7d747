import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { logConfig } from "../log-config.ts";
import { batchOf, partitionOf, readAll } from "../testing/batches.ts";
import { openFileEngine } from "./file-engine.ts";

const ROUNDS = 5;
const ACKED_PER_ROUND = 200;
const ID = partitionOf("orders");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "letterpress-kill-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** A process that appends batch after batch, four in flight, and prints each sequence once it is acknowledged. */
function startProducer(firstSequence: number) {
  const source = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  const script = `
    const { openFileEngine } = await import(${source("./file-engine.ts")});
    const { logConfig } = await import(${source("../log-config.ts")});
    const { batchOf, partitionOf } = await import(${source("../testing/batches.ts")});
    const engine = await openFileEngine(${JSON.stringify(folder)});
    const log = await engine.open(partitionOf("orders"), logConfig({ segmentBytes: 20_000 }));
    let next = ${firstSequence};
    const produce = async () => {
      for (;;) {
        const baseSequence = next++;
        await log.append(batchOf(["value " + baseSequence], 1_000, { producerId: 7n, producerEpoch: 0, baseSequence }));
        console.log(baseSequence);
      }
    };
    await Promise.all([produce(), produce(), produce(), produce()]);`;
  const args = ["--conditions=@letterpress/source", "--input-type=module", "-e", script];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
}

test("a killed process loses nothing that it acknowledged, and its producer goes on without doubles", async () => {
  let next = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const producer = startProducer(next);
    const exited = once(producer, "exit");
    const acknowledged = new Set<number>();
    for await (const line of createInterface({ input: producer.stdout })) {
      acknowledged.add(Number(line));
      if (acknowledged.size === ACKED_PER_ROUND) producer.kill("SIGKILL");
    }
    await exited;
    const engine = await openFileEngine(folder);
    const log = await engine.open(ID, logConfig());
    const values = (await readAll(log)).map(({ value }) => value);
    expect(values).toEqual(Array.from({ length: values.length }, (_, sequence) => `value ${sequence}`));
    for (const sequence of acknowledged) expect(sequence).toBeLessThan(values.length);
    // Sent again by a producer that never got the answer.
    const last = values.length - 1;
    const repeated = batchOf([`value ${last}`], 1_000, {
      producerId: 7n,
      producerEpoch: 0,
      baseSequence: last,
    });
    expect(await log.append(repeated)).toMatchObject({ baseOffset: BigInt(last), isDuplicate: true });
    await engine.close();
    next = values.length;
  }
});
