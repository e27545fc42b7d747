import { execFileSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createFileRegistry, fromBinary, type JsonValue, type Registry, toJson } from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import type { ResolvedReference } from "../schema-definition.ts";
import { parseProtobuf } from "./protobuf-schema.ts";
import { serializedFile } from "./serialized-file.ts";

const require = createRequire(import.meta.url);
const buf = findPackage("@bufbuild/buf");
const commonTypes = findPackage("google-gax");

if (buf === undefined) console.log("@bufbuild/buf is not installed: descriptors are not compared with buf's");
else if (commonTypes === undefined)
  console.log("google-gax is not installed: Google's common types are not compared");

/** Files of the corpus that buf itself refuses: they import files that are not shipped, or future syntax. */
const refusedByBuf = [
  "google/protobuf/compiler/ruby",
  "google/protobuf/json/json_enumval_custom_string.proto",
  "google/protobuf/util/json_format_proto3.proto",
];

test.skipIf(buf === undefined)("our own fixtures have the descriptors that buf gives them", () => {
  const folder = fileURLToPath(new URL("./fixtures/nasty", import.meta.url));
  expect(compare(folder)).toBe(4);
});

test.skipIf(buf === undefined || commonTypes === undefined)(
  "Google's well-known and common types have the descriptors that buf gives them",
  { timeout: 60_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "letterpress-protos-"));
    try {
      cpSync(join(commonTypes!, "build/protos"), folder, { recursive: true });
      for (const path of refusedByBuf) rmSync(join(folder, path), { recursive: true, force: true });
      expect(compare(folder)).toBeGreaterThan(100);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

/** Compares every file of a folder; gives how many there were. */
function compare(folder: string): number {
  const expected = buildWithBuf(folder);
  const registry = createFileRegistry(expected);
  const texts = new Map(
    globSync("**/*.proto", { cwd: folder }).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
  const references: ResolvedReference[] = [...texts].map(([name, text]) => ({
    name,
    subject: name,
    version: 1,
    schema: { format: "PROTOBUF", text, references: [] },
  }));
  // This version of buf reads message sets, which only proto1 had a use for, as ordinary messages.
  const hasMessageSets = (name: string): boolean =>
    /message_set_wire_format\s*=\s*true/.test(texts.get(name)!);
  const files = expected.file.filter(({ name }) => texts.has(name) && !hasMessageSets(name));
  for (const file of files) {
    const own = references.filter((reference) => reference.name !== file.name);
    const schema = { format: "PROTOBUF", text: texts.get(file.name)!, references: own } as const;
    const parsed = parseProtobuf(schema, { file: file.name });
    expect(comparable(parsed.file, registry), file.name).toEqual(comparable(file, registry));
    // The descriptor in place of the text, and both canonical texts, stand for the same schema.
    for (const text of [serializedFile(parsed), parsed.canonicalText, parsed.normalizedText]) {
      const again = parseProtobuf({ ...schema, text }, { file: file.name });
      expect(unordered(comparable(again.file, registry)), file.name).toEqual(
        unordered(comparable(file, registry)),
      );
      if (text === parsed.canonicalText) expect(again.canonicalText).toBe(text);
      if (text === parsed.normalizedText) expect(again.normalizedText).toBe(text);
    }
  }
  return files.length;
}

function comparable(file: FileDescriptorProto, registry: Registry): JsonValue {
  return toJson(FileDescriptorProtoSchema, file, { registry });
}

/** Printing reorders imports, fields and types and drops empty options: lists count as sets here. */
function unordered(value: JsonValue): JsonValue {
  if (Array.isArray(value))
    return value.map(unordered).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([key, one]) => [key, unordered(one)] as const);
  const kept = entries.filter(([key, one]) => key !== "options" || JSON.stringify(one) !== "{}");
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function buildWithBuf(folder: string): FileDescriptorSet {
  const options = ["--as-file-descriptor-set", "--exclude-source-info", "-o", "-#format=binpb"];
  const script = join(buf!, "bin", "buf");
  const output = execFileSync(process.execPath, [script, "build", folder, ...options], {
    maxBuffer: 2 ** 28,
  });
  return fromBinary(FileDescriptorSetSchema, output);
}

function findPackage(name: string): string | undefined {
  for (const folder of require.resolve.paths(name) ?? []) {
    if (existsSync(join(folder, name, "package.json"))) return dirname(join(folder, name, "package.json"));
  }
  return undefined;
}
