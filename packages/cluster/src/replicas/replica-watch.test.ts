import { expect, test } from "vitest";
import type { StreamInfo, StreamSurvey } from "../jetstream/jetstream-api.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import { SimulatedClock } from "../membership/testing/simulated-leases.ts";
import { ReplicaWatch } from "./replica-watch.ts";

/** The first streams of a topic, each with as many current replicas of three. */
function survey(topicId: string, ...current: number[]): StreamSurvey {
  const found = current.map(
    (count, partition): StreamInfo => ({
      config: { name: `K_${topicId}_${partition}`, subjects: [], num_replicas: 3 },
      state: { messages: 0, bytes: 0, first_seq: 0, last_seq: 0 },
      cluster: {
        leader: "a",
        replicas: ["b", "c"].map((name, at) => ({ name, current: at + 2 <= count, active: 1 })),
      },
    }),
  );
  return { found, leaderless: [] };
}

function watching() {
  const clock = new SimulatedClock();
  const answers = {
    next: survey("t") as StreamSurvey | Error,
    looks: 0,
    changes: 0,
    errors: [] as unknown[],
  };
  const watch = new ReplicaWatch({
    clock,
    api: {
      async surveyStreams() {
        answers.looks++;
        if (answers.next instanceof Error) throw answers.next;
        return answers.next;
      },
    },
    onChange: () => answers.changes++,
    onError: (error) => answers.errors.push(error),
  });
  return { clock, answers, watch };
}

test("looks are taken from time to time, and what changes is told", async () => {
  const { clock, answers, watch } = watching();
  answers.next = survey("t", 3, 2);
  await clock.advance(0);
  expect([watch.inSync("t", 0), watch.inSync("t", 1), watch.inSync("t", 2)]).toEqual([3, 2, undefined]);
  expect([watch.proven("t", 0), watch.proven("t", 1)]).toEqual([3, 2]);
  await clock.advance(6_000);
  expect(answers).toMatchObject({ looks: 3, changes: 1 });
  answers.next = { found: [], leaderless: ["K_t_0"] };
  await clock.advance(3_000);
  expect([watch.inSync("t", 0), watch.inSync("t", 1)]).toEqual([0, undefined]);
  expect(answers.changes).toBe(2);
});

test("many streams are looked at less often", async () => {
  const { clock, answers } = watching();
  answers.next = survey("t", ...Array<number>(1_000).fill(3));
  await clock.advance(10_000 + 3_000);
  expect(answers.looks).toBe(2);
});

test("what was seen last stands while nobody answers, and proves nothing after a while", async () => {
  const { clock, answers, watch } = watching();
  answers.next = survey("t", 3);
  await clock.advance(0);
  answers.next = new JetStreamError("TIMED_OUT", "nobody answers");
  await clock.advance(11_000);
  expect(watch.proven("t", 0)).toBe(3);
  await clock.advance(1);
  expect([watch.proven("t", 0), watch.inSync("t", 0)]).toEqual([0, 3]);
  expect(answers.errors).toEqual([]);
  answers.next = new TypeError("an answer that makes no sense");
  await clock.advance(3_000);
  expect(answers.errors).toEqual([answers.next]);
});

test("a partition that was not there yet is looked for soon, and not once per question", async () => {
  const { clock, answers, watch } = watching();
  await clock.advance(0);
  answers.next = survey("t", 3);
  for (let question = 0; question < 100; question++) expect(watch.proven("t", 0)).toBe(0);
  await clock.advance(200);
  expect(watch.proven("t", 0)).toBe(3);
  expect(answers.looks).toBe(2);
  watch.close();
  await clock.advance(60_000);
  expect(answers.looks).toBe(2);
});
