import {
  type PartitionId,
  type PartitionLog,
  StateLog,
  type StateLogOptions,
  type StateMachine,
} from "@letterpress/log";
import { JetStreamCleanedStreams } from "../jetstream/cleaned-streams.ts";
import { PartitionStream } from "../jetstream/partition-stream.ts";
import type { Clock } from "../membership/clock.ts";
import type { NatsControl } from "../nats/nats-control.ts";
import { FollowedLog } from "./followed-log.ts";
import { LogFollower } from "./log-follower.ts";

/** A state that every broker keeps up from one log, and that the log's leader changes. */
export class FollowedState {
  /** Appending to it fails with `NOT_LEADER` while another broker leads the log. */
  readonly stateLog: StateLog;
  readonly #log: FollowedLog;

  private constructor(stateLog: StateLog, log: FollowedLog) {
    this.stateLog = stateLog;
    this.#log = log;
  }

  /**
   * Replays what is stored into `machine` and follows it from then on.
   *
   * @throws JetStreamError when the log cannot be reached; LogError what replaying throws.
   */
  static async open(
    control: NatsControl,
    id: PartitionId,
    machine: StateMachine,
    clock: Clock,
    options: StateLogOptions = {},
  ): Promise<FollowedState> {
    const stream = new PartitionStream(control.api, id);
    // Who follows never makes streams, so that it does not matter how many servers would keep them.
    const cleaned = new JetStreamCleanedStreams(control.api, id, 1);
    const log = new FollowedLog(await LogFollower.open(stream, cleaned, control.link, clock));
    try {
      const stateLog = await StateLog.open(log, machine, { ...options, mayCompact: () => log.isLed });
      return new FollowedState(stateLog, log);
    } catch (error) {
      log.close();
      throw error;
    }
  }

  /** Whether this broker leads the log. */
  get isLed(): boolean {
    return this.#log.isLed;
  }

  /** The log, once this broker leads it; undefined when it does not any more. */
  setLeader(log: PartitionLog | undefined): void {
    this.#log.setLeader(log);
  }

  /**
   * Resolves when everything stored by now has been applied.
   *
   * @throws LogError `TIMED_OUT` when that cannot be found out now.
   */
  async catchUp(): Promise<void> {
    await this.#log.catchUp();
    await this.stateLog.applied(this.#log.highWatermark);
  }

  async close(): Promise<void> {
    this.#log.close();
    await this.stateLog.close();
  }
}
