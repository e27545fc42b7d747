import { expect, test } from "vitest";
import { type ConfigSource, environmentSource, readServerConfig } from "./read-config.ts";

const flags = (settings: Record<string, unknown>): ConfigSource => ({
  settings,
  locate: (path) => `--${path.join(".")}`,
});

test("without any settings, every default is there", () => {
  expect(readServerConfig([])).toEqual({
    kafka: "127.0.0.1:9092",
    http: "127.0.0.1:8081",
    nodeId: 1,
    flush: "commit",
    broker: {},
    registry: { compatibility: "BACKWARD", incompatibleCode: 409 },
    log: { level: "info" },
  });
});

test("later sources win, setting by setting", () => {
  const environment = environmentSource({
    LETTERPRESS_KAFKA: "127.0.0.1:1",
    LETTERPRESS_LOG_LEVEL: "warn",
    LETTERPRESS_BROKER_NUM_PARTITIONS: "3",
    HOME: "/somewhere",
  });
  const file = flags({ broker: { "num.partitions": 1, "message.max.bytes": 5 }, log: { level: "debug" } });
  const config = readServerConfig([file, environment, flags({ kafka: "[::1]:0", http: undefined })]);
  expect(config).toMatchObject({
    kafka: "[::1]:0",
    http: "127.0.0.1:8081",
    log: { level: "warn" },
    broker: { "num.partitions": "3", "message.max.bytes": "5" },
  });
});

test("all mistakes are reported at once, each where it was made", () => {
  const environment = environmentSource({ LETTERPRESS_FLUSH: "sometimes", LETTERPRESS_NODE_ID: "-1" });
  const read = () => readServerConfig([environment, flags({ kafka: "9092", htttp: "127.0.0.1:1" })]);
  expect(read).toThrow(expect.objectContaining({ code: "INVALID_CONFIG" }));
  expect(read).toThrow(/--kafka: must be "host:port"/);
  expect(read).toThrow(/--htttp: is not a setting/);
  expect(read).toThrow(/LETTERPRESS_FLUSH: /);
  expect(read).toThrow(/LETTERPRESS_NODE_ID: /);
});
