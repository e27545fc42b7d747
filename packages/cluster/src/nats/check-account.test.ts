import { expect, test } from "vitest";
import { type AccountInfo, type JetStreamApi, NOT_ENABLED_FOR_ACCOUNT } from "../jetstream/jetstream-api.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import { checkAccount } from "./check-account.ts";
import type { NatsLink } from "./nats-link.ts";

const WITHOUT_LIMITS = { max_streams: -1, max_storage: -1 };

function check(answer: AccountInfo | Error, forbidden: string[] = []): Promise<readonly string[]> {
  const link = { forbidden: new Set(forbidden), publish: () => {}, subscribe: () => () => {} };
  const api = {
    async accountInfo() {
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return checkAccount(
    { link: link as unknown as NatsLink, api: api as unknown as JetStreamApi },
    { replicas: 3, openTimeoutMs: 0 },
  );
}

test("limits that are near or reached are advised to be raised", async () => {
  const use = { streams: 80, storage: 80, limits: WITHOUT_LIMITS };
  expect(await check(use)).toEqual([]);
  const near = await check({ ...use, limits: { max_streams: 100, max_storage: 100 } });
  expect(near).toEqual([expect.stringContaining("max_streams"), expect.stringContaining("max_storage")]);
  expect(await check({ ...use, limits: { max_streams: 101, max_storage: 101 } })).toEqual([]);
  const full = await check({ ...use, limits: { ...WITHOUT_LIMITS, max_streams: 80 } });
  expect(full).toEqual([expect.stringContaining("80 of at most 80 streams")]);
});

test("an account that can keep nothing is refused, with what to change", async () => {
  const use = { streams: 0, storage: 0, limits: WITHOUT_LIMITS };
  await expect(check({ ...use, tiers: { R1: use } })).rejects.toMatchObject({
    code: "NATS_LIMIT",
    message: expect.stringContaining("tier R3"),
  });
  const off = new JetStreamError("REFUSED", "not enabled", { errorNumber: NOT_ENABLED_FOR_ACCOUNT });
  await expect(check(off)).rejects.toMatchObject({ code: "JETSTREAM_DISABLED" });
  await expect(check(new JetStreamError("TIMED_OUT", "nothing"))).rejects.toMatchObject({
    code: "NATS_UNREACHABLE",
  });
});

test("what is not permitted is named, whether JetStream answers or not", async () => {
  const use = { streams: 0, storage: 0, limits: WITHOUT_LIMITS };
  for (const answer of [use, new JetStreamError("TIMED_OUT", "nothing")]) {
    await expect(check(answer, ['publish to "k.check"'])).rejects.toMatchObject({
      code: "NATS_UNAUTHORIZED",
      message: expect.stringContaining('publish to "k.check"'),
    });
  }
});
