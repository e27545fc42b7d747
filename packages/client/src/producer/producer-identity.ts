/** Who an idempotent producer is to a partition (KIP-98). */
export interface ProducerIdentity {
  /** -1 for a producer that is not idempotent. */
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

export const NO_IDENTITY: ProducerIdentity = { producerId: -1n, producerEpoch: -1 };

const EPOCH_MAX = 0x7fff;

/**
 * The identity behind `identity`, for a partition whose sequences have to start again; undefined when the epochs
 * are used up and a new producer id is needed. Brokers learn a new epoch from the first batch that carries it
 * (KIP-360).
 */
export function nextEpoch(identity: ProducerIdentity): ProducerIdentity | undefined {
  if (identity.producerEpoch >= EPOCH_MAX - 1) return undefined;
  return { producerId: identity.producerId, producerEpoch: identity.producerEpoch + 1 };
}
