import {
  type AvroField,
  type AvroNamed,
  type AvroSchema,
  childrenOf,
  isAvro,
  locateInProtobuf,
  type ParsedSchema,
  type ProtobufSchema,
  type SourceLocation,
} from "@letterpress/schema";
import type { Reason } from "./report.ts";

/** Where in the edited files to look because of a reason; undefined where nothing of it is there any more. */
export function placeOf(
  reason: Pick<Reason, "direction" | "path" | "location">,
  candidate: ParsedSchema,
  old: ParsedSchema,
): SourceLocation | undefined {
  return reason.direction === "BACKWARD" ? reason.location : sameInCandidate(reason, candidate, old);
}

/** The old reader's place, found again in the candidate: what has the same name, or else the record it is gone from. */
function sameInCandidate(
  { path, location }: Pick<Reason, "path" | "location">,
  candidate: ParsedSchema,
  old: ParsedSchema,
): SourceLocation | undefined {
  if (isAvro(candidate) && isAvro(old)) {
    const { schema, named } = candidate.avro;
    const at = location && avroPlace(old.avro.named.values(), location);
    const type = at && named.get(at.type.name.full);
    const field =
      type?.kind === "record" ? type.fields.find(({ name }) => name === at?.field?.name) : undefined;
    return (field ?? type ?? schema).location;
  }
  return candidate.format === "PROTOBUF" ? locateInProtobuf(path, candidate as ProtobufSchema) : undefined;
}

/** The named type that stands at a place, and the field, if it is within one. */
function avroPlace(
  named: Iterable<AvroNamed>,
  location: SourceLocation,
): { readonly type: AvroNamed; readonly field?: AvroField } | undefined {
  const isThere = (at: SourceLocation): boolean =>
    at.line === location.line && at.column === location.column && at.file === location.file;
  const holds = (type: AvroSchema): boolean =>
    !("name" in type) && (isThere(type.location) || childrenOf(type).some(holds));
  for (const type of named) {
    if (isThere(type.location)) return { type };
    if (type.kind !== "record") continue;
    const field = type.fields.find((each) => isThere(each.location) || holds(each.type));
    if (field !== undefined) return { type, field };
  }
  return undefined;
}
