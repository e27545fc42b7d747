// A leader to be paused: opens a log when told to, then appends and reads without end, and tells what it was told.
import { openJetStreamEngine } from "@letterpress/cluster";
import { LogError, logConfig, type PartitionLog } from "@letterpress/log";
import { batchOf, partitionOf, recordsOf } from "@letterpress/log/testing";

/** What the process is told. */
export interface ZombieOrder {
  readonly leaderEpoch: number;
}

/** What the process tells: records acknowledged or read, or the code with which the log failed. */
export interface ZombieReport {
  readonly kind: "acknowledged" | "read" | "failed";
  readonly records: readonly { readonly offset: number; readonly value: string }[];
  readonly code?: string;
}

export const ZOMBIE_PARTITION = partitionOf("zombie");
const IN_FLIGHT = 12;
const READ_BYTES = 4_096;

const [servers, replicas] = process.argv.slice(2) as [string, string];
if (servers !== undefined) {
  const engine = await openJetStreamEngine({
    servers: servers.split(","),
    replicas: Number(replicas) === 3 ? 3 : 1,
  });
  process.on("message", (order: ZombieOrder) => void lead(order));
  process.send!({ kind: "acknowledged", records: [] } satisfies ZombieReport);

  async function lead({ leaderEpoch }: ZombieOrder): Promise<void> {
    const log = await engine.open(ZOMBIE_PARTITION, logConfig(), leaderEpoch);
    try {
      await Promise.all([read(log), ...Array.from({ length: IN_FLIGHT }, (_, index) => append(log, index))]);
    } catch (error) {
      const code = error instanceof LogError ? error.code : String(error);
      process.send!({ kind: "failed", records: [], code } satisfies ZombieReport);
    }
    await log.close();
  }

  async function append(log: PartitionLog, writer: number): Promise<void> {
    for (let number = 0; ; number++) {
      const value = `zombie-${log.leaderEpoch}-${writer}/${number}`;
      const { baseOffset } = await log.append(batchOf([value]));
      const records = [{ offset: Number(baseOffset), value }];
      process.send!({ kind: "acknowledged", records } satisfies ZombieReport);
    }
  }

  async function read(log: PartitionLog): Promise<void> {
    for (let next = log.highWatermark; ; ) {
      const read = recordsOf(await log.read(next, READ_BYTES));
      const records = read.map(({ offset, value }) => ({ offset: Number(offset), value }));
      if (records.length > 0) process.send!({ kind: "read", records } satisfies ZombieReport);
      next = (read.at(-1)?.offset ?? next - 1n) + 1n;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
