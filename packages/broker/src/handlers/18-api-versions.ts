import { ApiVersions, ERRORS } from "@letterpress/protocol";
import { type Handler, handler } from "../handler.ts";

const SOFTWARE_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?$/;

/** What ApiVersions says of one API. */
export interface ApiVersionRange {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** The versions of the APIs that `handlers` serve, and of ApiVersions itself. */
export function versionRanges(handlers: readonly Handler[]): ApiVersionRange[] {
  return [...handlers.map(({ api }) => api), ApiVersions]
    .map(({ key, versions: [minVersion, maxVersion] }) => ({ apiKey: key, minVersion, maxVersion }))
    .sort((a, b) => a.apiKey - b.apiKey);
}

/** ApiVersions 0-4: exactly the APIs in the list of handlers. Names no features. */
export function apiVersions(ranges: readonly ApiVersionRange[]) {
  return handler(ApiVersions, (request, { apiVersion }) => {
    const { clientSoftwareName, clientSoftwareVersion } = request;
    const isNamed = SOFTWARE_NAME.test(clientSoftwareName) && SOFTWARE_NAME.test(clientSoftwareVersion);
    if (apiVersion >= 3 && !isNamed) return { errorCode: ERRORS.INVALID_REQUEST.code, apiKeys: [] };
    return { errorCode: 0, apiKeys: ranges };
  });
}
