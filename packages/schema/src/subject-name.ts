import type { SubjectNameStrategy } from "./topic-contract.ts";

/** The subject of a topic's key or value schema, by Confluent's strategies; `fullName` is the record's or message's. */
export function subjectOf(
  strategy: SubjectNameStrategy,
  topic: string,
  part: "key" | "value",
  fullName: string,
): string {
  switch (strategy) {
    case "TopicName":
      return `${topic}-${part}`;
    case "RecordName":
      return fullName;
    case "TopicRecordName":
      return `${topic}-${fullName}`;
  }
}
