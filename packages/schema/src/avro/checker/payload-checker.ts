import type { PayloadChecker } from "../../parsed-schema.ts";
import type { AvroSchema } from "../schema.ts";
import { compileChecker } from "./compile.ts";
import { payloadFault } from "./explain.ts";

/** The checker of payloads written with a schema, compiled at once. */
export function payloadChecker(schema: AvroSchema): PayloadChecker {
  return {
    isValid: compileChecker(schema),
    explain: (buffer, start, end) =>
      payloadFault(schema, buffer, start, end) ?? { path: "", message: "the payload is valid" },
  };
}
