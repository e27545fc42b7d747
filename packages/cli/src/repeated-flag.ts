import { CliError } from "./cli-error.ts";

/** Gathers the values of a flag that may be repeated. */
export function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

/** Reads `name=value`; the value may hold further equals signs. */
export function parseAssignment(text: string): [name: string, value: string] {
  const equals = text.indexOf("=");
  if (equals > 0) return [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
  throw new CliError("USAGE", `"${text}" is not of the form name=value, such as retention.ms=86400000`);
}
