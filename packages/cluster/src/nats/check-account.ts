import { setImmediate } from "node:timers/promises";
import { ClusterError } from "../cluster-error.ts";
import type { ResolvedEngineOptions } from "../engine-options.ts";
import { accountFault, useOf } from "../jetstream/account-room.ts";
import { type AccountInfo, type JetStreamApi, NOT_ENABLED_FOR_ACCOUNT } from "../jetstream/jetstream-api.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import { retryWhileElecting } from "../jetstream/retry.ts";
import type { NatsControl } from "./nats-control.ts";
import type { NatsLink } from "./nats-link.ts";

/** What is used of a limit when it is time to raise it. */
const NEAR = 0.8;

/** Subjects on which brokers publish, where nobody listens; and ones that they subscribe to. */
const PUBLISHED = ["k.check", "c.check", "letterpress.check", "_INBOX.check"];
const SUBSCRIBED = ["k.check", "c.check", "letterpress.check", "$KV.letterpress_leases.check"];
const LEASE_CHECK = "$KV.letterpress_leases.check";
/** A number that no message has, so that nothing is stored. */
const NEVER = "4294967295";

/**
 * Checks that the account may use JetStream, has room, and lets its user do what brokers do.
 *
 * @returns what should be changed though it works.
 * @throws ClusterError `NATS_UNAUTHORIZED`, `JETSTREAM_DISABLED`, `NATS_LIMIT`; `NATS_UNREACHABLE` when JetStream does not
 *   answer.
 */
export async function checkAccount(
  { api, link }: Pick<NatsControl, "api" | "link">,
  { replicas, openTimeoutMs }: Pick<ResolvedEngineOptions, "replicas" | "openTimeoutMs">,
): Promise<readonly string[]> {
  const unsubscribe = SUBSCRIBED.map((subject) => link.subscribe(subject, () => {}));
  const nothing = Buffer.alloc(0);
  for (const subject of PUBLISHED) link.publish(subject, nothing);
  link.publish(LEASE_CHECK, nothing, { headers: [["Nats-Expected-Last-Subject-Sequence", NEVER]] });
  try {
    const account = await retryWhileElecting(openTimeoutMs, () => accountOf(api, link));
    return adviceFor(account, replicas);
  } catch (error) {
    if (!(error instanceof JetStreamError)) throw error;
    throw jetStreamFailure(error);
  } finally {
    for (const each of unsubscribe) each();
  }
}

/** What was asked for before is judged by now: the server answers in order, and has said what it does not permit. */
async function accountOf(api: JetStreamApi, link: NatsLink): Promise<AccountInfo> {
  try {
    return await api.accountInfo();
  } finally {
    // What has been said is noted in this turn.
    await setImmediate();
    assertPermitted(link.forbidden);
  }
}

/** @throws ClusterError `NATS_UNAUTHORIZED` when something was not permitted. */
export function assertPermitted(forbidden: ReadonlySet<string>): void {
  if (forbidden.size === 0) return;
  throw new ClusterError(
    "NATS_UNAUTHORIZED",
    `NATS does not permit this user to ${[...forbidden].join(", ")}; permit it to publish and subscribe to ` +
      "k.>, c.>, letterpress.>, $KV.letterpress_leases.> and _INBOX.>, and to publish to $JS.API.>",
  );
}

/** Why JetStream cannot be used. */
export function jetStreamFailure(cause: JetStreamError): ClusterError {
  if (cause.errorNumber === NOT_ENABLED_FOR_ACCOUNT) {
    return new ClusterError(
      "JETSTREAM_DISABLED",
      "JetStream is off for the NATS account of this user; add `jetstream: enabled` to the account",
      { cause },
    );
  }
  return new ClusterError(
    "NATS_UNREACHABLE",
    `JetStream does not answer: ${cause.message}; check that most of the NATS servers run`,
    { cause },
  );
}

function adviceFor(account: AccountInfo, replicas: number): string[] {
  const use = useOf(account, replicas);
  // What is there can be served all the same, but nothing can be added.
  const fault = accountFault(account, replicas, 1);
  if (use === undefined) throw new ClusterError("NATS_LIMIT", fault!);
  if (fault !== undefined) return [fault];
  const { streams, storage, limits } = use;
  const found: string[] = [];
  if (limits.max_streams > 0 && streams >= limits.max_streams * NEAR) {
    found.push(
      `the NATS account has ${streams} of at most ${limits.max_streams} streams; raise its max_streams: every partition is one`,
    );
  }
  if (limits.max_storage > 0 && storage >= limits.max_storage * NEAR) {
    found.push(
      `the NATS account has used ${storage} of at most ${limits.max_storage} bytes; raise its max_storage (max_file)`,
    );
  }
  return found;
}
