import { Reader, Writer } from "@letterpress/wire";
import { expect, expectTypeOf, test } from "vitest";
import type { RequestInitOf, RequestOf } from "../api.ts";
import { Heartbeat } from "./12-heartbeat.ts";

test("every version of Heartbeat round-trips", () => {
  for (let version = 0; version <= 4; version++) {
    const writer = new Writer();
    Heartbeat.writeRequest(version, writer, { groupId: "g", generationId: 3, memberId: "m" });
    const reader = new Reader(writer.toBuffer());
    expect(Heartbeat.readRequest(version, reader)).toEqual({
      groupId: "g",
      generationId: 3,
      memberId: "m",
      groupInstanceId: null,
    });
    expect(reader.remaining).toBe(0);
  }
});

test("reading gives every field, writing may leave out versioned ones", () => {
  expectTypeOf<RequestOf<typeof Heartbeat>["groupInstanceId"]>().toEqualTypeOf<string | null>();
  expectTypeOf<RequestInitOf<typeof Heartbeat>>().toMatchTypeOf<{ groupId: string }>();
  const init: RequestInitOf<typeof Heartbeat> = { groupId: "g", generationId: 1, memberId: "m" };
  expect(init.groupInstanceId).toBeUndefined();
});
