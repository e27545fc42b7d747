import { ServerError } from "../server-error.ts";
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

const PREFIX = "LETTERPRESS_";
const BROKER_PREFIX = `${PREFIX}BROKER_`;
const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  LETTERPRESS_DATA: ["data"],
  LETTERPRESS_KAFKA: ["kafka"],
  LETTERPRESS_HTTP: ["http"],
  LETTERPRESS_ADVERTISED: ["advertised"],
  LETTERPRESS_NODE_ID: ["nodeId"],
  LETTERPRESS_FLUSH: ["flush"],
  LETTERPRESS_LOG_LEVEL: ["log", "level"],
  LETTERPRESS_COMPATIBILITY: ["registry", "compatibility"],
};

/**
 * The settings of the environment: `LETTERPRESS_KAFKA` and the like, and `LETTERPRESS_BROKER_NUM_PARTITIONS` for
 * `broker: { num.partitions }`. Variables of other meanings are left alone.
 */
export function environmentSource(environment: NodeJS.ProcessEnv): ConfigSource {
  const settings: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(environment)) {
    if (text === undefined || text === "") continue;
    const path = name.startsWith(BROKER_PREFIX)
      ? ["broker", name.slice(BROKER_PREFIX.length).toLowerCase().replaceAll("_", ".")]
      : VARIABLES[name];
    if (path !== undefined) set(settings, path, name === "LETTERPRESS_NODE_ID" ? Number(text) : text);
  }
  return { settings, locate: (path) => variableFor(path) };
}

function variableFor(path: readonly PropertyKey[]): string {
  const found = Object.entries(VARIABLES).find(([, each]) => each.join(".") === path.join("."));
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
    if (!isObject(value) || !Object.hasOwn(value, part)) return false;
    value = value[String(part)];
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
