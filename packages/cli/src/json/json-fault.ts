import { jsonText } from "../output.ts";

/** A JSON value that does not fit its schema. The path is put together on the way out, so it costs nothing before. */
export class JsonFault extends Error {
  override readonly name = "JsonFault";
  readonly code = "INVALID_JSON";
  readonly reason: string;
  readonly path: string;

  constructor(reason: string, path = "", options?: ErrorOptions) {
    super(path === "" ? reason : `${path}: ${reason}`, options);
    this.reason = reason;
    this.path = path;
  }

  /** The same fault, seen from one level up. */
  within(step: string | number): JsonFault {
    const here = typeof step === "number" ? `[${step}]` : step;
    const separator = this.path === "" || this.path.startsWith("[") ? "" : ".";
    return new JsonFault(this.reason, `${here}${separator}${this.path}`);
  }
}

/** Runs `convert` on the part of a value that `step` leads to. */
export function within<T>(step: string | number, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    throw error instanceof JsonFault ? error.within(step) : error;
  }
}

/** How a fault shows the value it found. */
export function shown(json: unknown): string {
  const text = json === undefined ? "missing" : jsonText(json);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
