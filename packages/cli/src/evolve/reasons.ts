import {
  type CheckLevel,
  checkCompatibility,
  type Incompatibility,
  isAvro,
  type ParsedSchema,
  type ProtobufSchema,
  strictIncompatibilities,
} from "@letterpress/schema";
import { reasonText } from "../schemas/reason-text.ts";
import { fieldsOnPath } from "./avro-path.ts";
import type { Candidate, KnownVersion } from "./facts.ts";
import { placeOf } from "./place.ts";
import type { Reason } from "./report.ts";

/** Why the candidate and each version disagree, in both directions, whatever the level asks; newest version first. */
export function reasonsOf(
  level: CheckLevel,
  candidate: Candidate,
  versions: readonly KnownVersion[],
): Reason[] {
  const found = new Map<string, Reason & { versions: number[] }>();
  for (const { version, parsed } of versions.toReversed()) {
    for (const direction of ["BACKWARD", "FORWARD"] as const) {
      for (const reason of disagreements(level, direction, candidate.parsed, parsed)) {
        const key = `${direction} ${reason.rule} ${reason.path} ${reason.message}`;
        const known = found.get(key);
        if (known === undefined) {
          const place = placeOf({ ...reason, direction }, candidate.parsed, parsed);
          const message = reasonText(reason);
          found.set(key, { ...reason, message, ...(place && { place }), direction, versions: [version] });
        } else known.versions.unshift(version);
      }
    }
  }
  return [...found.values()];
}

function disagreements(
  level: CheckLevel,
  direction: "BACKWARD" | "FORWARD",
  candidate: ParsedSchema,
  old: ParsedSchema,
): readonly Incompatibility[] {
  const isBackward = direction === "BACKWARD";
  const pair = isBackward ? { reader: candidate, writer: old } : { reader: old, writer: candidate };
  if (level !== "STRICT") return checkCompatibility(pair);
  return strictIncompatibilities({ ...pair, newer: isBackward ? "reader" : "writer" });
}

/** The field that a reason is about, by name; the path where it is about something else. */
export function fieldOf({ path, detail, rule }: Incompatibility, reader: ParsedSchema): string {
  if (path.startsWith("#")) return protobufField(path, reader as ProtobufSchema);
  if (rule === "READER_FIELD_MISSING_DEFAULT_VALUE" && detail !== undefined) return detail;
  const names = isAvro(reader) ? fieldsOnPath(path, reader.avro.schema).map(({ field }) => field.name) : [];
  return names.length === 0 ? path : names.join(".");
}

/** `#/Payment/3` becomes `Payment.amount`; numbers of fields that the reader lacks stay numbers. */
function protobufField(path: string, reader: ProtobufSchema): string {
  const parts = path.replace(/^#\//, "").split("/");
  const last = parts.at(-1)!;
  const owner = parts.slice(0, -1).join(".");
  const prefix = reader.file.package === "" ? "" : `${reader.file.package}.`;
  const message = reader.registry.getMessage(owner) ?? reader.registry.getMessage(`${prefix}${owner}`);
  const field = message?.fields.find(({ number }) => String(number) === last);
  return owner === "" ? last : `${owner}.${field?.name ?? last}`;
}
