import { type AnyApi, ApiVersions, ERRORS } from "@letterpress/protocol";
import type { Reader } from "@letterpress/wire";
import { LetterpressError } from "../letterpress-error.ts";

/** What one broker speaks, by API key. */
export class BrokerVersions {
  readonly #ranges: ReadonlyMap<number, readonly [min: number, max: number]>;

  constructor(ranges: ReadonlyMap<number, readonly [min: number, max: number]>) {
    this.#ranges = ranges;
  }

  /** Whether there is a version of the API that both sides speak. */
  supports(api: AnyApi): boolean {
    const range = this.#ranges.get(api.key);
    return range !== undefined && Math.min(range[1], api.versions[1]) >= Math.max(range[0], api.versions[0]);
  }

  /**
   * The newest version of the API that both sides speak, at most `max`.
   *
   * @throws LetterpressError `UNSUPPORTED_VERSION`
   */
  pick(api: AnyApi, max = Number.POSITIVE_INFINITY): number {
    const range = this.#ranges.get(api.key);
    const version = Math.min(range?.[1] ?? -1, api.versions[1], max);
    if (range !== undefined && version >= Math.max(range[0], api.versions[0])) return version;
    const spoken = range === undefined ? "does not know it" : `speaks versions ${range[0]} to ${range[1]}`;
    throw new LetterpressError(
      "UNSUPPORTED_VERSION",
      `${api.name} is needed in versions ${api.versions[0]} to ${api.versions[1]}; the broker ${spoken}`,
    );
  }
}

/** The answer to ApiVersions, or the version to ask again with. */
export type VersionAnswer = { readonly versions: BrokerVersions } | { readonly retryVersion: number };

/**
 * Reads an ApiVersions response. A broker that does not know `version` answers in version 0 with
 * UNSUPPORTED_VERSION and, since Kafka 2.4, the range to choose from (KIP-511).
 */
export function readVersionAnswer(version: number, reader: Reader): VersionAnswer {
  const isUnsupported = reader.buffer.readInt16BE(reader.position) === ERRORS.UNSUPPORTED_VERSION.code;
  const response = ApiVersions.readResponse(isUnsupported ? 0 : version, reader);
  const ranges = new Map(
    response.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, [minVersion, maxVersion] as const]),
  );
  if (!isUnsupported) return { versions: new BrokerVersions(ranges) };
  const best = Math.min(ranges.get(ApiVersions.key)?.[1] ?? 0, version - 1);
  if (version > 0) return { retryVersion: Math.max(0, best) };
  throw new LetterpressError("UNSUPPORTED_VERSION", "the broker does not speak ApiVersions version 0");
}
