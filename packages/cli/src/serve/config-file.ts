import { existsSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { ConfigSource } from "@letterpress/server";
import { type Document, isMap, isNode, LineCounter, parseDocument } from "yaml";
import { CliError } from "../cli-error.ts";

/** Taken when no `--config` is given and one of them is there. */
const NAMES = ["letterpress.yaml", "letterpress.yml", "letterpress.json"] as const;
const ALIASES_MAX = 100;

/**
 * The server settings of a YAML or JSON file; undefined where none is named and none is there.
 *
 * @throws CliError `BAD_INPUT` with every syntax error and its line and column.
 */
export function configFileSource(folder: string, name: string | undefined): ConfigSource | undefined {
  const path = name ?? NAMES.find((each) => existsSync(resolve(folder, each)));
  if (path === undefined) return undefined;
  const text = read(resolve(folder, path), path);
  const shown = relative(folder, resolve(folder, path)) || path;
  const lines = new LineCounter();
  // JSON is YAML, so one parser reads both and keeps the places.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${shown}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    const mistakes = document.errors.map(({ pos, message }) => `${place(pos[0])}: ${message}`);
    throw new CliError("BAD_INPUT", mistakes.join("\n"));
  }
  const settings: unknown = document.toJS({ maxAliasCount: ALIASES_MAX }) ?? {};
  if (typeof settings !== "object" || Array.isArray(settings)) {
    throw new CliError("BAD_INPUT", `${shown}:1:1: holds no settings; write them as "kafka: 127.0.0.1:9092"`);
  }
  return {
    settings: settings as Record<string, unknown>,
    locate: (path) => `${place(offsetOf(document, path))}: ${path.join(".")}`,
  };
}

function read(file: string, shown: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new CliError("BAD_INPUT", `${shown}: cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** Where the key that `path` leads to stands, or the nearest one above it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    if (!isMap(node)) break;
    const pair = node.items.find(({ key }) => isNode(key) && String(key) === String(part));
    if (pair === undefined) break;
    if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
    node = pair.value;
  }
  return offset;
}
