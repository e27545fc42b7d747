import { BrokerError } from "../broker-error.ts";
import type { Logger } from "../logger.ts";
import type { BrokerMetrics } from "../metrics.ts";
import type { RecordFault, RecordGuard } from "../record-guard.ts";
import type { DeadLetterOffice } from "./dead-letter-office.ts";

/** What every partition of a broker shares. */
export interface PartitionServices {
  /** The guard that is in force now. */
  guard(): RecordGuard | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly deadLetters: DeadLetterOffice;
  readonly metrics: BrokerMetrics;
  readonly logger: Logger;
}

const FAULTS_REPORTED_MAX = 1000;

/** The refusal of a batch with records at fault: each one's reason, and the first one in the message. */
export function summarizeFaults(faults: readonly RecordFault[]): BrokerError {
  const first = faults[0]!;
  const rest = faults.length === 1 ? "" : ` (and ${faults.length - 1} more)`;
  return new BrokerError("INVALID_RECORD", `record ${first.index}, ${first.part}: ${first.message}${rest}`, {
    recordErrors: faults
      .slice(0, FAULTS_REPORTED_MAX)
      .map(({ index, part, message }) => ({ index, message: `${part}: ${message}` })),
  });
}
