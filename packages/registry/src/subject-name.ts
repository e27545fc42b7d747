/** The context of subjects that name none. */
export const DEFAULT_CONTEXT = ".";
/** Stands for every context where a subject prefix is asked for. */
export const CONTEXT_WILDCARD = ":*:";

/** A subject taken apart: `:.lab:orders-value` is `orders-value` in the context `.lab`. */
export interface SubjectName {
  /** `.` for the default context, else a name that begins with a dot. */
  readonly context: string;
  /** The name within its context; empty when only a context is meant, as in `:.lab:`. */
  readonly name: string;
}

/** Takes a subject apart. Names that only look like a qualified one belong to the default context. */
export function parseSubject(subject: string): SubjectName {
  if (subject.startsWith(":.")) {
    const end = subject.indexOf(":", 2);
    if (end > 0) return { context: subject.slice(1, end), name: subject.slice(end + 1) };
  }
  return { context: DEFAULT_CONTEXT, name: subject };
}

/** The one spelling of a subject that is stored: the default context is not spelled out. */
export function formatSubject({ context, name }: SubjectName): string {
  return context === DEFAULT_CONTEXT ? name : `:${context}:${name}`;
}

/** The stored spelling of a subject as a client may give it, such as `:.:orders-value`. */
export function normalizeSubject(subject: string): string {
  return formatSubject(parseSubject(subject));
}

/** Whether a subject belongs to a scope: null is every subject, `:.lab:` a context, else one subject. */
export function isInScope(subject: string, scope: string | null): boolean {
  if (scope === null) return true;
  const { context, name } = parseSubject(scope);
  return name === "" ? parseSubject(subject).context === context : subject === scope;
}

/** The subject a reference means: one without a context is looked for in its parent's. */
export function qualifyReference(parentSubject: string, referenced: string): string {
  if (referenced.startsWith(":.")) return normalizeSubject(referenced);
  return formatSubject({ context: parseSubject(parentSubject).context, name: referenced });
}

/** How error messages name a context: `.` or `:.lab:`. */
export function contextLabel(context: string): string {
  return context === DEFAULT_CONTEXT ? context : `:${context}:`;
}

/** Subjects without control characters, and not one of Confluent's reserved names. */
export function isValidSubject(subject: string): boolean {
  if (subject.length === 0 || subject === "__GLOBAL" || subject === "__EMPTY") return false;
  for (let index = 0; index < subject.length; index++) {
    const code = subject.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;
  }
  return true;
}
