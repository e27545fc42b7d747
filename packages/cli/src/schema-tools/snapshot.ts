import { readFile } from "node:fs/promises";
import { z } from "zod";
import { CliError } from "../cli-error.ts";

const reference = z.object({ name: z.string(), subject: z.string(), version: z.number().int() });

const snapshotVersion = z.object({
  version: z.number().int().positive(),
  id: z.number().int(),
  /** Whether it is soft-deleted: still there by its id, and not to be registered again. */
  deleted: z.boolean().default(false),
  schemaType: z.enum(["AVRO", "PROTOBUF"]),
  schema: z.string(),
  references: z.array(reference).default([]),
  metadata: z.record(z.string(), z.unknown()).optional(),
  ruleSet: z.record(z.string(), z.unknown()).optional(),
});

const snapshotSubject = z.object({
  subject: z.string(),
  /** Its own compatibility level; the global one where it has none. */
  compatibility: z.string().optional(),
  versions: z.array(snapshotVersion),
});

const snapshot = z.object({
  format: z.literal("letterpress-registry-snapshot"),
  /** The global compatibility level. */
  compatibility: z.string(),
  subjects: z.array(snapshotSubject),
});

/**
 * A registry, or some subjects of one, as a document: what `export` writes, `import` reads and `--offline` checks.
 * Subjects of other contexts than the default one are qualified, as in `:.lab:orders-value`.
 */
export type Snapshot = z.output<typeof snapshot>;
export type SnapshotSubject = z.output<typeof snapshotSubject>;
export type SnapshotVersion = z.output<typeof snapshotVersion>;

export const SNAPSHOT_FORMAT = "letterpress-registry-snapshot";

/** @throws CliError `BAD_INPUT` for a file that is no snapshot. */
export async function readSnapshot(path: string, shown: string): Promise<Snapshot> {
  const text = await readText(path, shown);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new CliError("BAD_INPUT", `${shown} is not JSON: ${(cause as Error).message}`, { cause });
  }
  const parsed = snapshot.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue!.path.join(".");
  throw new CliError(
    "BAD_INPUT",
    `${shown} is not what "letterpress schema export" writes: ${place}: ${issue!.message}`,
  );
}

async function readText(path: string, shown: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    throw new CliError(
      "BAD_INPUT",
      `there is no file ${shown}; "letterpress schema export --out ${shown}" writes one`,
      { cause },
    );
  }
}
