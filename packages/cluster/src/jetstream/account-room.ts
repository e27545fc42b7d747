import type { AccountInfo, AccountUse } from "./jetstream-api.ts";

/** Why an account cannot keep more streams, in words that say what to change; undefined when it can. */
export function accountFault(account: AccountInfo, replicas: number, streams: number): string | undefined {
  const use = useOf(account, replicas);
  if (use === undefined) {
    return `the NATS account may keep no streams with ${replicas} replicas; give it limits for tier R${replicas}`;
  }
  const { max_streams: streamsMax, max_storage: bytesMax } = use.limits;
  if (streamsMax > 0 && use.streams + streams > streamsMax) {
    return (
      `the NATS account has ${use.streams} of at most ${streamsMax} streams, which leaves no room for ${streams} more; ` +
      "raise its max_streams: every partition is a stream"
    );
  }
  if (bytesMax >= 0 && use.storage >= bytesMax) {
    return (
      `the NATS account has used ${use.storage} of at most ${bytesMax} bytes; ` +
      "raise its max_storage (max_file in the server's configuration), or have topics keep less"
    );
  }
  return undefined;
}

/** What the account has and may have of streams with that many replicas; undefined when it may have none. */
export function useOf({ tiers, ...all }: AccountInfo, replicas: number): AccountUse | undefined {
  return tiers === undefined ? all : tiers[`R${replicas}`];
}
