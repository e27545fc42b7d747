import { resolveAlias } from "./config-aliases.ts";
import { type ConfigDefinition, ConfigFault } from "./config-definition.ts";
import { readOverrides } from "./topic-config.ts";
import { TOPIC_CONFIGS } from "./topic-configs.ts";

/** What IncrementalAlterConfigs does to one key, in Kafka's numbers. Append and subtract are for lists. */
const OPERATIONS = { SET: 0, DELETE: 1, APPEND: 2, SUBTRACT: 3 } as const;

export interface ConfigChange {
  readonly name: string;
  readonly configOperation: number;
  readonly value: string | null;
}

/**
 * A topic's settings after `changes`.
 *
 * @param resolved the settings in force, defaults included: what lists are appended to.
 * @throws ConfigFault for unknown names, operations and missing values.
 */
export function applyChanges(
  overrides: Readonly<Record<string, string>>,
  changes: readonly ConfigChange[],
  resolved: (name: string) => string,
): Record<string, string> {
  const result = { ...overrides };
  const names = new Set<string>();
  for (const change of changes) {
    const { name } = resolveAlias(change.name, "");
    if (names.has(name)) throw new ConfigFault(`${change.name} is changed more than once`);
    names.add(name);
    if (change.configOperation === OPERATIONS.DELETE) {
      delete result[name];
      continue;
    }
    const given = readOverrides([change])[name]!;
    result[name] =
      change.configOperation === OPERATIONS.SET ? given : changeList(change, given, resolved(name));
  }
  return result;
}

function changeList({ name, configOperation }: ConfigChange, given: string, current: string): string {
  const definition: ConfigDefinition | undefined = (TOPIC_CONFIGS as Record<string, ConfigDefinition>)[name];
  const isKnown = configOperation === OPERATIONS.APPEND || configOperation === OPERATIONS.SUBTRACT;
  if (!isKnown) throw new ConfigFault(`operation ${configOperation} on ${name} is unknown`);
  if (definition?.type !== "LIST")
    throw new ConfigFault(`${name} is no list: it can be set and deleted only`);
  const changed = given.split(",");
  const rest = current.split(",").filter((item) => !changed.includes(item));
  return (configOperation === OPERATIONS.APPEND ? [...rest, ...changed] : rest).join(",");
}
