import { LogError } from "@letterpress/log";
import type { FollowedState } from "../follow/followed-state.ts";
import type { NatsControl } from "../nats/nats-control.ts";
import type { Clock } from "./clock.ts";
import { CONTROLLER_SUBJECT, type ControllerSeat } from "./controller-seat.ts";
import { type ChangeResult, decodeResult, encodeChange, type MetadataChange } from "./metadata-change.ts";

const CHANGE_TIMEOUT_MS = 5_000;
const RETRY_MS = 200;
const PATIENCE_MS = 25_000;

export interface MetadataWriterOptions {
  readonly control: NatsControl;
  readonly clock: Clock;
  /** Where this broker is the controller itself, when it is. */
  readonly seat: ControllerSeat;
  /** The metadata as this broker follows them. */
  readonly state: FollowedState;
}

/** A broker's way to have the cluster's metadata changed by whoever is the controller. */
export class MetadataWriter {
  readonly #options: MetadataWriterOptions;

  constructor(options: MetadataWriterOptions) {
    this.#options = options;
  }

  /**
   * Has the controller make a change, and waits until it can be seen here. While there is no controller it is tried
   * again; a change that was asked for twice for that reason may meet itself as a conflict.
   *
   * @throws LogError `TIMED_OUT` when no controller has answered for 25 s. The change may have been made.
   */
  async change(change: MetadataChange): Promise<"stored" | "conflict"> {
    const { clock, state } = this.#options;
    const deadlineMs = clock.now() + PATIENCE_MS;
    for (;;) {
      const result = await this.#ask(change);
      if (result.kind !== "unavailable") {
        if (state.stateLog.appliedEnd < result.endOffset) await state.catchUp();
        await state.stateLog.applied(result.endOffset);
        return result.kind;
      }
      if (clock.now() > deadlineMs) {
        throw new LogError(
          "TIMED_OUT",
          `no controller could change the cluster's metadata: ${result.reason}`,
        );
      }
      await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
    }
  }

  async #ask(change: MetadataChange): Promise<ChangeResult> {
    const { seat, control } = this.#options;
    const { controller } = seat;
    if (controller !== undefined) return controller.change(change);
    const reply = await control.mux.request(CONTROLLER_SUBJECT, encodeChange(change), CHANGE_TIMEOUT_MS);
    if (reply === undefined) return { kind: "unavailable", reason: "the controller did not answer in time" };
    if (reply.status !== 0) return { kind: "unavailable", reason: "there is no controller now" };
    return decodeResult(reply.data);
  }
}
