import type { SubjectFacts } from "../facts.ts";
import type { Proposal, Reason, Step } from "../report.ts";

/** Why no edit helps, by the rules for which that is known. */
const WHY: Readonly<Record<string, string>> = {
  SCHEMA_TYPE_MISMATCH: "records of one format cannot be read with a schema of another",
  NAME_MISMATCH: "the type of whole records is another one",
  TYPE_MISMATCH: "the type of whole records changes, and nothing can stand beside it",
  MISSING_UNION_BRANCH: "the type of whole records changes, and nothing can stand beside it",
  FIXED_SIZE_MISMATCH: "the type of whole records changes, and nothing can stand beside it",
  MISSING_ENUM_SYMBOLS: "an older version has other symbols, and no default for them",
  PACKAGE_CHANGED: "messages are known by their package",
};

/** What is left to people when no edit of the file is compatible: the honest way there, in steps. */
export function byHand({ candidate, subject, topics }: SubjectFacts, reasons: readonly Reason[]): Proposal {
  const [reason] = reasons;
  const included = reason?.place?.file;
  if (included !== undefined && included !== candidate.file) {
    return {
      title: `no edit of ${candidate.file} helps: the reason is in ${included}`,
      steps: [],
      byHand: [{ what: `change ${included} as is proposed for its own subject, and look again` }],
    };
  }
  const isAddedMessage = reasons.every(
    ({ rule, direction }) => rule === "MESSAGE_REMOVED" && direction === "FORWARD",
  );
  if (reason !== undefined && isAddedMessage) {
    return {
      title: "no edit of this file alone is compatible: the level lets no message be added to it",
      steps: [],
      byHand: [
        { what: "put what is new into a .proto file of its own, and import that where fields need it" },
      ],
    };
  }
  const why =
    reason === undefined ? "no order of deployment helps" : (WHY[reason.rule] ?? reason.message.trim());
  return { title: `no compatible edit is known: ${why}`, steps: [], byHand: elsewhere(subject, topics) };
}

/** Where nothing can be changed in place, the new schema gets a place of its own. */
function elsewhere(subject: string, topics: SubjectFacts["topics"]): Step[] {
  const [first] = topics;
  if (first === undefined) {
    return [
      {
        what: `give the new type another name beside ${subject}, and let what includes it move over, one by one`,
      },
    ];
  }
  const [old, next] = [first.topic, `${first.topic}.v2`];
  return [
    { what: `make a topic ${next} with the new schema`, until: `the consumers of ${old} read ${next}, too` },
    { what: `deploy the producers so that they write to ${next}`, until: `no producer writes to ${old}` },
    {
      what: `let the groups read ${old} to its end`,
      until: `every group has committed past its last record`,
    },
    { what: `take ${old} out of the consumers, and delete it` },
  ];
}
