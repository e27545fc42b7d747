import { ClusterError } from "../cluster-error.ts";
import { type JetStreamApi, readReply } from "../jetstream/jetstream-api.ts";
import { JetStreamError } from "../jetstream/jetstream-error.ts";
import type { NatsLink } from "../nats/nats-link.ts";
import type { LeaseEntry, LeaseStore } from "./lease-store.ts";

/** As the KV buckets of the NATS tools are named, so that `nats kv ls` and `nats kv watch` show the leases. */
const BUCKET = "letterpress_leases";
const STREAM = `KV_${BUCKET}`;
const SUBJECT_PREFIX = `$KV.${BUCKET}.`;
const WRONG_LAST_SEQUENCE = 10071;
const STREAM_NAME_IN_USE = 10058;
const PUT_TIMEOUT_MS = 2_000;
const GET_TIMEOUT_MS = 1_000;
const NS_PER_MS = 1_000_000;
const BYTES_PER_KEY_MAX = 4_096;

interface PublishReply {
  readonly seq: number;
}

/** The lease bucket on JetStream: one message per key, which the server removes when it is older than a lease. */
export class NatsLeaseStore implements LeaseStore {
  readonly #api: JetStreamApi;
  readonly #link: NatsLink;

  private constructor(api: JetStreamApi, link: NatsLink) {
    this.#api = api;
    this.#link = link;
  }

  /**
   * Makes the bucket where it is missing. One that exists keeps its replicas.
   *
   * @throws ClusterError `INVALID_OPTIONS` when the other brokers hold leases for another time; JetStreamError
   */
  static async open(
    api: JetStreamApi,
    link: NatsLink,
    settings: { readonly replicas: number; readonly ttlMs: number },
  ): Promise<NatsLeaseStore> {
    const ttlNs = settings.ttlMs * NS_PER_MS;
    try {
      await api.createStream({
        name: STREAM,
        subjects: [`${SUBJECT_PREFIX}>`],
        num_replicas: settings.replicas,
        storage: "file",
        retention: "limits",
        discard: "new",
        max_msgs_per_subject: 1,
        max_msg_size: BYTES_PER_KEY_MAX,
        max_age: ttlNs,
        duplicate_window: Math.min(ttlNs, 120_000 * NS_PER_MS),
        allow_direct: true,
        deny_delete: true,
        allow_rollup_hdrs: true,
      });
    } catch (error) {
      if (!(error instanceof JetStreamError && error.errorNumber === STREAM_NAME_IN_USE)) throw error;
      await assertSameTime(api, settings.ttlMs);
    }
    return new NatsLeaseStore(api, link);
  }

  /** The bucket of a cluster that exists; undefined where no broker has ever joined. Throws JetStreamError. */
  static async find(api: JetStreamApi, link: NatsLink): Promise<NatsLeaseStore | undefined> {
    return (await api.streamInfo(STREAM)) === undefined ? undefined : new NatsLeaseStore(api, link);
  }

  async put(key: string, value: string, expectedRevision: number): Promise<number | undefined> {
    const reply = await this.#api.mux.request(SUBJECT_PREFIX + key, Buffer.from(value), PUT_TIMEOUT_MS, [
      ["Nats-Expected-Last-Subject-Sequence", String(expectedRevision)],
    ]);
    const answer = readReply<PublishReply>(reply, `the lease ${key}`);
    if (answer.error === undefined) return answer.seq;
    if (answer.error.err_code === WRONG_LAST_SEQUENCE) return undefined;
    const code = answer.error.code === 503 ? "UNAVAILABLE" : "REFUSED";
    throw new JetStreamError(code, `the lease ${key}: ${answer.error.description ?? "no reason given"}`);
  }

  entries(): Promise<readonly LeaseEntry[]> {
    const body = Buffer.from(JSON.stringify({ multi_last: [`${SUBJECT_PREFIX}>`] }));
    const entries: LeaseEntry[] = [];
    return new Promise((resolve, reject) => {
      this.#api.mux.send(`$JS.API.DIRECT.GET.${STREAM}`, body, undefined, GET_TIMEOUT_MS, (message) => {
        if (message?.status === 0) {
          entries.push({
            key: (message.header("Nats-Subject") ?? "").slice(SUBJECT_PREFIX.length),
            value: message.data.toString(),
            revision: Number(message.header("Nats-Sequence")),
          });
          return true;
        }
        const isEnd = message !== undefined && (message.status === 204 || message.status === 404);
        if (isEnd) resolve(entries);
        else if (message === undefined)
          reject(new JetStreamError("TIMED_OUT", "the leases were not told in time"));
        else reject(new JetStreamError("UNAVAILABLE", `the leases cannot be read: ${message.description}`));
        return false;
      });
    });
  }

  /** A write passes here on its way to the stream; whether it was stored shows when the entries are read. */
  onChange(listener: () => void): () => void {
    return this.#link.subscribe(`${SUBJECT_PREFIX}>`, listener);
  }
}

/** A lease is only safe when whoever holds it and the bucket agree on when it ends. */
async function assertSameTime(api: JetStreamApi, ttlMs: number): Promise<void> {
  const maxAgeNs = (await api.streamInfo(STREAM))?.config.max_age;
  if (maxAgeNs === undefined || maxAgeNs === ttlMs * NS_PER_MS) return;
  throw new ClusterError(
    "INVALID_OPTIONS",
    `the other brokers of this cluster hold their sessions for ${Number(maxAgeNs) / NS_PER_MS} ms, not for ${ttlMs}; ` +
      "set the same for all",
  );
}
