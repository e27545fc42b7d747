import { ClusterError } from "../cluster-error.ts";
import type { NatsServerFacts } from "./nats-message.ts";

/** Batch direct gets and the expected sequence on clustered streams work from here on. */
const VERSION_MIN = [2, 11, 0] as const;
const VERSION_ADVISED = [2, 15, 1] as const;
const PAYLOAD_BYTES_MIN = 64 * 1024;
const PAYLOAD_BYTES_ADVISED = 8 * 1024 * 1024;

/**
 * Checks that a server can keep logs.
 *
 * @returns what should be changed though it works.
 * @throws ClusterError `NATS_TOO_OLD`, `JETSTREAM_DISABLED`, `NATS_LIMIT`
 */
export function checkServer(server: NatsServerFacts, replicas: number): readonly string[] {
  const { version, maxPayloadBytes, hasJetStream } = server;
  if (isOlder(version, VERSION_MIN)) {
    throw new ClusterError(
      "NATS_TOO_OLD",
      `the NATS server is version ${version}; ${VERSION_MIN.join(".")} or later is needed, ${VERSION_ADVISED.join(".")} or later advised`,
    );
  }
  if (!hasJetStream) {
    throw new ClusterError(
      "JETSTREAM_DISABLED",
      "JetStream is off on the NATS server; add a `jetstream { store_dir: ... }` block to its configuration",
    );
  }
  if (maxPayloadBytes < PAYLOAD_BYTES_MIN) {
    throw new ClusterError(
      "NATS_LIMIT",
      `max_payload of the NATS server is ${maxPayloadBytes} bytes; set it to ${PAYLOAD_BYTES_MIN} at least, ${PAYLOAD_BYTES_ADVISED} is advised`,
    );
  }
  return advice(version, maxPayloadBytes, replicas);
}

function advice(version: string, maxPayloadBytes: number, replicas: number): string[] {
  const found: string[] = [];
  if (isOlder(version, VERSION_ADVISED)) {
    found.push(`the NATS server is version ${version}; ${VERSION_ADVISED.join(".")} or later is advised`);
  }
  if (maxPayloadBytes < PAYLOAD_BYTES_ADVISED) {
    found.push(
      `max_payload is ${maxPayloadBytes} bytes, so that no record batch may be larger; max_payload: 8MB is advised`,
    );
  }
  if (replicas === 1) found.push("partitions are kept by one NATS server only: its disk is the only copy");
  // No client can see this setting, so it is always said.
  found.push(
    "acknowledged records survive a power failure of all replicas only with `sync_interval: always` in the jetstream block of every NATS server",
  );
  return found;
}

function isOlder(version: string, minimum: readonly number[]): boolean {
  const numbers = version.split(/[.-]/).map(Number);
  for (const [index, wanted] of minimum.entries()) {
    const number = numbers[index] ?? 0;
    if (number !== wanted) return !(number > wanted);
  }
  return false;
}
