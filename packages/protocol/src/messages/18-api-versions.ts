import { api } from "../api.ts";
import { array, bool, int16, int32, int64, string, struct } from "../schema/index.ts";

/**
 * Tells which APIs a broker speaks, and in which versions.
 *
 * It is the first request on a connection, so its response keeps header version 0, and a broker that does
 * not know the version answers in version 0. Version 3 names the client's software (KIP-511) and adds
 * features (KIP-584); 4 allows a feature to start at version 0.
 */
export const ApiVersions = api({
  key: 18,
  name: "ApiVersions",
  versions: [0, 4],
  flexible: 3,
  request: struct({
    clientSoftwareName: string().since(3).ignorable(),
    clientSoftwareVersion: string().since(3).ignorable(),
  }),
  response: struct({
    errorCode: int16(),
    apiKeys: array(
      struct({
        apiKey: int16(),
        minVersion: int16(),
        maxVersion: int16(),
      }),
    ),
    throttleTimeMs: int32().since(1).ignorable(),
    supportedFeatures: array(
      struct({
        name: string(),
        minVersion: int16(),
        maxVersion: int16(),
      }),
    )
      .since(3)
      .ignorable()
      .tagged(0),
    finalizedFeaturesEpoch: int64().since(3).default(-1n).ignorable().tagged(1),
    finalizedFeatures: array(
      struct({
        name: string(),
        maxVersionLevel: int16(),
        minVersionLevel: int16(),
      }),
    )
      .since(3)
      .ignorable()
      .tagged(2),
    zkMigrationReady: bool().since(3).ignorable().tagged(3),
  }),
});
