import {
  type ReadTrial,
  type ResolvedSchema,
  readMessageIndexes,
  readTrial,
  SchemaError,
} from "@letterpress/schema";
import type { Candidate, Replay, ReplayFinding } from "../facts.ts";
import type { KeptRecord } from "./scan-log.ts";

/** Kinds of findings beyond this are left out of the report. */
const FINDINGS_MAX = 100;

/** A retained schema, by the name its records have for it. */
export interface NamedSchema {
  readonly schemaId: number;
  readonly schema: ResolvedSchema;
}

/** Reads real records with the candidate, and counts what fails and what is lost. */
export function replay(
  candidate: Candidate,
  records: readonly KeptRecord[],
  schemas: ReadonlyMap<KeptRecord["key"], NamedSchema>,
): Replay {
  const trials = new Map<KeptRecord["key"], ReadTrial>();
  const findings = new Map<string, ReplayFinding & { count: number }>();
  let tried = 0;
  for (const record of records) {
    const named = schemas.get(record.key);
    if (named === undefined) continue;
    tried++;
    let trial = trials.get(record.key);
    if (trial === undefined) {
      trial = readTrial({ reader: candidate.schema, writer: named.schema });
      trials.set(record.key, trial);
    }
    for (const { kind, path, message } of tryRecord(record, named, trial)) {
      // Lists and maps have their findings in many places, and values differ: it is one finding all the same.
      const place = path.replaceAll(/\[[^\]]*\]/g, "[]");
      const key = `${named.schemaId} ${kind} ${place} ${kind === "failure" ? message : ""}`;
      const known = findings.get(key);
      if (known !== undefined) known.count++;
      else if (findings.size < FINDINGS_MAX) {
        const { partition, offset } = record;
        findings.set(key, {
          kind,
          path: place,
          message,
          schemaId: named.schemaId,
          count: 1,
          partition,
          offset,
        });
      }
    }
  }
  return { records: tried, findings: [...findings.values()].toSorted((a, b) => b.count - a.count) };
}

/** One finding per place and record, however many items of a list have it. */
function tryRecord({ bytes, header, position }: KeptRecord, { schema }: NamedSchema, trial: ReadTrial) {
  try {
    const path =
      schema.format === "AVRO" ? { indexes: [], position } : readMessageIndexes(header ?? bytes, position);
    const findings = trial(bytes, header === undefined ? path.position : 0, bytes.length, path.indexes);
    return new Map(findings.map((each) => [each.path.replaceAll(/\[[^\]]*\]/g, "[]"), each])).values();
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    return [{ kind: "failure" as const, path: "", message: error.message }];
  }
}
