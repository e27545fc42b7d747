import { asCheckLevel, asMode, isReadOnly, modeInScope, modeOf, withLevel } from "./effective-settings.ts";
import {
  invalidCompatibility,
  invalidMode,
  modeForbids,
  RegistryError,
  subjectNotFound,
} from "./registry-error.ts";
import type { RegistryEntry, RegistryState } from "./registry-state.ts";
import { encodeLogKey } from "./state/log-key.ts";
import {
  type ConfigValue,
  encodeClearSubjectValue,
  encodeConfigValue,
  encodeModeValue,
} from "./state/log-value.ts";
import { isInScope } from "./subject-name.ts";

/** A change of the settings of a subject, a context (`:.lab:`) or, with null, of all. */
export interface ConfigUpdate {
  readonly compatibility?: string | undefined;
  readonly normalize?: boolean | undefined;
  /** Members this registry keeps and does not act upon. */
  readonly [member: string]: unknown;
}

/** @throws RegistryError 42203, 42205 */
export function planConfigUpdate(
  state: RegistryState,
  subject: string | null,
  update: ConfigUpdate,
): RegistryEntry[] {
  const { compatibility, ...others } = update;
  const level = asCheckLevel(compatibility);
  if (compatibility !== undefined && level === undefined) throw invalidCompatibility();
  if (isReadOnly(state, subject)) throw modeForbids(subject, "read-only");
  const changed: ConfigValue = { ...state.config(subject), ...others };
  const value = level === undefined ? changed : withLevel(changed, level);
  return [{ key: encodeLogKey({ keytype: "CONFIG", subject }), value: encodeConfigValue(subject, value) }];
}

/** @throws RegistryError 40401, 42205 */
export function planConfigDeletion(state: RegistryState, subject: string | null): RegistryEntry[] {
  if (subject !== null && state.config(subject) === undefined) throw subjectNotFound(subject);
  if (isReadOnly(state, subject)) throw modeForbids(subject, "read-only");
  return [{ key: encodeLogKey({ keytype: "CONFIG", subject }), value: null }];
}

/**
 * Entering IMPORT needs a scope without live schemas, unless forced; what is soft-deleted there is then forgotten.
 *
 * @throws RegistryError 42204, 42205
 */
export function planModeUpdate(
  state: RegistryState,
  subject: string | null,
  text: string,
  force: boolean,
): RegistryEntry[] {
  const mode = asMode(text);
  if (mode === undefined) throw invalidMode();
  const entries: RegistryEntry[] = [];
  if (mode === "IMPORT" && modeInScope(state, subject) !== "IMPORT" && !force) {
    if (hasLiveSubject(state, subject)) {
      throw new RegistryError(42205, "Cannot import since found existing subjects");
    }
    const key = encodeLogKey({ keytype: "CLEAR_SUBJECT", subject });
    entries.push({ key, value: encodeClearSubjectValue(subject) });
  }
  const value = encodeModeValue(subject, mode);
  return [...entries, { key: encodeLogKey({ keytype: "MODE", subject }), value }];
}

/** @throws RegistryError 40401 */
export function planModeDeletion(state: RegistryState, subject: string | null): RegistryEntry[] {
  if (subject !== null && modeOf(state, subject) === undefined) throw subjectNotFound(subject);
  return [{ key: encodeLogKey({ keytype: "MODE", subject }), value: null }];
}

function hasLiveSubject(state: RegistryState, scope: string | null): boolean {
  for (const subject of state.subjects()) {
    if (isInScope(subject, scope) && state.latest(subject) !== undefined) return true;
  }
  return false;
}
