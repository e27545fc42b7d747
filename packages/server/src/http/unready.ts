import type { RunningBroker } from "@letterpress/broker";

/** What `/health/ready` answers when the server cannot take requests. */
export interface Unready {
  readonly status: "starting or stopping" | "failed";
  /** What failed, and what to do about it. */
  readonly reason?: string;
}

/** Looks at what nothing works without: the logs of metadata, groups and schemas. */
export async function findUnready(broker: RunningBroker, isServing: boolean): Promise<Unready | undefined> {
  if (!isServing) return { status: "starting or stopping" };
  const failure = await broker.storageFailure();
  if (failure === undefined) return undefined;
  return { status: "failed", reason: `${failure.message}; mend the disk and restart the server` };
}
