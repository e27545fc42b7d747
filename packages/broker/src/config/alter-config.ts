import type { Broker } from "../broker.ts";
import { BrokerError } from "../broker-error.ts";
import { toBrokerError } from "../partition/log-error-codes.ts";
import { RESOURCE_TYPES } from "./config-resource.ts";

/** A resource whose configuration is to be changed. */
export interface AlteredResource {
  readonly resourceType: number;
  readonly resourceName: string;
}

/** What a change came to. */
export interface AlterResult extends AlteredResource {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** Changes the settings of one topic. Brokers are configured when they start, and by nothing else. */
export async function alterResource(
  broker: Broker,
  { resourceType, resourceName }: AlteredResource,
  change: (overrides: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
  validateOnly: boolean,
): Promise<AlterResult> {
  try {
    if (resourceType === RESOURCE_TYPES.BROKER) {
      throw new BrokerError(
        "INVALID_REQUEST",
        "a broker is configured when it starts; its settings are read-only",
      );
    }
    if (resourceType !== RESOURCE_TYPES.TOPIC) {
      throw new BrokerError(
        "INVALID_REQUEST",
        `resources of type ${resourceType} have no configuration here`,
      );
    }
    await broker.topics.configure(resourceName, change, { validateOnly });
    return { errorCode: 0, errorMessage: null, resourceType, resourceName };
  } catch (error) {
    const { errorCode, message } = toBrokerError(error);
    return { errorCode, errorMessage: message, resourceType, resourceName };
  }
}
