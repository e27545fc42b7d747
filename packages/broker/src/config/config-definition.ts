/** The types DescribeConfigs reports, by Kafka's names and numbers. */
export const CONFIG_TYPES = { BOOLEAN: 1, STRING: 2, INT: 3, LONG: 5, DOUBLE: 6, LIST: 7 } as const;
export type ConfigType = keyof typeof CONFIG_TYPES;

/** One configuration key: how its text is read, and what it is when nobody sets it. */
export interface ConfigDefinition<T = unknown> {
  readonly type: ConfigType;
  readonly defaultText: string;
  readonly documentation: string;
  /** The broker configuration that gives a topic's default. */
  readonly brokerName?: string | undefined;
  /**
   * The value a text stands for.
   *
   * @throws ConfigFault when it stands for none.
   */
  parse(text: string): T;
}

export type ConfigTable = Readonly<Record<string, ConfigDefinition>>;

/** The values of a table's keys, under their own names. */
export type ConfigValues<T extends ConfigTable> = {
  readonly [K in keyof T]: T[K] extends ConfigDefinition<infer V> ? V : never;
};

/** A configuration text that its key does not take. Never leaves this package: handlers answer INVALID_CONFIG. */
export class ConfigFault extends Error {
  override readonly name = "ConfigFault";
}

interface Described {
  readonly documentation: string;
  readonly brokerName?: string;
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

const INT_MAX = 0x7fff_ffff;
const LONG_MAX = 2 ** 63;
const INTEGER = /^-?\d{1,19}$/;

function integer(type: "INT" | "LONG", typeMax: number, fallback: string, options: Described & Bounds) {
  const { min = -typeMax, max = typeMax, ...described } = options;
  const definition: ConfigDefinition<number> = {
    ...described,
    type,
    defaultText: fallback,
    parse(text) {
      const value = Number(text);
      if (!INTEGER.test(text) || value > typeMax) throw new ConfigFault(`"${text}" is not a whole number`);
      if (value < min) throw new ConfigFault(`${text} is below ${min}`);
      if (value > max) throw new ConfigFault(`${text} is above ${max}`);
      return value;
    },
  };
  return definition;
}

/** A 32-bit integer. */
export const int = (fallback: number, options: Described & Bounds): ConfigDefinition<number> =>
  integer("INT", INT_MAX, String(fallback), options);

/** A 64-bit integer; values beyond 2^53 are rounded, which only matters for "without limit". */
export const long = (fallback: number | string, options: Described & Bounds): ConfigDefinition<number> =>
  integer("LONG", LONG_MAX, String(fallback), options);

const DECIMAL = /^-?\d{1,15}(\.\d{1,15})?$/;

/** A decimal fraction. */
export function double(fallback: number, options: Described & Bounds): ConfigDefinition<number> {
  const { min = -Number.MAX_VALUE, max = Number.MAX_VALUE, ...described } = options;
  return {
    ...described,
    type: "DOUBLE",
    defaultText: String(fallback),
    parse(text) {
      const value = Number(text);
      if (!DECIMAL.test(text)) throw new ConfigFault(`"${text}" is not a decimal number`);
      if (value < min) throw new ConfigFault(`${text} is below ${min}`);
      if (value > max) throw new ConfigFault(`${text} is above ${max}`);
      return value;
    },
  };
}

export function bool(fallback: boolean, options: Described): ConfigDefinition<boolean> {
  return {
    ...options,
    type: "BOOLEAN",
    defaultText: String(fallback),
    parse(text) {
      const lower = text.toLowerCase();
      if (lower !== "true" && lower !== "false") throw new ConfigFault(`"${text}" is neither true nor false`);
      return lower === "true";
    },
  };
}

/** One of a closed set of words. */
export function choice<const V extends string>(
  values: readonly V[],
  fallback: NoInfer<V>,
  options: Described,
): ConfigDefinition<V> {
  return {
    ...options,
    type: "STRING",
    defaultText: fallback,
    parse(text) {
      const value = values.find((candidate) => candidate === text);
      if (value === undefined) throw new ConfigFault(`"${text}" is none of ${values.join(", ")}`);
      return value;
    },
  };
}

/** One or more of a closed set of words, separated by commas. */
export function list<const V extends string>(
  values: readonly V[],
  fallback: NoInfer<V>,
  options: Described,
): ConfigDefinition<readonly V[]> {
  const word = choice(values, fallback, options);
  return {
    ...options,
    type: "LIST",
    defaultText: fallback,
    parse: (text) => text.split(",").map((part) => word.parse(part.trim())),
  };
}

/**
 * The values of every key of `table`: what `texts` says, else the definition's default.
 *
 * @throws ConfigFault naming the first key whose text is wrong.
 */
export function parseConfigs<T extends ConfigTable>(
  table: T,
  texts: Readonly<Record<string, string>>,
): ConfigValues<T> {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(table)) {
    const definition = table[name]!;
    values[name] = parseConfig(name, definition, texts[name] ?? definition.defaultText);
  }
  return values as ConfigValues<T>;
}

function parseConfig(name: string, definition: ConfigDefinition, text: string): unknown {
  try {
    return definition.parse(text);
  } catch (error) {
    if (error instanceof ConfigFault) throw new ConfigFault(`invalid value for ${name}: ${error.message}`);
    throw error;
  }
}
