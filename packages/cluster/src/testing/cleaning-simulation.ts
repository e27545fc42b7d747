import { LogError, logConfig } from "@letterpress/log";
import { keyedBatch, keyedRecords, Random } from "@letterpress/log/testing";
import { LogFollower } from "../follow/log-follower.ts";
import type { CleanedStreams } from "../jetstream/cleaned-streams.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import { InFlightBudget } from "../log/in-flight-budget.ts";
import { JetStreamLog } from "../log/jetstream-log.ts";
import { TailBudget } from "../log/tail-cache.ts";
import { takeOver } from "../log/take-over.ts";
import { CompactedLogChecker } from "./compacted-log-checker.ts";
import { SimulatedCleanedStreams } from "./simulated-cleaned-streams.ts";
import { type NetworkFaults, type SimulatedClient, SimulatedNetwork } from "./simulated-network.ts";
import { SimulatedStream } from "./simulated-stream.ts";

const LEADERS = 5;
const KEYS = 6;
const STEPS_MAX = 100_000;
const LATER_MS = 1_000_000;
const OPEN_TIMEOUT_MS = 3_000;
const NO_FAULTS: NetworkFaults = { lostReply: 0, lateAppend: 0, staleInfo: 0, staleLeader: 0, misread: 0 };
const CONFIG = logConfig({
  segmentBytes: 400,
  cleanupPolicy: { delete: false, compact: true },
  deleteRetentionMs: 1_000,
});

export interface CleaningOptions {
  /** Puts a planted bug between the logs and the streams of their compacted fronts. Default none. */
  readonly wrap?: (cleaned: CleanedStreams) => CleanedStreams;
}

/** What came about in a simulation. */
export interface CleaningHistory {
  /** How many compactions were begun. */
  readonly begun: number;
  /** How many succeeded, as far as their leaders heard. */
  readonly finished: number;
}

/**
 * Several leaders of one compacted log, each taking over from the one before, which dies or goes on without knowing. They
 * append, compact, trim and read all the while, over a network that fails.
 *
 * @throws Error when what is read is not what the log was, all its records being remembered.
 */
export async function simulateCleaning(
  seed: number,
  options: CleaningOptions = {},
): Promise<CleaningHistory> {
  return new CleaningSimulation(seed, options).run();
}

class CleaningSimulation {
  readonly #wrap: (cleaned: CleanedStreams) => CleanedStreams;
  readonly #random: Random;
  readonly #network: SimulatedNetwork;
  readonly #stream: SimulatedStream;
  readonly #cleaned: SimulatedCleanedStreams;
  readonly #checker: CompactedLogChecker;
  readonly #leaders: SimulatedClient[] = [];
  #finished = 0;
  #failure: unknown;
  #isDone = false;

  constructor(seed: number, { wrap = (cleaned) => cleaned }: CleaningOptions) {
    this.#wrap = wrap;
    this.#random = new Random(seed);
    const random = () => this.#random.next();
    const faults = {
      lostReply: random() * 0.05,
      lateAppend: random() * 0.5,
      staleInfo: 0.3,
      staleLeader: random() * 0.3,
      misread: random() * 0.3,
    };
    this.#network = new SimulatedNetwork(random, faults);
    this.#stream = new SimulatedStream(this.#network);
    this.#checker = new CompactedLogChecker(this.#stream);
    this.#cleaned = new SimulatedCleanedStreams(this.#network);
  }

  async run(): Promise<CleaningHistory> {
    this.#lives()
      .catch((error: unknown) => this.#stop(error))
      .finally(() => {
        this.#isDone = true;
      });
    for (let steps = 0; !this.#isDone; steps++) {
      if (steps > STEPS_MAX) this.#stop(new Error("the logs never came to rest"));
      this.#network.step();
      if (this.#random.chance(0.5)) await turn();
    }
    if (this.#failure !== undefined) throw this.#failure;
    return { begun: this.#cleaned.count, finished: this.#finished };
  }

  async #lives(): Promise<void> {
    this.#follow().catch((error: unknown) => this.#failed(error));
    for (let leader = 0; leader < LEADERS; leader++) {
      const client = this.#network.client();
      this.#leaders.push(client);
      const log = await this.#open(client);
      const works = [this.#append(log, leader), this.#compact(log), this.#read(log)];
      for (const work of works) work.catch((error: unknown) => this.#failed(error));
      await this.#turns(this.#random.below(400));
      // Some leaders die, at any point of what they do; some are paused until another one leads; the others go on.
      client.isDead = this.#random.chance(0.3);
      client.isPaused = this.#random.chance(0.6);
      void this.#resumeLater(client);
    }
    await this.#killAll();
    this.#network.faults = NO_FAULTS;
    const last = await this.#open(this.#network.client());
    this.#checker.check(await keyedRecords(last), last);
    await last.enforceRetention(LATER_MS);
    this.#checker.check(await keyedRecords(last), last);
    if (this.#cleaned.present.length > 1) throw new Error("streams that nobody needs are left");
  }

  /** Resolves when all that the leaders have sent has arrived. */
  async #killAll(): Promise<void> {
    for (const client of this.#leaders) {
      this.#network.resume(client);
      client.isDead = true;
    }
    while (!this.#network.isQuiet && !this.#isDone) await turn();
  }

  async #resumeLater(client: SimulatedClient): Promise<void> {
    await this.#turns(this.#random.below(400));
    this.#network.resume(client);
  }

  async #open(client: SimulatedClient): Promise<JetStreamLog> {
    for (;;) {
      const stream = this.#stream.connect(client);
      const cleaned = this.#wrap(this.#cleaned.connect(client));
      const options = { stream, cleaned, firstSequence: this.#stream.firstSequence, mayLead: () => true };
      try {
        const { segmentBytes } = CONFIG;
        const content = await takeOver({
          ...options,
          leaderEpoch: undefined,
          timeoutMs: OPEN_TIMEOUT_MS,
          segmentBytes,
        });
        const services = {
          tailBudget: new TailBudget(this.#random.chance(0.5) ? 1 : 1 << 20),
          inFlightBudget: new InFlightBudget(1 << 24),
          batchBytesMax: 1 << 20,
        };
        return new JetStreamLog({ stream, cleaned, config: CONFIG, content, services });
      } catch (error) {
        if (!(error instanceof LogError && error.retriable && error.code !== "STORAGE_FAILED")) throw error;
      }
    }
  }

  async #append(log: JetStreamLog, leader: number): Promise<void> {
    for (let count = 0; ; count++) {
      const writes = Array.from({ length: 1 + this.#random.below(3) }, (_, index) => ({
        key: `k${this.#random.below(KEYS)}`,
        value: this.#random.chance(0.2) ? null : `${leader}/${count}.${index}`,
      }));
      log.append(keyedBatch(writes)).then(
        ({ baseOffset }) => {
          const offset = Number(baseOffset);
          this.#checker.acknowledged(writes.map((write, index) => ({ ...write, offset: offset + index })));
        },
        (error: unknown) => this.#failed(error),
      );
      await this.#turns(1 + this.#random.below(6));
      if (this.#isDone) return;
    }
  }

  async #compact(log: JetStreamLog): Promise<void> {
    for (;;) {
      await this.#turns(this.#random.below(60));
      if (this.#isDone) return;
      if (this.#random.chance(0.1)) await this.#trim(log);
      if ((await log.enforceRetention(LATER_MS)) > 0) this.#finished++;
    }
  }

  /** Somewhere in the older half of the log, most of which is compacted. */
  async #trim(log: JetStreamLog): Promise<void> {
    const half = Number(log.highWatermark - log.startOffset) >>> 1;
    await log.trim(log.startOffset + BigInt(this.#random.below(half + 1)));
  }

  async #read(log: JetStreamLog): Promise<void> {
    for (;;) {
      const { startOffset } = log;
      const records = await keyedRecords(log);
      if (log.startOffset === startOffset) this.#checker.check(records, log);
      await this.#turns(this.#random.below(40));
      if (this.#isDone) return;
    }
  }

  /** Another broker, which reads the same log from its streams alone. */
  async #follow(): Promise<void> {
    const client = this.#network.client();
    const follower = await LogFollower.open(
      this.#stream.connect(client),
      this.#cleaned.connect(client),
      { subscribe: () => () => {} },
      { now: () => 0, after: () => () => {} },
    );
    while (!this.#isDone) {
      let startOffset = follower.startOffset;
      try {
        await follower.catchUp();
        startOffset = follower.startOffset;
        const records = await keyedRecords(follower);
        if (follower.startOffset === startOffset) this.#checker.check(records, follower);
      } catch (error) {
        // What is removed while it is read is read again from where it is now.
        if (!(error instanceof JetStreamError) && follower.startOffset === startOffset) throw error;
      }
      await this.#turns(this.#random.below(40));
    }
    follower.close();
  }

  #failed(error: unknown): void {
    // A leader that cannot go on says so; the next one takes over.
    if (error instanceof LogError && error.retriable && error.code !== "STORAGE_FAILED") return;
    if (error instanceof LogError && error.code === "OFFSET_OUT_OF_RANGE") return;
    this.#stop(error);
  }

  #stop(error: unknown): void {
    this.#failure ??= error;
    this.#isDone = true;
  }

  async #turns(count: number): Promise<void> {
    for (let index = 0; index < count && !this.#isDone; index++) await turn();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
