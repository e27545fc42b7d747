import { DEFAULT_CONTEXT, formatSubject, parseSubject } from "../subject-name.ts";

const RESOURCES = new Set(["subjects", "schemas", "compatibility", "config", "mode", "associations"]);

/** A path as routes know it, and the context that stood in front of it. */
export interface ContextPath {
  readonly context: string;
  readonly path: string;
}

/**
 * Takes `/contexts/{context}` off a path: `/contexts/.lab/subjects` is `/subjects` in the context `.lab`. The context
 * may be written `.lab` or `:.lab:`.
 */
export function splitContextPath(path: string): ContextPath {
  const [, head, name, resource] = path.split("/", 4);
  if (head !== "contexts" || name === undefined || resource === undefined || !RESOURCES.has(resource)) {
    return { context: DEFAULT_CONTEXT, path };
  }
  const spelled = decodeOrKeep(name);
  const context = spelled.startsWith(":.") ? parseSubject(spelled).context : spelled;
  return { context, path: path.slice(`/contexts/${name}`.length) };
}

/** A subject named under `/contexts/{context}/`; one that names a context itself keeps it. */
export function subjectInContext(context: string, subject: string): string {
  const own = parseSubject(subject);
  return own.context === DEFAULT_CONTEXT ? formatSubject({ context, name: own.name }) : formatSubject(own);
}

function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
