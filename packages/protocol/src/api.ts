import type { Reader, Writer } from "@letterpress/wire";
import { ProtocolError } from "./protocol-error.ts";
import type { Codec } from "./schema/codec.ts";
import type { Field } from "./schema/field.ts";

/** One Kafka API: its key, its versions, and both of its messages. */
export interface ApiDefinition<Req, ReqInit, Res, ResInit> {
  readonly key: number;
  readonly name: string;
  /** The first and the last version this build speaks. */
  readonly versions: readonly [min: number, max: number];
  /** The first version in the flexible (compact, tagged) encoding; `Infinity` where there is none (KIP-482). */
  readonly flexible: number;
  readonly request: Field<Req, ReqInit, false>;
  readonly response: Field<Res, ResInit, false>;
}

/** An API with its codecs, compiled on first use of a version and kept. */
export interface Api<Req = unknown, ReqInit = unknown, Res = unknown, ResInit = unknown>
  extends ApiDefinition<Req, ReqInit, Res, ResInit> {
  /** Whether this build speaks `version`. */
  supports(version: number): boolean;
  isFlexible(version: number): boolean;
  /** 1, or 2 in flexible versions. */
  requestHeaderVersion(version: number): number;
  /** 0, or 1 in flexible versions; always 0 for ApiVersions, whose reader does not know the version yet. */
  responseHeaderVersion(version: number): number;
  readRequest(version: number, reader: Reader): Req;
  writeRequest(version: number, writer: Writer, value: ReqInit): void;
  readResponse(version: number, reader: Reader): Res;
  writeResponse(version: number, writer: Writer, value: ResInit): void;
}

const API_VERSIONS_KEY = 18;

/**
 * Declares an API. A field states its versions only where one of the API's own, or of the struct around it, lacks it:
 * fields that are always there stay mandatory for writers.
 *
 * All methods throw `ProtocolError` (`UNSUPPORTED_VERSION`) outside the declared versions.
 */
export function api<Req, ReqInit, Res, ResInit>(
  definition: ApiDefinition<Req, ReqInit, Res, ResInit>,
): Api<Req, ReqInit, Res, ResInit> {
  const { key, name, versions, flexible } = definition;
  const [min, max] = versions;
  const requestCodecs: Codec<Req, ReqInit>[] = [];
  const responseCodecs: Codec<Res, ResInit>[] = [];
  const supports = (version: number): boolean =>
    Number.isInteger(version) && version >= min && version <= max;
  const isFlexible = (version: number): boolean => version >= flexible;

  function codecOf<Out, In>(
    cache: Codec<Out, In>[],
    field: Field<Out, In, false>,
    version: number,
  ): Codec<Out, In> {
    const cached = cache[version];
    if (cached !== undefined) return cached;
    if (!supports(version)) {
      throw new ProtocolError("UNSUPPORTED_VERSION", `${name} version ${version} is outside ${min}-${max}`);
    }
    const compiled = field.compile(version, isFlexible(version));
    cache[version] = compiled;
    return compiled;
  }

  return {
    ...definition,
    supports,
    isFlexible,
    requestHeaderVersion: (version) => (isFlexible(version) ? 2 : 1),
    responseHeaderVersion: (version) => (key !== API_VERSIONS_KEY && isFlexible(version) ? 1 : 0),
    readRequest: (version, reader) => codecOf(requestCodecs, definition.request, version).read(reader),
    writeRequest: (version, writer, value) =>
      codecOf(requestCodecs, definition.request, version).write(writer, value),
    readResponse: (version, reader) => codecOf(responseCodecs, definition.response, version).read(reader),
    writeResponse: (version, writer, value) =>
      codecOf(responseCodecs, definition.response, version).write(writer, value),
  };
}

/** What a reader of this API's requests gets. */
// biome-ignore lint/suspicious/noExplicitAny: only one parameter matters
export type RequestOf<A> = A extends Api<infer Req, any, any, any> ? Req : never;
/** What a writer of this API's requests gives. */
// biome-ignore lint/suspicious/noExplicitAny: only one parameter matters
export type RequestInitOf<A> = A extends Api<any, infer ReqInit, any, any> ? ReqInit : never;
/** What a reader of this API's responses gets. */
// biome-ignore lint/suspicious/noExplicitAny: only one parameter matters
export type ResponseOf<A> = A extends Api<any, any, infer Res, any> ? Res : never;
/** What a writer of this API's responses gives. */
// biome-ignore lint/suspicious/noExplicitAny: only one parameter matters
export type ResponseInitOf<A> = A extends Api<any, any, any, infer ResInit> ? ResInit : never;
