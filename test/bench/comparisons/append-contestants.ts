import { join } from "node:path";
import { Letterpress } from "@letterpress/client";
import type { ProduceCellInput, ProduceCellResult } from "../cells/produce.ts";
import { type BrokerReady, type ChildServer, startBare, startBroker } from "../harness/child-server.ts";
import type { BatchShape } from "../harness/payloads.ts";
import type { Contestant } from "../harness/rounds.ts";
import { runCell } from "../harness/run-cell.ts";
import { openScratch } from "../harness/scratch.ts";
import { digestOfFrames, readLog } from "../harness/verify-log.ts";

/** What both the broker and the bare loop are given to append. */
export interface AppendLoad {
  readonly shape: BatchShape;
  readonly batches: number;
  readonly inFlight: number;
  /** Whether an answer means that the disk has it. */
  readonly sync: boolean;
}

const TOPIC = "appended";

/** A broker and a data folder of their own for each measurement. */
export function brokerAppends(load: AppendLoad): Contestant<ProduceCellResult> {
  return {
    name: "broker",
    async measure() {
      using scratch = openScratch();
      await using broker = await startBroker(scratch.folder, ["--flush", load.sync ? "commit" : "os"]);
      await createTopic(broker, TOPIC);
      return await appendTo(broker, scratch.folder, TOPIC, load);
    },
  };
}

/** The loop in `cells/bare-append.ts`, in a process of its own for each measurement. */
export function bareAppends(load: AppendLoad): Contestant<ProduceCellResult> {
  return {
    name: "bare",
    async measure() {
      using scratch = openScratch();
      const file = join(scratch.folder, "frames");
      await using server = await startBare("bare-append.ts", { file, sync: load.sync });
      const target = { port: server.ready.port, pid: server.pid, topic: TOPIC, isBroker: false };
      const result = await runCell<ProduceCellResult>("produce.ts", cellInput(target, load));
      if (digestOfFrames(file, result.batchSizes) !== result.digest) {
        throw new Error("the bare loop's file does not hold what was sent");
      }
      return result;
    },
  };
}

export async function createTopic(
  { ready }: ChildServer<BrokerReady>,
  name: string,
  configs: Readonly<Record<string, string>> = {},
): Promise<void> {
  await using client = new Letterpress({ brokers: [ready.kafka] });
  await client.admin().topics.create([{ name, partitions: 1, configs }]);
}

/** Produces to a new topic of a running broker, and reads what its log holds. */
export async function appendTo(
  broker: ChildServer<BrokerReady>,
  data: string,
  topic: string,
  load: Omit<AppendLoad, "sync">,
): Promise<ProduceCellResult> {
  const port = Number(broker.ready.kafka.split(":").at(-1));
  const target = { port, pid: broker.pid, topic, isBroker: true };
  const result = await runCell<ProduceCellResult>("produce.ts", cellInput(target, load));
  const content = readLog(data, topic);
  if (content.digest !== result.digest || content.records !== result.records) {
    throw new Error(`the log of ${topic} does not hold what was sent`);
  }
  return result;
}

function cellInput(
  target: Pick<ProduceCellInput, "port" | "pid" | "topic" | "isBroker">,
  { shape, batches, inFlight }: Omit<AppendLoad, "sync">,
): ProduceCellInput {
  return { ...target, shape, batches, inFlight };
}
