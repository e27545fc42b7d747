import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { memoryIo } from "../testing/memory-io.ts";
import { resolveServerConfig } from "./server-flags.ts";

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "letterpress-cli-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

test("data goes to a folder, and stays in memory only when asked for", () => {
  expect(resolveServerConfig({}, memoryIo({ cwd })).data).toBe(".letterpress/data");
  expect(resolveServerConfig({ data: "d" }, memoryIo({ cwd })).data).toBe("d");
  expect(resolveServerConfig({ memory: true }, memoryIo({ cwd })).data).toBeUndefined();
  expect(() => resolveServerConfig({ memory: true, data: "d" }, memoryIo({ cwd }))).toThrow(/exclude/);
});

test("flags win over the environment, and that over the file", () => {
  writeFileSync(
    join(cwd, "letterpress.yaml"),
    "kafka: h:1\nhttp: h:2\nflush: os\nbroker: {num.partitions: 4}\n",
  );
  const io = memoryIo({ cwd, env: { LETTERPRESS_HTTP: "h:3", LETTERPRESS_FLUSH: "commit" } });
  const config = resolveServerConfig({ flush: "os", set: ["message.max.bytes=9"] }, io);
  expect(config).toMatchObject({
    kafka: "h:1",
    http: "h:3",
    flush: "os",
    broker: { "num.partitions": "4", "message.max.bytes": "9" },
  });
});

test("every mistake is reported at once, with the place it was made in", () => {
  writeFileSync(join(cwd, "settings.yaml"), "flush: never\nbroker:\n  x: 1\nlogg: {}\n");
  const io = memoryIo({ cwd, env: { LETTERPRESS_HTTP: "nowhere" } });
  const resolve = () => resolveServerConfig({ config: "settings.yaml", kafka: "9092", logLevel: "loud" }, io);
  expect(resolve).toThrow(/^settings\.yaml:1:1: flush: /m);
  expect(resolve).toThrow(/^settings\.yaml:4:1: logg: is not a setting/m);
  expect(resolve).toThrow(/^LETTERPRESS_HTTP: must be "host:port"/m);
  expect(resolve).toThrow(/^--kafka: must be "host:port"/m);
  expect(resolve).toThrow(/^--log-level: /m);
});

test("a config file that is no YAML, no settings or not there says where", () => {
  writeFileSync(join(cwd, "broken.yaml"), "kafka: h:1\nkafka: h:2\n");
  writeFileSync(join(cwd, "list.json"), "[1]");
  const resolve = (config: string) => () => resolveServerConfig({ config }, memoryIo({ cwd }));
  expect(resolve("broken.yaml")).toThrow(/^broken\.yaml:2:1: /);
  expect(resolve("list.json")).toThrow(/list\.json:1:1: holds no settings/);
  expect(resolve("none.yaml")).toThrow(/none\.yaml: cannot be read/);
});
