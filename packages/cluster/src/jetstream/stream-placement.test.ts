import { expect, test } from "vitest";
import type { AccountInfo, JetStreamApi, StreamConfig } from "./jetstream-api.ts";
import { JetStreamError } from "./jetstream-error.ts";
import { StreamPlacement } from "./stream-placement.ts";

const ACCOUNT: AccountInfo = { streams: 0, storage: 0, limits: { max_streams: -1, max_storage: -1 } };

/** JetStream on so many servers, which notes the streams that it was made to make. */
function servers(count: number) {
  const state = {
    count,
    made: [] as number[],
    left: new Set<string>(),
    nowMs: 0,
    failure: undefined as unknown,
  };
  const api = {
    async accountInfo() {
      if (state.failure !== undefined) throw state.failure;
      return ACCOUNT;
    },
    async createStream({ name, num_replicas }: StreamConfig) {
      if (num_replicas > state.count) {
        throw new JetStreamError("REFUSED", "no suitable peers for placement", { errorNumber: 10005 });
      }
      state.made.push(num_replicas);
      state.left.add(name);
    },
    async deleteStream(name: string) {
      state.left.delete(name);
    },
    async listStreamNames() {
      return [...state.left];
    },
  };
  return { state, placement: new StreamPlacement(api as unknown as JetStreamApi, () => state.nowMs) };
}

test("1, 3 and 5 are possible where there are as many servers", async () => {
  const { placement, state } = servers(3);
  for (const replicas of [1, 3]) expect(await placement.faultOf(1, replicas)).toBeUndefined();
  for (const replicas of [-1, 0, 2, 4, 7]) {
    expect(await placement.faultOf(1, replicas)).toMatchObject({
      kind: "replicas",
      message: /1, 3 or 5 copies/,
    });
  }
  expect(await placement.faultOf(1, 5)).toMatchObject({ kind: "replicas", message: /takes 5 NATS servers/ });
  expect(state.left.size).toBe(0);
});

test("what was possible counts for a while, what was not is tried again", async () => {
  const { placement, state } = servers(3);
  for (let topic = 0; topic < 100; topic++) await placement.faultOf(1, 3);
  expect(state.made).toEqual([3]);
  state.nowMs = 30_000;
  await placement.faultOf(1, 3);
  expect(state.made).toEqual([3, 3]);
  expect(await placement.faultOf(1, 5)).toBeDefined();
  state.count = 5;
  expect(await placement.faultOf(1, 5)).toBeUndefined();
});

test("what brokers that died have left goes, what others are trying stays", async () => {
  const { placement, state } = servers(3);
  const recent = `letterpress_probe_${Date.now()}_a`;
  for (const name of [recent, "letterpress_probe_1000_b"]) state.left.add(name);
  expect(await placement.faultOf(1, 3)).toBeUndefined();
  expect([...state.left]).toEqual([recent]);
});

test("nobody can tell while JetStream does not answer", async () => {
  const { placement, state } = servers(3);
  state.failure = new JetStreamError("TIMED_OUT", "nobody answers");
  await expect(placement.faultOf(1, 3)).rejects.toMatchObject({ name: "LogError", code: "TIMED_OUT" });
});
