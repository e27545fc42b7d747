import { JsonFault } from "./json-fault.ts";

/** Only texts with so many digits in a row can hold an integer that a double cannot. */
const LONG_NUMBER = /\d{16}/;
const INTEGER = /^-?\d+$/;

/**
 * Parses JSON. Integers that a double cannot hold are handed to `exact` as they are written.
 *
 * @throws JsonFault
 */
export function parseJson(text: string, exact: (digits: string) => unknown): unknown {
  try {
    return LONG_NUMBER.test(text)
      ? JSON.parse(text, reviver(exact) as ReviverWithoutSource)
      : JSON.parse(text);
  } catch (cause) {
    throw new JsonFault(`is no JSON: ${(cause as Error).message}`, "", { cause });
  }
}

/** TypeScript's library does not know the third argument yet. */
type ReviverWithoutSource = (this: unknown, key: string, value: unknown) => unknown;

function reviver(exact: (digits: string) => unknown) {
  return (_: string, value: unknown, { source }: { readonly source?: string }): unknown => {
    if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
    return source !== undefined && INTEGER.test(source) ? exact(source) : value;
  };
}
