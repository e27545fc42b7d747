import { api } from "../api.ts";
import {
  array,
  bool,
  int8,
  int16,
  int32,
  nullableArray,
  nullableString,
  string,
  struct,
} from "../schema/index.ts";

/**
 * Describes the configs of topics and brokers.
 *
 * Version 0 tells whether a value is the default; from 1 on the source is named, with synonyms (KIP-226).
 * Version 3 adds the type and the documentation (KIP-569).
 */
export const DescribeConfigs = api({
  key: 32,
  name: "DescribeConfigs",
  versions: [0, 4],
  flexible: 4,
  request: struct({
    resources: array(
      struct({
        /** 2 for a topic, 4 for a broker, 8 for a broker's loggers, 32 for a group. */
        resourceType: int8(),
        resourceName: string(),
        /** Null for all keys. */
        configurationKeys: nullableArray(string()),
      }),
    ),
    includeSynonyms: bool().since(1),
    includeDocumentation: bool().since(3),
  }),
  response: struct({
    throttleTimeMs: int32().default(0),
    results: array(
      struct({
        errorCode: int16(),
        errorMessage: nullableString(),
        resourceType: int8(),
        resourceName: string(),
        configs: array(
          struct({
            name: string(),
            value: nullableString(),
            readOnly: bool(),
            isDefault: bool().until(0),
            configSource: int8().since(1).default(-1).ignorable(),
            isSensitive: bool(),
            synonyms: array(
              struct({
                name: string(),
                value: nullableString(),
                source: int8(),
              }),
            )
              .since(1)
              .ignorable(),
            configType: int8().since(3).ignorable(),
            documentation: nullableString().since(3).ignorable(),
          }),
        ),
      }),
    ),
  }),
});
