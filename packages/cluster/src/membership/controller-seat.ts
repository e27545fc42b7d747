import type { LogConfig, LogEngine, PartitionId } from "@letterpress/log";
import type { FollowedState } from "../follow/followed-state.ts";
import type { NatsControl } from "../nats/nats-control.ts";
import type { Clock } from "./clock.ts";
import type { ClusterMetadata } from "./cluster-metadata.ts";
import { Controller } from "./controller.ts";
import { Election } from "./election.ts";
import type { LeaseStore, LeaseTimes } from "./lease-store.ts";
import type { Membership } from "./membership.ts";
import { type ChangeResult, decodeChange, encodeResult, type MetadataChange } from "./metadata-change.ts";
import type { LedTopic } from "./plan-leadership.ts";

/** Where the controller takes the changes that other brokers ask for. */
export const CONTROLLER_SUBJECT = "letterpress.controller";

const RETRY_MS = 1_000;

export interface ControllerSeatOptions {
  readonly control: NatsControl;
  readonly store: LeaseStore;
  readonly times: LeaseTimes;
  readonly clock: Clock;
  readonly membership: Membership;
  readonly engine: LogEngine;
  readonly metadataId: PartitionId;
  readonly metadataConfig: LogConfig;
  readonly state: FollowedState;
  readonly metadata: ClusterMetadata;
  readonly topics: () => Iterable<LedTopic>;
  readonly onError: (error: unknown) => void;
}

/** Makes this broker the controller whenever it is elected, and lets it be when it is not any more. */
export class ControllerSeat {
  readonly #options: ControllerSeatOptions;
  readonly #election: Election;
  #controller: Controller | undefined;
  #unsubscribe: () => void = () => {};
  #turn: Promise<void> = Promise.resolve();

  constructor(options: ControllerSeatOptions) {
    this.#options = options;
    const { membership, store, times, clock } = options;
    this.#election = new Election({
      membership,
      store,
      times,
      clock,
      onElected: () => this.#inTurn(() => this.#take()),
      onDeposed: () => this.#inTurn(() => this.#leave()),
    });
  }

  /** Whether this broker was elected. Asks the clock. */
  get isElected(): boolean {
    return this.#election.isHeld;
  }

  /** Undefined while this broker is not the controller. */
  get controller(): Controller | undefined {
    return this.isElected ? this.#controller : undefined;
  }

  /** Stops being the controller, if it is, and standing for it. */
  async close(): Promise<void> {
    this.#inTurn(() => this.#leave());
    await this.#turn;
    await this.#election.resign();
    this.#inTurn(() => this.#leave());
    await this.#turn;
  }

  async #take(): Promise<void> {
    if (!this.isElected || this.#controller !== undefined) return;
    const { engine, metadataId, metadataConfig, state, control } = this.#options;
    try {
      const log = await engine.open(metadataId, metadataConfig);
      const onFailure = (error: unknown): void => {
        this.#options.onError(error);
        this.#inTurn(() => this.#leave());
        this.#takeLater();
      };
      this.#controller = await Controller.start({ ...this.#options, log, state, onFailure });
      this.#unsubscribe = control.link.subscribe(CONTROLLER_SUBJECT, ({ data, reply }) => {
        void this.#answer(data).then((result) => control.link.publish(reply, encodeResult(result)));
      });
    } catch (error) {
      this.#options.onError(error);
      this.#takeLater();
    }
  }

  async #answer(data: Buffer): Promise<ChangeResult> {
    const change: MetadataChange | undefined = decodeChange(data);
    if (change === undefined) return { kind: "unavailable", reason: "the request makes no sense" };
    return (
      this.controller?.change(change) ?? { kind: "unavailable", reason: "this broker is not the controller" }
    );
  }

  async #leave(): Promise<void> {
    this.#unsubscribe();
    this.#unsubscribe = () => {};
    const controller = this.#controller;
    this.#controller = undefined;
    await controller?.close();
  }

  #takeLater(): void {
    this.#options.clock.after(RETRY_MS, () => this.#inTurn(() => this.#take()));
  }

  #inTurn(run: () => Promise<void>): void {
    this.#turn = this.#turn.then(run).catch((error: unknown) => this.#options.onError(error));
  }
}
