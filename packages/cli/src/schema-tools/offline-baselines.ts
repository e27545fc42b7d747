import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { qualifyReference } from "@letterpress/registry";
import { parseSchema, type ResolvedSchema } from "@letterpress/schema";
import { CliError } from "../cli-error.ts";
import { fileRenamer, readContracts } from "../contracts.ts";
import { type Baseline, levelNamed } from "../schemas/baseline.ts";
import { sourcesOf } from "../schemas/schema-sources.ts";
import type { Snapshot, SnapshotVersion } from "./snapshot.ts";

const execute = promisify(execFile);
const GIT_OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
const DEPTH_MAX = 32;

/** What an export says the registry had. */
export function snapshotBaseline(snapshot: Snapshot): Baseline {
  const subjects = new Map(snapshot.subjects.map((each) => [each.subject, each]));
  const resolved = new Map<SnapshotVersion, ResolvedSchema>();
  const resolveVersion = (version: SnapshotVersion, home: string, depth = 0): ResolvedSchema => {
    const known = resolved.get(version) ?? resolveNew(version, home, depth);
    resolved.set(version, known);
    return known;
  };
  const resolveNew = (
    { schemaType, schema, references }: SnapshotVersion,
    home: string,
    depth: number,
  ): ResolvedSchema => ({
    format: schemaType,
    text: schema,
    references: references.map((reference) => {
      const subject = qualifyReference(home, reference.subject);
      const included = subjects.get(subject)?.versions.find(({ version }) => version === reference.version);
      if (included === undefined || depth > DEPTH_MAX) {
        throw new CliError(
          "BAD_INPUT",
          `the export lacks version ${reference.version} of ${subject}; write it again`,
        );
      }
      return { ...reference, schema: resolveVersion(included, subject, depth + 1) };
    }),
  });
  return {
    versions: async (subject, which) => {
      const live = (subjects.get(subject)?.versions ?? []).filter(({ deleted }) => !deleted);
      const sorted = live.toSorted((a, b) => a.version - b.version);
      return (which === "all" ? sorted : sorted.slice(-1)).map((each) => {
        const file = `${subject} version ${each.version}`;
        return { version: each.version, schema: parseSchema(resolveVersion(each, subject), { file }) };
      });
    },
    level: async (subject) => levelNamed(subjects.get(subject)?.compatibility ?? snapshot.compatibility),
  };
}

/**
 * What the contracts of a git revision say: each subject has that one version, or none when the revision does not
 * know it.
 *
 * @throws CliError `BAD_INPUT` when git knows no such revision, or it has no contracts.
 */
export async function gitBaseline(revision: string, contracts: string, cwd: string): Promise<Baseline> {
  const manifest = resolve(cwd, contracts);
  const root = dirname(manifest);
  const folder = await mkdtemp(join(tmpdir(), "letterpress-revision-"));
  try {
    await checkOut(revision, root, folder);
    const old = await readContracts(join(folder, basename(manifest)), folder);
    const asOf = fileRenamer((file) => `${file} at ${revision}`);
    const schemas = new Map(sourcesOf(old, folder).map((source) => [source.subject, source]));
    return {
      versions: async (subject) => {
        const source = schemas.get(subject);
        if (source === undefined) return [];
        const file = `${source.file} at ${revision}`;
        return [{ version: 1, schema: parseSchema(asOf(source.schema), { file }) }];
      },
      level: async (subject) => schemas.get(subject)?.level ?? "BACKWARD",
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes the files below `root`, as a revision has them, into a folder. */
async function checkOut(revision: string, root: string, folder: string): Promise<void> {
  // A name that begins with a dash would be an option to git.
  const commit = (
    await git(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`])
  ).trim();
  const names = (await git(root, ["ls-tree", "-r", "-z", "--name-only", commit, "."]))
    .split("\0")
    .filter((name) => name !== "");
  for (const name of names.filter((each) => /\.(avsc|proto|ya?ml)$/.test(each))) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await git(root, ["show", `${commit}:./${name}`]));
  }
}

async function git(cwd: string, args: readonly string[]): Promise<string> {
  try {
    return (await execute("git", args, { cwd, maxBuffer: GIT_OUTPUT_BYTES_MAX })).stdout;
  } catch (cause) {
    const { stderr = "", message } = cause as Error & { stderr?: string };
    const detail = stderr.trim() || message;
    throw new CliError("BAD_INPUT", `git cannot give that revision of ${cwd}: ${detail}`, { cause });
  }
}
