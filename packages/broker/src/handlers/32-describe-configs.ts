import { DescribeConfigs, type RequestOf, type ResponseInitOf } from "@letterpress/protocol";
import type { Broker } from "../broker.ts";
import { BrokerError } from "../broker-error.ts";
import { resolveAliasName } from "../config/config-aliases.ts";
import { CONFIG_TYPES } from "../config/config-definition.ts";
import { checkIsThisBroker, RESOURCE_TYPES } from "../config/config-resource.ts";
import {
  CONFIG_SOURCES,
  type DescribedConfig,
  describeBrokerConfig,
  describeTopicConfig,
} from "../config/describe-config.ts";
import { distinctBy } from "../distinct-by.ts";
import { handler } from "../handler.ts";
import { toBrokerError } from "../partition/log-error-codes.ts";

type Request = RequestOf<typeof DescribeConfigs>;
type Resource = Request["resources"][number];
type Result = ResponseInitOf<typeof DescribeConfigs>["results"][number];

/** DescribeConfigs 0-4, of topics and of this broker. */
export const describeConfigs = handler(DescribeConfigs, (request, { broker, apiVersion }) => ({
  throttleTimeMs: 0,
  results: distinctBy(
    request.resources,
    ({ resourceType, resourceName }) => `${resourceType} ${resourceName}`,
  ).map((resource) => describeResource(broker, resource, request, apiVersion)),
}));

function describeResource(broker: Broker, resource: Resource, request: Request, apiVersion: number): Result {
  const { resourceType, resourceName, configurationKeys } = resource;
  try {
    const wanted = configurationKeys === null ? undefined : new Set(configurationKeys.map(resolveAliasName));
    const configs = configsOf(broker, resource).filter(
      ({ name }) => wanted === undefined || wanted.has(name),
    );
    return {
      errorCode: 0,
      errorMessage: null,
      resourceType,
      resourceName,
      configs: configs.map((config) =>
        toInit(config, resourceType === RESOURCE_TYPES.BROKER, request, apiVersion),
      ),
    };
  } catch (error) {
    const { errorCode, message } = toBrokerError(error);
    return { errorCode, errorMessage: message, resourceType, resourceName, configs: [] };
  }
}

function configsOf(broker: Broker, { resourceType, resourceName }: Resource): DescribedConfig[] {
  if (resourceType === RESOURCE_TYPES.BROKER) {
    checkIsThisBroker(resourceName, broker.cluster.nodeId);
    return describeBrokerConfig(broker.config.texts);
  }
  if (resourceType !== RESOURCE_TYPES.TOPIC) {
    throw new BrokerError("INVALID_REQUEST", `resources of type ${resourceType} have no configuration here`);
  }
  const topic = broker.topics.get(resourceName);
  if (topic === undefined) {
    throw new BrokerError("UNKNOWN_TOPIC_OR_PARTITION", `there is no topic ${resourceName}`);
  }
  return describeTopicConfig(topic, broker.config.texts);
}

function toInit(
  config: DescribedConfig,
  readOnly: boolean,
  request: Request,
  apiVersion: number,
): Result["configs"][number] {
  const { name, value, source, definition, synonyms } = config;
  return {
    name,
    value,
    readOnly,
    // Version 0 knows no sources.
    ...(apiVersion === 0 ? { isDefault: source === CONFIG_SOURCES.DEFAULT } : { configSource: source }),
    isSensitive: false,
    synonyms: request.includeSynonyms ? synonyms : [],
    configType: CONFIG_TYPES[definition.type],
    documentation: request.includeDocumentation ? definition.documentation : null,
  };
}
