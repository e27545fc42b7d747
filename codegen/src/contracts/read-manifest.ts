import { type Document, isMap, isNode, LineCounter, parseDocument } from "yaml";
import type { Diagnostic } from "../diagnostic.ts";
import { type Manifest, manifestSchema } from "./manifest.ts";

/** Where each part of a manifest stands in its text. */
export interface ManifestSource {
  /** The place of the key or the value that `path` leads to; the nearest key above where it leads nowhere. */
  locate(
    path: readonly PropertyKey[],
    part?: "key" | "value",
  ): { readonly line: number; readonly column: number };
}

export interface ReadManifest {
  readonly manifest: Manifest | undefined;
  readonly source: ManifestSource;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses the text of `topics.yaml`; every mistake is reported with its line and column. */
export function readManifest(text: string, file: string): ReadManifest {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const source = {
    locate: (path: readonly PropertyKey[], part: "key" | "value" = "value") =>
      locate(document, lines, path, part),
  };
  if (document.errors.length > 0) {
    const diagnostics = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return { file, line, column: col, rule: "yaml-syntax", message: error.message };
    });
    return { manifest: undefined, source, diagnostics };
  }

  const parsed = manifestSchema.safeParse(document.toJS({ maxAliasCount: 100 }) ?? {});
  if (parsed.success) return { manifest: parsed.data, source, diagnostics: [] };
  const diagnostics = parsed.error.issues.flatMap((issue): Diagnostic[] => {
    const rule = "manifest";
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        file,
        ...source.locate([...issue.path, key], "key"),
        rule,
        message: `unknown setting "${key}"${where(issue.path)}; remove it or correct its name`,
      }));
    }
    return [
      { file, ...source.locate(issue.path), rule, message: `${issue.path.join(".")}: ${issue.message}` },
    ];
  });
  diagnostics.sort((a, b) => a.line - b.line || a.column - b.column);
  return { manifest: undefined, source, diagnostics };
}

function where(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "" : ` in ${path.join(".")}`;
}

function locate(document: Document, lines: LineCounter, path: readonly PropertyKey[], part: "key" | "value") {
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    if (!isMap(node)) break;
    const pair = node.items.find(({ key }) => isNode(key) && String(key) === String(part));
    if (pair === undefined) break;
    if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
    node = pair.value;
  }
  if (part === "value" && !isMap(node) && isNode(node)) offset = node.range?.[0] ?? offset;
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
