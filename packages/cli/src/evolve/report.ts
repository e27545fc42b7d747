import type { CheckLevel, Incompatibility, SourceLocation } from "@letterpress/schema";
import type { Replay, UnseenRange } from "./facts.ts";

/**
 * What a team can act on. `safe`: deploy in any order. `safe-in-order`: nobody breaks in the order given. `wait`:
 * somebody would break now, and would not once the waits are over. `blocked`: the level refuses it, or no order helps.
 */
export type Verdict = "unchanged" | "safe" | "safe-in-order" | "wait" | "blocked";

/** Who has to have the new schema first. */
export type DeploymentOrder = "any" | "consumers-first" | "producers-first" | "not-in-one-step";

/** A reason, and the versions it comes from. */
export interface Reason extends Incompatibility {
  /** Who cannot read: the candidate what is old, or an old reader what the candidate writes. */
  readonly direction: "BACKWARD" | "FORWARD";
  /** Where to look in the edited files; `location` may be in an old reader's text. */
  readonly place?: SourceLocation;
  /** The versions of the subject that it holds for, ascending. */
  readonly versions: readonly number[];
}

/** A writer schema that records of a topic still have. */
export interface RetainedRow {
  readonly topic: string;
  readonly schemaId: number;
  /** Undefined for a schema that is no live version of the subject. */
  readonly version: number | undefined;
  readonly records: number;
  /** The last offset of each partition that has such records. */
  readonly lastOffsets: readonly { readonly partition: number; readonly offset: bigint }[];
  /** Why the candidate cannot read them; empty when it can. */
  readonly reasons: readonly Incompatibility[];
  /** The groups that have not read the last of them yet. */
  readonly groupsBehind: readonly GroupBehind[];
}

export interface GroupBehind {
  readonly group: string;
  readonly partitions: readonly {
    readonly partition: number;
    /** Undefined when the group has committed nothing there. */
    readonly committed: bigint | undefined;
    readonly lastOffset: bigint;
  }[];
}

/** A live member of a group and what it reads with. */
export interface ReaderRow {
  readonly topic: string;
  readonly group: string;
  readonly memberId: string;
  readonly clientId: string;
  readonly clientHost: string;
  readonly knowledge: "declared" | "inferred" | "unknown";
  /** The version it reads with; `candidate` when it has the new one already; undefined when nobody knows. */
  readonly readsWith: number | "candidate" | undefined;
  /** Why it could not read what the candidate writes; for unknown readers, if they read with the latest version. */
  readonly reasons: readonly Incompatibility[];
}

/** A producer of a topic, or, where nobody says it, a schema that the newest records show. */
export interface WriterRow {
  readonly topic: string;
  /**
   * `declared` by the client, `inferred` from the newest records; `unknown` is a producer that says nothing, or, without
   * a producer id, whoever produces to brokers that tell of nobody.
   */
  readonly knowledge: "declared" | "inferred" | "unknown";
  readonly clientId: string | undefined;
  readonly clientHost: string | undefined;
  readonly producerId: bigint | undefined;
  /** When an unknown producer wrote last, in milliseconds since the epoch. */
  readonly lastWrittenMs: number | undefined;
  /** Whether its client has hung up: it writes no more. */
  readonly hasLeft: boolean;
  readonly schemaId: number | undefined;
  /** The version it writes with; `candidate` when it has the new one already; undefined when it is none, or unknown. */
  readonly writesWith: number | "candidate" | undefined;
  /** Why the candidate could not read what it writes. */
  readonly reasons: readonly Incompatibility[];
}

/** Somebody who would break, and when. */
export interface Breakage {
  /**
   * `reading-old`: its next build meets records it cannot read. `reading-live`: its next build meets what producers still
   * write, if it is deployed before them. `reading-new`: the build it runs meets new records.
   */
  readonly kind: "reading-old" | "reading-live" | "reading-new";
  readonly topic: string;
  readonly group: string;
  /** Empty when the group has no live member. */
  readonly members: readonly string[];
  readonly knowledge: "fact" | "declared" | "inferred" | "unknown";
  /** The field at fault, where the reason is about one. */
  readonly field: string;
  readonly why: string;
  readonly rule: string;
}

/** One thing to do, in order. */
export interface Step {
  readonly what: string;
  /** What has to be true before the next step. */
  readonly until?: string;
}

/** A compatible way to the same end, as files; or, where no edit is one, why not and what to do by hand. */
export interface Proposal {
  readonly title: string;
  /** Empty where no edit of the file is compatible. */
  readonly steps: readonly ProposalStep[];
  /** What to do instead, in order; left out where there are steps. */
  readonly byHand?: readonly Step[];
}

export interface ProposalStep {
  readonly title: string;
  /** The file to change, as it is shown to people. */
  readonly file: string;
  readonly text: string;
  /** What this step was found to be when it was checked like an edit of the user's. */
  readonly level: CheckLevel;
  readonly isAllowed: boolean;
  readonly order: DeploymentOrder;
  /** What has to be true before the next step; undefined behind the last one. */
  readonly until: string | undefined;
}

/** The answer for one subject. */
export interface SubjectReport {
  readonly subject: string;
  readonly file: string;
  readonly verdict: Verdict;
  readonly level: CheckLevel;
  /** Whether the level lets the candidate in. */
  readonly isAllowed: boolean;
  /** What it would become. */
  readonly nextVersion: number;
  readonly fingerprint: string;
  readonly order: DeploymentOrder;
  readonly reasons: readonly Reason[];
  readonly includedChanges: readonly string[];
  readonly otherIncluders: readonly { readonly subject: string; readonly version: number }[];
  readonly retained: readonly RetainedRow[];
  readonly unseen: readonly (UnseenRange & { readonly topic: string })[];
  readonly readers: readonly ReaderRow[];
  readonly writers: readonly WriterRow[];
  readonly breakages: readonly Breakage[];
  readonly steps: readonly Step[];
  readonly replays: readonly (Replay & { readonly topic: string; readonly part: "key" | "value" })[];
  readonly proposals: readonly Proposal[];
}

/** The answer for everything that was edited. */
export interface EvolveReport {
  /** Names what was shown: give it to `--plan` to apply exactly this. */
  readonly plan: string;
  /** The gravest verdict of all subjects. */
  readonly verdict: Verdict;
  readonly subjects: readonly SubjectReport[];
}
