import { Random } from "@letterpress/log/testing";
import { expect, test } from "vitest";
import { type Anomaly, History, type Seen } from "./history.ts";

const SEEDS = 100;
const PARTITIONS = 3;
const RECORDS = 60;

/** Every record in a partition's log, everything a producer was told, and what two consumers polled in turn. */
interface Run {
  log: Seen[];
  acknowledged: Seen[];
  polls: { readonly consumer: string; records: Seen[] }[];
}

/** A run without a fault: producers send to one partition each, some appends are never acknowledged, polls vary. */
function soundRun(random: Random): Run {
  const log: Seen[] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    for (let offset = 0; offset < RECORDS; offset++) {
      log.push({ partition, offset, value: `p${partition}/${offset}` });
    }
  }
  const acknowledged = log.filter(() => random.chance(0.9));
  const polls: Run["polls"] = [];
  for (const consumer of ["first", "second"]) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const records = log.filter((seen) => seen.partition === partition);
      const end = RECORDS - random.below(5);
      for (let at = random.below(5); at < end; ) {
        const count = 1 + random.below(7);
        polls.push({ consumer, records: records.slice(at, Math.min(end, at + count)) });
        at += count;
      }
    }
  }
  return { log, acknowledged, polls };
}

function check({ log, acknowledged, polls }: Run): Set<Anomaly> {
  const history = new History();
  for (let partition = 0; partition < PARTITIONS; partition++) {
    for (let number = 0; number < RECORDS; number++) history.sent(partition, `p${partition}/${number}`);
  }
  for (const seen of acknowledged) history.acknowledged(seen);
  for (const { consumer, records } of polls) history.polled(consumer, records);
  return new Set(history.check(log).map(({ anomaly }) => anomaly));
}

/** Each changes a sound run as a broker with that fault would have it. */
const PLANTED: readonly (readonly [anomaly: Anomaly, plant: (run: Run, random: Random) => void])[] = [
  [
    "lost write",
    (run, random) => {
      const lastAt = (1 + random.below(PARTITIONS)) * RECORDS - 1;
      const last = run.log[lastAt]!;
      run.acknowledged.push(last);
      run.log = run.log.filter((seen) => seen !== last);
      for (const poll of run.polls) poll.records = poll.records.filter((seen) => seen !== last);
    },
  ],
  ["duplicate", (run, random) => run.log.push({ ...pick(run.log, random), partition: 0, offset: RECORDS })],
  [
    "reordered",
    (run, random) => {
      const at = random.below(RECORDS - 1);
      const [a, b] = [run.log[at]!, run.log[at + 1]!];
      run.log[at] = { ...a, value: b.value };
      run.log[at + 1] = { ...b, value: a.value };
    },
  ],
  [
    "inconsistent offset",
    (run, random) => {
      const at = random.below(run.acknowledged.length);
      const seen = run.acknowledged[at]!;
      run.acknowledged[at] = { ...seen, offset: (seen.offset + 1) % RECORDS };
    },
  ],
  [
    "unseen",
    (run, random) => {
      const ahead = { partition: random.below(PARTITIONS), offset: RECORDS, value: "p0/0" };
      run.polls.push({ consumer: "third", records: [ahead] });
    },
  ],
  [
    "skipped poll",
    (run, random) => {
      const poll = pick(
        run.polls.filter(({ records }) => records.length > 2),
        random,
      );
      poll.records = poll.records.toSpliced(1, 1);
    },
  ],
  [
    "non-monotonic poll",
    (run, random) => {
      const at = random.below(run.polls.length);
      run.polls.splice(at + 1, 0, { ...run.polls[at]! });
    },
  ],
  [
    "never sent",
    (run, random) => run.log.push({ partition: random.below(PARTITIONS), offset: RECORDS, value: "q/0" }),
  ],
];

test(`runs without a fault have no findings, ${SEEDS} of them`, () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    expect([...check(soundRun(new Random(seed)))], `seed ${seed}`).toEqual([]);
  }
});

test.each(PLANTED)("a planted fault is found wherever it lies: %s", (anomaly, plant) => {
  for (let seed = 0; seed < SEEDS; seed++) {
    const random = new Random(seed);
    const run = soundRun(random);
    plant(run, random);
    expect(check(run), `seed ${seed}`).toContain(anomaly);
  }
});

function pick<T>(values: readonly T[], random: Random): T {
  return values[random.below(values.length)]!;
}
