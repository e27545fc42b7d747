import { ServerError } from "../server-error.ts";
import type { ClusterConfig } from "./cluster-config.ts";
import { type ServerConfig, serverConfigSchema } from "./server-config.ts";

/** Settings from one place, in the shape of `ServerConfigInput`, with the words to name that place in messages. */
export interface ConfigSource {
  readonly settings: Readonly<Record<string, unknown>>;
  /** Where a setting stands: `--kafka`, `letterpress.yaml:3:5`, `LETTERPRESS_KAFKA`. */
  locate(path: readonly PropertyKey[]): string;
}

/**
 * Merges settings, later sources winning, and checks the whole.
 *
 * @throws ServerError `INVALID_CONFIG` listing every mistake with its place.
 */
export function readServerConfig(sources: readonly ConfigSource[]): ServerConfig {
  let merged: Record<string, unknown> = {};
  for (const { settings } of sources) merged = merge(merged, settings);
  const parsed = serverConfigSchema.safeParse(merged);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) =>
        describe(sources, [...issue.path, key], "is not a setting; correct its name or remove it"),
      );
    }
    return [describe(sources, issue.path, issue.message)];
  });
  throw new ServerError("INVALID_CONFIG", mistakes.join("\n"));
}

/**
 * How to reach a cluster, for what is no broker of it.
 *
 * @throws ServerError `INVALID_CONFIG`, also where no server is named.
 */
export function readClusterConfig(sources: readonly ConfigSource[]): ClusterConfig {
  const wanted: ConfigSource = { settings: { cluster: {} }, locate: (path) => path.join(".") };
  const { cluster } = readServerConfig([wanted, ...sources]);
  return cluster as ClusterConfig;
}

const PREFIX = "LETTERPRESS_";
const BROKER_PREFIX = `${PREFIX}BROKER_`;

/** What a variable sets, and how its text is read where that is not the text itself. */
interface Variable {
  readonly path: readonly string[];
  readonly read?: (text: string) => unknown;
}

const VARIABLES: Readonly<Record<string, Variable>> = {
  LETTERPRESS_DATA: { path: ["data"] },
  LETTERPRESS_KAFKA: { path: ["kafka"] },
  LETTERPRESS_HTTP: { path: ["http"] },
  LETTERPRESS_ADVERTISED: { path: ["advertised"] },
  LETTERPRESS_NODE_ID: { path: ["nodeId"], read: Number },
  LETTERPRESS_FLUSH: { path: ["flush"] },
  LETTERPRESS_LOG_LEVEL: { path: ["log", "level"] },
  LETTERPRESS_COMPATIBILITY: { path: ["registry", "compatibility"] },
  LETTERPRESS_CLUSTER: { path: ["cluster", "servers"], read: splitList },
  LETTERPRESS_REPLICAS: { path: ["cluster", "replicas"], read: Number },
  LETTERPRESS_CLUSTER_SESSION_MS: { path: ["cluster", "sessionMs"], read: Number },
  LETTERPRESS_NATS_USER: { path: ["cluster", "user"] },
  LETTERPRESS_NATS_PASSWORD: { path: ["cluster", "password"] },
  LETTERPRESS_NATS_TOKEN: { path: ["cluster", "token"] },
  LETTERPRESS_NATS_CREDENTIALS: { path: ["cluster", "credentialsFile"] },
  LETTERPRESS_NATS_CA: { path: ["cluster", "tls", "caFile"] },
  LETTERPRESS_NATS_CERT: { path: ["cluster", "tls", "certFile"] },
  LETTERPRESS_NATS_KEY: { path: ["cluster", "tls", "keyFile"] },
};

/**
 * The settings of the environment: `LETTERPRESS_KAFKA` and the like, and `LETTERPRESS_BROKER_NUM_PARTITIONS` for
 * `broker: { num.partitions }`. Variables of other meanings are left alone.
 */
export function environmentSource(environment: NodeJS.ProcessEnv): ConfigSource {
  const settings: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(environment)) {
    if (text === undefined || text === "") continue;
    const variable = variableOf(name);
    if (variable !== undefined) set(settings, variable.path, variable.read?.(text) ?? text);
  }
  return { settings, locate: (path) => variableFor(path) };
}

function variableOf(name: string): Variable | undefined {
  if (Object.hasOwn(VARIABLES, name)) return VARIABLES[name];
  if (!name.startsWith(BROKER_PREFIX)) return undefined;
  return { path: ["broker", name.slice(BROKER_PREFIX.length).toLowerCase().replaceAll("_", ".")] };
}

function splitList(text: string): string[] {
  return text.split(",").map((each) => each.trim());
}

function variableFor(path: readonly PropertyKey[]): string {
  const wanted = path.join(".");
  // A mistake in one item of a list stands in the variable that has the whole list.
  const found = Object.entries(VARIABLES).find(([, each]) =>
    `${wanted}.`.startsWith(`${each.path.join(".")}.`),
  );
  if (found !== undefined) return found[0];
  return `${BROKER_PREFIX}${path.slice(1).join("_").toUpperCase().replaceAll(".", "_")}`;
}

/** Names the last source that has the setting, as that one wins. */
function describe(sources: readonly ConfigSource[], path: readonly PropertyKey[], message: string): string {
  const source = sources.findLast(({ settings }) => has(settings, path)) ?? sources.at(-1);
  return `${source?.locate(path) ?? path.join(".")}: ${message}`;
}

function has(settings: unknown, path: readonly PropertyKey[]): boolean {
  let value: unknown = settings;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return false;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value !== undefined;
}

function set(settings: Record<string, unknown>, [first, ...rest]: readonly string[], value: unknown): void {
  if (first === undefined) return;
  if (rest.length === 0) {
    settings[first] = value;
    return;
  }
  const inner = isObject(settings[first]) ? settings[first] : {};
  settings[first] = inner;
  set(inner, rest, value);
}

function merge(
  base: Record<string, unknown>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const before = merged[key];
    merged[key] = isObject(before) && isObject(value) ? merge(before, value) : value;
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
