import { randomUUID } from "node:crypto";
import { LogError } from "@letterpress/log";
import { REPLICAS_ALLOWED } from "../engine-options.ts";
import { accountFault } from "./account-room.ts";
import type { JetStreamApi } from "./jetstream-api.ts";
import { JetStreamError } from "./jetstream-error.ts";

/** How long it counts as known that so many servers are there. */
const PROOF_MS = 30_000;
/** A stream that was made to try is older only where the broker that made it has died. */
const PROBE_MS_MAX = 60_000;
const PROBE_NAME = /^letterpress_probe_(\d+)_/;
/** JetStream's numbers for "no suitable peers", "insufficient resources" and "not a cluster". */
const TOO_FEW_SERVERS = new Set([10005, 10023, 10074]);

/** Why streams cannot be made: not with that many replicas, or not beside all that there is. */
export interface PlacementFault {
  readonly kind: "replicas" | "limit";
  /** Says what to change. */
  readonly message: string;
}

/** Tells whether streams can be made before anybody counts on them. */
export class StreamPlacement {
  readonly #api: JetStreamApi;
  readonly #nowMs: () => number;
  /** By the number of replicas, until when it is known that they can be placed. */
  readonly #provenUntilMs = new Map<number, number>();

  constructor(api: JetStreamApi, nowMs: () => number) {
    this.#api = api;
    this.#nowMs = nowMs;
  }

  /**
   * Undefined when so many streams can be made, each with so many replicas.
   *
   * @throws LogError `TIMED_OUT` when JetStream does not answer.
   */
  async faultOf(streams: number, replicas: number): Promise<PlacementFault | undefined> {
    if (!REPLICAS_ALLOWED.some((allowed) => allowed === replicas)) {
      const message = `replication factor ${replicas} is impossible: NATS keeps 1, 3 or 5 copies`;
      return { kind: "replicas", message };
    }
    try {
      const limit = accountFault(await this.#api.accountInfo(), replicas, streams);
      return limit === undefined ? await this.#probe(replicas) : { kind: "limit", message: limit };
    } catch (error) {
      if (!(error instanceof JetStreamError)) throw error;
      throw new LogError("TIMED_OUT", `whether streams can be made cannot be known now: ${error.message}`, {
        cause: error,
      });
    }
  }

  /** No request tells an account how many servers there are. So a stream is made, in memory, and deleted again. */
  async #probe(replicas: number): Promise<PlacementFault | undefined> {
    if (replicas === 1 || (this.#provenUntilMs.get(replicas) ?? 0) > this.#nowMs()) return undefined;
    // Apart from the streams of partitions, so that one that a crash leaves behind is taken for nothing else.
    const id = `${Date.now()}_${randomUUID()}`;
    const name = `letterpress_probe_${id}`;
    try {
      await this.#removeLeftovers();
      await this.#api.createStream({
        name,
        subjects: [`letterpress.probe.${id}`],
        num_replicas: replicas,
        storage: "memory",
        max_msgs: 1,
      });
      await this.#api.deleteStream(name);
    } catch (error) {
      const fault = error instanceof JetStreamError ? faultIn(error, replicas) : undefined;
      if (fault === undefined) throw error;
      return fault;
    }
    this.#provenUntilMs.set(replicas, this.#nowMs() + PROOF_MS);
    return undefined;
  }

  async #removeLeftovers(): Promise<void> {
    for (const name of await this.#api.listStreamNames("letterpress.probe.>")) {
      const madeMs = Number(PROBE_NAME.exec(name)?.[1]);
      if (Date.now() - madeMs > PROBE_MS_MAX) await this.#api.deleteStream(name);
    }
  }
}

function faultIn(
  { code, errorNumber, message }: JetStreamError,
  replicas: number,
): PlacementFault | undefined {
  if (TOO_FEW_SERVERS.has(errorNumber)) {
    return {
      kind: "replicas",
      message:
        `replication factor ${replicas} is impossible: it takes ${replicas} NATS servers with JetStream (${message}); ` +
        "ask for fewer copies, or add servers",
    };
  }
  if (code !== "REFUSED") return undefined;
  return { kind: "limit", message: `the NATS account may make no more streams: ${message}` };
}
