import { DescribeCluster, DescribeConfigs, IncrementalAlterConfigs, Metadata } from "@letterpress/protocol";
import { brokerError } from "../broker-error.ts";
import type { Cluster } from "../metadata/cluster.ts";
import type { BrokerMetadata } from "../metadata/topic-metadata.ts";
import { retrying } from "./retrying.ts";

/** What configs belong to: a topic by name, or a broker by id. */
export type ConfigResource =
  | { readonly topic: string; readonly broker?: undefined }
  | { readonly broker: number; readonly topic?: undefined };

/** One config and where its value comes from. */
export interface ConfigEntry {
  readonly name: string;
  /** Null for a secret. */
  readonly value: string | null;
  readonly isDefault: boolean;
  readonly isReadOnly: boolean;
  readonly isSensitive: boolean;
}

/** The brokers of a cluster. */
export interface ClusterDescription {
  readonly clusterId: string | null;
  /** -1 when there is none at the moment. */
  readonly controllerId: number;
  readonly brokers: readonly BrokerMetadata[];
}

const TOPIC_RESOURCE = 2;
const BROKER_RESOURCE = 4;
const SET = 0;
const DELETE = 1;
/** The source of values that nobody has set (KIP-226). */
const DEFAULT_SOURCE = 5;

/** Administers configs. All methods throw `LetterpressError`. */
export class ConfigAdmin {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** All configs of a resource, or those named. */
  describe(resource: ConfigResource, names?: readonly string[]): Promise<ConfigEntry[]> {
    return retrying(this.#cluster, async () => {
      const connection = await this.#connection(resource);
      const response = await connection.request(DescribeConfigs, {
        resources: [{ ...resourceOf(resource), configurationKeys: names ?? null }],
      });
      return response.results.flatMap(({ errorCode, errorMessage, resourceName, configs }) => {
        check(errorCode, `cannot describe the configs of ${resourceName}`, errorMessage);
        return configs.map(
          ({ name, value, readOnly, isSensitive, isDefault, configSource }): ConfigEntry => ({
            name,
            value,
            isDefault: isDefault || configSource === DEFAULT_SOURCE,
            isReadOnly: readOnly,
            isSensitive,
          }),
        );
      });
    });
  }

  /** Sets the configs given and leaves the others; null sets one back to its default (KIP-339). */
  alter(resource: ConfigResource, configs: Readonly<Record<string, string | null>>): Promise<void> {
    return retrying(this.#cluster, async () => {
      const connection = await this.#connection(resource);
      const response = await connection.request(IncrementalAlterConfigs, {
        resources: [
          {
            ...resourceOf(resource),
            configs: Object.entries(configs).map(([name, value]) => ({
              name,
              value,
              configOperation: value === null ? DELETE : SET,
            })),
          },
        ],
        validateOnly: false,
      });
      for (const { errorCode, errorMessage, resourceName } of response.responses) {
        check(errorCode, `cannot alter the configs of ${resourceName}`, errorMessage);
      }
    });
  }

  /** The cluster's id, controller and brokers. */
  describeCluster(): Promise<ClusterDescription> {
    return retrying(this.#cluster, async () => {
      const connection = await this.#cluster.any();
      if (!connection.supports(DescribeCluster)) {
        const { clusterId, controllerId, brokers } = await connection.request(Metadata, { topics: [] });
        return { clusterId, controllerId, brokers };
      }
      const response = await connection.request(DescribeCluster, {
        includeClusterAuthorizedOperations: false,
      });
      check(response.errorCode, "cannot describe the cluster", response.errorMessage);
      const { clusterId, controllerId } = response;
      const brokers = response.brokers.map(({ brokerId, host, port, rack }) => ({
        nodeId: brokerId,
        host,
        port,
        rack,
      }));
      return { clusterId, controllerId, brokers };
    });
  }

  #connection(resource: ConfigResource) {
    return resource.broker === undefined ? this.#cluster.any() : this.#cluster.node(resource.broker);
  }
}

function resourceOf(resource: ConfigResource): { resourceType: number; resourceName: string } {
  return resource.broker === undefined
    ? { resourceType: TOPIC_RESOURCE, resourceName: resource.topic }
    : { resourceType: BROKER_RESOURCE, resourceName: String(resource.broker) };
}

function check(errorCode: number, what: string, brokerMessage: string | null): void {
  if (errorCode !== 0) throw brokerError(errorCode, what, { brokerMessage });
}
