import { ClusterError } from "../cluster-error.ts";
import { useOf } from "../jetstream/account-room.ts";
import type { JetStreamApi } from "../jetstream/jetstream-api.ts";
import { SUBJECTS } from "../jetstream/partition-stream.ts";
import { listPartitions } from "../jetstream/partition-streams.ts";
import { retryWhileElecting } from "../jetstream/retry.ts";
import { StreamPlacement } from "../jetstream/stream-placement.ts";

const TIMEOUT_MS = 30_000;
/** What a stream takes for a message beside its payload: header, subject and what the store adds. */
const MESSAGE_BYTES = 256;

/**
 * Checks that a stream can be made for each of `partitions`; those that an earlier attempt has made need no more room.
 *
 * @throws ClusterError `NATS_LIMIT`; LogError `TIMED_OUT`
 */
export async function assertPlaceable(
  api: JetStreamApi,
  partitions: number,
  replicas: number,
): Promise<void> {
  const made = await retryWhileElecting(TIMEOUT_MS, () => listPartitions(api));
  const placement = new StreamPlacement(api, () => performance.now());
  const fault = await placement.faultOf(Math.max(0, partitions - made.length), replicas);
  if (fault !== undefined) throw new ClusterError("NATS_LIMIT", fault.message);
}

/** What is to be kept, and how often. */
export interface RoomNeeded {
  readonly batches: number;
  readonly bytes: number;
  readonly replicas: number;
}

/**
 * Checks that the account may store as much. What the disks of the servers have left, no client is told.
 *
 * @throws ClusterError `NATS_LIMIT`
 */
export async function assertStorable(
  api: JetStreamApi,
  { batches, bytes, replicas }: RoomNeeded,
): Promise<void> {
  const account = await retryWhileElecting(TIMEOUT_MS, () => api.accountInfo());
  const use = useOf(account, replicas);
  const bytesMax = use?.limits.max_storage ?? -1;
  if (use === undefined || bytesMax < 0) return;
  const streams = await retryWhileElecting(TIMEOUT_MS, () => api.listStreams(SUBJECTS));
  const stored = streams.reduce((total, { state }) => total + state.bytes, 0);
  // The limit of a tier is for what one replica takes, the one of an account for all of them.
  const copies = account.tiers === undefined ? replicas : 1;
  const missing = Math.max(0, bytes + batches * MESSAGE_BYTES - stored) * copies;
  if (use.storage + missing <= bytesMax) return;
  throw new ClusterError(
    "NATS_LIMIT",
    `the import takes about ${missing} bytes more, and the NATS account has used ${use.storage} of at most ${bytesMax}; ` +
      "raise its max_storage (max_file in the server's configuration)",
  );
}
