import type { DescMessage } from "@bufbuild/protobuf";
import type { PayloadChecker } from "../parsed-schema.ts";
import { compileChecker } from "./checker-code.ts";
import { explainPayload } from "./explain-payload.ts";
import { wireShapes } from "./wire-shape.ts";

/**
 * Compiles the structural check of a message: tags, wire types, lengths, nesting, UTF-8 where the schema asks for
 * it, and required fields. Unknown fields pass; a known field with a foreign wire type does not, although some
 * parsers would skip it, because no writer with this schema has written it.
 */
export function protobufChecker(message: DescMessage): PayloadChecker {
  const shapes = wireShapes(message);
  const isValid = compileChecker(shapes);
  return {
    isValid,
    explain(buffer, start, end) {
      return explainPayload(shapes[0]!, buffer, start, end) ?? { path: "", message: "the payload is valid" };
    },
  };
}
