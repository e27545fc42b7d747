import { expect, test } from "vitest";
import { checkServer } from "./check-server.ts";

const server = { version: "2.15.2", maxPayloadBytes: 8 * 1024 * 1024, hasJetStream: true };

test("servers that cannot keep logs are refused, with what to change", () => {
  for (const version of ["2.10.27", "2.9.0", "1.4.1", "0.0.0", "garbage"]) {
    expect(() => checkServer({ ...server, version }, 3)).toThrow(/2\.11\.0 or later is needed/);
  }
  expect(() => checkServer({ ...server, hasJetStream: false }, 3)).toThrow(/jetstream \{/);
  expect(() => checkServer({ ...server, maxPayloadBytes: 1024 }, 3)).toThrow(/max_payload/);
});

test("what should be changed though it works is told", () => {
  expect(checkServer(server, 3)).toHaveLength(1);
  expect(checkServer({ ...server, version: "2.11.0" }, 3).join()).toContain("2.15.1 or later is advised");
  expect(checkServer({ ...server, version: "3.0.0-beta.1" }, 3)).toHaveLength(1);
  expect(checkServer({ ...server, maxPayloadBytes: 1024 * 1024 }, 3).join()).toContain("max_payload: 8MB");
  expect(checkServer(server, 1).join()).toContain("one NATS server only");
});
