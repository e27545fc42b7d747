import {
  isAvro,
  locateInProtobuf,
  type ParsedSchema,
  type ProtobufSchema,
  type SourceLocation,
} from "@letterpress/schema";
import { fieldsOnPath } from "./avro-path.ts";
import type { Candidate } from "./facts.ts";
import type { Reason } from "./report.ts";

/** Where in the edited files to look because of a reason; undefined where nothing of it is there any more. */
export function placeOf(
  reason: Pick<Reason, "direction" | "path" | "location">,
  candidate: Pick<Candidate, "parsed" | "includedFiles">,
  old: ParsedSchema,
): SourceLocation | undefined {
  const place =
    reason.direction === "BACKWARD" ? reason.location : sameInCandidate(reason.path, candidate, old);
  const file = place?.file === undefined ? undefined : candidate.includedFiles.get(place.file);
  return place && file !== undefined ? { ...place, file } : place;
}

/** The old reader's place, found again in the candidate: the field of that name, or else the record it is gone from. */
function sameInCandidate(
  path: string,
  { parsed }: Pick<Candidate, "parsed">,
  old: ParsedSchema,
): SourceLocation | undefined {
  if (isAvro(parsed) && isAvro(old)) {
    const last = fieldsOnPath(path, old.avro.schema).at(-1);
    const home = last === undefined ? parsed.avro.schema : parsed.avro.named.get(last.record.name.full);
    const same =
      home?.kind === "record" ? home.fields.find(({ name }) => name === last?.field.name) : undefined;
    return (same ?? home ?? parsed.avro.schema).location;
  }
  return parsed.format === "PROTOBUF" ? locateInProtobuf(path, parsed as ProtobufSchema) : undefined;
}
