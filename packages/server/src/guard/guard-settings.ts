import type { SubjectNameStrategy, ValidationLevel } from "@letterpress/schema";

/** What is asked of one part of a topic's records. */
export interface PartSettings {
  readonly validation: ValidationLevel;
  readonly strategy: SubjectNameStrategy;
  /** The registry's context whose ids and subjects count; `.` for the default one. */
  readonly context: string;
}

/**
 * What is asked of a topic's records. The same object has to be given until a setting changes: what is known about
 * a topic is kept for as long as its settings are this object.
 */
export interface TopicGuardSettings {
  readonly key: PartSettings;
  readonly value: PartSettings;
}
