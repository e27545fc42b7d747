const NAMED_KINDS = new Set(["record", "error", "enum", "fixed"]);
const PRIMITIVES = new Set(["null", "boolean", "int", "long", "float", "double", "bytes", "string"]);

/** The full names that an Avro text defines, and those that it uses without defining them. */
export interface AvroNames {
  readonly defined: ReadonlySet<string>;
  readonly used: ReadonlySet<string>;
}

/**
 * Finds which files of a folder an Avro text builds on, before it can be parsed: parsing needs them. Mistakes are
 * passed over here; the parser reports them.
 */
export function avroNames(json: unknown): AvroNames {
  const defined = new Set<string>();
  const mentioned = new Set<string>();
  collect(json, "", defined, mentioned);
  const used = new Set([...mentioned].filter((name) => !defined.has(name)));
  return { defined, used };
}

function collect(node: unknown, namespace: string, defined: Set<string>, mentioned: Set<string>): void {
  if (typeof node === "string") {
    if (!PRIMITIVES.has(node)) mentioned.add(qualify(node, undefined, namespace));
  } else if (Array.isArray(node)) {
    for (const branch of node) collect(branch, namespace, defined, mentioned);
  } else if (typeof node === "object" && node !== null) {
    collectObject(node as Record<string, unknown>, namespace, defined, mentioned);
  }
}

function collectObject(
  node: Record<string, unknown>,
  namespace: string,
  defined: Set<string>,
  mentioned: Set<string>,
): void {
  const { type } = node;
  if (typeof type !== "string" || !(NAMED_KINDS.has(type) || type === "array" || type === "map")) {
    collect(type, namespace, defined, mentioned);
    return;
  }
  if (type === "array") collect(node.items, namespace, defined, mentioned);
  else if (type === "map") collect(node.values, namespace, defined, mentioned);
  else if (typeof node.name === "string") {
    const full = qualify(node.name, node.namespace, namespace);
    defined.add(full);
    const inner = full.slice(0, Math.max(0, full.lastIndexOf(".")));
    if (!Array.isArray(node.fields)) return;
    for (const field of node.fields)
      collect((field as { type?: unknown } | null)?.type, inner, defined, mentioned);
  }
}

function qualify(name: string, written: unknown, enclosing: string): string {
  if (name.includes(".")) return name;
  const namespace = typeof written === "string" ? written : enclosing;
  return namespace === "" ? name : `${namespace}.${name}`;
}
