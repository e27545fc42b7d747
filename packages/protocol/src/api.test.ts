import { Reader, Writer } from "@letterpress/wire";
import { expect, test } from "vitest";
import { APIS, apiByKey } from "./apis.ts";
import { ApiVersions, Fetch, OffsetDelete, Produce } from "./messages/index.ts";

test("APIs are listed once each, by ascending key, and found by it", () => {
  const keys = APIS.map(({ key }) => key);
  expect(keys).toEqual([...new Set(keys)].sort((a, b) => a - b));
  for (const api of APIS) expect(apiByKey(api.key)).toBe(api);
  expect(apiByKey(9999)).toBeUndefined();
});

test("versions outside the declared ones are refused", () => {
  expect([3, 4, 17, 18, 4.5].map(Fetch.supports)).toEqual([false, true, true, false, false]);
  for (const version of [-1, 3, 18]) {
    expect(() => Fetch.readRequest(version, new Reader(Buffer.alloc(64)))).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED_VERSION" }),
    );
    expect(() => Fetch.writeResponse(version, new Writer(), { sessionId: 0, responses: [] })).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED_VERSION" }),
    );
  }
});

test("headers follow the encoding of the version", () => {
  expect([8, 9].map(Produce.requestHeaderVersion)).toEqual([1, 2]);
  expect([8, 9].map(Produce.responseHeaderVersion)).toEqual([0, 1]);
  expect(OffsetDelete.requestHeaderVersion(0)).toBe(1);
});

test("the response to ApiVersions never has the newer header", () => {
  expect([0, 3, 4].map(ApiVersions.requestHeaderVersion)).toEqual([1, 2, 2]);
  expect([0, 3, 4].map(ApiVersions.responseHeaderVersion)).toEqual([0, 0, 0]);
});
