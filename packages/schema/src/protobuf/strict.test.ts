import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROTOBUF_STRICT } from "../../test/protobuf-compatibility.ts";
import { type ProtobufSchema, parseProtobuf } from "./protobuf-schema.ts";
import { protobufStrictIncompatibilities } from "./strict.ts";

const require = createRequire(import.meta.url);
const bufScript = (require.resolve.paths("@bufbuild/buf") ?? [])
  .map((folder) => join(folder, "@bufbuild/buf/bin/buf"))
  .find((path) => existsSync(path));

const parse = (text: string): ProtobufSchema => parseProtobuf({ format: "PROTOBUF", text, references: [] });

test.each(PROTOBUF_STRICT)("%s", (_, before, after, expected) => {
  const rules = protobufStrictIncompatibilities(parse(after), parse(before)).map(({ rule }) => rule);
  expect([...new Set(rules)].sort()).toEqual(expected);
});

// Skipped where buf is not installed.
if (bufScript === undefined)
  console.log("@bufbuild/buf is not installed: verdicts are not compared with buf's");

test.skipIf(bufScript === undefined)("buf has the same verdicts", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "letterpress-strict-"));
  try {
    for (const [name, before, after, expected] of PROTOBUF_STRICT) {
      for (const [side, text] of [
        ["old", before],
        ["new", after],
      ] as const) {
        mkdirSync(join(folder, side), { recursive: true });
        writeFileSync(join(folder, side, "a.proto"), text);
      }
      expect(bufVerdict(folder), name).toEqual(expected);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function bufVerdict(folder: string): string[] {
  const config = '{"version":"v2","breaking":{"use":["WIRE_JSON"]}}';
  const options = ["--against", join(folder, "old"), "--config", config, "--error-format", "json"];
  let output = "";
  try {
    const run = [bufScript!, "breaking", join(folder, "new"), ...options];
    output = execFileSync(process.execPath, run, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  const rules = output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { type: string }).type);
  return [...new Set(rules)].sort();
}
