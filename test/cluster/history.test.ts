import { expect, test } from "vitest";
import { History, type Seen } from "./history.ts";

const seen = (offset: number, value: string, partition = 0): Seen => ({ partition, offset, value });

/** A history in which a/0 to a/2 were sent to partition 0. */
function sent(): History {
  const history = new History();
  for (const value of ["a/0", "a/1", "a/2"]) history.sent(0, value);
  return history;
}

const anomalies = (history: History, final: readonly Seen[]) =>
  history.check(final).map(({ anomaly }) => anomaly);

const log = [seen(0, "a/0"), seen(1, "a/1"), seen(2, "a/2")];

test("a sound history has no findings", () => {
  const history = sent();
  history.acknowledged(seen(1, "a/1"));
  history.polled("c", log.slice(0, 2));
  history.polled("c", log.slice(2));
  expect(anomalies(history, log)).toEqual([]);
  expect(anomalies(sent(), [])).toEqual([]);
});

test("each kind of anomaly is found", () => {
  const lost = sent();
  lost.acknowledged(seen(2, "a/2"));
  expect(anomalies(lost, log.slice(0, 2))).toEqual(["lost write"]);
  const moved = sent();
  moved.acknowledged(seen(1, "a/2"));
  expect(anomalies(moved, log)).toEqual(["inconsistent offset"]);
  expect(anomalies(sent(), [...log, seen(3, "a/1")])).toEqual(["duplicate"]);
  expect(anomalies(sent(), [seen(0, "a/1"), seen(1, "a/0")])).toEqual(["reordered"]);
  expect(anomalies(sent(), [seen(0, "b/0")])).toEqual(["never sent"]);
  expect(anomalies(sent(), [seen(0, "a/0", 1)])).toEqual(["never sent"]);
  const vanished = sent();
  vanished.polled("c", [seen(3, "a/2")]);
  expect(anomalies(vanished, log)).toEqual(["unseen"]);
  const skipping = sent();
  skipping.polled("c", [log[0]!, log[2]!]);
  expect(anomalies(skipping, log)).toEqual(["skipped poll"]);
  const repeating = sent();
  repeating.polled("c", [log[0]!, log[1]!, log[0]!]);
  expect(anomalies(repeating, log)).toEqual(["non-monotonic poll"]);
});
