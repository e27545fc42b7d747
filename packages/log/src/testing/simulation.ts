import type { Disk } from "../disk/disk.ts";
import { openFileEngine } from "../file/file-engine.ts";
import { logConfig } from "../log-config.ts";
import { LogError } from "../log-error.ts";
import type { PartitionLog } from "../partition-log.ts";
import { batchOf, partitionOf, readAll } from "./batches.ts";
import { HistoryChecker } from "./history-checker.ts";
import { Random } from "./random.ts";
import { SimulatedDisk } from "./simulated-disk.ts";

export interface SimulationOptions {
  /** Default `commit`. */
  readonly flush?: "commit" | "os";
  /** Syncs and writes that fail now and then. Default false. */
  readonly hasFaults?: boolean;
  /** Bits that flip while the power is off. Default false. */
  readonly hasBitRot?: boolean;
  /** Puts a disk with a planted bug in front of the simulated one. */
  readonly wrap?: (disk: Disk) => Disk;
}

const CRASHES_MAX = 6;
const ID = partitionOf("orders");
const IN_FLIGHT_MAX = 5;

/**
 * Runs one history: a producer appends, the power fails, the log recovers, again and again, with everything decided
 * by the seed. Returns how many crashes were recovered from.
 *
 * @throws Error when a record that was acknowledged or readable is lost, reordered, doubled or wrong.
 */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<number> {
  const simulation = new Simulation(seed, options);
  return simulation.run();
}

class Simulation {
  readonly #random: Random;
  readonly #disk: SimulatedDisk;
  readonly #options: SimulationOptions;
  readonly #history: HistoryChecker;
  /** Batches without an acknowledgement, in order; they are sent again after a crash. */
  #unacknowledged: { readonly value: string; readonly sequence: number }[] = [];
  #producerId = 1n;
  #sequence = 0;
  #count = 0;

  constructor(seed: number, options: SimulationOptions) {
    this.#random = new Random(seed);
    this.#disk = new SimulatedDisk(seed ^ 0x5bd1e995);
    this.#options = options;
    this.#history = new HistoryChecker();
  }

  async run(): Promise<number> {
    const crashes = 1 + this.#random.below(CRASHES_MAX);
    for (let crash = 0; crash < crashes; crash++) {
      if (!(await this.#life())) return crash;
    }
    this.#disk.setFaults({});
    await this.#life(true);
    return crashes;
  }

  /** From a start to the next crash; false when the log was refused because of rotten bits. */
  async #life(isLast = false): Promise<boolean> {
    const disk = this.#options.wrap?.(this.#disk) ?? this.#disk;
    if (!isLast)
      this.#disk.failAfter(this.#random.chance(0.2) ? this.#random.below(20) : this.#random.below(200));
    if (this.#options.hasFaults === true && !isLast)
      this.#disk.setFaults({ syncFails: 0.05, diskFull: 0.02 });
    try {
      await this.#work(disk, isLast);
    } catch (error) {
      if (this.#options.hasBitRot === true && error instanceof LogError && error.code === "CORRUPT")
        return false;
      // The power may fail in the middle of anything; only a log that is refused without a cause is a bug.
      const isExpected = this.#disk.isOff || (this.#options.hasFaults === true && isStorageFailure(error));
      if (!isExpected || (error instanceof LogError && error.code === "CORRUPT")) throw error;
    }
    // A log that failed may be opened again without a crash: what the system shows is then not what is stored.
    if (this.#options.hasFaults === true && !this.#disk.isOff && this.#random.chance(0.5)) return true;
    this.#disk.crash();
    if (this.#options.hasBitRot === true && this.#random.chance(0.5)) this.#disk.rot(() => true);
    return true;
  }

  async #work(disk: Disk, isLast: boolean): Promise<void> {
    const tailCacheBytes = this.#random.chance(0.5) ? 0 : 64 * 1024;
    const engine = await openFileEngine("/data", {
      disk,
      tailCacheBytes,
      checkpointIntervalMs: 0,
      fullDiskRetryMs: 0,
      clock: () => 0,
    });
    const config = logConfig({
      segmentBytes: 400 + this.#random.below(1_500),
      indexIntervalBytes: 100,
      flush: this.#options.flush ?? "commit",
    });
    const log = await engine.open(ID, config);
    const values = await readAll(log);
    const isLossy = this.#options.flush === "os" || this.#options.hasBitRot === true;
    this.#history.recovered(log.startOffset, log.endOffset, values, isLossy);
    if (isLossy) this.#forgetProducer();
    await this.#produce(log);
    if (isLast || this.#random.chance(0.3)) await engine.close();
  }

  async #produce(log: PartitionLog): Promise<void> {
    for (const batch of this.#unacknowledged) await this.#append(log, batch);
    const rounds = this.#random.below(12);
    for (let round = 0; round < rounds; round++) {
      const appends: Promise<void>[] = [];
      for (let left = 1 + this.#random.below(IN_FLIGHT_MAX); left > 0; left--) {
        const batch = { value: this.#value(), sequence: this.#sequence++ };
        this.#unacknowledged.push(batch);
        appends.push(this.#append(log, batch));
        for (let turns = this.#random.below(6); turns > 0; turns--) await null;
      }
      const results = await Promise.allSettled(appends);
      this.#history.readable(log.highWatermark, this.#options.flush !== "os");
      const failed = results.find((result) => result.status === "rejected");
      if (failed !== undefined) throw failed.reason;
      if (this.#random.chance(0.1)) await this.#trim(log);
    }
  }

  async #append(
    log: PartitionLog,
    batch: { readonly value: string; readonly sequence: number },
  ): Promise<void> {
    const { value, sequence } = batch;
    const bytes = batchOf([value], 1_000, {
      producerId: this.#producerId,
      producerEpoch: 0,
      baseSequence: sequence,
    });
    const offset = log.endOffset;
    const appending = log.append(bytes);
    if (log.endOffset > offset) this.#history.attempted(offset, value);
    const { baseOffset } = await appending;
    this.#history.acknowledged(baseOffset, value);
    this.#unacknowledged = this.#unacknowledged.filter((other) => other !== batch);
  }

  async #trim(log: PartitionLog): Promise<void> {
    const span = Number(log.highWatermark - log.startOffset);
    const offset = log.startOffset + BigInt(this.#random.below(span + 1));
    this.#history.trimming(offset);
    await log.trim(offset);
    this.#history.trimmed(offset);
  }

  /** Where acknowledged records may be lost, a producer cannot go on with its sequence: another one takes over. */
  #forgetProducer(): void {
    this.#unacknowledged = [];
    this.#producerId++;
    this.#sequence = 0;
  }

  #value(): string {
    return `${this.#count++}:${"x".repeat(this.#random.below(this.#random.chance(0.1) ? 2_000 : 60))}`;
  }
}

function isStorageFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return "code" in error && ["STORAGE_FAILED", "NO_SPACE", "EIO", "ENOSPC"].includes(String(error.code));
}
