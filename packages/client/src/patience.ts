/** How long a consumer asks again while a leader or coordinator is missing: as Kafka's `default.api.timeout.ms`. */
export const CONSUMER_PATIENCE_MS = 60_000;

/** An administrator wants to hear of it, and can ask again. */
export const ADMIN_PATIENCE_MS = 5_000;
