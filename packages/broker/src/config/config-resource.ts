import { BrokerError } from "../broker-error.ts";

/** The kinds of resources that have configurations, in Kafka's numbers. */
export const RESOURCE_TYPES = { TOPIC: 2, BROKER: 4 } as const;

/**
 * Whether the resource is this broker; its name is empty where all brokers are meant.
 *
 * @throws BrokerError `INVALID_REQUEST` for another broker: its configuration is its own to tell.
 */
export function checkIsThisBroker(resourceName: string, nodeId: number): void {
  if (resourceName !== "" && resourceName !== String(nodeId)) {
    throw new BrokerError("INVALID_REQUEST", `this is broker ${nodeId}, not ${resourceName}`);
  }
}
