import { type RegistryClient, RegistryClientError } from "@letterpress/registry/client";
import type { SchemaDefinition } from "@letterpress/schema";
import { CliError } from "../cli-error.ts";
import { unlessMissing } from "./unless-missing.ts";

/** A version that a run has made. */
export interface NewVersion {
  readonly subject: string;
  readonly version: number;
}

/** What could not be undone, and why. */
interface Kept extends NewVersion {
  readonly why: string;
}

/**
 * Deletes for good what a run has registered before it failed: the last first, so that what includes others goes
 * before what it includes. A version that others have built on meanwhile stays.
 *
 * @param tried What the run has sent, in order.
 * @param isNew Whether a version was not there before the run.
 * @returns The error that tells why the run failed, what was taken back, and what stays.
 */
export async function takeBack(
  registry: RegistryClient,
  tried: readonly { readonly subject: string; readonly definition: SchemaDefinition }[],
  isNew: (version: NewVersion) => boolean,
  cause: unknown,
): Promise<CliError> {
  const gone: NewVersion[] = [];
  const kept: Kept[] = [];
  const unknown: string[] = [];
  for (const { subject, definition } of tried.toReversed()) {
    try {
      const found = await unlessMissing(registry.lookup(subject, definition));
      if (found === undefined || !isNew(found)) continue;
      const why = await remove(registry, found);
      if (why === undefined) gone.push(found);
      else kept.push({ ...found, why });
    } catch (error) {
      unknown.push(`${subject} (${textOf(error)})`);
    }
  }
  return new CliError("REFUSED", report(gone, kept, unknown, textOf(cause)), { cause });
}

/** Deletes a version, first softly and then for good; the reason why it stays, or undefined when it is gone. */
async function remove(
  registry: RegistryClient,
  { subject, version }: NewVersion,
): Promise<string | undefined> {
  const newest = (await registry.versions(subject)).at(-1);
  if (newest !== version) return `version ${newest} follows it`;
  try {
    await registry.deleteVersion(subject, version);
    await registry.deleteVersion(subject, version, { permanent: true });
    return undefined;
  } catch (error) {
    if (!(error instanceof RegistryClientError) || error.code === "UNREACHABLE") throw error;
    return error.message;
  }
}

function report(
  gone: readonly NewVersion[],
  kept: readonly Kept[],
  unknown: readonly string[],
  why: string,
): string {
  const undone = gone.map(({ subject, version }) => `${subject} version ${version}`).join(", ");
  const takenBack = gone.length === 0 ? "" : ` (taken back: ${undone})`;
  if (kept.length + unknown.length === 0) return `nothing was registered${takenBack}: ${why}`;
  return [
    `stopped on the way${takenBack}: ${why}`,
    ...kept.map((each) => `${each.subject} version ${each.version} stays registered: ${each.why}`),
    ...unknown.map((each) => `whether this run has registered a version of ${each} is not known`),
    "what stays is found, and not registered again, when the same is run again",
  ].join("\n");
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
