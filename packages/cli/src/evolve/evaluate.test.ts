import { type ResolvedSchema, readerFingerprint } from "@letterpress/schema";
import { describe, expect, test } from "vitest";
import { evaluate, gravest } from "./evaluate.ts";
import type { KnownVersion, ReaderKnowledge, WriterFacts } from "./facts.ts";
import { planHash } from "./plan-hash.ts";
import type { SubjectReport } from "./report.ts";
import { declaredWriter, factsOf, groupOf, schemaOf, topicOf, versionsOf } from "./testing/facts.ts";
import { replacedText } from "./writers.ts";

const ID = { name: "id", type: "string" };
const TOTAL = { name: "total", type: "long" };
const OPTIONAL_TOTAL = { ...TOTAL, default: 0 };

const SMALL = schemaOf([ID]);
const BIG = schemaOf([ID, TOTAL]);
const BOTH_WAYS = schemaOf([ID, OPTIONAL_TOTAL]);
const OTHER = schemaOf([{ name: "id", type: "int" }]);

function declared(version: KnownVersion): ReaderKnowledge {
  return { kind: "declared", fingerprint: version.fingerprint };
}
const UNKNOWN: ReaderKnowledge = { kind: "unknown" };

describe("the order of deployment", () => {
  test.each([
    ["any", SMALL, BOTH_WAYS],
    ["consumers-first", BIG, SMALL],
    ["producers-first", SMALL, BIG],
    ["not-in-one-step", SMALL, OTHER],
  ] as const)("%s, from both directions", (order, before, candidate) => {
    expect(evaluate(factsOf("NONE", candidate, versionsOf(before)))).toMatchObject({ order });
  });

  test("producers may go first when every live member can read, whatever the latest version can", () => {
    const versions = versionsOf(SMALL, BIG);
    const [small, big] = versions as [KnownVersion, KnownVersion];
    const orderWith = (...readers: ReaderKnowledge[]) =>
      evaluate(factsOf("NONE", SMALL, versions, [topicOf([big], [groupOf("g", 10n, ...readers)])])).order;
    expect(orderWith(declared(small))).toBe("any");
    expect(orderWith(declared(small), declared(big))).toBe("consumers-first");
    expect(orderWith(declared(small), UNKNOWN)).toBe("consumers-first");
    // A group that is stopped comes back with a build that nobody knows.
    expect(orderWith()).toBe("consumers-first");
  });

  test("consumers may not go first when producers still write what the candidate cannot read", () => {
    const versions = versionsOf(SMALL, BIG);
    const [small] = versions as [KnownVersion];
    const stillSmall = evaluate(factsOf("NONE", BIG, versions, [topicOf([small])]));
    expect(stillSmall.order).toBe("producers-first");
    expect(stillSmall.writers).toMatchObject([
      { topic: "orders", knowledge: "inferred", schemaId: 101, writesWith: 1 },
    ]);
  });
});

describe("the log", () => {
  test("a group that has not read old records yet makes the verdict wait, although the level lets it in", () => {
    const versions = versionsOf(SMALL, BIG);
    const behind = evaluate(
      factsOf("BACKWARD", schemaOf([ID, TOTAL, { ...ID, name: "note", default: "" }]), versions, [
        topicOf(versions, [groupOf("audit", 4n), groupOf("billing", 20n, UNKNOWN)]),
      ]),
    );
    expect(behind).toMatchObject({ isAllowed: true, verdict: "wait" });
    expect(behind.breakages).toMatchObject([
      {
        kind: "reading-old",
        group: "audit",
        field: "total",
        knowledge: "fact",
        members: [],
        why: expect.stringContaining("0: 4 to 9"),
      },
    ]);
    expect(
      behind.steps.find(({ until }) => until?.includes("audit has committed past offset 9")),
    ).toBeDefined();
    const caughtUp = evaluate(
      factsOf(
        "BACKWARD",
        BIG,
        versions.slice(0, 1).concat(versionsOf(BOTH_WAYS).map((v) => ({ ...v, version: 2, id: 102 }))),
      ),
    );
    expect(caughtUp.breakages).toEqual([]);
  });

  test("what the log no longer has breaks nobody", () => {
    const versions = versionsOf(SMALL, BIG);
    const candidate = schemaOf([ID, TOTAL, { ...ID, name: "note", default: "" }]);
    const report = evaluate(
      factsOf("BACKWARD", candidate, versions, [topicOf(versions.slice(1), [groupOf("audit", 0n)])]),
    );
    expect(report).toMatchObject({ verdict: "safe", breakages: [] });
  });

  test("records whose schema the registry has lost are said to be unreadable", () => {
    const versions = versionsOf(SMALL);
    const topic = topicOf(versions);
    const lost = {
      ...topic,
      retained: [{ ...topic.retained[0]!, schemaId: 7, schema: undefined, parsed: undefined }],
    };
    expect(evaluate(factsOf("NONE", BOTH_WAYS, versions, [lost])).retained).toMatchObject([
      { schemaId: 7, version: undefined, reasons: [{ rule: "UNKNOWN_SCHEMA" }] },
    ]);
  });
});

describe("readers", () => {
  test("declared, inferred and unknown members are told apart, and one that has the candidate reads it", () => {
    const versions = versionsOf(BIG);
    const [big] = versions as [KnownVersion];
    const facts = factsOf("NONE", SMALL, versions);
    const inferred: ReaderKnowledge = { kind: "inferred", fingerprint: big.fingerprint };
    const candidate: ReaderKnowledge = { kind: "declared", fingerprint: facts.candidate.fingerprint };
    const foreign: ReaderKnowledge = { kind: "declared", fingerprint: "ff".repeat(16) };
    const groups = [groupOf("g", 10n, declared(big), inferred, UNKNOWN, candidate, foreign)];
    const { readers, breakages } = evaluate({ ...facts, topics: [topicOf(versions, groups)] });
    expect(
      readers.map(({ knowledge, readsWith, reasons }) => [knowledge, readsWith, reasons.length]),
    ).toEqual([
      ["declared", 1, 1],
      ["inferred", 1, 1],
      ["unknown", undefined, 1],
      ["declared", "candidate", 0],
      ["declared", undefined, 1],
    ]);
    expect(breakages.map(({ knowledge, field, members }) => [knowledge, field, members])).toEqual([
      ["declared", "total", ["g-0"]],
      ["inferred", "total", ["g-1"]],
      ["unknown", "total", ["g-2"]],
      ["declared", "total", ["g-4"]],
    ]);
  });
});

describe("writers", () => {
  const versions = versionsOf(SMALL, BIG);
  const [small, big] = versions as [KnownVersion, KnownVersion];
  // Reads what version 2 wrote, and not what version 1 did.
  const noted = schemaOf([ID, TOTAL, { ...ID, name: "note", default: "" }]);
  const silent: WriterFacts = { producerId: 9n, writer: { kind: "unknown", lastWrittenMs: 5 } };
  const report = (candidate: ResolvedSchema, retained: KnownVersion[], ...writers: WriterFacts[]) =>
    evaluate(factsOf("NONE", candidate, versions, [topicOf(retained, [groupOf("audit", 90n)], writers)]));
  const brief = ({ writers }: SubjectReport) =>
    writers.map(({ knowledge, writesWith, reasons }) => [knowledge, writesWith, reasons.length]);

  test("declared, inferred and unknown ones are told apart, and what is declared is not inferred", () => {
    expect(brief(report(noted, [small], declaredWriter("shop", small), silent))).toEqual([
      ["declared", 1, 1],
      ["unknown", undefined, 0],
    ]);
    expect(
      brief(
        report(noted, [small], declaredWriter("shop", { id: 103, fingerprint: readerFingerprint(noted) })),
      ),
    ).toEqual([
      ["declared", "candidate", 0],
      ["inferred", 1, 1],
    ]);
    expect(brief(report(noted, [big, small], silent))).toEqual([
      ["unknown", undefined, 0],
      ["inferred", 1, 1],
    ]);
  });

  test("are said to be unknown where the brokers tell of nobody", () => {
    const untold = { ...topicOf([small], [groupOf("audit", 90n)]), writers: undefined };
    const told = evaluate(factsOf("NONE", noted, versions, [untold]));
    expect(brief(told)).toEqual([
      ["unknown", undefined, 0],
      ["inferred", 1, 1],
    ]);
    expect(replacedText(told.writers, 3)).toMatch(/\(now the brokers do not tell who produces\)$/);
  });

  test("a schema that is no live version is known by its id, and by the records that have it", () => {
    const foreign = { id: 102, fingerprint: "ff".repeat(16) };
    expect(brief(report(BOTH_WAYS, [small], declaredWriter("shop", foreign)))[0]).toEqual(["declared", 2, 0]);
    const deleted = { ...versionsOf(OTHER)[0]!, id: 77 };
    expect(brief(report(noted, [deleted], declaredWriter("shop", deleted)))).toMatchObject([
      ["declared", undefined, 2],
    ]);
    const lost = report(noted, [], declaredWriter("shop", { id: 78, fingerprint: "ee".repeat(16) }));
    expect(lost.writers).toMatchObject([{ schemaId: 78, reasons: [{ rule: "UNKNOWN_SCHEMA" }] }]);
  });

  test("who is connected decides the order, who has left does not", () => {
    expect(report(noted, [big], declaredWriter("shop", small)).order).toBe("producers-first");
    const left = report(noted, [big], declaredWriter("shop", small, 1_000));
    expect(left.writers[0]).toMatchObject({ hasLeft: true, reasons: [{}] });
    expect(left).toMatchObject({ order: "any", breakages: [] });
    // What they wrote last says nothing of what comes next, unless somebody unknown may have written it.
    const gone = declaredWriter("shop", small, 1_000);
    expect(brief(report(noted, [small], gone))).toEqual([["declared", 1, 1]]);
    expect(brief(report(noted, [small], gone, silent))[2]).toEqual(["inferred", 1, 1]);
  });

  test("that have the candidate before the consumers break these now, and are named", () => {
    const { fingerprint } = factsOf("NONE", SMALL, []).candidate;
    const groups = [groupOf("audit", 10n, declared(big))];
    const evaluated = (...writers: WriterFacts[]) =>
      evaluate(factsOf("NONE", SMALL, versionsOf(BIG), [topicOf([big], groups, writers)])).breakages;
    expect(evaluated(declaredWriter("shop", { id: 103, fingerprint }))).toMatchObject([
      { kind: "reading-new", why: expect.stringMatching(/; shop writes with the new schema already$/) },
    ]);
    expect(evaluated(declaredWriter("shop", big))[0]!.why).not.toContain("already");
  });

  test("groups would break on what is still written, if they were deployed before the producers", () => {
    const both = [declaredWriter("shop", small), declaredWriter("import", small), silent];
    const { breakages, steps } = report(noted, [small], ...both);
    expect(breakages).toMatchObject([
      {
        kind: "reading-live",
        group: "audit",
        knowledge: "declared",
        field: "total",
        why: expect.stringContaining("shop, import write with version 1"),
      },
    ]);
    expect(steps.map(({ until }) => until)).toContain(
      "no live producer writes with a version before 3 (now shop, import declare version 1, 1 producer declares nothing)",
    );
    expect(report(noted, [small]).breakages).toMatchObject([
      {
        knowledge: "inferred",
        why: expect.stringContaining("the newest records are written with version 1"),
      },
    ]);
  });
});

describe("the verdict", () => {
  test("a new subject is safe, and an unchanged one is left alone", () => {
    expect(evaluate(factsOf("FULL", BIG, []))).toMatchObject({
      verdict: "safe",
      nextVersion: 1,
      reasons: [],
    });
    expect(evaluate(factsOf("FULL", BIG, versionsOf(BIG)))).toMatchObject({
      verdict: "unchanged",
      steps: [],
    });
  });

  test("what the level refuses is blocked, with each reason's versions and its place in the edited file", () => {
    const report = evaluate(
      factsOf(
        "FULL_TRANSITIVE",
        schemaOf([TOTAL]),
        versionsOf(SMALL, schemaOf([ID, { ...ID, name: "x", default: "" }])),
      ),
    );
    expect(report).toMatchObject({ verdict: "blocked", isAllowed: false, steps: [] });
    expect(
      report.reasons.map(({ direction, versions, place }) => [direction, versions, place?.file]),
    ).toEqual([
      ["BACKWARD", [1, 2], "order.avsc"],
      ["FORWARD", [1, 2], "order.avsc"],
    ]);
  });

  test("the gravest of several counts", () => {
    expect(gravest(["safe", "wait", "unchanged"])).toBe("wait");
    expect(gravest([])).toBe("unchanged");
  });
});

test("a plan has another name once the registry, the level or the text has moved", () => {
  const facts = factsOf("FULL", BIG, versionsOf(SMALL));
  const moved = [
    factsOf("BACKWARD", BIG, versionsOf(SMALL)),
    factsOf("FULL", BOTH_WAYS, versionsOf(SMALL)),
    factsOf("FULL", BIG, versionsOf(SMALL, SMALL)),
  ];
  expect(new Set([facts, ...moved].map((each) => planHash([each]))).size).toBe(4);
  expect(planHash([facts])).toBe(planHash([factsOf("FULL", BIG, versionsOf(SMALL), [])]));
});
