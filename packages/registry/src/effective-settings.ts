import { CHECK_LEVELS, type CheckLevel } from "@letterpress/schema";
import type { RegistryState } from "./registry-state.ts";
import type { ConfigValue } from "./state/log-value.ts";
import { DEFAULT_CONTEXT, formatSubject, parseSubject } from "./subject-name.ts";

/** What may be written: nothing, new versions, or copies of another registry with their ids. */
export type Mode = "READWRITE" | "READONLY" | "READONLY_OVERRIDE" | "IMPORT";

/** What `STRICT` is to those who do not know it. */
const STRICT_BASE: CheckLevel = "FULL_TRANSITIVE";

const MODES: readonly Mode[] = ["READWRITE", "READONLY", "READONLY_OVERRIDE", "IMPORT"];

/** The settings that hold for a subject, from wherever they come. */
export interface EffectiveConfig {
  readonly compatibility: CheckLevel;
  readonly normalize: boolean;
  /** The stored settings they were read from, with the compatibility level filled in. */
  readonly value: ConfigValue;
}

/** A subject's own settings, else its context's, else the global ones, else the registry's default. */
export function configInScope(
  state: RegistryState,
  subject: string | null,
  defaultCompatibility: string,
): EffectiveConfig {
  const scopes = scopesOf(subject).map((scope) => state.config(scope));
  const stored = scopes.find((config) => config !== undefined) ?? {};
  const own = scopes.find((config) => config?.compatibilityLevel !== undefined);
  const compatibility = levelOf(own ?? {}) ?? asCheckLevel(defaultCompatibility) ?? "BACKWARD";
  return {
    compatibility,
    normalize: scopes.find((config) => config?.normalize !== undefined)?.normalize ?? false,
    value: withLevel(stored, compatibility),
  };
}

/** A subject's own mode, else its context's, else the global one; a global READONLY_OVERRIDE beats them all. */
export function modeInScope(state: RegistryState, subject: string | null): Mode {
  const global = asMode(state.mode(null)) ?? "READWRITE";
  if (global === "READONLY_OVERRIDE") return global;
  for (const scope of scopesOf(subject)) {
    const mode = asMode(state.mode(scope));
    if (mode !== undefined) return mode;
  }
  return global;
}

/** The mode of this very subject; the global one is always known. */
export function modeOf(state: RegistryState, subject: string | null): Mode | undefined {
  const global = asMode(state.mode(null)) ?? "READWRITE";
  return global === "READONLY_OVERRIDE" || subject === null ? global : asMode(state.mode(subject));
}

/** Whether the mode in scope forbids every change. */
export function isReadOnly(state: RegistryState, subject: string | null): boolean {
  const mode = modeInScope(state, subject);
  return mode === "READONLY" || mode === "READONLY_OVERRIDE";
}

/**
 * Settings with another level. `STRICT` is kept as the level that Confluent's registry and clients know for it, since
 * they read no other, and as a member of ours, which they pass over.
 */
export function withLevel(settings: ConfigValue, level: CheckLevel): ConfigValue {
  const { strict: _, ...others } = settings;
  if (level !== "STRICT") return { ...others, compatibilityLevel: level };
  return { ...others, compatibilityLevel: STRICT_BASE, strict: true };
}

/** The level that settings hold; one that nobody knows is none. */
function levelOf({ compatibilityLevel, strict }: ConfigValue): CheckLevel | undefined {
  const level = asCheckLevel(compatibilityLevel);
  return level === STRICT_BASE && strict ? "STRICT" : level;
}

export function asCheckLevel(text: string | undefined): CheckLevel | undefined {
  return CHECK_LEVELS.find((level) => level === text?.toUpperCase());
}

export function asMode(text: string | undefined): Mode | undefined {
  return MODES.find((mode) => mode === text?.toUpperCase());
}

/** From the narrowest scope to the global one, which is null. */
function scopesOf(subject: string | null): (string | null)[] {
  if (subject === null) return [null];
  const { context } = parseSubject(subject);
  return context === DEFAULT_CONTEXT
    ? [subject, null]
    : [subject, formatSubject({ context, name: "" }), null];
}
