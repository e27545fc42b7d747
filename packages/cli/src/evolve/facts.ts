import type { CheckLevel, ParsedSchema, ReadFinding, ResolvedSchema } from "@letterpress/schema";

/** An edited schema that wants to become the next version of a subject. */
export interface Candidate {
  /** The file, as it is shown to people: relative to the working folder. */
  readonly file: string;
  readonly schema: ResolvedSchema;
  readonly parsed: ParsedSchema;
  readonly fingerprint: string;
}

/** A version of a subject that the registry has. */
export interface KnownVersion {
  readonly version: number;
  readonly id: number;
  readonly schema: ResolvedSchema;
  readonly parsed: ParsedSchema;
  readonly fingerprint: string;
}

/** Where a writer schema still stands in one partition. */
export interface RetainedRange {
  readonly partition: number;
  readonly count: number;
  readonly firstOffset: bigint;
  readonly lastOffset: bigint;
}

/** A schema that records in the log were written with. */
export interface RetainedSchema {
  readonly schemaId: number;
  readonly ranges: readonly RetainedRange[];
  /** Undefined when the registry does not know the id any more. */
  readonly schema: ResolvedSchema | undefined;
  readonly parsed: ParsedSchema | undefined;
}

/** Which schema a member reads with, and how that is known. */
export type ReaderKnowledge =
  /** The member says so in its subscription, as the SDK's typed consumers do. */
  | { readonly kind: "declared"; readonly fingerprint: string }
  /** The member says nothing, but all members of its group that do say the same. */
  | { readonly kind: "inferred"; readonly fingerprint: string }
  | { readonly kind: "unknown" };

export interface MemberFacts {
  readonly memberId: string;
  readonly clientId: string;
  readonly clientHost: string;
  /** The topic's partitions it owns. */
  readonly partitions: readonly number[];
  readonly reader: ReaderKnowledge;
}

/** A group that consumes a topic, or has done so. */
export interface GroupFacts {
  readonly group: string;
  readonly state: string;
  readonly members: readonly MemberFacts[];
  /** By partition; partitions without a committed offset are left out. */
  readonly committed: ReadonlyMap<number, bigint>;
}

/** What is known of which schema a producer writes with. */
export type WriterKnowledge =
  /** Its client says so to the broker, as the SDK's typed producers do. */
  | {
      readonly kind: "declared";
      readonly clientId: string | undefined;
      readonly clientHost: string;
      /** When it hung up, in milliseconds since the epoch; undefined while it has not. */
      readonly leftAtMs: number | undefined;
      readonly schemaId: number;
      readonly fingerprint: string;
      /** Undefined when the registry does not know the id. */
      readonly parsed: ParsedSchema | undefined;
    }
  /** It says nothing; the log knows it by its idempotent writes, the last of them at this time. */
  | { readonly kind: "unknown"; readonly lastWrittenMs: number };

/** A producer of a topic. */
export interface WriterFacts {
  /** Undefined for one that is not idempotent. */
  readonly producerId: bigint | undefined;
  readonly writer: WriterKnowledge;
}

/** What one kind of finding looked like over all records of a replay. */
export interface ReplayFinding extends ReadFinding {
  readonly schemaId: number;
  /** How many records have it. */
  readonly count: number;
  /** The first such record. */
  readonly partition: number;
  readonly offset: bigint;
}

/** The last retained records, read with the candidate. */
export interface Replay {
  readonly records: number;
  readonly findings: readonly ReplayFinding[];
}

/** A part of a log that was not looked at, because looking was bounded. Ends before `to`. */
export interface UnseenRange {
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
}

/** What is known of one topic whose keys or values are written under a subject. */
export interface TopicFacts {
  readonly topic: string;
  readonly part: "key" | "value";
  /** Whether the topic exists. */
  readonly exists: boolean;
  /** The records looked at. */
  readonly records: number;
  /** Of these, how many name no schema: tombstones and foreign bytes. */
  readonly unframed: number;
  readonly retained: readonly RetainedSchema[];
  readonly unseen: readonly UnseenRange[];
  readonly groups: readonly GroupFacts[];
  /** Undefined where the brokers tell no producers. */
  readonly writers: readonly WriterFacts[] | undefined;
  readonly replay: Replay | undefined;
}

/** Everything that bears on whether a candidate may become the next version of a subject. */
export interface SubjectFacts {
  readonly subject: string;
  readonly level: CheckLevel;
  readonly candidate: Candidate;
  /** Ascending; deleted versions are left out. */
  readonly versions: readonly KnownVersion[];
  /** The files that were edited, when it is not the subject's own but one that it includes. */
  readonly includedChanges: readonly string[];
  readonly topics: readonly TopicFacts[];
  /** Versions outside the contracts that include this subject; they stay with what they have. */
  readonly otherIncluders: readonly { readonly subject: string; readonly version: number }[];
}
