import {
  readerFingerprint,
  type Serde,
  subjectOf,
  type TopicContract,
  type WriterDeclaration,
} from "@letterpress/schema";
import type { WriterIds } from "./record-encoder.ts";

/** What a producer of a contract declares that it writes with. */
export function writerSchemasOf<Key, Value, Input>(
  { topic, key, value, subjectNameStrategy }: TopicContract<Key, Value, Input>,
  ids: WriterIds,
): WriterDeclaration[] {
  const declare = (
    part: "key" | "value",
    { schema, fullName }: Pick<Serde<unknown>, "schema" | "fullName">,
    schemaId: number,
  ): WriterDeclaration => ({
    part,
    subject: subjectOf(subjectNameStrategy, topic, part, fullName),
    schemaId,
    fingerprint: readerFingerprint(schema),
  });
  const declared = [declare("value", value, ids.value)];
  if (key.kind === "schema" && ids.key !== undefined) declared.push(declare("key", key.serde, ids.key));
  return declared;
}
